"""Commands that print or write files derived from the code and the dataset: openapi, schema, codebook."""

import sys
from pathlib import Path

import click

from ..dataset import reader
from ..dataset.os_errors import FileError, file_errors
from ..releases.codebook import json_text
from ..schema.json_schema import json_schema
from ..web.openapi import as_yaml
from . import generated_docs
from .common import FAULTY, a_file, a_folder, check_option, dataset_option, fail, settings_of
from .editors import EDITORS, SCHEMAS, write_schemas


def write_derived(path: Path, text: str, only_check: bool) -> bool:
    """Writes a derived file unless `only_check`; returns whether its content was different. Raises FileError."""
    with file_errors("read", path):
        try:
            same = path.read_bytes() == text.encode()
        except FileNotFoundError:
            same = False
    if same:
        return False
    if only_check:
        click.echo(f"{path}: has drifted from what it is derived from: run `make derive`, or this command without --check")
        return True
    with file_errors("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(path)
    return True


@click.command()
@click.option("--output", type=a_file(), help="File to write. [default: standard output]")
@check_option
def openapi(output: Path | None, only_check: bool) -> None:
    """Print the OpenAPI contract as YAML, or write it to a file."""
    if output is None:
        click.echo(as_yaml(), nl=False)
    else:
        sys.exit(FAULTY if write_derived(output, as_yaml(), only_check) and only_check else 0)


@click.command()
@click.argument("kind", type=click.Choice(list(SCHEMAS)), required=False)
@click.option("--output", type=a_folder(), help="Folder to write <kind>.json files to.")
@click.option("--ids", is_flag=True, help="With the ids of the dataset, for editors: into <dataset>/.schemas/.")
@dataset_option
@check_option
def schema(kind: str | None, output: Path | None, ids: bool, folder: Path | None, only_check: bool) -> None:
    """Print the JSON Schema of KIND's files, or write one for every kind; editors complete and check with them."""
    if ids:
        root = settings_of(dataset=folder).dataset
        write_schemas(output or root / EDITORS, reader.read(root))
        return
    if output is None:
        if kind is None:
            raise click.UsageError("name a KIND, or a folder with --output")
        click.echo(json_text(json_schema(SCHEMAS[kind])), nl=False)
        return
    kinds = [kind] if kind else SCHEMAS
    drifted = [write_derived(output / f"{each}.json", json_text(json_schema(SCHEMAS[each])), only_check) for each in kinds]
    sys.exit(FAULTY if only_check and any(drifted) else 0)


@click.command()
@click.argument("documents", nargs=-1, type=a_file(exists=True))
@dataset_option
@check_option
def codebook(documents: tuple[Path, ...], folder: Path | None, only_check: bool) -> None:
    """Bring the generated tables of DOCUMENTS up to date (README.md, dataset/README.md)."""
    dataset = reader.read(settings_of(dataset=folder).dataset)
    if dataset.findings:
        fail(dataset.findings.all())
    drifted = [write_derived(path, generated_docs.filled(_text(path), dataset), only_check) for path in documents]
    sys.exit(FAULTY if only_check and any(drifted) else 0)


def _text(path: Path) -> str:
    with file_errors("read", path):
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise FileError("read", path, "is not UTF-8") from None

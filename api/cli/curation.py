"""Commands for curators of the dataset: check, new, fmt, changes, coverage."""

import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from ..dataset import official_rows, reader, rules, yaml_files
from ..dataset.dataset import Dataset, part
from ..dataset.findings import DatasetError, Finding
from ..dataset.os_errors import dataset_errors, replace_text
from ..dataset.record import Entry
from ..dataset.template import scaffold
from ..dataset.warnings import warnings
from ..releases import publish
from ..resources import BY_KIND
from ..schema.fields import is_id
from ..schema.walk import plain
from .common import FAULTY, check_option, dataset_option, fail, progress, settings_of, shown


@click.command()
@dataset_option
@click.option("--warnings", "warned", is_flag=True, help="List what is probably a mistake, too; the exit code stays 0.")
def check(folder: Path | None, warned: bool) -> None:
    """List the errors of the dataset, all in one run, each with file, line and key.

    What depends on a faulty key (the order of two dates of which one is no date) is checked once that is right.
    """
    settings = settings_of(dataset=folder)
    with progress("checking") as show:
        dataset = reader.read(settings.dataset, part(show, 0, 100))
        findings = rules.findings(dataset, part(show, 100, 1000))
    if findings:
        fail(findings)
    counts = ", ".join(f"{dataset.count(kind)} {kind}" for kind in BY_KIND)
    click.echo(f"no errors: {counts}")
    found = warnings(dataset)
    for warning in found if warned else ():
        click.echo(f"warning: {replace(warning, file=shown(warning.file))}")
    if found and not warned:
        click.echo(f"{len(found)} warnings: `check --warnings` lists them", err=True)


@click.command()
@click.argument("kind", type=click.Choice(list(BY_KIND)))
@click.argument("id")
@dataset_option
def new(kind: str, id: str, folder: Path | None) -> None:
    """Start a record: writes <dataset>/KIND/ID.yaml with a hint on every key.

    Fill in the required keys, uncomment the optional ones that you need, then run `check` and `fmt`.
    """
    if not is_id(id):
        raise click.BadParameter(f"{id!r} is not an id (a-z, 0-9 and single hyphens)", param_hint="ID")
    root = settings_of(dataset=folder).dataset
    path = root / kind / f"{id}.yaml"
    with dataset_errors(root, path, "created"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(scaffold(BY_KIND[kind]))
        except FileExistsError:
            raise click.UsageError(f"{path} exists already") from None
    click.echo(path)


@click.command()
@dataset_option
@check_option
def fmt(folder: Path | None, only_check: bool) -> None:
    """Write every file in its one canonical form: keys in order, hints removed."""
    root = settings_of(dataset=folder).dataset
    dataset = reader.read(root)
    changed, findings = [], dataset.findings.all()
    for entries in dataset.files.entries.values():
        for entry in entries.values():
            try:
                if _format(root, entry, only_check):
                    changed.append(entry.file)
            except DatasetError as error:
                findings += error.findings
    for name in changed:
        click.echo(f"{shown(name)}: {'is not' if only_check else 'is now'} in canonical form")
    if findings:
        fail(sorted(findings))
    sys.exit(FAULTY if only_check and changed else 0)


def _format(root: Path, entry: Entry, only_check: bool) -> bool:
    """Writes a record in canonical form unless `only_check`; returns whether it was in another form.

    Raises DatasetError if it has a comment that is no hint, or if the file cannot be read or written.
    """
    path = root / entry.file
    with dataset_errors(root, path, "read"):
        text = path.read_text(encoding="utf-8")
    canonical = yaml_files.write_yaml(plain(entry.resource.schema, entry.record))
    if text == canonical:
        return False
    if lost := yaml_files.comments(text):
        raise DatasetError([Finding(entry.file, lost[0], "", "`fmt` removes comments: move this text to the key `note`")])
    if not only_check:
        with dataset_errors(root, path, "written"):
            replace_text(path, canonical)
    return True


def _compare(dataset: Dataset, official: Path) -> None:
    found = official_rows.compare(dataset, official)
    click.echo(official_rows.table(found))
    for row in found.rows:
        if not row.records:
            reason = found.reasons.get((row.list, row.number), "NOT SETTLED")
            click.echo(f"theirs only  {row.list} {row.number}  {row.start}  {row.text}  ({reason})")
    for event in found.ours_only:
        click.echo(f"ours only    {event}")


@click.command()
@dataset_option
def changes(folder: Path | None) -> None:
    """Print a draft of the data changelog: what changed since the last published version."""
    dataset = reader.read(settings_of(dataset=folder).dataset)
    if dataset.findings:
        fail(dataset.findings.all())
    click.echo(publish.draft(dataset), nl=False)


@click.command()
@dataset_option
@click.option("--source", "only", help="Only this source.")
@click.option(
    "--official",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder of extracts of official lists: print which of their rows have a record, and why others have none.",
)
def coverage(folder: Path | None, only: str | None, official: Path | None) -> None:
    """Print, for each source whose paragraphs are counted, which records every paragraph gave.

    With --official: the table of the codebook, then each row without a record and each meeting without a row.
    """
    with closing(reader.read(settings_of(dataset=folder).dataset)) as dataset:
        if official:
            _compare(dataset, official)
            return
        statistics, _ = rules.survey(dataset)
        if only and not dataset.has("sources", only):
            raise click.UsageError(f"there is no source {only!r}")
        missing = 0
        for id in sorted(statistics.counted):
            if only not in (None, id):
                continue
            source = dataset.at("sources", id).record
            reasons = {number: item["reason"] for item in source["not_coded"] for number in item["paragraphs"]}
            click.echo(f"{id}: {source['title']}")
            for number in range(1, source["paragraphs"] + 1):
                records = statistics.paragraphs[id, number].shown() if (id, number) in statistics.paragraphs else ""
                missing += not records and number not in reasons
                click.echo(f"{number:5}  {records or (f'({reasons[number]})' if number in reasons else 'NOT CODED')}")
        if dataset.findings:
            fail(dataset.findings.all())
    sys.exit(FAULTY if missing else 0)

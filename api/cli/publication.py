"""Commands about published releases: release, cite."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from ..dataset.findings import Finding
from ..dataset.os_errors import file_errors
from ..dataset.sqlite_errors import sqlite_errors
from ..problems import Problem
from ..query.citation import cite as make_citation
from ..query.citation import cited_query, verify
from ..query.parsing import InvalidParameters
from ..releases import publish, readers
from ..releases.codebook import json_text
from ..storage import open_store
from .common import FAULTY, a_file, a_folder, data_dir_option, dataset_option, fail, progress, settings_of


@click.command()
@dataset_option
@click.option("--output", type=a_folder(), help="Folder of published releases. [default: ./releases]")
def release(folder: Path | None, output: Path | None) -> None:
    """Publish the dataset's version: its files, with sums, and its manifest in the dataset.

    Refuses what the gate finds: errors, ids removed without an entry in moved.yaml, a version that is too low, files that an
    independent reader cannot read. A version that is published already must come out the same to the byte. Needs the extra
    `release`, which brings the readers; R reads the files, too, where it is installed.
    """
    settings = settings_of(dataset=folder, releases_dir=output)
    read: list[str] = []
    readers.require()
    try:
        with progress("publishing") as show:
            check = lambda folder, counts: read.extend(readers.verify(folder, counts))  # noqa: E731
            target, new = publish.publish(settings.dataset, settings.releases_dir, show, check)
    except publish.VersionExists as error:
        fail([Finding(str(settings.releases_dir.absolute()), 0, "", str(error))])
    for line in read:
        click.echo(line)
    click.echo(f"{target} {'is published' if new else 'was published already, and is the same to the byte'}")


@click.command()
@click.argument("query", required=False)
@click.option("--verify", "citation", type=a_file(exists=True), help="A citation, as JSON, to verify.")
@click.option("--release", "version", help="The release to cite. [default: the loaded one]")
@data_dir_option
@click.option("--releases-dir", type=a_folder(), help="Folder of published releases. [default: ./releases]")
def cite(query: str | None, citation: Path | None, version: str | None, data_dir: Path | None, releases_dir: Path | None) -> None:
    """Cite a QUERY such as 'events?type=summit' as JSON, or verify a citation against its release.

    Ends with 0 if the citation holds and with 1 if it does not, telling what differs.
    """
    if (query is None) == (citation is None):
        raise click.UsageError("give either a QUERY, or a citation with --verify")
    settings = settings_of(data_dir=data_dir, releases_dir=releases_dir)
    store = open_store(settings)
    try:
        known = _citation(citation) if citation else {}
        wanted = version or known.get("release", {}).get("version")
        with sqlite_errors("read the releases in", settings.releases_dir if wanted else settings.data_dir):
            try:
                cited = store.version(wanted) if wanted else None
            except FileNotFoundError:
                text = f"version {wanted} is neither published in {settings.releases_dir} nor loaded"
                raise click.UsageError(text) from None
            checked = cited_query(query or known["query"], store, cited, wanted)
            answer = verify(checked, known["count"], known["sha256"]) if known else make_citation(checked, "/", store.versions())
    except Problem as problem:
        errors = problem.errors if isinstance(problem, InvalidParameters) else []
        raise click.UsageError("\n".join([problem.body["detail"], *(f"{e.path[0]}: {e}" for e in errors)])) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise click.UsageError("that is not a citation") from None
    click.echo(json_text(answer), nl=False)
    sys.exit(FAULTY if known and not answer["valid"] else 0)


def _citation(path: Path) -> dict[str, Any]:
    """The citation in a file. Raises FileError if it cannot be read, ValueError if it is not JSON."""
    with file_errors("read", path):
        known = json.loads(path.read_text(encoding="utf-8"))
    return dict(known.get("data", known))

"""Commands for machine-coded events: `import` makes a dataset of them, `compare` tells which curated events they have, too."""

import csv
import gzip
import io
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO

import click

from ..dataset import counterparts, reader
from ..dataset.importers import LAYOUTS
from ..dataset.importers.coded import BadLine, country
from ..dataset.importers.writing import bring
from ..dataset.os_errors import FileError, file_errors
from .common import FAULTY, a_file, a_folder, dataset_option, fail, settings_of

SHOWN = 100  # lines that are told one by one


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The text of a file, of a gzip file, or of the one file in a zip archive. Raises FileError."""
    with file_errors("read", path):
        try:
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive, archive.open(archive.infolist()[0]) as data:
                    yield io.TextIOWrapper(data, "utf-8", errors="replace", newline="\n")
            else:
                opens = gzip.open if path.suffix == ".gz" else open
                with opens(path, "rt", encoding="utf-8", errors="replace", newline="\n") as text:
                    yield text
        except (zipfile.BadZipFile, EOFError, IndexError, gzip.BadGzipFile) as error:
            raise FileError("read", path, str(error) or "the archive is empty") from None


@click.command("import")
@click.argument("layout", type=click.Choice(list(LAYOUTS)))
@click.argument("file", type=a_file(exists=True))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--between", multiple=True, metavar="COUNTRY", help="Only events between these countries (ISO 3166-1 alpha-3).")
def import_events(layout: str, file: Path, folder: Path, between: tuple[str, ...]) -> None:
    """Make a dataset in the new folder DIR of machine-coded events: an export of GDELT 1 or 2, ICEWS's tab-separated files, or
    PLOVER's JSON, one event a line; .gz and .zip are read as they are.

    Every event is `alleged`, with `coding: machine`; its type is the scheme's category, such as cameo-161. Lines that are no
    events are listed, and left out: exit code 1 then.
    """
    if unknown := [code for code in between if country(code) != code]:
        raise click.BadParameter(f"{unknown[0]!r} is no ISO 3166-1 alpha-3 code", param_hint="--between")
    if len(between) == 1:
        raise click.BadParameter("name two countries or more", param_hint="--between")
    bad = 0

    def tell(line: BadLine) -> None:
        nonlocal bad
        bad += 1
        if bad <= SHOWN:
            click.echo(f"{file}:{line.number}: {line.reason}")

    with opened(file) as lines:
        events = bring(layout, lines, (folder, file.name), frozenset(between), tell)
    if bad > SHOWN:
        click.echo(f"{file}: ... and {bad - SHOWN:,} more lines")
    click.echo(f"{folder}: {events:,} events, {bad:,} {'line' if bad == 1 else 'lines'} left out", err=True)
    sys.exit(FAULTY if bad else 0)


@click.command()
@click.argument("other", metavar="DIR", type=a_folder(exists=True))
@dataset_option
@click.option("--days", default=1, show_default=True, type=click.IntRange(0, 31), help="Days that a counterpart may be off.")
def compare(other: Path, folder: Path | None, days: int) -> None:
    """Print, as CSV, which curated events have counterparts in the machine-coded dataset DIR, and which have none.

    A counterpart lies on the same days, between the same two countries; those of the same category of PLOVER or CAMEO are
    counted apart. An event whose date is not known to a month, or whose actors are not of two countries, cannot be compared.
    """
    with closing(reader.read(settings_of(dataset=folder).dataset)) as ours, closing(reader.read(other)) as theirs:
        for dataset in (ours, theirs):
            if dataset.findings:
                fail(dataset.findings.all())
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(counterparts.Counterparts._fields)
        writer.writerows(counterparts.compare(ours, theirs, days))

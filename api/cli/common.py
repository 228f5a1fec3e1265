"""What the commands share: options, settings, a progress bar, and how findings are printed."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from ..config import Settings
from ..dataset.findings import Finding

FAULTY, BUSY = 1, 3
dataset_option = click.option(
    "--dataset",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the dataset's text files. [default: DIPLOMATIC_EVENTS_DATASET, or the one that ships with this command]",
)
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder where loaded releases live. [default: DIPLOMATIC_EVENTS_DATA_DIR, or ./diplomatic-events-data]",
)
check_option = click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 if something would change.")


def settings_of(**options: Any) -> Settings:
    """Settings from the environment and from options that are not None. Raises UsageError that names each invalid one."""
    try:
        return Settings.read(**options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def progress(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step, done, of: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, item_show_func=lambda step: step) as bar:

        def show(step: str, done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos, step)

        yield show


def fail(findings: Iterable[Finding]) -> NoReturn:
    """Prints findings, one a line, and exits with 1."""
    lines = [str(finding) for finding in findings]
    for line in lines:
        click.echo(line)
    click.echo(f"{len(lines)} {'fault' if len(lines) == 1 else 'faults'}", err=True)
    sys.exit(FAULTY)

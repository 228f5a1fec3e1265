"""What the commands share: options, settings, a progress bar, and how findings are printed."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from .. import __version__
from ..config import DATASET, DESCRIPTION, Settings
from ..dataset.findings import Finding

FAULTY, BUSY = 1, 3
SECONDS = 10  # between two lines that say how much is left
MANY = 20  # errors above which they are counted by kind, too
EXTRAS = {
    **dict.fromkeys(("psycopg", "psycopg_pool"), "postgresql"),
    "redis": "redis",
    "watchfiles": "watch",
    **dict.fromkeys(("duckdb", "frictionless", "markdown_it", "pandas", "pyarrow"), "release"),
}
DEFAULT = (
    f"[default: DIPLOMATIC_EVENTS_DATASET, the current folder if it has a {DESCRIPTION}, or the one that ships with this command]"
)
a_file = partial(click.Path, path_type=Path, dir_okay=False)
a_folder = partial(click.Path, path_type=Path, file_okay=False)
dataset_option = click.option("--dataset", "folder", type=a_folder(), help=f"Folder of the dataset's text files. {DEFAULT}")
datasets_option = click.option(
    "--dataset",
    "folders",
    multiple=True,
    metavar="DIR|NAME=DIR",
    help=f"Folder of the dataset's text files; of several, each with the name that its addresses begin with. {DEFAULT}",
)
data_dir_option = click.option(
    "--data-dir",
    type=a_folder(),
    help="Folder where loaded releases live. [default: DIPLOMATIC_EVENTS_DATA_DIR, or ./diplomatic-events-data]",
)
watch_option = click.option("--watch", is_flag=True, help="Again whenever a file is saved, until Ctrl-C.")
check_option = click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 if something would change.")


def datasets_of(folders: tuple[str, ...]) -> dict[str, Any]:
    """The option for one dataset without a name, or that for several which have one."""
    if len(folders) == 1 and (not DATASET.fullmatch(folders[0]) or Path(folders[0]).is_dir()):
        return {"dataset": folders[0]}
    return {"datasets": ",".join(folders) or None}


def settings_of(*, files: bool = True, **options: Any) -> Settings:
    """Settings from the environment and from options that are not None; the context keeps them, too.

    Commands that take a dataset say which they work on, if they read its `files`. Raises UsageError that names each invalid
    setting.
    """
    try:
        settings = Settings.read(**options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.get_current_context().find_root().obj = settings
    for one in settings.each().values() if files and options.keys() & {"dataset", "datasets"} else ():
        click.echo(f"dataset {os.path.abspath(one.dataset)}", err=True)
    return settings


def missing(error: ModuleNotFoundError) -> str:
    """What to install where a module of an extra is missing. Raises the error if it is of no extra."""
    module = str(error.name).partition(".")[0]
    if module not in EXTRAS:
        raise error
    checkout = "run `make release`; elsewhere " if EXTRAS[module] == "release" else ""
    wheel = f"pip install 'diplomatic_events-{__version__}-py3-none-any.whl[{EXTRAS[module]}]'"
    install = f"install the wheel (`make wheel` writes it to dist/) with its extra: {wheel}"
    return f"{module} is missing: " + (f"in a checkout {checkout}{install}" if checkout else install)


@contextmanager
def progress(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; elsewhere a line from time to time that says how much is left."""
    if not sys.stderr.isatty():
        yield _lines(label)
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, item_show_func=lambda step: step) as bar:

        def show(step: str, done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos, step)

        yield show


def _lines(label: str) -> Callable[[str, int, int], None]:
    began = told = time.monotonic()

    def show(step: str, done: int, of: int) -> None:
        nonlocal told
        now = time.monotonic()
        if (percent := 100 * done // of) and now - told > SECONDS:
            told = now
            left = timedelta(seconds=round((now - began) * (of - done) / done))
            click.echo(f"{label}: {percent} % ({step}), about {left} left", err=True)

    return show


def shown(file: str) -> str:
    """The path of a dataset's file as a reader can open it: relative if it is below the current folder, else absolute."""
    dataset = click.get_current_context().find_root().obj.dataset
    path, here = Path(os.path.abspath(dataset / file)), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def fail(findings: Iterable[Finding]) -> NoReturn:
    """Prints findings as `tell` does, and exits with 1."""
    tell(findings)
    sys.exit(FAULTY)


def tell(findings: Iterable[Finding]) -> list[str]:
    """Prints findings, one a line, then how many there are, of each kind where there are many; returns the lines."""
    kinds: Counter[str] = Counter()
    lines = []
    for finding in findings:
        lines.append(str(replace(finding, file=shown(finding.file))))
        click.echo(lines[-1])
        kinds[finding.kind] += 1
    click.echo(f"{len(lines)} {'error' if len(lines) == 1 else 'errors'}", err=True)
    for kind, times in kinds.most_common() if len(lines) > MANY else ():
        click.echo(f"{times:>6}  {kind}", err=True)
    return lines

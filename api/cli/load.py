"""The command load."""

import sys
import time
from pathlib import Path

import click

from ..config import FAULTS, Settings
from ..dataset.findings import DatasetError
from ..dataset.os_errors import file_errors
from ..releases.load import load as load_release
from ..storage import open_store
from .common import BUSY, data_dir_option, datasets_of, datasets_option, progress, settings_of, tell, watch_option
from .watching import saved


def load_datasets(settings: Settings) -> None:
    """Loads every dataset."""
    for one in settings.each().values():
        click.get_current_context().find_root().obj = one  # findings are told with the paths of its files
        load_dataset(one)


def load_dataset(settings: Settings) -> None:
    """Loads the dataset and reports the result; exits with 3 while another load runs."""
    began = time.monotonic()
    try:
        with progress("loading") as show:
            release, new = load_release(settings, show)
        if new:
            with file_errors("write", settings.data_dir):
                open_store(settings).took(time.monotonic() - began)
    except BlockingIOError:
        click.echo(f"another load is running in {settings.data_dir}", err=True)
        sys.exit(BUSY)
    click.echo(f"release {release.id} {'is loaded' if new else 'was loaded already'} in {settings.data_dir}", err=True)


@click.command()
@datasets_option
@data_dir_option
@watch_option
def load(folders: tuple[str, ...], data_dir: Path | None, watch: bool) -> None:
    """Check the dataset and make it the served release; a running server answers from it at once."""
    settings = settings_of(**datasets_of(folders), data_dir=data_dir)
    if not watch:
        load_datasets(settings)
        return
    for _ in saved(*(one.dataset for one in settings.each().values())):
        load_saved(settings)


def load_saved(settings: Settings) -> None:
    """Loads every dataset; the errors of one are told, and left for its pages to show."""
    for one in settings.each().values():
        click.get_current_context().find_root().obj = one
        lines = []
        try:
            load_dataset(one)
        except DatasetError as error:
            lines = tell(error.findings)
        except SystemExit:  # another load is running, of the same files
            continue
        with file_errors("write", one.data_dir):
            one.data_dir.mkdir(parents=True, exist_ok=True)
            (one.data_dir / FAULTS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

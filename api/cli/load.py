"""The command load."""

import sys
import time
from pathlib import Path

import click

from ..config import Settings
from ..dataset.os_errors import file_errors
from ..releases.load import load as load_release
from ..storage import open_store
from .common import BUSY, data_dir_option, dataset_option, progress, settings_of


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
@dataset_option
@data_dir_option
def load(folder: Path | None, data_dir: Path | None) -> None:
    """Check the dataset and make it the served release; a running server answers from it at once."""
    load_dataset(settings_of(dataset=folder, data_dir=data_dir))

"""Commands for operators: config, load, serve, health."""

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import click

from .. import server
from ..config import Settings
from ..dataset.os_errors import file_errors
from ..releases.load import load as load_release
from ..storage import open_store
from .common import BUSY, FAULTY, data_dir_option, dataset_option, progress, settings_of

HEALTH_TIMEOUT = 4  # seconds: less than a container engine waits for the command


@click.command("config")
def config_command() -> None:
    """Print every setting: its value, where that comes from (the environment or the default), and what it means.

    Passwords are not shown. Every command warns of a variable DIPLOMATIC_EVENTS_* that is not a setting.
    """
    for name, value, source, description in settings_of().listed():
        click.echo(f"{name}={value}  [{source}]\n    {description}")


@click.command()
@click.option("--host", help="Address of the server. [default: DIPLOMATIC_EVENTS_HOST, or 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the server. [default: DIPLOMATIC_EVENTS_PORT, or 8000]")
def health(host: str | None, port: int | None) -> None:
    """Ask a running server whether it is ready; ends with 0 if it is, with 1 and the reason if it is not."""
    settings = settings_of(host=host, port=port)
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # one of all of them
    url = f"http://{f'[{here}]' if ':' in here else here}:{settings.port}{settings.prefix}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_TIMEOUT) as response:
            click.echo(response.read().decode().strip())
    except urllib.error.HTTPError as error:
        with error:
            click.echo(f"{url}: {error} {error.read().decode().strip()}", err=True)
        sys.exit(FAULTY)
    except OSError as error:
        click.echo(f"{url}: {error}", err=True)
        sys.exit(FAULTY)


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


@click.command()
@dataset_option
@data_dir_option
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one. [default: 8000]")
@click.option("--workers", type=click.IntRange(1), help="Server processes. [default: 2]")
@click.option("--threads", type=click.IntRange(1), help="Threads of each process. [default: 4]")
@click.option("--load/--no-load", "fresh", default=True, help="Load the dataset first, if it is not loaded yet.")
def serve(folder: Path | None, data_dir: Path | None, fresh: bool, **options: Any) -> None:
    """Load the dataset if need be, and serve it over HTTP with gunicorn."""
    settings = settings_of(dataset=folder, data_dir=data_dir, **options)
    if fresh:
        load_dataset(settings)
    try:
        server.run(settings)
    except OSError as error:
        raise click.UsageError(str(error)) from None

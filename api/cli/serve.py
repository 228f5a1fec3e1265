"""The command serve."""

from pathlib import Path
from typing import Any

import click

from .. import server
from .common import data_dir_option, datasets_of, datasets_option, settings_of
from .load import load_datasets


@click.command()
@datasets_option
@data_dir_option
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one. [default: 8000]")
@click.option("--workers", type=click.IntRange(1), help="Server processes. [default: 2]")
@click.option("--threads", type=click.IntRange(1), help="Threads of each process. [default: 4]")
@click.option("--load/--no-load", "fresh", default=True, help="Load the dataset first, if it is not loaded yet.")
def serve(folders: tuple[str, ...], data_dir: Path | None, fresh: bool, **options: Any) -> None:
    """Load the dataset if need be, and serve it over HTTP with gunicorn.

    Several are served at once by `--dataset a=DIR --dataset b=DIR`: below /a/v1 and /b/v1, with a page at / that lists them.
    """
    settings = settings_of(**datasets_of(folders), data_dir=data_dir, **options)
    if fresh:
        load_datasets(settings)
    try:
        server.run(settings)
    except OSError as error:
        raise click.UsageError(str(error)) from None

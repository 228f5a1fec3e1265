"""The command serve."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from .. import server
from .common import data_dir_option, datasets_of, datasets_option, settings_of
from .load import load_datasets, load_saved
from .watching import loading


@click.command()
@datasets_option
@data_dir_option
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one. [default: 8000]")
@click.option("--workers", type=click.IntRange(1), help="Server processes. [default: 2]")
@click.option("--threads", type=click.IntRange(1), help="Threads of each process. [default: 4]")
@click.option("--load/--no-load", "fresh", default=True, help="Load the dataset first, if it is not loaded yet.")
@click.option("--watch", is_flag=True, help="Load whatever is saved at once; pages show the errors of the files.")
def serve(folders: tuple[str, ...], data_dir: Path | None, fresh: bool, watch: bool, **options: Any) -> None:
    """Load the dataset if need be, and serve it over HTTP with gunicorn.

    Several are served at once by `--dataset a=DIR --dataset b=DIR`: below /a/v1 and /b/v1, with a page at / that lists them.
    """
    options |= {"data_dir": data_dir, "watch": "1" if watch else None}
    settings = settings_of(files=fresh or watch, **datasets_of(folders), **options)
    if settings.watch:
        load_saved(settings)
    elif fresh:
        load_datasets(settings)
    try:
        with loading(settings) if settings.watch else nullcontext():
            server.run(settings)
    except OSError as error:
        raise click.UsageError(str(error)) from None

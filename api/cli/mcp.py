"""The command mcp."""

import sys
from pathlib import Path

import click
import peewee as pw
from flask import Flask

from ..config import Settings
from ..formats import dumps
from ..problems import Problem
from ..schema.fields import Record
from ..web.app import create_app
from ..web.mcp import answered
from ..web.mcp.errors import RpcError
from .common import data_dir_option, dataset_option, settings_of
from .load import load_dataset

INTERNAL_ERROR = -32603


@click.command()
@dataset_option
@data_dir_option
@click.option("--load/--no-load", "fresh", default=True, help="Load the dataset first, if it is not loaded yet.")
def mcp(folder: Path | None, data_dir: Path | None, fresh: bool) -> None:
    """Answer an assistant over standard input and output (Model Context Protocol).

    The same tools are at `/mcp` of a server.
    """
    settings = settings_of(files=fresh, dataset=folder, data_dir=data_dir)
    if fresh:
        load_dataset(settings)
    app = create_app(settings)
    for line in sys.stdin.buffer:
        if line.strip() and (message := said(app, settings, line)):
            click.echo(dumps(message))


def said(app: Flask, settings: Settings, line: bytes) -> Record | None:
    """The answer to a line; its addresses are those of the server that the dataset names, otherwise of `serve` here."""
    try:
        home = app.extensions["store"].current().about.get("url") or f"http://{settings.host}:{settings.port}{settings.prefix}"
        with app.test_request_context("/mcp", base_url=home):
            return answered(line).message
    except (Problem, pw.DatabaseError) as error:
        return RpcError(INTERNAL_ERROR, str(error)).reply().message

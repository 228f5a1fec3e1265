"""The command `diplomatic-events`.

Exit codes: 0 done, 1 the dataset or a derived file has errors (they are listed), 2 the command was not understood or a
file could not be read or written, 3 another load is running.
"""

import gc
from importlib import import_module
from typing import Any

import click

from .. import __version__, config
from ..dataset.findings import DatasetError
from ..dataset.os_errors import FileError, reason
from .common import fail, missing

COMMANDS = {  # to the module of each, which is imported when it is called
    **dict.fromkeys(("config", "health"), "status"),
    "mcp": "mcp",
    **dict.fromkeys(("changes", "check", "coverage", "fmt", "new"), "curation"),
    **dict.fromkeys(("codebook", "openapi", "schema"), "derived_files"),
    **dict.fromkeys(("cite", "release"), "publication"),
    **dict.fromkeys(("compare", "import"), "machine"),
    **{name: name for name in ("init", "load", "reliability", "serve")},
}

CALLED = {"import": "import_events"}  # a command whose name is a word of Python


class Commands(click.Group):
    """The group of commands, which turns findings and errors of files into messages and exit codes for all of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # what modules define stays: looking through it is a seventh of the start, and of a network later
        try:
            command: click.Command = getattr(import_module(f".{COMMANDS[cmd_name]}", __package__), CALLED.get(cmd_name, cmd_name))
        finally:
            gc.freeze()
            gc.enable()
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatasetError as error:
            fail(error.findings)
        except FileError as error:
            raise click.UsageError(str(error), ctx) from None
        except ModuleNotFoundError as error:
            raise click.UsageError(missing(error), ctx) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            path = f"{error.filename}: " if error.filename else ""
            raise click.UsageError(f"cannot {ctx.invoked_subcommand}: {path}{reason(error)}", ctx) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="diplomatic-events")
def main() -> None:
    """A curated dataset of events, statements and agreements, as an API: check it, load it, serve it.

    The dataset is a folder of text files. `check` lists the errors in them, `load` turns them into a release, `serve`
    serves the release over HTTP. Settings come from options, or from the environment as DIPLOMATIC_EVENTS_*.

    Exit codes: 0 done, 1 errors (they are listed), 2 not understood, or a file cannot be read or written, 3 another load
    is running.
    """
    for name, meant in config.unknown().items():
        click.echo(f"warning: {name} is not a setting" + (f"; did you mean {meant}?" if meant else ""), err=True)

"""The command `diplomatic-events`.

Exit codes: 0 done, 1 the dataset or a derived file has errors (they are listed), 2 the command was not understood or a
file could not be read or written, 3 another load is running.
"""

from typing import Any

import click

from .. import __version__, config
from ..dataset.findings import DatasetError
from ..dataset.os_errors import FileError, reason
from .common import fail, missing
from .curation import changes, check, coverage, fmt, new
from .derived_files import codebook, openapi, schema
from .operation import config_command, health, load, serve
from .publication import cite, release
from .reliability import reliability


class Commands(click.Group):
    """The group of commands, which turns findings and errors of files into messages and exit codes for all of them."""

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
    """Diplomacy between the United States and Russia, as data: check it, load it, serve it.

    The dataset is a folder of text files. `check` lists the errors in them, `load` turns them into a release, `serve`
    serves the release over HTTP. Settings come from options, or from the environment as DIPLOMATIC_EVENTS_*.

    Exit codes: 0 done, 1 errors (they are listed), 2 not understood, or a file cannot be read or written, 3 another load
    is running.
    """
    for name, meant in config.unknown().items():
        click.echo(f"warning: {name} is not a setting" + (f"; did you mean {meant}?" if meant else ""), err=True)


for command in (
    config_command, health, check, load, serve, new, fmt, openapi, schema, codebook, release, changes, cite, coverage,
    reliability,
):  # fmt: skip
    main.add_command(command)

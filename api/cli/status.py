"""Commands for operators that need neither the dataset nor the server's code: config and health."""

import sys
import urllib.error
import urllib.request

import click

from .common import FAULTY, settings_of

HEALTH_TIMEOUT = 4  # seconds: less than a container engine waits for the command


@click.command()
def config() -> None:
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

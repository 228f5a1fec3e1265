"""gunicorn, configured: the application served over real sockets by several processes."""

import socket
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from .app import create_app
from .config import Settings

TRY = """\
Serving http://{address}/ (stop with Ctrl-C). Try:
  curl 'http://{address}/v1/events?place=geneva&date_from=2021-06&date_to=2021-06'
  curl 'http://{address}/v1/statements?speaker=sergei-ryabkov'
  curl 'http://{address}/v1/agreements?in_force_on=2021-06-16'"""


def address(server: Any) -> str:
    """Where a server listens, as `host:port`."""
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Server(BaseApplication):
    """gunicorn with our settings and without a configuration file."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            # Threads share one release and keep connections open between requests; processes use the cores.
            "worker_class": "gthread",
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "keepalive": 15,
            "preload_app": True,
            "limit_request_line": 8190,
            "control_socket_disable": True,
            "loglevel": "warning",
            "when_ready": lambda server: click.echo(TRY.format(address=address(server)), err=True),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(self.settings)


def run(settings: Settings) -> None:
    """Serves until a signal ends it. Raises OSError if the address cannot be listened on."""
    # gunicorn would try again and again; a person wants to know at once.
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    socket.create_server((settings.host, settings.port), family=family).close()
    Server(settings).run()

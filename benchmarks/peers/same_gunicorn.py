"""Serves a peer by gunicorn's own `gthread` worker, with the other settings of the project's server."""

from pathlib import Path
from typing import Any

import click

from api.config import Settings
from api.server import Server

from . import bare_flask, constant

PEERS = {"constant": constant.create, "bare_flask": bare_flask.create}


class PeerServer(Server):
    """The project's server around another application, with a worker that is gunicorn's own."""

    def __init__(self, settings: Settings, peer: Any) -> None:
        self.peer = peer
        super().__init__(settings)

    def load_config(self) -> None:
        super().load_config()
        self.cfg.set("worker_class", "gthread")

    def load(self) -> Any:
        return self.peer


@click.command()
@click.argument("peer", type=click.Choice(list(PEERS)))
@click.argument("bodies", type=click.Path(path_type=Path, exists=True))
@click.option("--port", type=int, required=True)
@click.option("--workers", type=int, required=True)
@click.option("--threads", type=int, required=True)
def main(peer: str, bodies: Path, port: int, workers: int, threads: int) -> None:
    """Serve PEER, which sends the files below BODIES."""
    PeerServer(Settings(port=port, workers=workers, threads=threads), PEERS[peer](bodies)).run()


if __name__ == "__main__":
    main()

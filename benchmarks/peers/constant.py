"""A WSGI application without a framework that sends ready bodies: what this gunicorn can do at best."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def create(bodies: Path) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Answers `/<name>` with the file of that name below `bodies`, read once."""
    ready = {}
    for path in bodies.iterdir():
        body = path.read_bytes()
        ready[f"/{path.name}"] = (body, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body, headers = ready[environ["PATH_INFO"]]
        start_response("200 OK", headers)
        return [body]

    return application

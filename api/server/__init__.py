"""The server: gunicorn with the application, access log, rate limit and metrics."""

from .gunicorn_server import MEMORY, Server, run

__all__ = ["MEMORY", "Server", "run"]

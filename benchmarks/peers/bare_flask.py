"""One Flask route that returns a ready body: what this framework can do at best."""

from pathlib import Path

from flask import Flask, Response


def create(bodies: Path) -> Flask:
    """Answers `/v1/events`, whatever the query, with the file `list` below `bodies`, read once."""
    app = Flask(__name__, static_folder=None)
    body = (bodies / "list").read_bytes()

    @app.get("/v1/events")
    def events() -> Response:
        return Response(body, mimetype="application/json")

    return app

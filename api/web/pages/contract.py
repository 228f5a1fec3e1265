"""The contract and its documentation: openapi.json, openapi.yaml, Swagger UI, and the descriptions of problem types."""

from collections.abc import Mapping
from mimetypes import guess_type
from os.path import isfile
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, render_template
from werkzeug.security import safe_join

from ...problems import PROBLEMS, Problem
from ..addresses import mounted
from ..headers import DOCUMENTATION
from ..openapi.served import served_json, served_yaml
from ..request_parameters import loaded
from ..response_cache import keep
from ..responses import FRESH, HTML, JSON, fixed

SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"


def add_to(blueprint: Blueprint) -> None:
    """Adds the routes to the blueprint of the pages."""
    for path, view in (
        ("/openapi.yaml", openapi_yaml),
        ("/openapi.json", openapi_json),
        ("/docs", docs),
        ("/docs/<path:name>", docs_file),
        ("/problems/<kind>", problem),
    ):
        blueprint.add_url_rule(path, view.__name__, view)


def constant(
    body: str | bytes, media_type: str = JSON, cache_control: str = FRESH, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that depends on the code and the served release alone; kept in the response cache."""
    keep()
    return fixed(body, media_type, cache_control, headers)


def openapi_yaml() -> Response:
    return constant(served_yaml(loaded(), mounted("") or "/"), "application/yaml")


def openapi_json() -> Response:
    return constant(served_json(loaded(), mounted("") or "/"))


def docs() -> Response:
    title = release.about["title"] if (release := loaded()) else "The API"
    return constant(render_template("docs.html", title=title), HTML, headers={"Content-Security-Policy": DOCUMENTATION})


def docs_file(name: str) -> Response:
    """A file of Swagger UI, or the script that starts it."""
    if name == "start.js":
        return constant(render_template("docs.js"), "text/javascript")
    path = safe_join(str(SWAGGER_UI), name)
    if not path or not isfile(path):
        raise Problem(404, f"There is no file {name!r} here.")
    return constant(Path(path).read_bytes(), guess_type(name)[0] or "application/octet-stream", "public, max-age=86400")


def problem(kind: str) -> Response:
    """The description of a problem type, at the address in its `type`."""
    if kind not in PROBLEMS:
        raise Problem(404, f"There is no problem called {kind!r}.")
    return constant(f"{PROBLEMS[kind]}\n", "text/plain")

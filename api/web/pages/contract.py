"""The contract and its documentation: openapi.json, openapi.yaml, a page, Swagger UI, the documents, and problem types."""

from functools import cache
from mimetypes import guess_type
from os.path import isfile
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, render_template
from werkzeug.security import safe_join

from ...config import HERE
from ...problems import PROBLEMS, Problem
from .. import openapi
from ..addresses import mounted
from ..headers import DOCUMENTATION, PAGE
from ..openapi.served import information, served_json, served_yaml, with_examples
from ..request_parameters import loaded
from ..responses import HTML, constant
from . import reference
from .render import html

DOCUMENTS = HERE / "_docs" if (HERE / "_docs").is_dir() else HERE.parent / "docs"  # inside the wheel, or in a checkout
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"


def add_to(blueprint: Blueprint) -> None:
    """Adds the routes to the blueprint of the pages."""
    for path, view in (
        ("/openapi.yaml", openapi_yaml),
        ("/openapi.json", openapi_json),
        ("/docs", docs),
        ("/docs/texts/<name>.md", docs_text),
        ("/docs/<path:name>", docs_file),
        ("/problems/<kind>", problem),
    ):
        blueprint.add_url_rule(path, view.__name__, view)


def openapi_yaml() -> Response:
    return constant(served_yaml(loaded(), mounted("") or "/"), "application/yaml")


def openapi_json() -> Response:
    return constant(served_json(loaded(), mounted("") or "/"))


def docs() -> Response:
    """The contract as a page, which needs no script."""
    release = loaded()
    info = information(release) if release else openapi.contract()["info"]
    values = {"info": info, "groups": reference.groups(), "texts": sorted(texts())}
    body = html("docs", release, programs=mounted("/openapi.json"), here="docs", **values)
    return constant(with_examples(release, body) if release else body, HTML, headers={"Content-Security-Policy": PAGE})


@cache
def texts() -> dict[str, Path]:
    """The documents by name, where they came along."""
    return {path.stem: path for path in DOCUMENTS.glob("*.md")}


def docs_text(name: str) -> Response:
    """A document as it is written, in Markdown."""
    if name not in texts():
        raise Problem(404, f"There is no document {name!r} here.")
    return constant(texts()[name].read_text(encoding="utf-8"), "text/plain")


def docs_file(name: str) -> Response:
    """A file of Swagger UI, its page, or the script that starts it."""
    if name == "try":
        return constant(render_template("try.html"), HTML, headers={"Content-Security-Policy": DOCUMENTATION})
    if name == "start.js":
        return constant(render_template("try.js"), "text/javascript")
    path = safe_join(str(SWAGGER_UI), name)
    if not path or not isfile(path):
        raise Problem(404, f"There is no file {name!r} here.")
    return constant(Path(path).read_bytes(), guess_type(name)[0] or "application/octet-stream", "public, max-age=86400")


def problem(kind: str) -> Response:
    """The description of a problem type, at the address in its `type`."""
    if kind not in PROBLEMS:
        raise Problem(404, f"There is no problem called {kind!r}.")
    return constant(f"{PROBLEMS[kind]}\n", "text/plain")

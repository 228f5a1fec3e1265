"""The pages for people, and the contract: front page, documentation, problem types, openapi.json and openapi.yaml."""

from collections.abc import Mapping
from mimetypes import guess_type
from os.path import isfile
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, render_template
from werkzeug.security import safe_join

from .. import __version__
from ..problems import PROBLEMS, Problem
from ..query.citation import citation
from ..resources import RESOURCES
from . import openapi
from .addresses import mounted, root
from .headers import DOCUMENTATION, page_policy
from .questions import QUESTIONS
from .request_parameters import served
from .response_cache import keep
from .responses import FRESH, JSON, answer, fixed, not_modified

HTML = "text/html"
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> Response:
    release = served()
    if unchanged := not_modified(release, HTML):
        return unchanged
    body = render_template(
        "index.html",
        about=release.about,
        resources=RESOURCES,
        api_version=__version__,
        citation=citation(release.about, root()),
        questions=QUESTIONS,
    )
    return answer(body, release, HTML, headers={"Content-Security-Policy": page_policy(body)})


def constant(
    body: str | bytes, media_type: str = JSON, cache_control: str = FRESH, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that depends on the code alone; kept in the response cache."""
    keep()
    return fixed(body, media_type, cache_control, headers)


@blueprint.get("/openapi.yaml")
def openapi_yaml() -> Response:
    return constant(openapi.as_yaml().replace("[{url: /,", f"[{{url: {mounted('') or '/'},", 1), "application/yaml")


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    return constant(openapi.as_json().replace('[{"url":"/",', f'[{{"url":"{mounted("") or "/"}",', 1))


@blueprint.get("/docs")
def docs() -> Response:
    return constant(render_template("docs.html"), HTML, headers={"Content-Security-Policy": DOCUMENTATION})


@blueprint.get("/docs/<path:name>")
def docs_file(name: str) -> Response:
    """A file of Swagger UI, or the script that starts it."""
    if name == "start.js":
        return constant(render_template("docs.js"), "text/javascript")
    path = safe_join(str(SWAGGER_UI), name)
    if not path or not isfile(path):
        raise Problem(404, f"There is no file {name!r} here.")
    return constant(Path(path).read_bytes(), guess_type(name)[0] or "application/octet-stream", "public, max-age=86400")


@blueprint.get("/problems/<kind>")
def problem(kind: str) -> Response:
    """The description of a problem type, at the address in its `type`."""
    if kind not in PROBLEMS:
        raise Problem(404, f"There is no problem called {kind!r}.")
    return constant(f"{PROBLEMS[kind]}\n", "text/plain")

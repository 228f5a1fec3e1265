"""The pages for people, and the contract: front page, documentation, problem types, openapi.json and openapi.yaml."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, render_template, request, send_from_directory

from .. import __version__
from ..problems import PROBLEMS, Problem
from ..query.citation import citation
from ..resources import RESOURCES
from . import openapi
from .headers import DOCUMENTATION, page_policy
from .questions import QUESTIONS
from .request_parameters import served
from .responses import FRESH, JSON, answer, not_modified

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
        citation=citation(release.about, request.host_url),
        questions=QUESTIONS,
    )
    return answer(body, release, HTML, headers={"Content-Security-Policy": page_policy(body)})


@blueprint.get("/openapi.yaml")
def openapi_yaml() -> Response:
    return Response(openapi.as_yaml(), mimetype="application/yaml", headers={"Cache-Control": FRESH})


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    return Response(openapi.as_json(), mimetype=JSON, headers={"Cache-Control": FRESH})


@blueprint.get("/docs")
def docs() -> Response:
    headers = {"Cache-Control": FRESH, "Content-Security-Policy": DOCUMENTATION}
    return Response(render_template("docs.html"), mimetype=HTML, headers=headers)


@blueprint.get("/docs/<path:name>")
def docs_file(name: str) -> Response:
    """A file of Swagger UI, or the script that starts it."""
    if name == "start.js":
        return Response(render_template("docs.js"), mimetype="text/javascript", headers={"Cache-Control": FRESH})
    return send_from_directory(SWAGGER_UI, name, max_age=86400)


@blueprint.get("/problems/<kind>")
def problem(kind: str) -> Response:
    """The description of a problem type, at the address in its `type`."""
    if kind not in PROBLEMS:
        raise Problem(404, f"There is no problem called {kind!r}.")
    return Response(f"{PROBLEMS[kind]}\n", mimetype="text/plain", headers={"Cache-Control": FRESH})

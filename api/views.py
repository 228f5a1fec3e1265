"""The routes: lists and items of every kind by one loop, and the few pages around them."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, send_from_directory, url_for

from . import __version__, formats, openapi
from .problems import PROBLEMS, Problem, nearest
from .query import Query, item_arguments, page, understand
from .resource import Resource
from .resources import BY_KIND, RESOURCES
from .store import Moved, Release, Store

JSON = "application/json"
FRESH = "public, max-age=60"
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
QUESTIONS = (
    (
        "Which events took place in Geneva in June 2021?",
        "/v1/events?place=geneva&date_from=2021-06&date_to=2021-06&status=occurred&fields=title,date.edtf",
    ),
    (
        "What did Ryabkov say about strategic stability, and who reported it?",
        "/v1/statements?speaker=sergei-ryabkov&topic=strategic-stability&fields=date.edtf,paraphrase,reported_by.name",
    ),
    (
        "Who are the parties to New START, when was it extended, and until when is it in force?",
        "/v1/agreements/new-start?fields=parties.name,actions.kind,actions.date.edtf,actions.until.edtf,in_force",
    ),
    (
        "Which statements deny another statement?",
        "/v1/statements?stance=denies&fields=speakers.name,paraphrase,replies_to.statement.id",
    ),
    (
        "Which persons held which office on 16 June 2021?",
        "/v1/actors?role_on=2021-06-16&kind=person&fields=name,roles.title,roles.attested.edtf,roles.from.edtf,roles.to.edtf",
    ),
    ("What is disputed?", "/v1/events?disputed=true&fields=title,accounts.about,accounts.value,accounts.holders.name&limit=3"),
)


def store() -> Store:
    found: Store = current_app.extensions["store"]
    return found


def answer(body: str, release: Release, etag: str, links: Mapping[str, str | None] | None = None, type: str = JSON) -> Response:
    """A 200 with everything a cache and a client want to know of it."""
    response = Response(body, mimetype=type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = FRESH
    response.headers["Vary"] = "Accept"
    relations = {**(links or {}), "describedby": url_for("pages.openapi_yaml"), "license": release.about["licence_url"]}
    response.headers["Link"] = ", ".join(f'<{href}>; rel="{rel}"' for rel, href in relations.items() if href)
    return response


def etag_of(release: Release, text: str) -> str:
    """The validator of an answer: the release, the code that serves it, and what was asked."""
    return hashlib.sha256(f"{release.id} {release.about['code']} {__version__} {text}".encode()).hexdigest()[:32]


def unchanged(etag: str) -> Response | None:
    """A 304 if the client has this very answer."""
    if not request.if_none_match.contains(etag) or request.if_none_match.star_tag:
        return None
    response = Response(status=304)
    response.set_etag(etag)
    response.headers["Cache-Control"] = FRESH
    return response


def about(release: Release) -> dict[str, Any]:
    return {"release": {"version": release.about["version"], "digest": release.about["digest"]}}


def list_view(resource: Resource) -> Callable[[], Response]:
    def view() -> Response:
        query = Query.read(resource, dict(request.args.lists()))
        formats.choose(query.asked.get("format"), request.accept_mimetypes)
        release = store().current()
        etag = etag_of(release, f"{request.host_url} {query.normal} {query.asked['limit']} {query.asked.get('cursor')}")
        if same := unchanged(etag):
            return same
        found = page(query, store(), release)
        args = {name: value for name, value in request.args.items() if name != "cursor"}
        following = url_for(request.endpoint or "", **{**args, "cursor": found.next}, _external=True) if found.next else None
        links = {"self": request.url, "next": following}
        meta = {"total": found.total, **about(found.release), "query": query.understood}
        documents = formats.narrowed(found.documents, query.asked.get("fields"))
        body = formats.envelope(f"[{','.join(documents)}]", meta, links)
        return answer(body, found.release, etag, {"next": following})

    return view


def item_view(resource: Resource) -> Callable[[str], Any]:
    def view(id: str) -> Any:
        asked = understand(item_arguments(resource), dict(request.args.lists()))
        formats.choose(None, request.accept_mimetypes)
        release = store().current()
        etag = etag_of(release, f"{request.host_url} {resource.kind}/{id} {asked}")
        if same := unchanged(etag):
            return same
        model = resource.model
        document = release.scalar(model.select(model.document).where(model.id == id))
        if document is None:
            return moved(release, resource, id)
        links = {"self": request.url, "collection": url_for(f"v1.{resource.kind}", _external=True)}
        (document,) = formats.narrowed([document], asked.get("fields"))
        return answer(formats.envelope(document, about(release), links), release, etag, {"collection": links["collection"]})

    return view


def moved(release: Release, resource: Resource, id: str) -> Any:
    """308 to where a renamed record is, 410 for a withdrawn one, 404 for an id that never was."""
    rows = release.rows(Moved.select(Moved.renamed, Moved.withdrawn).where((Moved.kind == resource.kind) & (Moved.id == id)))
    if rows and rows[0][0]:
        return redirect(url_for(f"v1.{resource.kind}-item", id=rows[0][0]), 308)
    if rows:
        raise Problem(410, f"{id} was withdrawn: {rows[0][1]}")
    model = resource.model
    close = nearest(id, (known for (known,) in release.rows(model.select(model.id).limit(5000))))
    raise Problem(404, f"There is no {id!r} among the {resource.kind}.", "unknown-record", suggestion=close)


def v1() -> Blueprint:
    """The versioned interface: an index, and a list and an item for each kind."""
    blueprint = Blueprint("v1", __name__, url_prefix="/v1")
    blueprint.add_url_rule("", "index", index)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.kind}", resource.kind, list_view(resource))
        blueprint.add_url_rule(f"/{resource.kind}/<id>", f"{resource.kind}-item", item_view(resource))
    return blueprint


def index() -> Response:
    release = store().current()
    etag = etag_of(release, f"{request.host_url} index")
    if same := unchanged(etag):
        return same
    shown = (
        "title",
        "description",
        "version",
        "released",
        "licence",
        "licence_url",
        "creators",
        "coverage",
        "countries",
        "counts",
    )
    data = {**{key: release.about[key] for key in shown}, "api_version": __version__, "citation": citation(release)}
    links = {kind: url_for(f"v1.{kind}", _external=True) for kind in BY_KIND}
    links |= {
        "self": request.base_url,
        "openapi": url_for("pages.openapi_yaml", _external=True),
        "docs": url_for("pages.docs", _external=True),
    }
    return answer(formats.envelope(formats.dumps(data), about(release), links), release, etag)


def citation(release: Release) -> str:
    """How to cite a release, as one line of text."""
    about = release.about
    names = ", ".join(creator["name"] for creator in about["creators"])
    return (
        f"{names} ({about['released'][:4]}). {about['title']}, version {about['version']} "
        f"[data set]. sha256:{about['digest']}. {about['licence']}."
    )


pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> Response:
    release = store().current()
    etag = etag_of(release, f"{request.host_url} home")
    if same := unchanged(etag):
        return same
    body = render_template(
        "index.html",
        about=release.about,
        resources=RESOURCES,
        api_version=__version__,
        citation=citation(release),
        questions=QUESTIONS,
    )
    return answer(body, release, etag, type="text/html")


@pages.get("/openapi.yaml")
def openapi_yaml() -> Response:
    return Response(openapi.as_yaml(), mimetype="application/yaml", headers={"Cache-Control": FRESH})


@pages.get("/openapi.json")
def openapi_json() -> Response:
    return Response(openapi.as_json(), mimetype=JSON, headers={"Cache-Control": FRESH})


@pages.get("/docs")
def docs() -> Response:
    return Response(render_template("docs.html"), mimetype="text/html", headers={"Cache-Control": FRESH})


@pages.get("/docs/<path:name>")
def docs_file(name: str) -> Response:
    if name == "start.js":
        return Response(render_template("docs.js"), mimetype="text/javascript", headers={"Cache-Control": FRESH})
    return send_from_directory(SWAGGER_UI, name, max_age=86400)


@pages.get("/problems/<kind>")
def problem(kind: str) -> Response:
    """What a problem's `type` address leads to."""
    if kind not in PROBLEMS:
        raise Problem(404, f"There is no problem called {kind!r}.")
    return Response(f"{PROBLEMS[kind]}\n", mimetype="text/plain", headers={"Cache-Control": FRESH})


@pages.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response('{"status":"ok"}\n', mimetype=JSON, headers={"Cache-Control": "no-store"})


@pages.get("/readyz")
def readyz() -> Response:
    """A release is loaded and its database answers; otherwise 503."""
    release = store().current()
    release.scalar(RESOURCES[0].model.select(RESOURCES[0].model.seq).limit(1))
    body = formats.dumps({"status": "ok", **about(release)})
    return Response(f"{body}\n", mimetype=JSON, headers={"Cache-Control": "no-store"})


def init(app: Flask) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(v1())

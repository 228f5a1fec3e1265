"""The routes: lists and items of every kind by one loop, and the few pages around them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Flask, Response, render_template, request, send_from_directory, url_for

from .. import __version__, formats
from ..formats.sparse import narrowed
from ..problems import PROBLEMS, Problem
from ..query.aggregation import facets
from ..query.citation import citation, cite
from ..query.pagination import every, page
from ..query.query import Query, item_arguments, refuse, understand
from ..resources import BY_KIND, RESOURCES
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..schema.fields import is_id
from ..schema.walk import referred
from ..storage.store import Release, unavailable
from . import lookups, openapi, publications
from .headers import DOCUMENTATION, page_policy
from .responses import (
    FRESH,
    JSON,
    about,
    answer,
    conditional,
    gone_or_unknown,
    here,
    json_only,
    no_parameters,
    onward,
    serving,
    store,
)

FEW = 5  # with fewer hits than this the answer says what the dataset covers
SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
BETWEEN_THE_TWO = (
    "topic=nuclear-arms-control,nuclear-weapons&party=soviet-union,russia&party_all=united-states&sort=date"
    "&fields=title,in_force.from.edtf,in_force.to.edtf"
)
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
        "Who are the parties to New START, when was it extended, and until when was it in force?",
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
    (
        "Which nuclear agreements between the United States and the Soviet Union or Russia were in force on 1 January 1985?",
        f"/v1/agreements?in_force_on=1985-01-01&{BETWEEN_THE_TWO}",
    ),
    ("And on 1 March 2026?", f"/v1/agreements?in_force_on=2026-03-01&{BETWEEN_THE_TWO}"),
    (
        "What has Russia suspended or left, and when?",
        "/v1/events?type=agreement-suspended,agreement-withdrawn&actor=russia&sort=date&fields=title,date.edtf",
    ),
    (
        "When did the presidents meet in Geneva?",
        "/v1/events?type=summit&place=geneva&sort=date&fields=title,date.edtf,participants.actor.name",
    ),
    (
        "How did the sentence that a nuclear war cannot be won travel from 1985 to 2022?",
        "/v1/agreements?q=%22nuclear%20war%20cannot%20be%20won%22&sort=date"
        "&fields=title,actions.date.edtf,relations.relation,relations.agreement.id",
    ),
    (
        "What was extended and has expired since, and when?",
        "/v1/agreements?action=extended&status=expired&fields=title,actions.kind,actions.date.edtf,actions.until.edtf",
    ),
    (
        "Who signed the INF Treaty, and in what office?",
        "/v1/agreements/inf-treaty?fields=actions.kind,actions.date.edtf,actions.by.name,actions.by.offices",
    ),
    ("What is disputed?", "/v1/events?disputed=true&fields=title,accounts.about,accounts.value,accounts.holders.name&limit=3"),
)


def list_view(resource: Resource) -> Callable[[], Response]:
    def view() -> Response:
        query = Query.read(resource, dict(request.args.lists()), serving=serving)
        word = formats.choose(query.asked.get("format"), request.accept_mimetypes, formats.formats_of(resource.kind))
        release = serving(query.asked)
        identity = f"{word} {query.normal} {query.asked['limit']} {query.asked.get('cursor')} {'cite' in query.asked}"

        def make() -> Response:
            return as_json(query, release) if word == "json" else as_format(query, release, word)

        return conditional(release, identity, make)

    return view


def as_json(query: Query, release: Release) -> Response:
    """A page of stored documents, with what was asked to come along."""
    found = page(query, store(), release)
    following = onward(found.next)
    documents = list(narrowed(found.documents, query.asked.get("fields")))
    meta = {"total": found.total, **about(found.release), "query": query.understood}
    if "cite" in query.asked:
        meta["citation"] = cite(query, found.release, request.host_url)
    if "facets" in query.asked:
        meta["facets"] = facets(query, found.release, request.args.to_dict(), request.base_url)
    if found.total < FEW:
        meta["coverage"] = coverage(query, found.release)
    included = None
    if "include" in query.asked:
        included = include(query.resource, found.documents, query.asked["include"], found.release)
    links = {"self": here(), "next": following}
    body = formats.envelope(f"[{','.join(documents)}]", meta, links, included)
    return answer(body, found.release, {"next": following})


def as_format(query: Query, release: Release, word: str) -> Response:
    """What was found in another shape: all of it, streamed, or a page of it where the format has pages."""
    format = formats.FORMATS[word]
    wrong = [
        Fault((name,), f"goes with JSON only, not with {word}") for name in ("facets", "include", "cite") if name in request.args
    ]
    if not format.narrows and "fields" in request.args:
        wrong.append(Fault(("fields",), f"does not go with {word}, whose keys are its own"))
    if not format.paged:
        paging = [name for name in ("cursor", "limit") if name in request.args]
        wrong += [Fault((name,), f"goes with formats that have pages; {word} holds everything") for name in paging]
    if wrong:
        raise refuse(wrong)
    assert format.write  # noqa: S101  # JSON alone has none
    if format.paged:
        found = page(query, store(), release)
        texts, following, release = iter(found.documents), onward(found.next), found.release
    else:
        query.check_values(release)
        texts, following = every(query, release), None
    base = request.host_url.rstrip("/")
    listing = formats.Listing(query.resource, release, texts, base, here(), following, query.asked.get("fields"))
    response = answer(format.write(listing), release, {"next": following}, format.media_type)
    response.headers["Content-Disposition"] = f'inline; filename="{query.resource.kind}.{word}"'
    return response


def coverage(query: Query, release: Release) -> dict[str, Any]:
    """What the dataset covers, so that few hits or none can be read."""
    about = release.about
    return {"dates": about["coverage"], "countries": about["countries"], "records": about["counts"][query.resource.kind]}


def include(resource: Resource, texts: list[str], kinds: list[str], release: Release) -> str:
    """The records of some kinds that documents refer to, once each, in order of their ids: one query a kind."""
    wanted: dict[str, set[str]] = {kind: set() for kind in kinds}
    for text in texts:
        for kind, id in referred(resource.schema, json.loads(text)):
            if kind in wanted:
                wanted[kind].add(id)
    found = []
    for kind, ids in wanted.items():
        model = BY_KIND[kind].model
        rows = release.rows(model.select(model.document).where(model.id.in_(sorted(ids))).order_by(model.id))
        found.append(f"{formats.dumps(kind)}:[{','.join(document for (document,) in rows)}]")
    return f"{{{','.join(found)}}}"


def item_view(resource: Resource) -> Callable[[str], Any]:
    def view(id: str) -> Any:
        asked = understand(item_arguments(resource), dict(request.args.lists()))
        json_only()
        release = serving(asked)

        def make() -> Any:
            model = resource.model
            document = release.scalar(model.select(model.document).where(model.id == id)) if is_id(id) else None
            if document is None:
                return gone_or_unknown(release, resource, id)
            links = {"self": here(), "collection": url_for(f"v1.{resource.kind}", _external=True)}
            included = include(resource, [document], asked["include"], release) if "include" in asked else None
            (shown,) = narrowed([document], asked.get("fields"))
            body = formats.envelope(shown, about(release), links, included)
            return answer(body, release, {"collection": links["collection"]})

        return conditional(release, f"{resource.kind}/{id} {sorted(asked.items())}", make)

    return view


def v1() -> Blueprint:
    """The versioned interface: an index, and a list and an item for each kind."""
    blueprint = Blueprint("v1", __name__, url_prefix="/v1")
    blueprint.add_url_rule("", "index", index)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.kind}", resource.kind, list_view(resource))
        blueprint.add_url_rule(f"/{resource.kind}/<id>", f"{resource.kind}-item", item_view(resource))
    return blueprint


def index() -> Response:
    no_parameters()
    json_only()
    release = store().current()
    return conditional(release, "index", lambda: as_index(release))


def as_index(release: Release) -> Response:
    """What the dataset is, and where everything stands."""
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
    data = {**{key: release.about[key] for key in shown}, "api_version": __version__, "citation": citation(release.about)}
    links = {kind: url_for(f"v1.{kind}", _external=True) for kind in BY_KIND}
    links |= {
        "self": here(),
        "network": url_for("lookups.network_view", _external=True),
        "changes": url_for("publications.changes_view", _external=True),
        "quality": url_for("publications.quality_view", _external=True),
        "releases": url_for("publications.releases", _external=True),
        "openapi": url_for("pages.openapi_yaml", _external=True),
        "docs": url_for("pages.docs", _external=True),
    }
    return answer(formats.envelope(formats.dumps(data), about(release), links), release)


pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> Response:
    release = store().current()
    return conditional(release, "home", lambda: as_home(release))


def as_home(release: Release) -> Response:
    """The front page."""
    body = render_template(
        "index.html",
        about=release.about,
        resources=RESOURCES,
        api_version=__version__,
        citation=citation(release.about),
        questions=QUESTIONS,
    )
    response = answer(body, release, type="text/html")
    response.headers["Content-Security-Policy"] = page_policy(body)
    return response


@pages.get("/openapi.yaml")
def openapi_yaml() -> Response:
    return Response(openapi.as_yaml(), mimetype="application/yaml", headers={"Cache-Control": FRESH})


@pages.get("/openapi.json")
def openapi_json() -> Response:
    return Response(openapi.as_json(), mimetype=JSON, headers={"Cache-Control": FRESH})


@pages.get("/docs")
def docs() -> Response:
    headers = {"Cache-Control": FRESH, "Content-Security-Policy": DOCUMENTATION}
    return Response(render_template("docs.html"), mimetype="text/html", headers=headers)


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
    if not release.intact():
        raise unavailable("The file of the release is not the one that was opened.")
    body = formats.dumps({"status": "ok", **about(release)})
    return Response(f"{body}\n", mimetype=JSON, headers={"Cache-Control": "no-store"})


def init(app: Flask) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(v1())
    app.register_blueprint(lookups.blueprint)
    app.register_blueprint(publications.blueprint)

"""Questions that are no list of one kind: search, suggest, resolve, aggregates, the network, threads."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, redirect, request, url_for
from marshmallow import validate

from .. import formats
from ..formats.graphml import as_graphml, network
from ..formats.tabular import row as csv_row
from ..problems import Problem
from ..query.aggregation import aggregate
from ..query.pagination import broken, encode, every, resume, total
from ..query.query import Query, aggregate_arguments, filter_parameters, paging, pin, refuse, shape, understand
from ..resources import BY_KIND, INDEXES, RESOURCES
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..schema.fields import Choice, Record, Schema, is_id
from ..schema.query_fields import QueryText, listed
from ..storage import full_text
from ..storage.store import Identifier, Moved, Release
from .responses import about, answer, conditional, gone_or_unknown, here, json_only, onward, serving, store

DEEPEST_HIT = 10_000
MOST_NETWORKED = 10_000
SUGGESTIONS = 10
SCHEMES = ("geonames", "iso3166", "tias", "unts", "wikidata")
blueprint = Blueprint("lookups", __name__, url_prefix="/v1")


def text_parameter(description: str, example: str) -> ma.fields.Field[Any]:
    field = QueryText(description, required=True, validate=validate.Length(max=300, error="is longer than {max} characters"))
    field.metadata = {**field.metadata, "example": example}
    return field


@cache
def search_arguments() -> ma.Schema:
    """The parameters of `/v1/search`."""
    parameters = {
        "q": text_parameter(
            'What to look for: all words, "a phrase", or `treat*` for words that begin so. Any text is valid.', "new start"
        ),
        "kind": listed(Choice("A kind.", tuple(BY_KIND)), "Only records of these kinds."),
        **pin(),
        **paging("Hits", 20, 100),
    }
    return Schema.from_dict(parameters, name="search-query")()


@cache
def suggest_arguments() -> ma.Schema:
    """The parameters of `/v1/suggest`."""
    parameters = {
        "q": text_parameter("The beginning of a name, under any of its forms.", "ryab"),
        "kind": listed(Choice("A kind.", tuple(BY_KIND)), "Only records of these kinds."),
        **pin(),
    }
    return Schema.from_dict(parameters, name="suggest-query")()


@cache
def resolve_arguments() -> ma.Schema:
    """The parameters of `/v1/resolve`."""
    example = "`wikidata:Q7747`, `iso3166:USA`, `geonames:2660646`, `unts:10485`, `actors/vladimir-putin`, `vladimir-putin`"
    return Schema.from_dict(
        {"id": text_parameter(f"An id in some scheme, or of old: {example}.", "iso3166:USA")}, name="resolve-query"
    )()


@cache
def network_arguments() -> ma.Schema:
    """The parameters of `/v1/network`: the filters of events, and the shape."""
    shared = {**pin(), **shape(("json", "graphml"))}
    return Schema.from_dict({**filter_parameters(BY_KIND["events"]), **shared}, name="network-query")()


@cache
def thread_arguments() -> ma.Schema:
    """The parameters of `/v1/threads/<id>`."""
    return Schema.from_dict(pin(), name="thread-query")()


def asked_of(schema: ma.Schema) -> Any:
    return understand(schema, dict(request.args.lists()))


def _hits(release: Release, text: str, rows: list[tuple[Any, ...]]) -> list[Record]:
    """Rows of a search as public hits; one query a kind fetches what the records are called."""
    called: dict[tuple[str, int], tuple[str, str]] = {}
    for kind in {row[0] for row in rows}:
        model = BY_KIND[kind].model
        numbers = [row[1] for row in rows if row[0] == kind]
        for seq, id, name in release.rows(model.select(model.seq, model.id, model.called).where(model.seq.in_(numbers))):
            called[kind, seq] = id, name
    found = []
    for kind, seq, *columns in rows:
        id, name = called[kind, seq]
        column, shown = full_text.highlight(text, columns[: len(full_text.COLUMNS)])
        hit = {"kind": kind, "id": id, "name": name, "field": column, "highlight": shown, "href": f"/v1/{kind}/{id}"}
        found.append(hit)
    return found


@blueprint.get("/search")
def search_view() -> Any:
    asked = asked_of(search_arguments())
    json_only()
    release = serving(asked)
    return conditional(release, f"search {json.dumps(asked, sort_keys=True)}", lambda: _searched(release, asked))


def _searched(release: Release, asked: Any) -> Response:
    """A page of hits, best first."""
    offset, kinds = 0, sorted(set(asked.get("kind", BY_KIND)))
    if "cursor" in asked:
        release, offset = resume(store(), asked["cursor"], [asked["q"], kinds], "/v1/search")
        if offset > DEEPEST_HIT:
            raise broken()
    rows = release.rows(full_text.ranked(asked["q"], kinds).limit(asked["limit"] + 1).offset(offset))
    count = release.scalar(full_text.count(asked["q"], kinds))
    following = None
    if len(rows) > asked["limit"] and offset + asked["limit"] <= DEEPEST_HIT:
        following = onward(encode([release.id, [asked["q"], kinds], offset + asked["limit"]]))
    hits = _hits(release, asked["q"], rows[: asked["limit"]])
    shown = {name: value for name, value in asked.items() if name != "cursor"}
    meta = {"total": count, **about(release), "query": shown}
    body = formats.envelope(formats.dumps(hits), meta, {"self": here(), "next": following})
    return answer(body, release, {"next": following})


@blueprint.get("/suggest")
def suggest_view() -> Any:
    asked = asked_of(suggest_arguments())
    json_only()
    release = serving(asked)
    return conditional(release, f"suggest {json.dumps(asked, sort_keys=True)}", lambda: _suggested(release, asked))


def _suggested(release: Release, asked: Any) -> Response:
    """The records whose names begin so, best first."""
    kinds = sorted(set(asked.get("kind", BY_KIND)))
    rows = release.rows(full_text.completing(asked["q"], kinds).limit(SUGGESTIONS))
    meta = {"total": len(rows), **about(release), "query": asked}
    hits = _hits(release, full_text.as_beginning(asked["q"]), rows)
    return answer(formats.envelope(formats.dumps(hits), meta, {"self": here()}), release)


@blueprint.get("/resolve")
def resolve_view() -> Any:
    """303 to the record with an id, 308 to where a renamed one is, 410 for a withdrawn one."""
    text = asked_of(resolve_arguments())["id"]
    release = store().current()
    scheme, _, value = text.partition(":")
    if value:
        rows = release.rows(
            Identifier.select(Identifier.kind, Identifier.id).where((Identifier.scheme == scheme) & (Identifier.value == value))
        )
        if rows:
            return redirect(f"/v1/{rows[0][0]}/{rows[0][1]}", 303)
        raise Problem(404, f"No record has the id {text!r}.", "unknown-record", schemes=list(SCHEMES))
    kind, _, id = text.rpartition("/")
    for resource in [BY_KIND[kind]] if kind in BY_KIND else RESOURCES if not kind else []:
        if release.scalar(resource.model.select(resource.model.seq).where(resource.model.id == id)):
            return redirect(f"/v1/{resource.kind}/{id}", 303)
    for resource in RESOURCES:
        moves = Moved.select(Moved.kind).where((Moved.kind == resource.kind) & (Moved.id == id))
        if kind in ("", resource.kind) and release.rows(moves):
            return gone_or_unknown(release, resource, id)
    raise Problem(404, f"No record has the id {text!r}.", "unknown-record")


@blueprint.get("/network")
def network_view() -> Any:
    query = Query.read(BY_KIND["events"], dict(request.args.lists()), network_arguments(), serving)
    word = formats.choose(query.asked.get("format"), request.accept_mimetypes, ("json", "graphml"))
    release = serving(query.asked)
    return conditional(release, f"network {word} {query.normal}", lambda: _networked(query, release, word))


def _networked(query: Query, release: Release, word: str) -> Response:
    """Who acted with whom in the events found."""
    query.check_values(release)
    count = total(query, release)
    if count > MOST_NETWORKED:
        raise refuse([Fault(("network",), f"would hold {count:,} events; filter down to {MOST_NETWORKED:,}")])
    graph = network(json.loads(text) for text in every(query, release))
    if word == "graphml":
        return answer(as_graphml(graph), release, type=formats.FORMATS[word].media_type)
    meta = {"total": count, **about(release), "query": query.understood}
    return answer(formats.envelope(formats.dumps(graph), meta, {"self": here()}), release)


def aggregate_view(resource: Resource) -> Any:
    def view() -> Any:
        query = Query.read(resource, dict(request.args.lists()), aggregate_arguments(resource), serving)
        word = formats.choose(query.asked.get("format"), request.accept_mimetypes, ("json", "csv"))
        release = serving(query.asked)
        return conditional(release, f"aggregate {word} {query.normal}", lambda: _aggregated(query, release, word))

    return view


def _aggregated(query: Query, release: Release, word: str) -> Response:
    """The groups, with how many records each holds."""
    query.check_values(release)
    groups = aggregate(query, release)
    if word == "csv":
        header = [*query.asked["by"], "count"]
        rows = ([group[name] for name in header] for group in groups)
        return answer("".join(csv_row(cells) for cells in [header, *rows]), release, type=formats.FORMATS[word].media_type)
    meta = {"total": total(query, release), **about(release), "query": query.understood}
    return answer(formats.envelope(formats.dumps(groups), meta, {"self": here()}), release)


@blueprint.get("/threads/<id>")
def thread_view(id: str) -> Any:
    """The trees of claims and replies that a statement belongs to, each from the statement that began it."""
    release = serving(asked_of(thread_arguments()))
    json_only()
    return conditional(release, f"threads/{id}", lambda: _threaded(release, id))


def _threaded(release: Release, id: str) -> Any:
    """The threads of a statement, or what stands in for one that is not there."""
    resource = BY_KIND["statements"]
    if not is_id(id) or not _read(release, [id]):
        return gone_or_unknown(release, resource, id)
    above, known = [id], {id}
    roots = []
    while above:
        documents = _read(release, above)
        above = []
        for document in documents:
            targets = [reply["statement"]["id"] for reply in document["replies_to"]]
            if not targets:
                roots.append(document["id"])
            above += [target for target in targets if target not in known]
            known.update(targets)
    trees = list(_trees(release, sorted(roots) or [id], {}, set()))
    links = {"self": here(), "statement": url_for("v1.statements-item", id=id, _external=True)}
    return answer(formats.envelope(formats.dumps(trees), about(release), links), release)


def _read(release: Release, ids: list[str]) -> list[Record]:
    model = BY_KIND["statements"].model
    rows = release.rows(model.select(model.document).where(model.id.in_(ids)).order_by(model.seq))
    return [json.loads(document) for (document,) in rows]


def _trees(release: Release, ids: list[str], stances: dict[str, str], seen: set[str]) -> Iterator[Record]:
    """Statements with what replies to them, level by level; a circle ends where it closes."""
    model, table = BY_KIND["statements"].model, INDEXES["statements", "replies_to"]
    for document in _read(release, [id for id in ids if id not in seen]):
        id = document["id"]
        below = model.select(model.id).where(model.seq.in_(table.select(table.record).where(table.value == id)))
        replies = [reply for (reply,) in release.rows(below.order_by(model.seq))]
        how = {}
        for reply in _read(release, replies):
            how[reply["id"]] = next(r["stance"] for r in reply["replies_to"] if r["statement"]["id"] == id)
        yield {
            "id": id,
            "stance": stances.get(id),
            "speakers": document["speakers"],
            "date": document["date"],
            "act": document["act"],
            "paraphrase": document["paraphrase"],
            "href": document["links"]["self"],
            "replies": list(_trees(release, replies, how, {*seen, id})),
        }


for _resource in RESOURCES:
    blueprint.add_url_rule(f"/aggregates/{_resource.kind}", f"aggregates-{_resource.kind}", aggregate_view(_resource))

"""Full-text search over all kinds, and suggestions for what is being typed."""

from functools import cache
from typing import Any

import marshmallow as ma
import peewee as pw
from flask import Blueprint, Response
from marshmallow import validate

from ..query.cursor import invalid
from ..query.parameters import paging, pin
from ..query.query import Parameters
from ..resources import BY_KIND
from ..schema.fields import Choice, Record, Schema
from ..schema.query_fields import QueryText, listed
from ..storage import full_text
from ..storage.release import Release
from .request_parameters import json_only, read_parameters
from .responses import answer_json, next_page, not_modified

DEEPEST_HIT = 10_000
SUGGESTIONS = 10
POSITION = (pw.IntegerField(),)  # a cursor holds the number of hits before the page
blueprint = Blueprint("search", __name__, url_prefix="/v1")


def text_parameter(description: str, example: str) -> ma.fields.Field[Any]:
    field = QueryText(description, required=True, validate=validate.Length(max=300, error="is longer than {max} characters"))
    field.metadata = {**field.metadata, "example": example}
    return field


def kind_parameter() -> ma.fields.Field[Any]:
    return listed(Choice("A kind.", tuple(BY_KIND)), "Only records of these kinds.")


@cache
def search_arguments() -> ma.Schema:
    """The parameters of `/v1/search`."""
    text = 'What to look for: all words, "a phrase", or `treat*` for words that begin so. Any text is valid.'
    declared = {"q": text_parameter(text, "new start"), "kind": kind_parameter(), **pin(), **paging("Hits", 20, 100)}
    return Schema.from_dict(declared, name="search-query")()


@cache
def suggest_arguments() -> ma.Schema:
    """The parameters of `/v1/suggest`."""
    q = text_parameter("The beginning of a name, under any of its forms.", "ryab")
    return Schema.from_dict({"q": q, "kind": kind_parameter(), **pin()}, name="suggest-query")()


@blueprint.get("/search")
def search_view() -> Response:
    """A page of hits, best first."""
    parameters = read_parameters("search", search_arguments(), POSITION)
    json_only()
    release, values = parameters.release, parameters.values
    if unchanged := not_modified(release):
        return unchanged
    (offset,) = parameters.after or (0,)
    if offset > DEEPEST_HIT:
        raise invalid()
    kinds, limit = _kinds(parameters), values["limit"]
    rows = release.rows(full_text.ranked(values["q"], kinds).limit(limit + 1).offset(offset))
    following = None
    if len(rows) > limit > 0 and offset + limit <= DEEPEST_HIT:
        following = next_page(parameters.next_cursor([offset + limit]))
    total = release.scalar(full_text.count(values["q"], kinds))
    meta = {"total": total, "query": {name: value for name, value in values.items() if name != "cursor"}}
    return answer_json(_hits(release, values["q"], rows[:limit]), release, meta, {"next": following})


@blueprint.get("/suggest")
def suggest_view() -> Response:
    """The records whose names begin so, best first."""
    parameters = read_parameters("suggest", suggest_arguments())
    json_only()
    release, text = parameters.release, parameters.values["q"]
    if unchanged := not_modified(release):
        return unchanged
    rows = release.rows(full_text.completing(text, _kinds(parameters)).limit(SUGGESTIONS))
    hits = _hits(release, full_text.as_beginning(text), rows)
    return answer_json(hits, release, {"total": len(rows), "query": parameters.values})


def _kinds(parameters: Parameters) -> list[str]:
    return sorted(set(parameters.values.get("kind", BY_KIND)))


def _hits(release: Release, text: str, rows: list[tuple[Any, ...]]) -> list[Record]:
    """Rows of a search as public hits; one select a kind reads ids and names."""
    called: dict[tuple[str, int], tuple[str, str]] = {}
    for kind in {row[0] for row in rows}:
        model = BY_KIND[kind].model
        numbers = [row[1] for row in rows if row[0] == kind]
        for seq, id, name in release.rows(model.select(model.seq, model.id, model.called).where(model.seq.in_(numbers))):
            called[kind, seq] = id, name
    hits = []
    for kind, seq, *columns in rows:
        id, name = called[kind, seq]
        column, highlight = full_text.highlight(text, columns[: len(full_text.COLUMNS)])
        hit = {"kind": kind, "id": id, "name": name, "field": column, "highlight": highlight, "href": f"/v1/{kind}/{id}"}
        hits.append(hit)
    return hits

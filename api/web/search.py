"""Full-text search over all kinds, and suggestions for what is being typed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import marshmallow as ma
import peewee as pw
from flask import Blueprint, Response
from marshmallow import validate

from ..query.cursor import invalid
from ..query.parameters import paging, pin
from ..query.query import Parameters
from ..resources import BY_KIND
from ..resources.search_texts import KINDS
from ..schema.fields import Choice, Record, Schema
from ..schema.query_fields import QueryText, listed
from ..storage import ranking
from ..storage.phrases import Group, as_beginning, parse
from ..storage.spelling import respelled
from .addresses import next_page
from .finding import found, spelling
from .hits import as_hits
from .request_parameters import json_only, read_parameters
from .responses import answer_json, not_modified

DEEPEST_HIT = 10_000
SUGGESTIONS = 10
POSITION = (pw.IntegerField(),)  # a cursor holds the number of hits before the page
blueprint = Blueprint("search", __name__, url_prefix="/v1")


def text_parameter(description: str, example: str) -> ma.fields.Field[Any]:
    size = validate.Length(max=300, error="is longer than {max} characters")
    return QueryText(description, required=True, validate=size, example=example)


TEXT = (
    'What to look for: all words in any of their forms, "a phrase", or `treat*` for words that begin so. Any text is '
    "valid. If no record, only a few or none but sources have all words, or the text is a question, `meta.match` says what "
    "the hits have instead: words spelled nearly so, or most words."
)
BEGINNING = text_parameter("The beginning of a name, under any of its forms.", "a")
OF_KINDS = {"kind": listed(Choice("A kind.", tuple(BY_KIND)), "Only records of these kinds."), **pin()}
SEARCH = Schema.from_dict({"q": text_parameter(TEXT, "summit"), **OF_KINDS, **paging("Hits", 20, 100)})()
SUGGEST = Schema.from_dict({"q": BEGINNING, **OF_KINDS})()


class Searched(NamedTuple):
    """A page of hits, best first, what is said about them, the cursor of the next page or None, and what was looked for."""

    hits: list[Record]
    meta: Record
    next: str | None
    groups: Sequence[Group]


def search_parameters() -> Parameters:
    return read_parameters("search", SEARCH, POSITION)


def searched(parameters: Parameters) -> Searched:
    """What a search finds."""
    release, values = parameters.release, parameters.values
    (offset,) = parameters.after or (0,)
    if offset > DEEPEST_HIT:
        raise invalid()
    limit = values["limit"]
    result = found(release, values["q"], _kinds(parameters), offset + limit + 1)
    rows = result.rows[offset:]
    further = len(rows) > limit > 0 and offset + limit <= DEEPEST_HIT
    meta = {
        "total": result.total,
        "match": result.match,
        "spelling": spelling(release, values["q"], result),
        "query": {name: value for name, value in values.items() if name != "cursor"},
    }
    hits = as_hits(release, result.groups, rows[:limit])
    return Searched(hits, meta, parameters.next_cursor([offset + limit]) if further else None, result.groups)


@blueprint.get("/search")
def search_view() -> Response:
    parameters = search_parameters()
    json_only()
    if unchanged := not_modified(parameters.release):
        return unchanged
    results = searched(parameters)
    return answer_json(results.hits, parameters.release, results.meta, {"next": next_page(results.next)})


@blueprint.get("/suggest")
def suggest_view() -> Response:
    """The records whose names begin so, best first."""
    parameters = read_parameters("suggest", SUGGEST)
    json_only()
    release, text = parameters.release, parameters.values["q"]
    if unchanged := not_modified(release):
        return unchanged
    query, kinds = parse(as_beginning(text)), _kinds(parameters)
    rows = ranking.ranked(release, query, kinds, SUGGESTIONS, ranking.NAMES)
    if not rows and (near := respelled(release, parse(text))):
        query, rows = near, ranking.ranked(release, near, kinds, SUGGESTIONS, ranking.NAMES)
    return answer_json(as_hits(release, query.groups, rows), release, {"total": len(rows), "query": parameters.values})


def _kinds(parameters: Parameters) -> list[int]:
    """The places of the wanted kinds in the order of search; none if all are wanted."""
    wanted = set(parameters.values.get("kind", BY_KIND))
    return [] if wanted == set(BY_KIND) else sorted(KINDS.index(kind) for kind in wanted)

"""The formats of an answer, and the choice between them by `format=` or `Accept`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from ..problems import Problem
from .accept import best_type
from .atom import atom
from .geojson import EMPTY_COLLECTION, FEATURES, geojson
from .graphml import graphml
from .icalendar import ics
from .jsonld import EMPTY_GRAPH, GRAPH, jsonld
from .markdown import markdown
from .result import Listing, dumps
from .tabular import csv_rows, ndjson

ATOM = (
    "A feed, with an id and a title for each query; `updated` of an entry is the day of the release that changed it last. "
    "Titles begin with the status of what is no established fact (`Alleged: `) and end with `(disputed)` or `(one-sided)`, "
    "summaries begin with the date in words; categories of `tag:diplomatic-events,2026:doubt` and `temporal` of Dublin Core "
    "(EDTF) say the same for machines."
)
CALENDAR = (
    "All-day entries, in a calendar called after the query. What lasted is a span; what has no known day stands on the first "
    "possible one, and its SUMMARY ends with the date in words (`between 25 and 28 May 2021, day not known`). What has no "
    "earliest day has no entry. STATUS is CONFIRMED for what occurred, CANCELLED, or TENTATIVE (announced, planned, alleged); "
    "SUMMARY and CATEGORIES say which, and what is disputed or one-sided."
)
NETWORK = (
    "A directed network of actors, with `label` and `weight`. An edge has the `status` of its events (`mixed` if they differ), "
    "their dates (EDTF), and how many of them have each status, are disputed or one-sided, or have no exact date; nodes have the "
    "same counts."
)


@dataclass(frozen=True)
class Format:
    """A format of lists.

    `write` gives the text of an answer piece by piece; JSON has none, as its envelope is built around stored text.
    `kinds` names the kinds that have the format, all if empty. A `paged` format holds one page and links to the next,
    any other holds the whole result. One that `narrows` shows only the keys that `fields` names. `what` says how an
    answer is to be read, and `example` is the beginning of one, for the contract; `component` is the name and the JSON
    Schema of an answer that is JSON.
    """

    media_type: str
    write: Callable[[Listing], Iterator[str]] | None
    kinds: tuple[str, ...] = ()
    paged: bool = False
    narrows: bool = False
    what: str = ""
    example: Any = "..."
    component: tuple[str, dict[str, Any]] | None = None


# The value of `format=` -> the format. The first is the default: JSON.
FORMATS: dict[str, Format] = {
    "json": Format("application/json", None, paged=True, narrows=True),
    "ndjson": Format("application/x-ndjson", ndjson, narrows=True, example='{"id":"..."}\n'),
    "csv": Format("text/csv", csv_rows, narrows=True, example="id,...\n"),
    "jsonld": Format("application/ld+json", jsonld, example=EMPTY_GRAPH, component=("Graph", GRAPH)),
    "atom": Format(
        "application/atom+xml",
        atom,
        ("events", "statements"),
        paged=True,
        what=ATOM,
        example='<feed xmlns="http://www.w3.org/2005/Atom"/>',
    ),
    "ics": Format("text/calendar", ics, ("events", "agreements"), what=CALENDAR, example="BEGIN:VCALENDAR"),
    "geojson": Format(
        "application/geo+json", geojson, ("events", "places"), example=EMPTY_COLLECTION, component=("Features", FEATURES)
    ),
    "graphml": Format(
        "application/graphml+xml",
        graphml,
        ("events",),
        what=NETWORK,
        example='<graphml xmlns="http://graphml.graphdrawing.org/xmlns"/>',
    ),
    "md": Format(
        "text/markdown", markdown, paged=True, what="Each record as text, with what is doubtful in words.", example="# "
    ),
}


@cache
def formats_of(kind: str) -> tuple[str, ...]:
    """The values of `format=` that a kind has."""
    return tuple(word for word, format in FORMATS.items() if not format.kinds or kind in format.kinds)


@lru_cache(100)
def choose(requested: str | None, accept: str, words: tuple[str, ...] = ("json",)) -> str:
    """The format of a response: `requested` (`format=`), otherwise by the header `Accept` from `words`. Raises a 406 Problem."""
    if requested:
        return requested
    types = {FORMATS[word].media_type: word for word in words}
    best = best_type(accept, list(types))
    if best is None:
        raise Problem(406, "None of the media types in Accept is available.", available=list(types))
    return types[best]


def envelope(data: str, meta: Mapping[str, Any], links: Mapping[str, Any], included: str | None = None) -> str:
    """The JSON text of a response; `data` and `included` are JSON text already, as stored."""
    return f'{{"data":{data}{_after_data(meta, links, included)}'


def enveloped(
    documents: Iterable[bytes], meta: Mapping[str, Any], links: Mapping[str, Any], included: str | None = None
) -> bytes:
    """The same with several documents, in UTF-8."""
    return b'{"data":[%b]%b' % (b",".join(documents), _after_data(meta, links, included).encode())


def _after_data(meta: Mapping[str, Any], links: Mapping[str, Any], included: str | None) -> str:
    more = f',"included":{included}' if included else ""
    return f',"meta":{dumps(meta)},"links":{dumps(links)}{more}}}\n'


__all__ = ["FORMATS", "Format", "Listing", "choose", "dumps", "envelope", "enveloped", "formats_of"]

"""Shapes of an answer: which there are, and which a request wants."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MIMEAccept

from ..problems import Problem
from .atom import atom
from .geojson import geojson
from .graphml import graphml
from .icalendar import ics
from .jsonld import jsonld
from .result import Listing, dumps
from .tabular import csv_rows, ndjson


@dataclass(frozen=True)
class Format:
    """One shape: its media type, how it is written, which kinds have it (all, if none are named).

    A `paged` format holds one page and links to the next; every other holds all that was found. One that `narrows` shows
    only the keys that `fields` names; the others have keys of their own.
    """

    media_type: str
    write: Callable[[Listing], Iterator[str]] | None
    kinds: tuple[str, ...] = ()
    paged: bool = False
    narrows: bool = False


# The word of `format=` -> what it is. JSON comes first: it is what a client gets that does not ask.
FORMATS: dict[str, Format] = {
    "json": Format("application/json", None, paged=True, narrows=True),
    "ndjson": Format("application/x-ndjson", ndjson, narrows=True),
    "csv": Format("text/csv", csv_rows, narrows=True),
    "jsonld": Format("application/ld+json", jsonld),
    "atom": Format("application/atom+xml", atom, ("events", "statements"), paged=True),
    "ics": Format("text/calendar", ics, ("events", "agreements")),
    "geojson": Format("application/geo+json", geojson, ("events", "places")),
    "graphml": Format("application/graphml+xml", graphml, ("events",)),
}


def formats_of(kind: str) -> tuple[str, ...]:
    """The words of the formats that a kind has."""
    return tuple(word for word, format in FORMATS.items() if not format.kinds or kind in format.kinds)


def choose(asked: str | None, accept: MIMEAccept, words: tuple[str, ...] = ("json",)) -> str:
    """The word of the format that a request wants: `format=` first, then `Accept`. Raises a 406 Problem."""
    if asked:
        return asked
    types = {FORMATS[word].media_type: word for word in words}
    best = accept.best_match(list(types)) if accept else next(iter(types))
    if best is None:
        raise Problem(406, "None of the acceptable media types can be had.", available=list(types))
    return types[best]


def envelope(data: str, meta: Mapping[str, Any], links: Mapping[str, Any], included: str | None = None) -> str:
    """`data` is JSON text already: stored documents go out as they are stored."""
    more = f',"included":{included}' if included else ""
    return f'{{"data":{data},"meta":{dumps(meta)},"links":{dumps(links)}{more}}}\n'


__all__ = ["FORMATS", "Format", "Listing", "choose", "dumps", "envelope", "formats_of"]

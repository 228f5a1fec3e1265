"""From a query to a page: its documents, a total, and the cursor of the next page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import peewee as pw

from ..resources import BY_KIND
from ..resources.events import CODINGS
from .planner import plan
from .query import Query
from .record_order import Position, positions, read
from .record_sets import of_values

CHUNK = 500


@dataclass(frozen=True)
class Page:
    """A page of rendered documents, how many there are on all pages, and the cursor of the next page or None."""

    documents: list[str]
    total: int
    next: str | None


def page(query: Query, show: Callable[[Query, list[Position]], list[str]] | None = None) -> Page:
    """The page that `limit` and `cursor` ask for; with a limit of 0 the total alone.

    What `show` gives for the records at positions takes the place of their documents, which are not read then.
    """
    limit = query.values["limit"]
    if not limit:
        return Page([], total(query), None)
    found = positions(query, query.keys, query.after, limit + 1)
    following = query.next_cursor(found[limit - 1]) if len(found) > limit else None
    return Page((show or _documents)(query, found[:limit]), total(query), following)


def _documents(query: Query, found: list[Position]) -> list[str]:
    return [document for (document,) in read(query, found, "document")]


def total(query: Query) -> int:
    """How many records the filters find."""
    if query.resource.kind in BY_KIND:
        return query.records.bit_count()
    return query.release.once(query.filters, lambda: int(query.release.scalar(plan(query).select(pw.fn.COUNT(pw.SQL("1"))))))


def by_match(query: Query) -> dict[str, dict[str, int]]:
    """How many records are certain and how many possible, for each parameter (`date_match` ...) that makes a difference."""
    parameters = dict.fromkeys(name for filter in query.used if (name := filter.match(query.values)))
    return {name: {word: total(query.matching(name, word)) for word in ("certain", "possible")} for name in parameters}


def by_coding(query: Query) -> dict[str, dict[str, int]]:
    """How many of the records found were coded in which way, where a kind tells."""
    if not any(filter.name == "coding" for filter in query.resource.filters):
        return {}
    coded = of_values(query.release, query.resource.kind, "coding", CODINGS)
    return {"coding": {word: (query.records & coded[word]).bit_count() for word in CODINGS}}


def every(query: Query) -> Iterator[str]:
    """All documents that the filters find, in order, with one chunk in memory at a time.

    The first chunk is read at once, so that a database error is raised before a response has begun.
    """

    def documents(found: list[Position], texts: list[str]) -> Iterator[str]:
        while found:
            yield from texts
            found = positions(query, query.keys, found[-1], CHUNK)
            texts = _documents(query, found)

    first = positions(query, query.keys, None, CHUNK)
    return documents(first, _documents(query, first))

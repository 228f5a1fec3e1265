"""From a query to a page: its documents, a total, and the cursor of the next page."""

from collections.abc import Iterator
from dataclasses import dataclass

import peewee as pw

from ..resources import BY_KIND, INDEXES
from ..resources.events import CODINGS
from .columns import few_sets
from .planner import plan
from .query import Query
from .record_order import numbers, position, read

CHUNK = 500


@dataclass(frozen=True)
class Page:
    """A page of rendered documents, how many there are on all pages, and the cursor of the next page or None."""

    documents: list[str]
    total: int
    next: str | None


def page(query: Query) -> Page:
    """The page that `limit` and `cursor` ask for; with a limit of 0 the total alone."""
    limit = query.values["limit"]
    if not limit:
        return Page([], total(query), None)
    found = numbers(query, query.keys, query.after[-1] if query.after else 0, limit + 1)
    following = query.next_cursor(position(query, found[limit - 1])) if len(found) > limit else None
    documents = query.release.documents(query.resource.model._meta.table_name, found[:limit])
    return Page(documents, total(query), following)


def total(query: Query) -> int:
    """How many records the filters find."""
    if query.resource.kind in BY_KIND:
        return query.records.bit_count()
    return query.release.once(query.filters, lambda: int(query.release.scalar(plan(query).select(pw.fn.COUNT(pw.SQL("1"))))))


def by_match(query: Query) -> dict[str, dict[str, int]]:
    """How many records are certain and how many possible, for each parameter (`date_match` ...) that makes a difference."""
    parameters = {name: None for filter in query.used if (name := filter.match(query.values))}
    return {name: {word: total(query.matching(name, word)) for word in ("certain", "possible")} for name in parameters}


def by_coding(query: Query) -> dict[str, dict[str, int]]:
    """How many of the records found were coded in which way, where a kind tells."""
    if (query.resource.kind, "coding") not in INDEXES:
        return {}
    coded = few_sets(query.release, query.resource.kind, "coding")
    return {"coding": {word: (query.records & coded.get(word, 0)).bit_count() for word in CODINGS}}


def every(query: Query) -> Iterator[str]:
    """All documents that the filters find, in order, with one chunk in memory at a time.

    The first chunk is read at once, so that a database error is raised before a response has begun.
    """

    def documents(found: list[int], rows: list[tuple[str]]) -> Iterator[str]:
        while found:
            yield from (document for (document,) in rows)
            found = numbers(query, query.keys, found[-1], CHUNK)
            rows = read(query, found, "document")

    first = numbers(query, query.keys, 0, CHUNK)
    return documents(first, read(query, first, "document"))

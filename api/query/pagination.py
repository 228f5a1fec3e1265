"""From a query to a page: its documents, a total, and the cursor of the next page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..resources import INDEXES
from ..resources.events import CODINGS
from .columns import few_sets
from .query import Query
from .record_order import numbers, position, read

CHUNK = 500


@dataclass(frozen=True)
class Page:
    """A page of documents, or what is shown of them, how many there are on all pages, and the cursor of the next page or None."""

    documents: list[Any]
    total: int
    next: str | None


def page(query: Query, show: Callable[[Query, list[int]], list[Any]] | None = None) -> Page:
    """The page that `limit` and `cursor` ask for; with a limit of 0 the total alone.

    What `show` gives for records takes the place of their documents, which are not read then.
    """
    limit = query.values["limit"]
    if not limit:
        return Page([], total(query), None)
    found = numbers(query, query.keys, query.after[-1] if query.after else 0, limit + 1)
    following = query.next_cursor(position(query, found[limit - 1])) if len(found) > limit else None
    return Page((show or _documents)(query, found[:limit]), total(query), following)


def stored(query: Query, found: list[int]) -> list[bytes]:
    """The documents of records as they are stored."""
    return query.release.documents(query.resource.model._meta.table_name, found)


def _documents(query: Query, found: list[int]) -> list[str]:
    return [document.decode() for document in stored(query, found)]


def total(query: Query) -> int:
    """How many records the filters find."""
    return query.total


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

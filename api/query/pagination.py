"""From a query to a page: one select, a total, and the cursor of the next page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee as pw

from ..resources.events import CODINGS
from ..resources.filters import Dates, Holds, Terms
from .planner import plan
from .query import Query
from .value_counts import ALL, between, totals

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
    rows = query.release.rows(select(query, query.after).limit(limit + 1))
    following = query.next_cursor(rows[limit - 1][1:]) if len(rows) > limit else None
    return Page([row[0] for row in rows[:limit]], total(query), following)


def total(query: Query) -> int:
    """How many records the filters find."""

    def count() -> int:
        known = precomputed(query)
        return int(query.release.scalar(plan(query).select(pw.fn.COUNT(pw.SQL("1"))))) if known is None else known

    return query.release.once(query.filters, count)


def by_match(query: Query) -> dict[str, dict[str, int]]:
    """How many records are certain and how many possible, for each parameter (`date_match` ...) that makes a difference."""
    parameters = dict.fromkeys(name for filter in query.clauses if (name := filter.match(query.values)))
    return {name: {word: total(query.variant(**{name: word})) for word in ("certain", "possible")} for name in parameters}


def by_coding(query: Query, found: int) -> dict[str, dict[str, int]]:
    """How many of the records found were coded in which way, where a kind tells; the rarer ones are counted, no others."""
    if not any(filter.name == "coding" for filter in query.resource.filters):
        return {}
    values, counts = query.values, dict.fromkeys(CODINGS, 0)
    wanted = set(values.get("coding", CODINGS)) - set(values.get("coding_not", ()))
    known = totals(query.release, query.resource.kind, "coding", sorted(wanted)) if wanted else {}
    rare, *other = sorted(known, key=lambda word: known[word]) or [*CODINGS]
    counts[rare] = total(query.variant(coding=[rare])) if other else found
    counts.update(dict.fromkeys(other, found - counts[rare]))
    return {"coding": counts}


def precomputed(query: Query) -> int | None:
    """The total where it was counted at the load: for at most one value, and for a range of days."""
    release, kind, clauses = query.release, query.resource.kind, query.clauses
    holds = [clause for conditions in clauses.values() for clause in conditions if isinstance(clause, Holds)]
    if not all(isinstance(filter, (Terms, Dates)) for filter in clauses):
        return None
    if len(holds) > 1 or any(len(clause.values) > 1 or clause.negated for clause in holds):
        return None
    name, value = (holds[0].filter, holds[0].values[0]) if holds else ALL
    dates = next((filter for filter in clauses if isinstance(filter, Dates)), None)
    if dates is None:
        return totals(release, kind, name, [value]).get(value, 0)
    days = dates.range(query.values)
    return between(release, kind, name, value, days) if days else None


def every(query: Query) -> Iterator[str]:
    """All documents that the filters find, in order, with one chunk in memory at a time.

    The first chunk is read at once, so that a database error is raised before a response has begun.
    """

    def chunk(after: list[Any] | None) -> list[tuple[Any, ...]]:
        return query.release.rows(select(query, after).limit(CHUNK))

    def documents(rows: list[tuple[Any, ...]]) -> Iterator[str]:
        while rows:
            yield from (row[0] for row in rows)
            rows = chunk(list(rows[-1][1:]))

    return documents(chunk(None))


def select(query: Query, after: list[Any] | None) -> Any:
    """The select of documents and key values, in order, that begins after the row with the key values `after`."""
    planned = plan(query, query.keys)
    keys = [(planned.number if column is query.resource.model.seq else column, descends) for column, descends in query.keys]
    rows = planned.select(query.resource.model.document, *(column for column, _ in keys))
    if after:
        # The condition on the first key alone makes an index usable; the other tells rows apart that are equal in it.
        (column, descends), value = keys[0], after[0]
        rows = rows.where(column <= value if descends else column >= value, beyond(keys, after))
    return rows.order_by(*(column.desc() if descends else column for column, descends in keys))


def beyond(keys: list[tuple[Any, bool]], after: list[Any]) -> Any:
    """The rows that come after the row with these key values."""
    (column, descends), value = keys[0], after[0]
    further = column < value if descends else column > value
    return further if len(keys) == 1 else further | ((column == value) & beyond(keys[1:], after[1:]))

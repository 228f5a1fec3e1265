"""From a checked query to a page: one select, a total, and the cursor of the next page."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import peewee as pw

from ..problems import Problem
from ..resources.filters import Dates, Holds, Terms
from ..schema.errors import Fault
from ..storage.store import Release, Store
from .planner import plan
from .query import Query, refuse
from .value_counts import ALL, between, totals

CHUNK = 500
FARTHEST = 1 << 53
RELEASE = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){2}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Page:
    """A page of rendered documents, how many there are in all, and the cursor of the next page or None."""

    release: Release
    documents: list[str]
    total: int
    next: str | None


def page(query: Query, store: Store, current: Release) -> Page:
    """Answers a query. Raises a 400 Problem for values and cursors that are not understood, 410 for expired cursors."""
    release, after = current, None
    if text := query.asked.get("cursor"):
        release, after = _resume(query, text, store)
    query.check_values(release)
    limit = query.asked["limit"]
    rows = release.rows(_select(query, release, after).limit(limit + 1))
    following = _cursor(query, release, rows[limit - 1][1:]) if len(rows) > limit else None
    return Page(release, [row[0] for row in rows[:limit]], total(query, release), following)


def total(query: Query, release: Release) -> int:
    """How many records the filters find."""
    return release.once(query.found, lambda: _counted(query, release))


def _counted(query: Query, release: Release) -> int:
    """The total: from what was counted at the load where that says it, and otherwise by counting."""
    kind, found = query.resource.kind, query.clauses
    holds = [clause for clauses in found.values() for clause in clauses if isinstance(clause, Holds)]
    dates = next((filter for filter in found if isinstance(filter, Dates)), None)
    plain = all(isinstance(filter, (Terms, Dates)) for filter in found)
    if plain and (not holds or (len(holds) == 1 and len(holds[0].values) == 1 and not holds[0].negated)):
        name, value = (holds[0].filter, holds[0].values[0]) if holds else ALL
        if not dates:
            return totals(release, kind, name, [value]).get(value, 0)
        days = dates.range(query.asked)
        if days and (known := between(release, kind, name, value, days)) is not None:
            return known
    return int(release.scalar(plan(query, release).select(pw.fn.COUNT(pw.SQL("1")))))


def every(query: Query, release: Release) -> Iterator[str]:
    """All documents that the filters find, in order, a chunk in memory at a time.

    The first chunk is read at once: a database that does not answer is told before an answer has begun.
    """

    def chunk(after: list[Any] | None) -> list[tuple[Any, ...]]:
        return release.rows(_select(query, release, after).limit(CHUNK))

    def documents(rows: list[tuple[Any, ...]]) -> Iterator[str]:
        while rows:
            yield from (row[0] for row in rows)
            rows = chunk(list(rows[-1][1:]))

    return documents(chunk(None))


def _select(query: Query, release: Release, after: list[Any] | None) -> Any:
    """The select of documents and key values, in order, of what comes after a row."""
    found = plan(query, release)
    keys = [(found.number if column is query.resource.model.seq else column, descends) for column, descends in query.keys]
    select = found.select(query.resource.model.document, *(column for column, _ in keys))
    if after:
        # The first key alone lets an index lead to the place; what follows it tells rows apart that are equal there.
        (column, descends), value = keys[0], after[0]
        select = select.where(column <= value if descends else column >= value, _beyond(keys, after))
    return select.order_by(*(column.desc() if descends else column for column, descends in keys))


def _beyond(keys: list[tuple[Any, bool]], after: list[Any]) -> Any:
    """The rows that come after the row with these key values."""
    (column, descends), value = keys[0], after[0]
    further = column < value if descends else column > value
    return further if len(keys) == 1 else further | ((column == value) & _beyond(keys[1:], after[1:]))


def encode(parts: list[Any]) -> str:
    """Parts of a cursor as opaque text."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str) -> list[Any]:
    """The parts of a cursor. Raises a 400 Problem for what was never one."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(parts, list):
            return parts
    except (ValueError, RecursionError):
        pass
    raise broken()


def broken() -> Problem:
    """The 400 for a cursor that is none of this query; a new one each time, as an exception keeps its traceback."""
    return refuse([Fault(("cursor",), "is not a cursor of this query; start again without it")])


def resume(store: Store, text: str, identity: Any, again: str) -> tuple[Release, int]:
    """The release and number of a cursor made of `[release, identity, number]`. Raises 400 and 410 Problems."""
    parts = decode(text)
    if len(parts) != 3 or parts[1] != identity:
        raise broken()
    try:
        return pinned(store, parts[0], again), numbered(parts[2])
    except ValueError:
        raise broken() from None


def pinned(store: Store, id: Any, again: str) -> Release:
    """The release that a cursor reads. Raises a 410 Problem if it is no longer kept."""
    if not isinstance(id, str) or not RELEASE.fullmatch(id):
        raise broken()
    try:
        return store.release(id)
    except FileNotFoundError:
        raise Problem(410, f"Release {id} is no longer kept.", "cursor-expired", restart=again) from None


def _fingerprint(query: Query) -> str:
    return hashlib.sha256(query.normal.encode()).hexdigest()[:16]


def _cursor(query: Query, release: Release, values: tuple[Any, ...]) -> str:
    return encode([release.id, _fingerprint(query), *(v.isoformat() if isinstance(v, date) else v for v in values)])


def _resume(query: Query, text: str, store: Store) -> tuple[Release, list[Any]]:
    """The release and key values that a cursor stands for; nothing in it is trusted."""
    parts = decode(text)
    release, fingerprint, values = parts[:1], parts[1:2], parts[2:]
    if fingerprint != [_fingerprint(query)] or len(values) != len(query.keys):
        raise broken()
    try:
        after = [_typed(column, value) for (column, _), value in zip(query.keys, values, strict=True)]
    except (ValueError, TypeError):
        raise broken() from None
    return pinned(store, release[0], f"/v1/{query.normal}"), after


def _typed(column: Any, value: Any) -> Any:
    if isinstance(column, pw.DateField):
        return date.fromisoformat(value)
    if isinstance(column, pw.IntegerField):
        return numbered(value)
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value


def numbered(value: Any) -> int:
    """A row's number out of a cursor. Raises ValueError for what no row can have."""
    if type(value) is not int or not 0 < value < FARTHEST:
        raise ValueError(value)
    return value

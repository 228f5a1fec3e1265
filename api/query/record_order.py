"""The records of a set in an order, a page at a time, and what a table holds of them."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from ..storage.bits import ends, without
from .days import Days
from .query import Query
from .record_sets import days_of, is_dated, of_kind

MOST_GATHERED = 5000  # records at most that are gathered and sorted at once
Keys = Sequence[tuple[Any, bool]]  # columns, each with whether it descends; the last one is the record's number
Position = Sequence[Any]  # a record's values of them


def positions(query: Query, keys: Keys, after: Position | None, count: int) -> list[Position]:
    """The positions of the first `count` records that a query finds; with a position, of those that come after it."""
    release, resource, records = query.release, query.resource, query.records
    (column, descends), *others = keys
    if not others:
        if after:
            records = records & ((1 << after[0]) - 1) if descends else without(records, (2 << after[0]) - 1)
        return [(number,) for number in ends(records, count, descends)]
    if column.name == "earliest" and is_dated(resource):
        records = _next_days(days_of(release, resource.kind), records, after, count, descends)
    every = of_kind(release, resource.kind)
    size, of = records.bit_count(), every.bit_count()
    shape = resource.model._meta.table_name, tuple((column.column_name, descends) for column, descends in keys)
    if not size:
        return []
    # Sorting all of a small set costs less than reading the index of the order until a page is full.
    if size <= MOST_GATHERED and 4 * size * size <= count * of:
        gathered = ends(records, size, True)
        return list(release.execute(_statement(*shape, after is not None, size), *gathered, *_compared(after, False), count))
    step = count + count * of // size
    found: list[Position] = []
    bits = records.to_bytes(every.bit_length() // 8 + 1, "little")
    while len(found) < count:
        rows = release.execute(_statement(*shape, after is not None), *_compared(after, True), step)
        found += [row for row in rows if bits[row[-1] >> 3] >> (row[-1] & 7) & 1]
        if len(rows) < step:
            break
        after, step = rows[-1], step * 4  # the records of a set may lie together, far away
    return found[:count]


def _next_days(days: Days, records: int, after: Position | None, count: int, descends: bool) -> int:
    """The records of a set that begin on the days on which the next `count` do, that of the position included."""
    others = records
    if after:
        day = date.fromisoformat(str(after[0])).toordinal()
        before, until = ((2 << days.until(last)) - 1 for last in (day - 1, day))
        records, others = (records & until, records & before) if descends else (without(records, before), without(records, until))
    following = ends(others, count, descends)
    if len(following) < count:
        return records
    if descends:
        return without(records, (2 << days.before(following[-1])) - 1)
    return records & ((2 << days.end(following[-1])) - 1)


@cache
def _statement(table: str, keys: tuple[tuple[str, bool], ...], after: bool, gathered: int = 0) -> str:
    """The statement that reads positions in their order: of all records, or of so many with given numbers."""
    names = ", ".join(f'"{name}"' for name, _ in keys)
    order = ", ".join(f'"{name}"{" DESC" if descends else ""}' for name, descends in keys)
    (first, descends), source, conditions = keys[0], f'"{table}"', [_beyond(keys)] if after else []
    head = ""
    if gathered:
        head = f'WITH gathered AS MATERIALIZED (SELECT {names} FROM {source} WHERE "seq" IN ({_marks(gathered)})) '  # noqa: S608
        source = "gathered"
    elif after:  # makes an index usable; the other condition tells rows apart that are equal in the first key
        conditions.append(f'"{first}" {"<=" if descends else ">="} ?')
    where = f" WHERE {' AND '.join(conditions)}" if after else ""
    return f"{head}SELECT {names} FROM {source}{where} ORDER BY {order} LIMIT ?"  # noqa: S608


def _beyond(keys: tuple[tuple[str, bool], ...]) -> str:
    """The condition of rows that come after a position, with each of its values twice, the last one once."""
    (name, descends), *others = keys
    further = f'"{name}" {"<" if descends else ">"} ?'
    return f'({further} OR ("{name}" = ? AND {_beyond(tuple(others))}))' if others else further


def _compared(after: Position | None, first: bool) -> list[Any]:
    """The values that a statement compares with."""
    if after is None:
        return []
    return [value for value in after[:-1] for _ in range(2)] + [after[-1], *after[: 1 if first else 0]]


def read(query: Query, found: Sequence[Position], *columns: str) -> list[tuple[Any, ...]]:
    """What the table of a kind holds, in some columns, of the records at positions."""
    if not found:
        return []
    resource = query.resource
    table, wanted = resource.model._meta.table_name, ", ".join(f'"{name}"' for name in columns)
    numbers = [position[-1] for position in found]
    rows = query.release.execute(f'SELECT "seq", {wanted} FROM "{table}" WHERE "seq" IN ({_marks(len(numbers))})', *numbers)  # noqa: S608
    by_number = {row[0]: row[1:] for row in rows}
    return [by_number[number] for number in numbers]


def _marks(count: int) -> str:
    return ",".join("?" * count)

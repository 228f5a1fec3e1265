"""The records of a set in an order, a page at a time, and what a table holds of them.

By number, which is the default order, a page is the first or last bits of the set. In another order few records are sorted by the
database; for more, the numbers of all records in that order are read once a process, and a page is those that are in the set.
"""

from array import array
from collections.abc import Sequence
from typing import Any

from ..storage.bits import ends, first, without
from ..storage.release import Release, placeholders
from .query import Query
from .record_sets import days_of, is_dated

Keys = Sequence[tuple[Any, bool]]  # columns, each with whether it descends; the last one is the record's number
FEW = 4  # pages of records that are sorted at once


def numbers(query: Query, keys: Keys, after: int, count: int) -> list[int]:
    """The numbers of the first `count` records that a query finds; with the number of any record, of those that come after it."""
    records = query.records
    if len(keys) == 1:
        descends = keys[0][1]
        if after:
            records = records & ((1 << after) - 1) if descends else without(records, (2 << after) - 1)
        return ends(records, count, descends)
    table, size = query.resource.model._meta.table_name, records.bit_count()
    order = ", ".join(f'"{column.column_name}"{" DESC" if descends else ""}' for column, descends in keys)
    if size > FEW * count:
        return _walked(query, keys, _ordered(query.release, f'SELECT "seq" FROM "{table}" ORDER BY {order}'), after, count)  # noqa: S608
    if not size:
        return []
    gathered = [after, *ends(records, size, False)]
    statement = f'SELECT "seq" FROM "{table}" WHERE "seq" IN ({placeholders(gathered)}) ORDER BY {order}'  # noqa: S608
    found = [number for (number,) in query.release.execute(statement, *gathered)]
    begin = found.index(after) + 1 if after in found else 0
    return found[begin : begin + count]


def _walked(query: Query, keys: Keys, order: tuple[Sequence[int], Sequence[int]], after: int, count: int) -> list[int]:
    """As `numbers`, of more than a few: those among all records in their order."""
    (every, places), records, (column, descends) = order, query.records, keys[0]
    begin = places[after] if after < len(places) else len(every)
    if column.name == "earliest" and not descends and is_dated(query.resource):  # days have the places that their numbers have
        begin = max(begin, days_of(query.release, query.resource.kind).before(first(records)))
    found: list[int] = []
    bits, step = records.to_bytes(len(places) // 8 + 1, "little"), count + count * len(every) // records.bit_count()
    while len(found) < count and begin < len(every):
        found += [number for number in every[begin : begin + step] if bits[number >> 3] >> (number & 7) & 1]
        begin, step = begin + step, step * 4  # the records of a set may lie together, far away
    return found[:count]


def _ordered(release: Release, statement: str) -> tuple[Sequence[int], Sequence[int]]:
    """The numbers of records in the order of a statement, and for each number its place in it, from 1 up."""

    def read() -> tuple[Sequence[int], Sequence[int]]:
        every = array("I", [number for (number,) in release.execute(statement)])
        places = array("I", bytes(4 * (max(every) + 1)))
        for place, number in enumerate(every, 1):
            places[number] = place
        return every, places

    return release.once(statement, read)


def position(query: Query, number: int) -> Sequence[Any]:
    """A record's values of the keys that a query is sorted by."""
    names = [column.column_name for column, _ in query.keys]
    return read(query, [number], *names)[0] if len(names) > 1 else [number]


def read(query: Query, found: Sequence[int], *columns: str) -> list[tuple[Any, ...]]:
    """What the table of a kind holds, in some columns, of the records with these numbers."""
    if not found:
        return []
    table, wanted = query.resource.model._meta.table_name, ", ".join(f'"{name}"' for name in columns)
    rows = query.release.execute(f'SELECT "seq", {wanted} FROM "{table}" WHERE "seq" IN ({placeholders(found)})', *found)  # noqa: S608
    by_number = {row[0]: row[1:] for row in rows}
    return [by_number[number] for number in found]

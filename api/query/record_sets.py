"""Sets of records as integers, in which bit n stands for the record with the number n: of a value, of days, of a whole query.

What is found, and how many records that are, costs a few operations on numbers, whichever filters are combined. The sets of
frequent values, and the days of a kind's records, are made by the load.
"""

from __future__ import annotations

import sqlite3
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from itertools import compress, islice
from operator import and_, or_
from typing import TYPE_CHECKING, Any, NamedTuple

import peewee as pw

from ..resources import BY_KIND, INDEXES, RESOURCES
from ..resources.filters import Arguments, DatedRow, Dates, Filter, Holds, Terms, Words, names
from ..resources.resource import Resource
from ..resources.search_texts import index_of
from ..storage.full_text import numbers
from ..storage.phrases import parse
from ..storage.release import Release

if TYPE_CHECKING:
    from .query import Query

FREQUENT = 500  # the set of a value with at least so many records is made by the load
SPANS = (31, 366, 3660, date.max.toordinal())  # days at most, by which records that last are grouped
BITS = bytes.maketrans(b"01", b"\0\1")


class RecordSet(pw.Model):
    """The records of a frequent value, packed; without a filter, what `_of_kind` says."""

    kind = pw.TextField()
    filter_ = pw.TextField(column_name="filter")
    value = pw.TextField()
    records = pw.IntegerField()
    data = pw.BlobField()

    class Meta:
        table_name = "sets"
        primary_key = pw.CompositeKey("kind", "filter_", "value")
        without_rowid = True


# Making them.


def fill(connection: sqlite3.Connection) -> None:
    """Fills the table in the database of a release that is being built."""
    for resource in RESOURCES:
        _put(connection, resource, ("", "all"), _numbers(connection, f"SELECT seq FROM {_table(resource.model)}"))  # noqa: S608
        if is_dated(resource):
            _put_days(connection, resource)
        for filter in resource.filters:
            if isinstance(filter, Terms):
                table = _table(INDEXES[resource.kind, filter.name])
                frequent = f"SELECT value FROM {table} GROUP BY value HAVING COUNT(*) >= {FREQUENT}"  # noqa: S608
                for (value,) in connection.execute(frequent).fetchall():
                    records = _numbers(connection, f"SELECT record FROM {table} WHERE value = ?", value)  # noqa: S608
                    _put(connection, resource, (filter.name, value), records)


def _put_days(connection: sqlite3.Connection, resource: Resource) -> None:
    """The days on which records begin, with the last record of each; those that last; and those with a certain core."""
    table = _table(resource.model)
    certain = f"SELECT seq FROM {table} WHERE certain_from IS NOT NULL"  # noqa: S608
    _put(connection, resource, ("", "certain"), _numbers(connection, certain))
    begins = connection.execute(f"SELECT earliest, MAX(seq) FROM {table} GROUP BY earliest").fetchall()  # noqa: S608
    days = "seq, earliest, latest, certain_from, certain_to"
    lasting = connection.execute(f"SELECT {days} FROM {table} WHERE earliest < latest ORDER BY earliest, seq").fetchall()  # noqa: S608
    rows = [(seq, *(date.fromisoformat(day).toordinal() if day else 0 for day in row)) for seq, *row in lasting]
    columns: dict[str, Iterable[int]] = {
        "day": (date.fromisoformat(day).toordinal() for day, _ in begins),
        "last": (seq for _, seq in begins),
    }
    for name, column in columns.items():
        _store(connection, (resource.kind, "", name, 0, array("I", column).tobytes()))
    for group, longest in enumerate(SPANS):
        least = SPANS[group - 1] if group else 0
        some = [row for row in rows if least < row[2] - row[1] <= longest]
        for name, values in zip(Lasting._fields, zip(*some, strict=True) if some else [()] * len(Lasting._fields), strict=True):
            _store(connection, (resource.kind, "", f"{name} {group}", len(some), array("I", values).tobytes()))


def _put(connection: sqlite3.Connection, resource: Resource, of: tuple[str, str], numbers: list[int]) -> None:
    records = of_numbers(numbers)
    _store(connection, (resource.kind, *of, len(numbers), records.to_bytes((records.bit_length() + 7) // 8, "little")))


def _store(connection: sqlite3.Connection, row: tuple[str, str, str, int, bytes]) -> None:
    connection.execute("INSERT INTO sets VALUES (?, ?, ?, ?, ?)", (*row[:-1], zlib.compress(row[-1], 1)))


def _numbers(connection: sqlite3.Connection, statement: str, *values: str) -> list[int]:
    return [number for (number,) in connection.execute(statement, values)]


def _table(model: Any) -> str:
    return f'"{model._meta.table_name}"'


def is_dated(resource: Resource) -> bool:
    return issubclass(resource.model, DatedRow)


# Reading them.


class Lasting(NamedTuple):
    """Records that last longer than a day: numbers, first and last days, and the days of their certain cores, 0 without one."""

    seq: Sequence[int]
    earliest: Sequence[int]
    latest: Sequence[int]
    certain_from: Sequence[int]
    certain_to: Sequence[int]


class Days(NamedTuple):
    """When the records of a kind are, which are numbered in the order of their first days; days are ordinals.

    `last` is the last record that begins on each day of `day`; `certain` are the records that have a certain core.
    """

    day: Sequence[int]
    last: Sequence[int]
    certain: int
    lasting: list[tuple[int, Lasting]]  # records that last, by how many days at most

    def until(self, day: int) -> int:
        """The last record that begins on a day or before, 0 if none does."""
        place = bisect_right(self.day, day)
        return self.last[place - 1] if place else 0

    def end(self, number: int) -> int:
        """The last record that begins on the day on which this one does."""
        return self.last[bisect_left(self.last, number)]

    def between(self, first: int, last: int) -> int:
        """The records that begin from the one day to the other."""
        return (2 << self.until(last)) - (2 << self.until(first - 1))

    def possible(self, first: int, last: int) -> int:
        """The records that may lie in a range of days."""
        return self.between(first, last) | of_numbers([lasting.seq[n] for lasting, n in self._over(first)])

    def certain_in(self, first: int, last: int) -> int:
        """The records that lie in a range of days for certain."""
        inside = self.between(first, last) & self.certain
        edges = [*self._over(first), *self._over(last + 1)]
        sure = [lasting.seq[n] for lasting, n in edges if 0 < lasting.certain_from[n] <= last and lasting.certain_to[n] >= first]
        return without(inside, of_numbers([lasting.seq[n] for lasting, n in edges])) | of_numbers(sure)

    def _over(self, day: int) -> list[tuple[Lasting, int]]:
        """The records that begin before a day and last until it or longer, each as its place in a group."""
        found = []
        for longest, lasting in self.lasting:
            first, last = bisect_left(lasting.earliest, day - longest), bisect_left(lasting.earliest, day)
            latest = lasting.latest[first:last]
            found += [(lasting, n) for n, end in enumerate(latest, first) if end >= day]
        return found


def of_kind(release: Release, kind: str) -> int:
    """All records of a kind."""
    return _of_kind(release, kind)[0]


def days_of(release: Release, kind: str) -> Days:
    """When the records of a kind are."""
    days = _of_kind(release, kind)[1]
    assert days  # noqa: S101  # whoever asks has dates
    return days


def _of_kind(release: Release, kind: str) -> tuple[int, Days | None]:
    def read() -> tuple[int, Days | None]:
        rows = release.execute("SELECT value, data FROM sets WHERE kind = ? AND filter = ?", kind, "")
        data = {name: zlib.decompress(packed) for name, packed in rows}
        if "day" not in data:
            return _unpacked(data["all"]), None
        numbers = {name: array("I", packed) for name, packed in data.items() if name not in ("all", "certain")}
        groups = [Lasting(*(numbers[f"{name} {group}"] for name in Lasting._fields)) for group in range(len(SPANS))]
        lasting = [(longest, group) for longest, group in zip(SPANS, groups, strict=True) if group.seq]
        return _unpacked(data["all"]), Days(numbers["day"], numbers["last"], _unpacked(data["certain"]), lasting)

    return release.once(f"sets of {kind}", read)


def of_values(release: Release, kind: str, filter: str, values: Iterable[str]) -> dict[str, int]:
    """The records of each of these values of a filter; none where a value does not occur."""

    def read(missing: list[str]) -> dict[str, int]:
        marks = ",".join("?" * len(missing))
        stored = f"SELECT value, data FROM sets WHERE kind = ? AND filter = ? AND value IN ({marks})"  # noqa: S608
        found = {value: _unpacked(zlib.decompress(data)) for value, data in release.execute(stored, kind, filter, *missing)}
        if rest := [value for value in missing if value not in found]:
            table, marks = _table(INDEXES[kind, filter]), ",".join("?" * len(rest))
            numbers: dict[str, list[int]] = {value: [] for value in rest}
            for value, number in release.execute(f"SELECT value, record FROM {table} WHERE value IN ({marks})", *rest):  # noqa: S608
                numbers[value].append(number)
            found |= {value: of_numbers(each) for value, each in numbers.items()}
        return found

    return release.once_each(f"{kind} {filter}=", values, read)


def totals(release: Release, kind: str, filter: str, values: Sequence[str]) -> dict[str, int]:
    """How many records each of these values has; values without records are left out."""
    if kind in BY_KIND:
        return {value: records.bit_count() for value, records in of_values(release, kind, filter, values).items() if records}
    marks = ",".join("?" * len(values))  # the actions of agreements have numbers that are no places
    counted = f"SELECT value, COUNT(*) FROM {_table(INDEXES[kind, filter])} WHERE value IN ({marks}) GROUP BY value"  # noqa: S608
    return dict(release.once(f"{kind} {filter}={','.join(values)}", lambda: release.execute(counted, *values)))


def _unpacked(data: bytes) -> int:
    return int.from_bytes(data, "little")


# Combining them.


def held(release: Release, kind: str, clause: Holds) -> int:
    """The records that a condition on values finds; of a negated one those that it leaves out."""
    sets = of_values(release, kind, clause.filter, clause.values).values()
    return reduce(and_ if clause.every else or_, sets)


@cache
def _filters(resource: Resource) -> Mapping[str, Filter]:
    """The filters of a kind by the names of their parameters."""
    return {name: filter for filter in resource.filters for name in names(filter)}


def used(resource: Resource, arguments: Arguments) -> list[Filter]:
    """The filters that some arguments are of, each once."""
    filters = _filters(resource)
    return [*dict.fromkeys([filters[name] for name in arguments if name in filters])]


def found(query: Query) -> int:
    """The records that have all that a query asks for."""
    records = query.holding
    for filter in query.used:
        if type(filter) is Dates:
            if days := filter.range(query.values):
                first, last = days[0].toordinal(), days[1].toordinal()
                when = days_of(query.release, query.resource.kind)
                records &= (when.certain_in if filter.certain(query.values) else when.possible)(first, last)
        elif not isinstance(filter, Terms):
            records &= _searched(query, filter)
    return records


def holding(query: Query) -> int:
    """The records that have the values that a query asks for, and none of those that it excludes."""
    release, kind = query.release, query.resource.kind
    records, left_out = of_kind(release, kind), 0
    for filter in query.used:
        for clause in filter.where(query.resource.model, None, query.values) if isinstance(filter, Terms) else ():
            if clause.negated:
                left_out |= held(release, kind, clause)
            else:
                records &= held(release, kind, clause)
    return without(records, left_out) if left_out else records


def _searched(query: Query, filter: Filter) -> int:
    """The records of a filter that has no sets, as the database finds them."""
    release, resource, model = query.release, query.resource, query.resource.model
    if isinstance(filter, Words):
        text = query.values[filter.name]
        return release.once(
            f"{filter.kind} {text}", lambda: of_numbers(numbers(release, index_of(resource, filter), parse(text)))
        )
    conditions = list(filter.where(model, index_of(resource, filter), query.values))
    if not conditions:
        return of_kind(release, resource.kind)
    select = model.select(model.seq).where(*conditions)
    return release.once(f"{filter.name} of {query.filters}", lambda: of_numbers([seq for (seq,) in release.rows(select)]))


def without(records: int, others: int) -> int:
    """The records that are not among the others; `records & ~others` takes ten times as long."""
    return records ^ (records & others)


def of_numbers(numbers: Sequence[int]) -> int:
    """The set of the records with these numbers."""
    if not numbers:
        return 0
    packed = bytearray((max(numbers) >> 3) + 1)
    for number in numbers:
        packed[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(packed, "little")


def chosen(records: int) -> bytes:
    """For each number from 0 up whether a record has it that is in the set, one byte each."""
    return bin(records)[:1:-1].encode().translate(BITS)


def ends(records: int, count: int, descends: bool) -> list[int]:
    """The numbers of the first `count` records of a set, or of the last ones, the last one first."""
    found: list[int] = []
    width, base = 64 * count, 0
    while records and len(found) < count:
        if descends:
            base = max(records.bit_length() - width, 0)
            text = bin(records >> base)[2:]
            numbers = range(base + len(text) - 1, base - 1, -1)
            records &= (1 << base) - 1
        else:
            text = bin(records & ((1 << width) - 1))[:1:-1]
            numbers = range(base, base + len(text))
            records >>= width
            base += width
        found += islice(compress(numbers, text.encode().translate(BITS)), count - len(found))
        width *= 8
    return found

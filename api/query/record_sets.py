"""Sets of records as integers, in which bit n stands for the record with the number n: of a value, of days, of a whole query.

What is found, and how many records that are, costs a few operations on numbers, whichever filters are combined. The sets of
frequent values, and the days of a kind's records, are made by the load.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, partial, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from ..resources import BY_KIND, INDEXES, TABLED
from ..resources.filters import Arguments, DatedRow, Dates, Filter, Holds, Terms, Words, names
from ..resources.resource import Resource
from ..resources.search_texts import index_of
from ..storage.bits import as_bytes, of_bytes, of_numbers, without
from ..storage.packed_sets import store, unpacked
from ..storage.phrases import parse
from ..storage.ranking import numbers
from ..storage.release import Release, placeholders
from .days import SPANS, Days, Lasting

if TYPE_CHECKING:
    from .query import Query

FREQUENT = 500  # the set of a value with at least so many records is made by the load


# Making them.


def fill(connection: sqlite3.Connection) -> None:
    """Fills the table in the database of a release that is being built."""
    for resource in TABLED:
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
        store(connection, (resource.kind, "", name, 0, array("I", column).tobytes()))
    for group, longest in enumerate(SPANS):
        least = SPANS[group - 1] if group else 0
        some = [row for row in rows if least < row[2] - row[1] <= longest]
        for name, values in zip(Lasting._fields, zip(*some, strict=True) if some else [()] * len(Lasting._fields), strict=True):
            store(connection, (resource.kind, "", f"{name} {group}", len(some), array("I", values).tobytes()))


def _put(connection: sqlite3.Connection, resource: Resource, of: tuple[str, str], numbers: list[int]) -> None:
    store(connection, (resource.kind, *of, len(numbers), as_bytes(of_numbers(numbers))))


def _numbers(connection: sqlite3.Connection, statement: str, *values: str) -> list[int]:
    return [number for (number,) in connection.execute(statement, values)]


def _table(model: Any) -> str:
    return f'"{model._meta.table_name}"'


def is_dated(resource: Resource) -> bool:
    """Whether a kind's records have dates and are numbered in their order; entries of the timeline are not."""
    return issubclass(resource.model, DatedRow) and resource.kind in BY_KIND


# Reading them.


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
        data = {name: unpacked(packed) for name, packed in rows}
        if "day" not in data:
            return of_bytes(data["all"]), None
        numbers = {name: array("I", packed) for name, packed in data.items() if name not in ("all", "certain")}
        groups = [Lasting(*(numbers[f"{name} {group}"] for name in Lasting._fields)) for group in range(len(SPANS))]
        lasting = [(longest, group) for longest, group in zip(SPANS, groups, strict=True) if group.seq]
        return of_bytes(data["all"]), Days(numbers["day"], numbers["last"], of_bytes(data["certain"]), lasting)

    return release.once(f"sets of {kind}", read)


def of_values(release: Release, kind: str, filter: str, values: Iterable[str]) -> dict[str, int]:
    """The records of each of these values of a filter; none where a value does not occur."""

    def read(missing: list[str]) -> dict[str, int]:
        stored = f"SELECT value, data FROM sets WHERE kind = ? AND filter = ? AND value IN ({placeholders(missing)})"  # noqa: S608
        found = {value: of_bytes(unpacked(data)) for value, data in release.execute(stored, kind, filter, *missing)}
        if rest := [value for value in missing if value not in found]:
            table = _table(INDEXES[kind, filter])
            numbers: dict[str, list[int]] = {value: [] for value in rest}
            statement = f"SELECT value, record FROM {table} WHERE value IN ({placeholders(rest)})"  # noqa: S608
            for value, number in release.execute(statement, *rest):
                numbers[value].append(number)
            found |= {value: of_numbers(each) for value, each in numbers.items()}
        return found

    return release.once_each(f"{kind} {filter}=", values, read)


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
    days = dates(query)
    return query.undated & query.dated[days.certain(query.values)] if days and days.match(query.values) else query.undated


def undated(query: Query) -> int:
    """The records that have all that a query asks for, whatever range of days."""
    records, days = query.holding, dates(query)
    for filter in query.used:
        if filter is not days and not isinstance(filter, Terms):
            records &= _searched(query, filter)
    return records


def dates(query: Query) -> Dates | None:
    """The filter by days, where the records in a range of days are found as a set."""
    return next((filter for filter in query.used if type(filter) is Dates), None) if is_dated(query.resource) else None


def dated(query: Query) -> tuple[int, int]:
    """The records that may lie in the range of days that a query asks for, and those that do for certain."""
    filter = dates(query)
    days = filter and filter.range(query.values)
    assert days  # noqa: S101  # whoever asks has a range
    return days_of(query.release, query.resource.kind).within(days[0].toordinal(), days[1].toordinal())


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
    table = index_of(resource, filter)
    if isinstance(filter, Words):
        table = partial(numbers, release, table)
        if filter.kind == resource.kind:
            text = query.values[filter.name]
            return release.once(f"{filter.kind} {text}", lambda: of_numbers(table(parse(text))))
    conditions = list(filter.where(model, table, query.values))
    if not conditions:
        return of_kind(release, resource.kind)
    select = model.select(model.seq).where(*conditions)
    return release.once(f"{filter.name} of {query.filters}", lambda: of_numbers([seq for (seq,) in release.rows(select)]))

"""Filters as columns, in which records are counted in one pass, whatever they are grouped by."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import compress, product
from math import prod
from operator import getitem, or_
from typing import Any, NamedTuple

from ..resources import INDEXES
from ..storage.bits import chosen, without
from ..storage.release import Release
from .query import Query
from .record_sets import of_kind, of_values

FEW_VALUES, FEW_GROUPS = 128, 2000  # up to which values and groups are counted as sets, however many records there are
Group = tuple[str, ...]  # the empty text stands for no value


class FilterColumn(NamedTuple):
    """The values of a filter, twice: an entry for each record and value, and of each record the place of its combination.

    A record without values has an empty entry, and the first combination; `alone` has each entry as a combination.
    """

    records: Sequence[int]
    entries: list[str]
    alone: Mapping[str, Group]
    places: Sequence[int]
    combinations: list[Group]


def column(release: Release, kind: str, filter: str) -> FilterColumn:
    """The column of a filter, read once."""

    def read() -> FilterColumn:
        every = of_kind(release, kind)
        places = array("I", bytes(4 * every.bit_length()))
        combinations: list[Group] = [("",)]
        longer: dict[tuple[int, str], int] = {}  # a combination and one more value -> the combination of both
        table = INDEXES[kind, filter]._meta.table_name
        rows = release.execute(f'SELECT record, value FROM "{table}" ORDER BY value, record')  # noqa: S608
        for record, value in rows:
            step = places[record], value
            if step not in longer:
                longer[step] = len(combinations)
                combinations.append((*combinations[step[0]], value) if step[0] else (value,))
            places[record] = longer[step]
        bare = [record for record in compress(range(len(places)), chosen(every)) if not places[record]]
        records = array("I", [*[record for record, _ in rows], *bare])
        entries = [*[value for _, value in rows], *[""] * len(bare)]
        return FilterColumn(records, entries, {entry: (entry,) for entry in entries}, places, combinations)

    return release.once(f"column {kind} {filter}", read)


def few_sets(release: Release, kind: str, filter: str) -> Mapping[str, int]:
    """The set of each value of a filter, and of the records without one; empty where there are more than FEW_VALUES."""

    def read() -> Mapping[str, int]:
        table = INDEXES[kind, filter]._meta.table_name
        values = [value for (value,) in release.execute(f'SELECT DISTINCT value FROM "{table}" LIMIT {FEW_VALUES + 1}')]  # noqa: S608
        if len(values) > FEW_VALUES:
            return {}
        sets = of_values(release, kind, filter, values)
        return {**sets, "": without(of_kind(release, kind), reduce(or_, sets.values(), 0))}

    return release.once(f"few sets {kind} {filter}", read)


def counted(query: Query, filters: Sequence[str]) -> Mapping[Group, int]:
    """How many records of a query have each combination of a value of each filter."""
    sets = [few_sets(query.release, query.resource.kind, filter) for filter in filters]
    if all(sets) and prod(map(len, sets)) <= FEW_GROUPS:
        groups_of: dict[Group, int] = {(): query.records}
        for each in sets:
            pairs = product(groups_of.items(), each.items())
            groups_of = {(*group, value): both for (group, one), (value, other) in pairs if (both := one & other)}
        return {group: records.bit_count() for group, records in groups_of.items()}
    columns = [column(query.release, query.resource.kind, filter) for filter in filters]
    widest = max(range(len(columns)), key=lambda n: len(columns[n].combinations))  # read by its entries, the others by record
    wanted = chosen(query.records).ljust(len(columns[widest].places), b"\0")
    found = list(map(wanted.__getitem__, columns[widest].records))
    records = list(compress(columns[widest].records, found))
    parts = [map(column.places.__getitem__, records) for column in columns]
    parts[widest] = compress(columns[widest].entries, found)  # type: ignore[call-overload]
    tables: list[Any] = [column.combinations for column in columns]
    tables[widest] = columns[widest].alone
    groups: dict[Group, int] = defaultdict(int)
    for keys, count in Counter(zip(*parts, strict=True)).items():
        for group in product(*map(getitem, tables, keys)):
            groups[group] += count
    return groups

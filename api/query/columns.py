"""The values of filters by record, as columns, in which the records of a set are counted."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import compress, groupby, product, repeat
from math import prod
from operator import add, itemgetter, mul, or_
from typing import NamedTuple

from ..resources import INDEXES
from ..storage.bits import chosen, first, members, without
from ..storage.release import Release
from .record_sets import of_kind, of_values

FEW_VALUES = 128  # up to which the values of a filter are kept as sets
SPARSE = 16  # numbers for each record of a set, above which its records are looked up instead of all passed by
Group = tuple[str, ...]  # the empty text stands for no value
Counts = defaultdict[Group, int]


class FilterColumn(NamedTuple):
    """The values of a filter: of each record the place of its combination. Without values it has the first combination."""

    places: Sequence[int]
    combinations: list[Group]


class Combined:
    """Some columns together: of each record one number for the places of its combinations."""

    def __init__(self, columns: Sequence[FilterColumn]) -> None:
        self.tables = [column.combinations for column in columns]
        places: Iterable[int] = columns[0].places
        for column in columns[1:]:
            places = map(add, map(mul, places, repeat(len(column.combinations))), column.places)
        self.places = array("I" if prod(map(len, self.tables)) <= 1 << 32 else "Q", places)
        self.size = len(self.places) * self.places.itemsize // 256  # for the cache of a release
        self.groups = lru_cache(1 << 14)(self._groups)

    def _groups(self, place: int) -> list[Group]:
        parts = []
        for table in reversed(self.tables):
            place, own = divmod(place, len(table))
            parts.append(table[own])
        return list(product(*reversed(parts)))

    def count(self, records: int, counts: Counts, factor: int = 1) -> None:
        """Adds the number of the records of a set that each group has, times a factor, to some counts."""
        begin = max(first(records), 0)
        if SPARSE * records.bit_count() < records.bit_length() - begin:
            found: Iterable[int] = map(self.places.__getitem__, members(records))
        else:
            found = compress(self.places[begin : records.bit_length()], chosen(records >> begin))
        for place, number in Counter(found).items():
            for group in self.groups(place):
                counts[group] += factor * number


def column(release: Release, kind: str, filter: str) -> FilterColumn:
    """The column of a filter, read once."""

    def read() -> FilterColumn:
        places = array("I", bytes(4 * of_kind(release, kind).bit_length()))
        combinations: list[Group] = [("",)]
        for value, records in _records(release, kind, filter):
            longer: dict[int, int] = {}  # a combination -> the one with this value, too
            for place in set(map(places.__getitem__, records)):
                longer[place] = len(combinations)
                combinations.append((*combinations[place], value) if place else (value,))
            for record in records:
                places[record] = longer[places[record]]
        return FilterColumn(places, combinations)

    return release.once(f"column {kind} {filter}", read)


def _records(release: Release, kind: str, filter: str) -> Iterator[tuple[str, list[int]]]:
    """Each value of a filter, with its records."""
    if sets := few_sets(release, kind, filter):
        yield from ((value, members(records)) for value, records in sets.items() if value)
    else:
        table = INDEXES[kind, filter]._meta.table_name
        rows = release.execute(f'SELECT value, record FROM "{table}" ORDER BY value, record')  # noqa: S608
        yield from ((value, [record for _, record in some]) for value, some in groupby(rows, itemgetter(0)))


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

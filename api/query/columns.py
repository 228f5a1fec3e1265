"""Counting records by the values of filters: whole blocks of them were counted before, and few are left to look at."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import compress, count, groupby, pairwise, product, repeat
from math import prod
from operator import add, itemgetter, mul, or_, sub
from typing import NamedTuple

from ..resources import INDEXES
from ..storage.bits import as_bytes, chosen, members, of_bytes, without
from ..storage.release import Release
from .query import Query
from .record_sets import dates, days_of, of_kind, of_values

FEW_VALUES = 128  # up to which the values of a filter are kept as sets
FEW = 2000  # records that are counted one by one, whatever else is asked for
BLOCKS = 128  # into which the records of a kind are divided
SPARSE = 16  # numbers for each record of a set, above which its records are looked up instead of all passed by
MOST_SUMS = 1 << 17  # numbers in the sums of blocks
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
        first = max((records & -records).bit_length() - 1, 0)
        if SPARSE * records.bit_count() < records.bit_length() - first:
            found: Iterable[int] = map(self.places.__getitem__, members(records))
        else:
            found = compress(self.places[first : records.bit_length()], chosen(records >> first))
        for place, number in Counter(found).items():
            for group in self.groups(place):
                counts[group] += factor * number


class BlockSums(NamedTuple):
    """How many records of a set there are in blocks of so many bytes of it, and before each block how many of each group."""

    width: int
    sizes: list[int]
    groups: list[Group]
    before: Sequence[Sequence[int]]

    @property
    def size(self) -> int:
        """For the cache of a release."""
        return (len(self.before) + 32) * len(self.groups) // 64


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


def counted(query: Query, filters: Sequence[str]) -> Mapping[Group, int]:
    """How many records of a query have each combination of a value of each filter."""
    release, kind, records = query.release, query.resource.kind, query.records
    combined = release.once(f"combined {kind} {filters}", lambda: Combined([column(release, kind, name) for name in filters]))
    counts, (base, called), sums = Counts(int), _undated(query), None
    if records.bit_count() > FEW and next(release.once(f"asks {filters} {called}", count)):  # not of what is asked once
        sums = release.once(f"sums {filters} {called}", lambda: _sums(base, combined))
    if not sums:
        combined.count(records, counts)
        return counts
    data, width = as_bytes(records), sums.width
    mostly = [2 * of_bytes(data[n * width : (n + 1) * width]).bit_count() > size for n, size in enumerate(sums.sizes)]
    totals: Sequence[int] = [0] * len(sums.groups)
    for before, (last, this) in zip(sums.before, pairwise([False, *mostly, False]), strict=True):
        if last != this:
            totals = list(map(sub if this else add, totals, before))
    counts.update(zip(sums.groups, totals, strict=True))
    taken = base & of_bytes(b"".join([(b"\xff" if block else b"\0") * width for block in mostly]))
    combined.count(without(records, taken), counts)
    combined.count(without(taken, records), counts, -1)
    return {group: number for group, number in counts.items() if number}


def _undated(query: Query) -> tuple[int, str]:
    """The records that a query would find without its range of days, and what they are called."""
    days = dates(query)
    called = query.text_of(filter for filter in query.used if filter is not days)
    if days and days.match(query.values) and days.certain(query.values):
        return query.undated & days_of(query.release, query.resource.kind).certain, f"certain {called}"
    return query.undated, called


def _sums(records: int, combined: Combined) -> BlockSums | None:
    """The sums of as many blocks as there is room for; none if there are too many groups."""
    whole = Counts(int)
    combined.count(records, whole)
    data, groups = as_bytes(records), sorted(whole)
    if not groups or (blocks := min(BLOCKS, MOST_SUMS // len(groups))) < 2:
        return None
    width = -(-len(data) // blocks)
    parts = [of_bytes(data[first : first + width]) for first in range(0, len(data), width)]
    counts = Counts(int, dict.fromkeys(groups, 0))
    before = [array("I", counts.values())]
    for place, part in enumerate(parts):
        combined.count(part << 8 * width * place, counts)
        before.append(array("I", counts.values()))
    return BlockSums(width, [part.bit_count() for part in parts], groups, before)

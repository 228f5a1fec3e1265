"""Counting records by the values of filters: whole blocks of them were counted before, and few are left to look at."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import groupby, pairwise, product
from operator import add, getitem, itemgetter, or_, sub
from typing import NamedTuple

from ..resources import INDEXES
from ..storage.bits import as_bytes, members, of_bytes, without
from ..storage.release import Release
from .query import Query
from .record_sets import dates, days_of, of_kind, of_values

FEW_VALUES = 128  # up to which the values of a filter are kept as sets
FEW = 2000  # records that are counted one by one, whatever else is asked for
BLOCKS = 128  # into which the records of a kind are divided
MOST_SUMS = 1 << 17  # numbers in the sums of blocks
Group = tuple[str, ...]  # the empty text stands for no value
Counts = defaultdict[Group, int]
Count = Callable[[int, Counts, int], None]  # counts the records of a set: adds each group's number, times a factor, to counts


class FilterColumn(NamedTuple):
    """The values of a filter: of each record the place of its combination. Without values it has the first combination."""

    places: Sequence[int]
    combinations: list[Group]


class BlockSums(NamedTuple):
    """How many records of a set there are in blocks of so many bytes of it, and before each block how many of each group."""

    width: int
    sizes: list[int]
    groups: list[Group]
    before: Sequence[Sequence[int]]

    @property
    def size(self) -> int:
        """For the cache: see `Release.once`."""
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
    count = release.once(f"counting {kind} {filters}", lambda: _counting([column(release, kind, name) for name in filters]))
    counts = Counts(int)
    base, called = _undated(query)
    sums = release.once(f"sums {filters} {called}", lambda: _sums(base, count)) if records.bit_count() > FEW else None
    if not sums:
        count(records, counts, 1)
        return counts
    data = as_bytes(records).ljust(sums.width * len(sums.sizes), b"\0")
    parts = (data[n : n + sums.width] for n in range(0, len(data), sums.width))
    mostly = [2 * of_bytes(part).bit_count() > size for part, size in zip(parts, sums.sizes, strict=True)]
    totals: Sequence[int] = [0] * len(sums.groups)
    for before, (last, this) in zip(sums.before, pairwise([False, *mostly, False]), strict=True):
        if last != this:
            totals = list(map(sub if this else add, totals, before))
    taken = base & of_bytes(b"".join([b"\xff\0"[not block :][:1] * sums.width for block in mostly]))
    counts.update(zip(sums.groups, totals, strict=True))
    count(without(records, taken), counts, 1)
    count(without(taken, records), counts, -1)
    return {group: number for group, number in counts.items() if number}


def _undated(query: Query) -> tuple[int, str]:
    """The records that a query would find without its range of days, and what they are called."""
    days = dates(query)
    called = query.text_of(filter for filter in query.used if filter is not days)
    if days and days.match(query.values) and days.certain(query.values):
        return query.undated & days_of(query.release, query.resource.kind).certain, f"certain {called}"
    return query.undated, called


def _counting(columns: Sequence[FilterColumn]) -> Count:
    @lru_cache(1 << 14)
    def groups(places: tuple[int, ...]) -> list[Group]:
        return list(product(*map(getitem, [column.combinations for column in columns], places)))

    def count(records: int, counts: Counts, factor: int) -> None:
        numbers = members(records)
        for places, found in Counter(zip(*[map(column.places.__getitem__, numbers) for column in columns], strict=True)).items():
            for group in groups(places):
                counts[group] += factor * found

    return count


def _sums(records: int, count: Count, most: int = BLOCKS) -> BlockSums | None:
    """The sums of as many blocks as there is room for; none if there are too many groups."""
    data, counts = as_bytes(records), Counts(int)
    width = -(-len(data) // most)
    blocks = [of_bytes(data[first : first + width]) for first in range(0, len(data), width)]
    rows = [array("I")]
    for place, block in enumerate(blocks):
        count(block << 8 * width * place, counts, 1)
        if len(counts) * most > MOST_SUMS:
            return _sums(records, count, most // 4) if most > 4 else None
        rows.append(array("I", counts.values()))
    groups = sorted(range(len(counts)), key=list(counts).__getitem__)
    before = [array("I", [row[group] if group < len(row) else 0 for group in groups]) for row in rows]
    return BlockSums(width, [block.bit_count() for block in blocks], sorted(counts), before)

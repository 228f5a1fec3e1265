"""Counting the records of a query by the values of filters: whole blocks of them were counted before, few are looked at."""

from array import array
from collections.abc import Mapping, Sequence
from itertools import count, pairwise
from operator import add, sub
from typing import NamedTuple

from ..storage.bits import as_bytes, of_bytes, without
from .columns import Combined, Counts, Group, column
from .query import Query
from .record_sets import dates, days_of

FEW = 2000  # records that are counted one by one, whatever else is asked for
BLOCKS = 128  # into which the records of a kind are divided
MOST_SUMS = 1 << 17  # numbers in the sums of blocks


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

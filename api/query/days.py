"""When the records of a kind are: which of them lie in a range of days, possibly or for certain, as sets."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..storage.bits import of_numbers, without

SPANS = (31, 366, 3660, date.max.toordinal())  # days at most, by which records that last are grouped


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

    def before(self, number: int) -> int:
        """The last record that begins before the day on which this one does, 0 if none does."""
        place = bisect_left(self.last, number)
        return self.last[place - 1] if place else 0

    def between(self, first: int, last: int) -> int:
        """The records that begin from the one day to the other."""
        return (2 << self.until(last)) - (2 << self.until(first - 1))

    def within(self, first: int, last: int) -> tuple[int, int]:
        """The records that may lie in a range of days, and those that do for certain."""
        inside, before = self.between(first, last), self._over(first)
        edges = [*before, *self._over(last + 1)]
        sure = [lasting.seq[n] for lasting, n in edges if 0 < lasting.certain_from[n] <= last and lasting.certain_to[n] >= first]
        certain = without(inside & self.certain, of_numbers([lasting.seq[n] for lasting, n in edges])) | of_numbers(sure)
        return inside | of_numbers([lasting.seq[n] for lasting, n in before]), certain

    def _over(self, day: int) -> list[tuple[Lasting, int]]:
        """The records that begin before a day and last until it or longer, each as its place in a group."""
        found = []
        for longest, lasting in self.lasting:
            first, last = bisect_left(lasting.earliest, day - longest), bisect_left(lasting.earliest, day)
            latest = lasting.latest[first:last]
            found += [(lasting, n) for n, end in enumerate(latest, first) if end >= day]
        return found

"""The scale of time: from days to pixels, with marks at round years, months or days, as fine as there is room for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ...schema.fields import Record
from ...schema.public_date import MONTHS
from .svg import line, text

ROOM = 68  # pixels between two marks
YEARS, HALVES, DAYS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500), (1, 3, 6), (1, 2, 5, 10)


def days(when: Record) -> tuple[int | None, int | None]:
    """The first and the last day of a public date, counted from the year 1; None where it is open."""
    first, last = (date.fromisoformat(text).toordinal() if text else None for text in (when["earliest"], when["latest"]))
    return first, last


@dataclass(frozen=True)
class Scale:
    """Days `first` to `last`, as pixels `left` to `right`."""

    first: int
    last: int
    left: float
    right: float

    @classmethod
    def over(cls, dates: Iterable[Record], left: float, right: float, *more: int) -> "Scale":
        """A scale that holds all these public dates, and further days, with some room on both sides."""
        found = sorted([*more, *(day for when in dates for day in days(when) if day)]) or [date(2000, 1, 1).toordinal()]
        room = max((found[-1] - found[0]) // 40, 4)
        return cls(max(found[0] - room, 1), min(found[-1] + room, date.max.toordinal()), left, right)

    @classmethod
    def within(cls, first: date, last: date, left: float, right: float) -> "Scale":
        """The scale of a range of days that was asked for."""
        return cls(first.toordinal(), max(last.toordinal(), first.toordinal() + 4), left, right)

    def held(self, day: float) -> float:
        """The pixel of a day, or the end of the scale beyond which it lies."""
        return min(max(self.x(day), self.left), self.right)

    def x(self, day: float) -> float:
        return self.left + (day - self.first) / (self.last - self.first) * (self.right - self.left)

    def ticks(self) -> Iterator[tuple[int, str]]:
        """Days that are marked, each with its name."""
        step = (self.last - self.first) * ROOM / max(self.right - self.left, ROOM)
        begin, end = date.fromordinal(self.first), date.fromordinal(self.last)
        for every in DAYS:
            if step <= every:
                yield from self._days(every, begin, end)
                return
        for every in HALVES:
            if step <= every * 30:
                for month in range(begin.year * 12, end.year * 12 + 12, every):
                    day = date(month // 12, month % 12 + 1, 1)
                    yield day.toordinal(), f"{MONTHS[day.month - 1][:3]} {day.year}"
                return
        every = next((number for number in YEARS if step <= number * 365), YEARS[-1])
        for year in range(-(-begin.year // every) * every, end.year + 1, every):
            if year:
                yield date(year, 1, 1).toordinal(), str(year)

    def _days(self, every: int, begin: date, end: date) -> Iterator[tuple[int, str]]:
        day = begin
        while day <= end:
            if (day.day - 1) % every == 0 and (every == 1 or day.day + every // 2 < 31):
                yield day.toordinal(), f"{day.day} {MONTHS[day.month - 1][:3]}"
            day += timedelta(1)

    def axis(self, height: float) -> str:
        """The lines of the marked days, named above; the year is said once where days are marked."""
        drawn, year = [], ""
        for day, name in self.ticks():
            if self.first <= day <= self.last:
                x, of = self.x(day), str(date.fromordinal(day).year)
                shown = f"{name} {of}" if of != year and of not in name else name
                year = of
                at = None if x < self.left + 20 else "middle" if x < self.right - 24 else "end"
                drawn.append(line(x, 20, x, height, "rule") + text(x, 13, shown, "dim small", at))
        return "".join(drawn)

"""EDTF dates: validation, and which days, at which precision and in which sense, a date can mean.

Levels 0 and 1 of ISO 8601-2 (https://www.loc.gov/standards/datetime/), and of level 2 `[a..b]`, `[..b]` and `[a..]`, one day
out of a range; years 0001 to 9999.
"""

import re
import warnings
from calendar import monthrange
from datetime import date
from functools import cache, lru_cache
from types import ModuleType
from typing import Any, NamedTuple

LONGEST = 64  # characters; no date is longer
PRECISIONS = ("day", "month", "season", "year", "decade", "century")  # from fine to coarse
SENSES = ("extent", "one_of")
PLAIN = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?([~?%]?)")
SET = re.compile(r"\[([0-9-]*)\.\.([0-9-]*)\]")
NEARLY = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})(?:[-./]([0-9]{1,2}))?")
WORDS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
IN_WORDS = re.compile(
    r"(?i:(?:([0-9]{1,2}) +)?((?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?(?: +([0-9]{1,2}),?)? +([0-9]{4}))"
)
LEVELS = {"Date", "Interval", "UncertainOrApproximate", "Unspecified", "Level1Interval", "Level2Interval", "Season", "OneOfASet"}
# Forms of one date that the grammar reads, by precision; `X` is an unspecified digit.
COARSE = {
    "month": re.compile(r"[0-9]{4}-[0-9]{2}-XX[~?%]?"),
    "season": re.compile(r"[0-9]{4}-2[1-4]"),
    "year": re.compile(r"[0-9]{4}-XX(-XX)?[~?%]?"),
    "decade": re.compile(r"[0-9]{3}X[~?%]?"),
    "century": re.compile(r"[0-9]{2}XX[~?%]?"),
}


class Bounds(NamedTuple):
    """The earliest and latest day a date can mean; `date.min` and `date.max` for an open end."""

    earliest: date
    latest: date

    def meets(self, other: "Bounds") -> bool:
        """Whether the two have a day in common."""
        return self.earliest <= other.latest and other.earliest <= self.latest


EVER = Bounds(date.min, date.max)


class End(NamedTuple):
    """One end of a date: its days, its precision (None if it is open), and its mark (`~`, `?`, `%` or none)."""

    days: Bounds
    precision: str | None
    mark: str


class EdtfDate(NamedTuple):
    """A date: an `extent` lasted from `first` to `last`, `one_of` is one day from `first` to `last`, which may be equal."""

    first: End
    last: End
    sense: str

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.first.days.earliest, self.last.days.latest)

    @property
    def precision(self) -> str:
        """The coarser precision of the two ends."""
        if self.first is self.last and self.first.precision:
            return self.first.precision
        given = [end.precision for end in (self.first, self.last) if end.precision]
        return max(given, key=PRECISIONS.index, default=PRECISIONS[-1])

    @property
    def approximate(self) -> bool:
        return self.first.mark in ("~", "%") or self.last.mark in ("~", "%")

    @property
    def uncertain(self) -> bool:
        return self.first.mark in ("?", "%") or self.last.mark in ("?", "%")


@lru_cache(maxsize=1 << 15)
def read(text: str) -> EdtfDate:
    """An EDTF date. Raises ValueError with a message for curators if `text` is not one."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        found = _read(text)
    except (ValueError, OverflowError, TypeError, AttributeError):  # edtf raises these for `../202X`, `2020/2021-XX` and the like
        raise ValueError(_refusal(text)) from None
    if found.bounds.earliest > found.bounds.latest:
        raise ValueError(f"{text!r} ends before it begins")
    return found


def _refusal(text: str) -> str:
    """Why a text is no EDTF date, and what may have been meant."""
    close = meant(text)
    if re.search(r"\s", text):
        return f"{text!r} {f'is not an EDTF date; did you mean {close!r}?' if close else 'has spaces: EDTF dates have none'}"
    if text.startswith("/") or text.endswith("/"):
        return f"{text!r} has an empty end: write '..' for an open end"
    advice = "write 2021, 2021-06, 2021-06-16, 2021-05~, 2021-06-11/2021-06-13 for what lasted, [2021-05-25..2021-05-28] for"
    advised = f": {advice} one day between, [..2021-05-20] or [2021-06-22..]"
    return f"{text!r} is not an EDTF date{f'; did you mean {close!r}?' if close else advised}"


def meant(text: str) -> str | None:
    """The date that was meant by one in other digits or signs (`2021/6/16`) or in English (`16 June 2021`, `June 2021`)."""
    if parts := NEARLY.fullmatch(text):
        day = "-".join(part.zfill(2) for part in parts.groups() if part)
    elif parts := IN_WORDS.fullmatch(text):
        before, month, after, year = parts.groups()
        number = f"{WORDS.index(month[:3].lower()) + 1:02}"
        day = "-".join((year, number, *(part.zfill(2) for part in (before or after,) if part)))
    else:
        return None
    try:
        return day if day != text and _read(day) else None
    except ValueError:
        return None


def _read(text: str) -> EdtfDate:
    """Plain ends are read here, a thousand times as fast as by the grammar, which reads all others."""
    if match := SET.fullmatch(text):
        first, last = match.groups()
        ends = [end for end in (first, last) if end]
        if not ends or not all(map(PLAIN.fullmatch, ends)) or len({len(end) for end in ends}) > 1:
            raise ValueError(text)
        return EdtfDate(_end(first or ".."), _end(last or ".."), "one_of")
    first, slash, last = text.partition("/")
    if not slash:
        if first == "..":
            raise ValueError(text)
        return EdtfDate(end := _end(first), end, "one_of")
    found = EdtfDate(_end(first), _end(last), "extent")
    if not all(end == ".." or PLAIN.fullmatch(end) for end in (first, last)):
        by_grammar(text)
    return found


def _end(text: str) -> End:
    if text == "..":
        return End(EVER, None, "")
    if not (match := PLAIN.fullmatch(text)):
        precision = next((word for word, form in COARSE.items() if form.fullmatch(text)), None)
        if precision is None:
            raise ValueError(text)
        return End(by_grammar(text), precision, text[-1] if text[-1] in "~?%" else "")
    year, month, day = (int(part) if part else 0 for part in match.groups()[:3])
    first = date(year, month or 1, day or 1)
    last = first if day else date(year, month or 12, monthrange(year, month or 12)[1])
    return End(Bounds(first, last), "day" if day else "month" if month else "year", match[4])


@cache
def _grammar() -> ModuleType:
    """The package edtf, imported when the first date needs it: its grammar takes a sixth of the start of a command."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyparsing warns of names that edtf uses
        import edtf  # noqa: PLC0415
    return edtf


def by_grammar(text: str) -> Bounds:
    """The bounds of a date of any form, by the grammar of edtf. Raises ValueError if it is not a date."""
    grammar = _grammar()
    try:
        parsed = grammar.parse_edtf(text)
    except grammar.EDTFParseException:
        raise ValueError(text) from None
    if type(parsed).__name__ not in LEVELS:
        raise ValueError(text)
    return Bounds(_day(parsed.lower_strict()), _day(parsed.upper_strict()))


def _day(moment: Any) -> date:
    if isinstance(moment, float):
        return date.min if moment < 0 else date.max
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


@lru_cache(maxsize=1 << 15)
def bounds(text: str) -> Bounds:
    """The bounds of an EDTF date. Raises ValueError with a message for curators if `text` is not one."""
    return read(text).bounds


def is_date(text: str) -> bool:
    """Whether a text is an EDTF date."""
    try:
        return bool(bounds(text))
    except ValueError:
        return False


def is_open(text: str) -> bool:
    """Whether an EDTF date has no first or no last day."""
    days = bounds(text)
    return days.earliest == date.min or days.latest == date.max


@lru_cache(maxsize=1 << 15)
def certain_core(text: str) -> Bounds | None:
    """What a range of days must meet for a date to lie in it for certain; None for a doubtful date (`~`, `?`, `%`).

    A range from a day to another meets it if it ends on or after `earliest` and begins on or before `latest`. Of what lasted,
    these are the days on which it lasted for sure. Where there is no such day, `earliest` comes after `latest`, and only a
    range that holds everything from `latest` to `earliest` meets it: for one day out of several, a range that holds them all.
    """
    found = read(text)
    days = found.bounds
    if found.approximate or found.uncertain:
        return None
    if found.sense == "one_of":
        return Bounds(days.latest, days.earliest)
    return Bounds(min(found.first.days.latest, days.latest), max(found.last.days.earliest, days.earliest))


@lru_cache(maxsize=1 << 15)
def certain_prefix(days: Bounds) -> str:
    """The year, month or day (`YYYY`, `YYYY-MM`, `YYYY-MM-DD`) that both bounds share; empty if not even the year."""
    first, last = days.earliest.isoformat(), days.latest.isoformat()
    return next((first[:n] for n in (10, 7, 4) if first[:n] == last[:n]), "")

"""EDTF dates: validation, and the earliest and latest day that a date can mean.

Levels 0 and 1 of ISO 8601-2 (https://www.loc.gov/standards/datetime/), years 0001 to 9999.
"""

import re
import warnings
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

with warnings.catch_warnings():
    # edtf's grammar triggers a warning of pyparsing at import.
    warnings.simplefilter("ignore")
    from edtf import EDTFParseException, parse_edtf

LONGEST = 64  # characters; no date is longer
PLAIN = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?[~?%]?")
LEVELS = {"Date", "Interval", "UncertainOrApproximate", "Unspecified", "Level1Interval", "Season"}


class Bounds(NamedTuple):
    """The earliest and latest day a date can mean; `date.min` and `date.max` for an open end."""

    earliest: date
    latest: date

    def meets(self, other: "Bounds") -> bool:
        """Whether the two have a day in common."""
        return self.earliest <= other.latest and other.earliest <= self.latest


def _plain(text: str) -> Bounds | None:
    """The bounds of a date or interval of years, months and days; None for other forms.

    The same as by the grammar and a thousand times as fast, for nearly all dates. `~`, `?` and `%` do not change bounds.
    """
    first, slash, last = text.partition("/")
    low = _end(first) if first != ".." or slash else None
    high = _end(last) if slash else low
    return Bounds(low.earliest, high.latest) if low and high else None


def _end(text: str) -> Bounds | None:
    if text == "..":
        return Bounds(date.min, date.max)
    if not (match := PLAIN.fullmatch(text)):
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    first = date(year, month or 1, day or 1)
    last = first if day else date(year, month or 12, monthrange(year, month or 12)[1])
    return Bounds(first, last)


def _day(moment: Any) -> date:
    if isinstance(moment, float):
        return date.min if moment < 0 else date.max
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


def by_grammar(text: str) -> Bounds:
    """The bounds of a date of any form, by the grammar of edtf. Raises ValueError or EDTFParseException if it is not a date."""
    parsed = parse_edtf(text)
    if type(parsed).__name__ not in LEVELS:
        raise ValueError(text)
    return Bounds(_day(parsed.lower_strict()), _day(parsed.upper_strict()))


@lru_cache(maxsize=1 << 16)
def bounds(text: str) -> Bounds:
    """The bounds of an EDTF date. Raises ValueError with a message for curators if `text` is not one."""
    advice = "write 2021, 2021-06, 2021-06-16, 2021-05~, 2021-06-09/2021-06-16, 2021-06-22/.. or ../2021-05-20"
    if text.startswith("/") or text.endswith("/"):
        raise ValueError(f"{text!r} has an empty end: write '..' for an open end")
    try:
        if len(text) > LONGEST:
            raise ValueError
        days = _plain(text) or by_grammar(text)
    except (EDTFParseException, ValueError, OverflowError, TypeError):  # edtf raises TypeError for `../202X` and the like
        raise ValueError(f"{text!r} is not an EDTF date: {advice}") from None
    if days.earliest > days.latest:
        raise ValueError(f"{text!r} ends before it begins")
    return days


@lru_cache(maxsize=1 << 16)
def certain_prefix(days: Bounds) -> str:
    """The year, month or day (`YYYY`, `YYYY-MM`, `YYYY-MM-DD`) that both bounds share; empty if not even the year."""
    first, last = days.earliest.isoformat(), days.latest.isoformat()
    return next((first[:n] for n in (10, 7, 4) if first[:n] == last[:n]), "")


def render(text: str) -> dict[str, str | None]:
    """A date in the public document: its EDTF text and its bounds, null for an open end."""
    earliest, latest = bounds(text)
    return {
        "edtf": text,
        "earliest": None if earliest == date.min else earliest.isoformat(),
        "latest": None if latest == date.max else latest.isoformat(),
    }

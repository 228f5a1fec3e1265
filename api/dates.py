"""EDTF dates: which texts are dates, and the earliest and latest day each can mean.

Levels 0 and 1 of ISO 8601-2 (https://www.loc.gov/standards/datetime/), years 0001 to 9999.
"""

import re
import warnings
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

with warnings.catch_warnings():
    # edtf names one of its grammar's results in a way that pyparsing asks about at import.
    warnings.simplefilter("ignore")
    from edtf import EDTFParseException, parse_edtf

LONGEST = 64  # characters; no date is longer
PLAIN = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")
LEVELS = {"Date", "Interval", "UncertainOrApproximate", "Unspecified", "Level1Interval", "Season"}


class Bounds(NamedTuple):
    """The earliest and latest day a date can mean; `date.min` and `date.max` where it is open."""

    earliest: date
    latest: date

    def meets(self, other: "Bounds") -> bool:
        """Whether some day may belong to both."""
        return self.earliest <= other.latest and other.earliest <= self.latest


def _of_plain(year: str, month: str | None, day: str | None) -> Bounds:
    """The days of a plain date, as the grammar gives them and a thousand times as fast: most dates are plain."""
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        return Bounds(first, first)
    return Bounds(first, date(first.year, 12, 31) if not month else first.replace(day=monthrange(first.year, first.month)[1]))


def _day(moment: Any) -> date:
    if isinstance(moment, float):
        return date.min if moment < 0 else date.max
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


@lru_cache(maxsize=1 << 16)
def bounds(text: str) -> Bounds:
    """The days an EDTF `text` can mean. Raises ValueError, in words for a curator, if it is not a date."""
    advice = "write 2021, 2021-06, 2021-06-16, 2021-05~, 2021-06-09/2021-06-16, 2021-06-22/.. or ../2021-05-20"
    if text.startswith("/") or text.endswith("/"):
        raise ValueError(f"{text!r} leaves an end unsaid: write '..' for an open end")
    try:
        if plain := PLAIN.fullmatch(text):
            return _of_plain(*plain.groups())
        if len(text) > LONGEST:
            raise ValueError
        parsed = parse_edtf(text)
        if type(parsed).__name__ not in LEVELS:
            raise ValueError
        days = Bounds(_day(parsed.lower_strict()), _day(parsed.upper_strict()))
    except (EDTFParseException, ValueError, OverflowError):
        raise ValueError(f"{text!r} is not an EDTF date: {advice}") from None
    if days.earliest > days.latest:
        raise ValueError(f"{text!r} ends before it begins")
    return days


@lru_cache(maxsize=1 << 16)
def certain_prefix(days: Bounds) -> str:
    """As much of `YYYY-MM-DD` as both ends share; empty where not even the year is known."""
    first, last = days.earliest.isoformat(), days.latest.isoformat()
    return next((first[:n] for n in (10, 7, 4) if first[:n] == last[:n]), "")


def render(text: str) -> dict[str, str | None]:
    """A date as the API shows it: its EDTF text and its bounds, null where open."""
    earliest, latest = bounds(text)
    return {
        "edtf": text,
        "earliest": None if earliest == date.min else earliest.isoformat(),
        "latest": None if latest == date.max else latest.isoformat(),
    }

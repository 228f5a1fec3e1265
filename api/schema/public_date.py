"""A date as the public document has it: its bounds, precision and sense, and a text in words."""

from datetime import date
from functools import lru_cache
from typing import Any

from .edtf import EVER, EdtfDate, End, read

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SEASONS = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}  # by the first month that EDTF's season is taken to have
HEDGES = {"~": "about ", "?": "perhaps ", "%": "perhaps about "}
FINE = ("day", "month", "year")  # precisions whose ends can share a month or a year in words

DATE_KEYS = ("edtf", "earliest", "latest", "precision", "sense", "approximate", "uncertain", "text")


def render(text: str) -> dict[str, Any]:
    """The public date of an EDTF text; the bounds of an open end are null."""
    return dict(rendered(text))


@lru_cache(maxsize=1 << 15)
def rendered(text: str) -> dict[str, Any]:
    """The public date of an EDTF text, shared by all that ask for it."""
    found = read(text)
    earliest, latest = found.bounds
    return {
        "edtf": text,
        "earliest": None if earliest == date.min else earliest.isoformat(),
        "latest": None if latest == date.max else latest.isoformat(),
        "precision": found.precision,
        "sense": found.sense,
        "approximate": found.approximate,
        "uncertain": found.uncertain,
        "text": in_words(found),
    }


def in_words(found: EdtfDate) -> str:
    """A date in plain English: "11 to 13 June 2021", "between 25 and 28 May 2021", "about May 2021", "perhaps 1983"."""
    if found.first == found.last:
        return _end(found.first) if found.first.precision else "at an unknown time"
    if found.sense == "extent":
        if found.first.days == EVER:
            return f"until {_end(found.last)}"
        return f"from {_end(found.first)} on" if found.last.days == EVER else _range(found, "", " to ")
    if found.first.days == EVER:
        return f"{_adverb(found.last)} or before {_end(found.last)}"
    if found.last.days == EVER:
        return f"{_adverb(found.first)} or after {_end(found.first)}"
    return _range(found, "between ", " and ")


def _adverb(end: End) -> str:
    return "on" if end.precision == "day" else "in"


def _range(found: EdtfDate, before: str, between: str) -> str:
    """Both ends; what they share of month and year is said once, at the end."""
    first, last = found.first, found.last
    text = _end(first)
    if first.precision == last.precision and first.precision in FINE and not (first.mark or last.mark):
        one, other = first.days.earliest, last.days.earliest
        if first.precision == "day" and one != other and (one.year, one.month) == (other.year, other.month):
            text = str(one.day)
        elif first.precision != "year" and one.year == other.year:
            text = text.rpartition(" ")[0]
    return f"{before}{text}{between}{_end(last)}"


def _end(end: End) -> str:
    return HEDGES.get(end.mark, "") + _plain(end)


def _plain(end: End) -> str:
    day = end.days.earliest
    match end.precision:
        case "day":
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        case "month":
            return f"{MONTHS[day.month - 1]} {day.year}"
        case "season":
            return f"{SEASONS[day.month]} {day.year}"
        case "decade":
            return f"the {day.year}s"
        case "century":
            return f"the years {day.year} to {day.year + 99}"
        case _:
            return str(day.year)

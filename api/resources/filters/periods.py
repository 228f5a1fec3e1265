"""Filters by the year, the month and the precision of dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from ...schema import edtf
from ...schema.query_fields import MONTH, YEAR, Form, QueryText
from .base import Values, expanded
from .terms import Terms

A_YEAR, A_MONTH = f"^{YEAR}$", f"^{YEAR}-{MONTH}$"  # patterns
ONE_YEAR = QueryText("One year.", validate=Form(A_YEAR, error="{input!r} is not a year: write 2021"))
ONE_MONTH = QueryText("One month.", validate=Form(A_MONTH, error="{input!r} is not a month: write 2021-06"))


@dataclass(frozen=True)
class Periods(Terms):
    """Terms whose values are years or months: counted in order of time."""


def dated(path: str, what: str = "In", **options: Any) -> tuple[Terms, ...]:
    """The filters `year`, `month` and `date_precision` by the EDTF dates at a path; `what` leads to "this year"."""

    def periods_of(digits: int) -> Values:
        return expanded(path, lambda text, catalog: periods(text, digits))

    return (
        Periods("year", f"{what} this year, or possibly so.", periods_of(len("2021")), term=ONE_YEAR),
        Periods("month", f"{what} this month (`2021-06`), or possibly so.", periods_of(len("2021-06")), term=ONE_MONTH),
        Terms(
            "date_precision",
            "Dated to this precision; the coarser one of a date with two ends.",
            expanded(path, lambda text, catalog: (edtf.read(text).precision,)),
            choices=edtf.PRECISIONS,
            **options,
        ),
    )


def years(text: str) -> tuple[str, ...]:
    """The years that an EDTF date touches; none if an end is open."""
    return periods(text, len("2021"))


@lru_cache(maxsize=1 << 14)
def periods(text: str, digits: int) -> tuple[str, ...]:
    """The years (4 digits) or months (7) that an EDTF date touches; none if an end is open."""
    first, last = edtf.bounds(text)
    if date.min == first or date.max == last:
        return ()
    if digits == len("2021"):
        return tuple(f"{year:04}" for year in range(first.year, last.year + 1))
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in months)

"""Filters by day or range of days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import marshmallow as ma
import peewee as pw

from ...schema import edtf
from ...schema.fields import Choice, Record
from ...schema.query_fields import Day, Moment, Partial, QueryText, listed
from .base import ANY_OF, MATCHES, Arguments, Catalog, Filter, Values
from .tables import Row

DATE_MATCH, ROLE_MATCH = "date_match", "role_match"


class Span(NamedTuple):
    """A span of time with its word: the days that it may include, and those that it includes for certain (None: no day)."""

    word: str
    possible: edtf.Bounds
    certain: edtf.Bounds | None


@dataclass(frozen=True)
class Spans(Filter):
    """A filter by spans of time that records have."""

    spans: Callable[[Record, Catalog], Iterable[Span]]

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        days = ("latest", "surely_earliest", "surely_latest")
        return {"value": pw.TextField(), "earliest": pw.DateField(index=True), **{day: pw.DateField() for day in days}}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        never = edtf.Bounds(date.max, date.min)
        spans = {(span.word, *span.possible, *(span.certain or never)) for span in self.spans(record, catalog)}
        return [(word, *(day.isoformat() for day in days)) for word, *days in sorted(spans)]


@dataclass(frozen=True)
class OnDay(Spans):
    """`role_on=2021-06-16`: records with a span that includes the day; with `role`, a span with that word."""

    near: int  # days by which the spans were widened, as `meta.query` says
    name: str = "role_on"
    word: str = "role"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        day = (
            "Holding an office on this day. Where no source gives the term, an office counts that is attested on the day or "
            f"within {self.near} days of it; `meta.role_match` says how many of those found held theirs for certain."
        )
        match = (
            "`possible` (default): the office may have been held on the day; where its end is not known, it may have gone on. "
            "`certain`: sources show it for the day."
        )
        return {
            self.name: Day(metadata={"description": day, "example": "2021-06-16"}),
            self.word: listed(QueryText("One value."), f"Holding this office (on `{self.name}`, or ever). {ANY_OF}"),
            ROLE_MATCH: Choice(match, MATCHES),
        }

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        spans = table.select(table.record)
        if self.name in arguments:
            certain, day = arguments.get(ROLE_MATCH) == "certain", arguments[self.name].earliest
            first, last = (table.surely_earliest, table.surely_latest) if certain else (table.earliest, table.latest)
            spans = spans.where((first <= day) & (last >= day))
        if self.word in arguments:
            spans = spans.where(table.value.in_(arguments[self.word]))
        if self.name in arguments or self.word in arguments:
            yield model.seq.in_(spans)

    def match(self, arguments: Arguments) -> str:
        return ROLE_MATCH if self.name in arguments else ""

    def understood(self, arguments: Arguments) -> dict[str, Any]:
        if self.name not in arguments:
            return {}
        match = arguments.get(ROLE_MATCH, MATCHES[0])
        return {ROLE_MATCH: match, **({"role_attested_within_days": self.near} if match == MATCHES[0] else {})}

    def clash(self, arguments: Arguments) -> Iterator[tuple[str, str]]:
        if ROLE_MATCH in arguments and self.name not in arguments:
            yield ROLE_MATCH, f"goes with {self.name}"


@dataclass(frozen=True)
class Before(Filter):
    """`name=2026-03`: records with one of `days` before that day, month or year."""

    name: str
    description: str
    days: Values

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        return {"day": pw.DateField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        return [(edtf.bounds(text).latest.isoformat(),) for text in sorted(set(self.days(record, catalog)))]

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        return {self.name: Partial(metadata={"description": self.description, "example": "2026-03-01"})}

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        if self.name in arguments:
            yield model.seq.in_(table.select(table.record).where(table.day < arguments[self.name].earliest))


@dataclass(frozen=True)
class Dates(Filter):
    """`date_from`, `date_to`, `on` and `date_match`, on the columns of a DatedRow.

    A range that is certain to hold a date meets its certain core (edtf.certain_core), a possible one its bounds.
    """

    name: str = "date"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        first = "From this day, month or year on, its first day included."
        last = "Up to this day, month or year, its last day included."
        match = (
            "What an imprecise date means: `possible` finds records that may lie in the range, `certain` only those that must: "
            "what happened on one day if each day that it can mean lies in the range, what lasted if it lasted on a day of the "
            "range for sure. A date marked `~`, `?` or `%` is never certain. `meta.date_match` counts both."
        )
        return {
            "date_from": Partial(metadata={"description": first, "example": "2021-06"}),
            "date_to": Partial(metadata={"description": last, "example": "2021-06"}),
            "on": Moment(metadata={"description": "Within a single EDTF date, instead of a range.", "example": "2021-05~"}),
            DATE_MATCH: Choice(match, MATCHES, load_default=MATCHES[0]),
        }

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        first, last = (model.certain_from, model.certain_to) if self.certain(arguments) else (model.earliest, model.latest)
        if days := self.range(arguments):
            yield (first <= days[1]) & (last >= days[0])

    def range(self, arguments: Arguments) -> tuple[date, date] | None:
        """The first and last day of the range; None without a range."""
        on = arguments.get("on")
        begin, end = arguments.get("date_from", on), arguments.get("date_to", on)
        if not (begin or end):
            return None
        return (begin.earliest if begin else date.min), (end.latest if end else date.max)

    def certain(self, arguments: Arguments) -> bool:
        """Whether records are found only that lie in the range for certain."""
        return arguments.get(DATE_MATCH) == "certain"

    def match(self, arguments: Arguments) -> str:
        return DATE_MATCH if self.range(arguments) else ""

    def clash(self, arguments: Arguments) -> Iterator[tuple[str, str]]:
        if "on" in arguments and ("date_from" in arguments or "date_to" in arguments):
            yield "on", "cannot go with date_from or date_to"
        if "date_from" in arguments and "date_to" in arguments and arguments["date_from"].earliest > arguments["date_to"].latest:
            yield "date_to", "lies before date_from"


@lru_cache(maxsize=1 << 14)
def day_columns(text: str | None) -> dict[str, Any]:
    """The columns of a DatedRow for an EDTF date; without a date, the first and last day there are, and never certain."""
    days, core = edtf.bounds(text or "../.."), edtf.certain_core(text) if text else None
    return {
        "earliest": days.earliest.isoformat(),
        "latest": days.latest.isoformat(),
        "certain_from": core and core.earliest.isoformat(),
        "certain_to": core and core.latest.isoformat(),
        "vague": 1 if core and core.earliest <= days.earliest <= core.latest else 2,
    }

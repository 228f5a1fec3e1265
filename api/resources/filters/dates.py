"""Filters by day or range of days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import marshmallow as ma
import peewee as pw

from ...schema import edtf
from ...schema.fields import Choice, Record
from ...schema.query_fields import Day, Moment, Partial, QueryText, listed
from .base import ANY_OF, Arguments, Catalog, Filter, Values
from .conditions import SeqRange
from .tables import Row, alias

Spans = Callable[[Record, Catalog], Iterable[tuple[str, edtf.Bounds]]]


@dataclass(frozen=True)
class OnDay(Filter):
    """`name=2021-06-16`: records with a span of time that includes the day; with `word`, a span with that word."""

    name: str
    description: str
    spans: Spans
    word: str = ""
    word_description: str = ""

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        return {"value": pw.TextField(), "earliest": pw.DateField(index=True), "latest": pw.DateField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        return [(word, *(day.isoformat() for day in span)) for word, span in sorted(set(self.spans(record, catalog)))]

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        parameters: dict[str, Any] = {self.name: Day(metadata={"description": self.description, "example": "2021-06-16"})}
        if self.word:
            parameters[self.word] = listed(QueryText("One value."), f"{self.word_description} {ANY_OF}")
        return parameters

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        spans = table.select(table.record)
        if self.name in arguments:
            day = arguments[self.name].earliest
            spans = spans.where((table.earliest <= day) & (table.latest >= day))
        if self.word in arguments:
            spans = spans.where(table.value.in_(arguments[self.word]))
        if self.name in arguments or self.word in arguments:
            yield model.seq.in_(spans)


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
    words: tuple[str, ...] = ("possible", "certain")

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
            "date_match": Choice(match, self.words, load_default="possible"),
        }

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        certain = arguments.get("date_match") == "certain"
        if begin := arguments.get("date_from") or arguments.get("on"):
            yield (model.certain_to if certain else model.latest) >= begin.earliest
            if certain:
                yield SeqRange(first=_first_certain(model, begin.earliest))
        if end := arguments.get("date_to") or arguments.get("on"):
            yield (model.certain_from if certain else model.earliest) <= end.latest
            # `seq` follows the earliest day, so a scan can start at the end of the range.
            yield SeqRange(last=_last(model, end.latest))

    def range(self, arguments: Arguments) -> tuple[date, date] | None:
        """The first and last day of the range; None without a range or with `date_match=certain`."""
        begin, end = (arguments.get(name) or arguments.get("on") for name in ("date_from", "date_to"))
        if arguments.get("date_match") == "certain" or not (begin or end):
            return None
        return (begin.earliest if begin else date.min), (end.latest if end else date.max)

    def clash(self, arguments: Arguments) -> Iterator[tuple[str, str]]:
        if "on" in arguments and ("date_from" in arguments or "date_to" in arguments):
            yield "on", "cannot go with date_from or date_to"
        if "date_from" in arguments and "date_to" in arguments and arguments["date_from"].earliest > arguments["date_to"].latest:
            yield "date_to", "lies before date_from"


def _last(model: Any, day: date) -> Any:
    """The `seq` of the last record whose earliest day is `day` or before."""
    other = alias(model, "bound")
    return other.select(other.seq).where(other.earliest <= day).order_by(other.earliest.desc(), other.seq.desc()).limit(1)


def _first_certain(model: Any, day: date) -> Any:
    """The lowest `seq` of a record that is certain to end on `day` or after."""
    other = alias(model, "bound")
    # `+ 0`: otherwise the databases look for the lowest number record by record, not in the index of the day.
    return other.select(pw.fn.MIN(other.seq + 0)).where(other.certain_to >= day)


def day_columns(text: str | None) -> dict[str, Any]:
    """The columns of a DatedRow for an EDTF date; without a date, the first and last day there are, and never certain."""
    days, core = edtf.bounds(text or "../.."), edtf.certain_core(text) if text else None
    return {
        **days._asdict(),
        "certain_from": core and core.earliest,
        "certain_to": core and core.latest,
        "vague": 1 if core and core.earliest <= days.earliest <= core.latest else 2,
    }

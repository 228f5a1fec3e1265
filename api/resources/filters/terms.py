"""Filters: what a list can be asked for, and the index table that answers each.

Every filter but the date range has one table of its own, filled at load from the records. A filter knows its query
parameters, its rows, and its WHERE clause; nothing else in the code knows which filters exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol

import marshmallow as ma
import peewee as pw
from marshmallow import validate

from ..schema import edtf
from ..schema.fields import Choice, Lookup, Record
from ..schema.query_fields import Day, Moment, Partial, Term, Version, an_id, listed
from ..storage import full_text
from ..versions import sortable


class Row(pw.Model):
    """What every kind's table has: the default order as `seq`, the id, what a record is called, the rendered document."""

    seq = pw.IntegerField(primary_key=True)
    id = pw.TextField(unique=True)
    called = pw.TextField()
    updated = pw.TextField(index=True)
    digest = pw.TextField()
    document = pw.TextField()


class Catalog(Lookup, Protocol):
    """What filters may ask about the dataset and its other records."""

    about: Record

    def record(self, kind: str, id: str) -> Record: ...
    def ancestors(self, kind: str, id: str) -> Iterator[str]: ...
    def sources(self, kind: str, record: Record) -> set[str]: ...


@cache
def twin(table: Any, part: str) -> Any:
    """A table under another name, for a part of a query that looks at it once more; made once, as it takes peewee long."""
    return table.alias()


@dataclass(frozen=True)
class Holds:
    """The condition that an index table lists a record under any of these values, or with `negated` under none."""

    filter: str
    table: Any
    values: tuple[str, ...]
    negated: bool = False

    def among(self, number: Any) -> Any:
        """Put as: the record's number is among those listed. Good where few are."""
        listed = self.table.select(self.table.record).where(self.table.value.in_(self.values))
        return number.not_in(listed) if self.negated else number.in_(listed)

    def probed(self, number: Any) -> Any:
        """Put as: there is an entry for this record. Good where many are listed and few are looked at."""
        table = twin(self.table, "probed")
        entry = pw.fn.EXISTS(table.select(pw.SQL("1")).where((table.record == number) & table.value.in_(self.values)))
        return ~entry if self.negated else entry


@dataclass(frozen=True)
class Span:
    """The condition that a record's number lies in a range; either end, a select of one number, may be missing."""

    first: Any = None
    last: Any = None

    def on(self, number: Any) -> Iterator[Any]:
        if self.first is not None:
            yield number >= self.first
        if self.last is not None:
            yield number <= self.last


Values = Callable[[Record, Catalog], Iterable[str]]
Spans = Callable[[Record, Catalog], Iterable[tuple[str, edtf.Bounds]]]


def each(path: str) -> Values:
    """The values at a dotted path of a record, through lists: `participants.actor`."""
    first, *rest = path.split(".")

    def values(record: Record, catalog: Catalog) -> Iterable[str]:
        items = _listed(record[first])
        for key in rest:
            items = [inner for item in items for inner in _listed(item[key])]
        return items

    return values


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def within(path: str, kind: str) -> Values:
    """The ids at a path, each with the records of its own kind that it lies within."""
    direct = each(path)

    def values(record: Record, catalog: Catalog) -> Iterator[str]:
        for id in direct(record, catalog):
            yield id
            yield from catalog.ancestors(kind, id)

    return values


class _Plain:
    """A filter that the owner's own columns answer, and whose parameters go together with all others."""

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]] | None:
        """The columns of the filter's index table, or None where it has none."""
        return None

    def clash(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Parameters that cannot go together, each with why."""
        yield from ()


@dataclass(frozen=True)
class Terms(_Plain):
    """`name=a,b`: records that have any of these values; `name_all`: every one of them; `name_not`: none of them.

    `kind` names the kind whose ids the values are; `choices` a closed vocabulary; `term` the field that checks a value
    otherwise. `reverse` is the name of the link from such a record back to the records that this filter finds.
    """

    name: str
    description: str
    values: Values
    kind: str | None = None
    choices: tuple[str, ...] = ()
    reverse: str | None = None
    term: ma.fields.Field[Any] | None = None
    single: bool = False

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        if target:
            # No index of its own: the table's key begins with it.
            return {
                "value": pw.ForeignKeyField(target, field="id", column_name="value", deferrable="INITIALLY DEFERRED", index=False)
            }
        return {"value": pw.TextField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        """What its table says of a record: the values of its columns."""
        return [(value,) for value in sorted(set(self.values(record, catalog)))]

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        if self.choices:
            term: ma.fields.Field[Any] = Choice("One value.", self.choices)
        elif self.kind:
            term = an_id()
        else:
            term = self.term or Term("One value.")
        found = {self.name: listed(term, f"{self.description} A comma means any of several.")}
        if not self.single:
            found[f"{self.name}_all"] = listed(term, f"{self.description} All of them.")
        found[f"{self.name}_not"] = listed(term, f"Not: {lower_first(self.description)} None of them.")
        return found

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> Iterator[Holds]:
        if self.name in asked:
            yield Holds(self.name, table, tuple(asked[self.name]))
        for value in asked.get(f"{self.name}_all", ()):
            yield Holds(self.name, table, (value,))
        if f"{self.name}_not" in asked:
            yield Holds(self.name, table, tuple(asked[f"{self.name}_not"]), negated=True)

    def clash(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Parameters that cannot go together, each with why."""
        single = asked.get(self.name, ())
        wanted = {*asked.get(f"{self.name}_all", ()), *(single if len(single) == 1 else ())}
        for value in sorted(wanted & set(asked.get(f"{self.name}_not", ()))):
            yield f"{self.name}_not", f"{value!r} is asked for and refused at once"


@dataclass(frozen=True)
class OnDay(_Plain):
    """`name=2021-06-16`: records one of whose spans of time holds that day; with `word`, a span that has that word too."""

    name: str
    description: str
    spans: Spans
    word: str = ""
    word_description: str = ""

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        return {"value": pw.TextField(), "earliest": pw.DateField(index=True), "latest": pw.DateField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        """What its table says of a record: the values of its columns."""
        return [(word, *(day.isoformat() for day in span)) for word, span in sorted(set(self.spans(record, catalog)))]

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        found: dict[str, Any] = {self.name: Day(metadata={"description": self.description, "example": "2021-06-16"})}
        if self.word:
            found[self.word] = listed(Term("One value."), f"{self.word_description} A comma means any of several.")
        return found

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> Iterator[Any]:
        spans = table.select(table.record)
        if self.name in asked:
            day = asked[self.name].earliest
            spans = spans.where((table.earliest <= day) & (table.latest >= day))
        if self.word in asked:
            spans = spans.where(table.value.in_(asked[self.word]))
        if self.name in asked or self.word in asked:
            yield model.seq.in_(spans)


@dataclass(frozen=True)
class Before(_Plain):
    """`name=2026-03`: records with a day of this sort before that day, month or year."""

    name: str
    description: str
    days: Values

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        return {"day": pw.DateField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        """What its table says of a record: the values of its columns."""
        return [(edtf.bounds(text).latest.isoformat(),) for text in sorted(set(self.days(record, catalog)))]

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        return {self.name: Partial(metadata={"description": self.description, "example": "2026-03-01"})}

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> Iterator[Any]:
        if self.name in asked:
            yield model.seq.in_(table.select(table.record).where(table.day < asked[self.name].earliest))


@dataclass(frozen=True)
class Dates(_Plain):
    """`date_from`, `date_to`, `on` and `date_match` on the table's own `earliest` and `latest`."""

    name: str = "date"
    words: tuple[str, ...] = ("possible", "certain")

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        first = "From this day, month or year on, its first day included."
        last = "Up to this day, month or year, its last day included."
        match = (
            "What an imprecise date means: `possible` finds records that may lie in the range, `certain` only those that must."
        )
        return {
            "date_from": Partial(metadata={"description": first, "example": "2021-06"}),
            "date_to": Partial(metadata={"description": last, "example": "2021-06"}),
            "on": Moment(metadata={"description": "Within a single EDTF date, instead of a range.", "example": "2021-05~"}),
            "date_match": Choice(match, self.words, load_default="possible"),
        }

    def where(self, model: Any, table: Any, asked: Mapping[str, Any]) -> Iterator[Any]:
        certain = asked.get("date_match") == "certain"
        if begin := asked.get("date_from") or asked.get("on"):
            yield (model.earliest if certain else model.latest) >= begin.earliest
            if certain:
                yield Span(first=_first(model, begin.earliest))
        if end := asked.get("date_to") or asked.get("on"):
            yield (model.latest if certain else model.earliest) <= end.latest
            # Records are numbered by their earliest day, so that a walk can begin where the range does.
            yield Span(last=_last(model, end.latest))

    def range(self, asked: Mapping[str, Any]) -> tuple[date, date] | None:
        """The days between which records may lie; None where that is not what is asked."""
        begin, end = (asked.get(name) or asked.get("on") for name in ("date_from", "date_to"))
        if asked.get("date_match") == "certain" or not (begin or end):
            return None
        return (begin.earliest if begin else date.min), (end.latest if end else date.max)

    def clash(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Parameters that cannot go together, each with why."""
        if "on" in asked and ("date_from" in asked or "date_to" in asked):
            yield "on", "cannot go with date_from or date_to"
        if "date_from" in asked and "date_to" in asked and asked["date_from"].earliest > asked["date_to"].latest:
            yield "date_to", "lies before date_from"


@dataclass(frozen=True)
class Ids(_Plain):
    """`ids=a,b`: these records."""

    name: str = "ids"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        return {self.name: listed(an_id(), "The records with these ids.")}

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> Iterator[Any]:
        if self.name in asked:
            yield model.id.in_(asked[self.name])


@dataclass(frozen=True)
class Words(_Plain):
    """`q=`: records whose text holds all of these words."""

    kind: str
    name: str = "q"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        text = (
            'Records with all of these words; "a phrase" stays together, `treat*` finds words that begin so. '
            "Names are found under their other forms and misspellings too."
        )
        return {self.name: Term(text, validate=validate.Length(max=300, error="is longer than {max} characters"))}

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> Iterator[Any]:
        if self.name in asked:
            yield model.seq.in_(full_text.matching(self.kind, asked[self.name]))


@dataclass(frozen=True)
class Updated(_Plain):
    """`updated_since=1.0.0`: records that were made or changed in that release, or after it."""

    name: str = "updated_since"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        text = "Made or last changed in this release of the data, or in a later one."
        return {self.name: Version(metadata={"description": text, "example": "1.0.0"})}

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> Iterator[Any]:
        if self.name in asked:
            other = twin(model, "updated")  # apart, as few are new: the index finds them, a walk would look for them
            yield model.seq.in_(other.select(other.seq).where(other.updated >= sortable(asked[self.name])))


def _last(model: Any, day: date) -> Any:
    """The number of the last record that begins on a day or before it."""
    other = twin(model, "bound")
    return other.select(other.seq).where(other.earliest <= day).order_by(other.earliest.desc(), other.seq.desc()).limit(1)


def _first(model: Any, day: date) -> Any:
    """The number of the first record that begins on a day or after it."""
    other = twin(model, "bound")
    return other.select(other.seq).where(other.earliest >= day).order_by(other.earliest, other.seq).limit(1)


Filter = Updated | Terms | OnDay | Before | Dates | Ids | Words


@cache
def names(filter: Filter) -> tuple[str, ...]:
    """The words of a filter's parameters."""
    return tuple(filter.parameters())


def index_table(owner: type[Row], filter: Filter, target: type[Row] | None) -> Any:
    """The table that answers `filter` for the records of `owner`, or None where the owner's own columns do."""
    columns = filter.columns(target)
    if columns is None:
        return None
    keys = pw.CompositeKey(*columns, "record")
    meta = type("Meta", (), {"table_name": f"{owner._meta.table_name}_{filter.name}", "primary_key": keys, "without_rowid": True})
    record = pw.ForeignKeyField(owner, column_name="record", index=True, deferrable="INITIALLY DEFERRED")
    return type(f"{owner.__name__}_{filter.name}", (pw.Model,), {"Meta": meta, **columns, "record": record})


def years(text: str | None) -> Iterator[str]:
    """The years that a date touches; none where an end is open."""
    first, last = edtf.bounds(text or "../..")
    if first != date.min and last != date.max:
        yield from (f"{year:04}" for year in range(first.year, last.year + 1))


def lower_first(text: str) -> str:
    return text[0].lower() + text[1:]


def day_columns(text: str | None) -> dict[str, date]:
    """The columns `earliest` and `latest` of an EDTF date; wide open where there is none."""
    return edtf.bounds(text or "../..")._asdict()

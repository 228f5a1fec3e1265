"""Filters: what a list can be asked for, and the index table that answers each.

Every filter but the date range has one table of its own, filled at load from the records. A filter knows its query
parameters, its rows, and its WHERE clause; nothing else in the code knows which filters exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import marshmallow as ma
import peewee as pw
from marshmallow import validate
from webargs.fields import DelimitedList

from . import dates
from .fields import SLUG, Choice, Lookup, Record, Text


class Row(pw.Model):
    """What every kind's table has: the default order as `seq`, the id, and the rendered document."""

    seq = pw.IntegerField(primary_key=True)
    id = pw.TextField(unique=True)
    document = pw.TextField()


class Catalog(Lookup, Protocol):
    """What filters may ask about other records."""

    def record(self, kind: str, id: str) -> Record: ...
    def ancestors(self, kind: str, id: str) -> Iterator[str]: ...
    def sources(self, kind: str, record: Record) -> set[str]: ...


Values = Callable[[Record, Catalog], Iterable[str]]
Spans = Callable[[Record, Catalog], Iterable[dates.Bounds]]


class Partial(ma.fields.Field[dates.Bounds]):
    """`2021`, `2021-06` or `2021-06-16` in a query, as the days it covers."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dates.Bounds:
        plain = str(value)
        if not (plain.replace("-", "").isdecimal() and len(plain) in (4, 7, 10)):
            raise ma.ValidationError(f"{plain!r} is not a date: write 2021, 2021-06 or 2021-06-16")
        try:
            return dates.bounds(plain)
        except ValueError:
            raise ma.ValidationError(f"{plain!r} is no day of the calendar") from None


class Day(Partial):
    """`2021-06-16` in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dates.Bounds:
        days = super()._deserialize(value, attr, data, **kwargs)
        if days.earliest != days.latest:
            raise ma.ValidationError(f"{value!r} is not a day: write {days.earliest}, say")
        return days


class Term(Text):
    """One value of a comma-separated parameter."""


def each(path: str) -> Values:
    """The values at a dotted path of a record, through lists: `participants.actor`."""
    keys = path.split(".")

    def values(record: Record, catalog: Catalog) -> Iterator[str]:
        items: list[Any] = [record]
        for key in keys:
            items = [item[key] for item in items if item[key] is not None]
            items = [inner for item in items for inner in (item if isinstance(item, list) else [item])]
        yield from items

    return values


def within(path: str, kind: str) -> Values:
    """The ids at a path, each with the records of its own kind that it lies within."""
    direct = each(path)

    def values(record: Record, catalog: Catalog) -> Iterator[str]:
        for id in direct(record, catalog):
            yield id
            yield from catalog.ancestors(kind, id)

    return values


@dataclass(frozen=True)
class Terms:
    """`name=a,b`: records that have any of these values.

    `kind` names the kind whose ids the values are; `choices` a closed vocabulary. `reverse` is the name of the link
    from such a record back to the records that this filter finds.
    """

    name: str
    description: str
    values: Values
    kind: str | None = None
    choices: tuple[str, ...] = ()
    reverse: str | None = None

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        if target:
            return {"value": pw.ForeignKeyField(target, field="id", column_name="value", deferrable="INITIALLY DEFERRED")}
        return {"value": pw.TextField()}

    def rows(self, record: Record, catalog: Catalog) -> Iterator[dict[str, Any]]:
        yield from ({"value": value} for value in sorted(set(self.values(record, catalog))))

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        if self.choices:
            term: ma.fields.Field[Any] = Choice("One value.", self.choices)
        elif self.kind:
            term = Term("One id.", validate=validate.Regexp(f"^{SLUG.pattern}$", error="{input!r} is not an id"))
        else:
            term = Term("One value.")
        many = DelimitedList(term, validate=validate.Length(max=100, error="more than {max} values"))
        many.metadata = {"description": self.description + " A comma means any of several."}
        return {self.name: many}

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> pw.Expression | None:
        if self.name not in asked:
            return None
        return model.seq.in_(table.select(table.record).where(table.value.in_(asked[self.name])))


@dataclass(frozen=True)
class OnDay:
    """`name=2021-06-16`: records one of whose spans of time holds that day."""

    name: str
    description: str
    spans: Spans

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        return {"earliest": pw.DateField(), "latest": pw.DateField()}

    def rows(self, record: Record, catalog: Catalog) -> Iterator[dict[str, Any]]:
        yield from (span._asdict() for span in sorted(set(self.spans(record, catalog))))

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        return {self.name: Day(metadata={"description": self.description, "example": "2021-06-16"})}

    def where(self, model: type[Row], table: Any, asked: Mapping[str, Any]) -> pw.Expression | None:
        if self.name not in asked:
            return None
        day = asked[self.name].earliest
        return model.seq.in_(table.select(table.record).where((table.earliest <= day) & (table.latest >= day)))


@dataclass(frozen=True)
class Dates:
    """`date_from`, `date_to` and `date_match` on the table's own `earliest` and `latest`."""

    name: str = "date"
    words: tuple[str, ...] = field(default=("possible", "certain"))

    def columns(self, target: type[Row] | None) -> None:
        return None

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        return {
            "date_from": Partial(
                metadata={"description": "From this day, month or year on, its first day included.", "example": "2021-06"}
            ),
            "date_to": Partial(
                metadata={"description": "Up to this day, month or year, its last day included.", "example": "2021-06"}
            ),
            "date_match": Choice(
                "What an imprecise date means: `possible` finds records that may lie in the range, "
                "`certain` only those that must.",
                self.words,
                load_default="possible",
            ),
        }

    def where(self, model: Any, table: Any, asked: Mapping[str, Any]) -> pw.Expression | None:
        certain = asked.get("date_match") == "certain"
        first = model.earliest if certain else model.latest
        last = model.latest if certain else model.earliest
        found: pw.Expression | None = None
        if "date_from" in asked:
            found = first >= asked["date_from"].earliest
        if "date_to" in asked:
            until = last <= asked["date_to"].latest
            found = until if found is None else found & until
        return found


Filter = Terms | OnDay | Dates


def index_table(owner: type[Row], filter: Filter, target: type[Row] | None) -> Any:
    """The table that answers `filter` for the records of `owner`, or None where the owner's own columns do."""
    columns = filter.columns(target)
    if columns is None:
        return None
    keys = pw.CompositeKey(*columns, "record")
    meta = type("Meta", (), {"table_name": f"{owner._meta.table_name}_{filter.name}", "primary_key": keys, "without_rowid": True})
    record = pw.ForeignKeyField(owner, column_name="record", index=True, deferrable="INITIALLY DEFERRED")
    return type(f"{owner.__name__}_{filter.name}", (pw.Model,), {"Meta": meta, **columns, "record": record})


def day_columns(text: str | None) -> dict[str, date]:
    """The columns `earliest` and `latest` of an EDTF date; wide open where there is none."""
    return dates.bounds(text or "../..")._asdict()

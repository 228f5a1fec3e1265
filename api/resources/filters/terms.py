"""Filters by values: any of them, all of them, none of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import marshmallow as ma
import peewee as pw

from ...schema.fields import Choice, Record
from ...schema.query_fields import QueryText, an_id, listed
from .base import ALL_OF, ANY_OF, NONE_OF, Arguments, Catalog, Filter, Values
from .tables import Row


class Holds(NamedTuple):
    """A condition: a filter lists the record under at least one of `values`; if `negated`, under none; if `every`, under all."""

    filter: str
    values: tuple[str, ...]
    negated: bool = False
    every: bool = False


@dataclass(frozen=True)
class Terms(Filter):
    """`name=a,b`: records that have any of these values; `name_all`: every one of them; `name_not`: none of them.

    `values` gives a record's values: ids of `kind`, words of `choices`, or text that the field `term` checks. `single`:
    a record has at most one value, so there is no `name_all`. `reverse` names the link from a record of `kind` to the
    records that have its id.
    """

    name: str
    description: str
    values: Values
    kind: str | None = None
    choices: tuple[str, ...] = ()
    reverse: str | None = None
    term: ma.fields.Field[Any] | None = None
    single: bool = False

    @property
    def key(self) -> str:  # type: ignore[override]
        return getattr(self.values, "key", "")

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        if target:
            # No index: `value` is the first column of the primary key.
            return {
                "value": pw.ForeignKeyField(target, field="id", column_name="value", deferrable="INITIALLY DEFERRED", index=False)
            }
        return {"value": pw.TextField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        return [(value,) for value in {*self.values(record, catalog)}]

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        if self.choices:
            term: ma.fields.Field[Any] = Choice("One value.", self.choices)
        elif self.kind:
            term = an_id()
        else:
            term = self.term or QueryText("One value.")
        parameters = {self.name: listed(term, f"{self.description} {ANY_OF}")}
        if not self.single:
            parameters[f"{self.name}_all"] = listed(term, f"{self.description} {ALL_OF}")
        parameters[f"{self.name}_not"] = listed(term, NONE_OF)
        return parameters

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Holds]:
        if self.name in arguments:
            yield Holds(self.name, tuple(arguments[self.name]))
        if every := tuple(arguments.get(f"{self.name}_all", ())):
            yield Holds(self.name, every, every=len(every) > 1)
        if f"{self.name}_not" in arguments:
            yield Holds(self.name, tuple(arguments[f"{self.name}_not"]), negated=True)

    def clash(self, arguments: Arguments) -> Iterator[tuple[str, str]]:
        any_of = arguments.get(self.name, ())
        required = dict.fromkeys(any_of, self.name) if len(any_of) == 1 else {}
        required |= dict.fromkeys(arguments.get(f"{self.name}_all", ()), f"{self.name}_all")
        for value in sorted(required.keys() & set(arguments.get(f"{self.name}_not", ()))):
            yield f"{self.name}_not", f"{value!r} is in both {required[value]} and {self.name}_not"

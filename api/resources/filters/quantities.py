"""Filters by the numbers of a record and their units."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import peewee as pw

from ...schema.fields import Choice, Record
from ...schema.query_fields import Amount
from .base import MATCHES, Arguments, Catalog, Filter, each
from .tables import Row
from .terms import Terms

LEAST, MOST = -sys.float_info.max, sys.float_info.max  # where nothing bounds a number: both databases can store and index them
QUANTITY_MATCH = "quantity_match"
RULE = (
    "of the unit in `unit`, which must be one, as units are neither mixed nor converted. What a number means follows from its "
    "`qualifier`: `more_than` 100 is any number above 100, `at_least` 100 is 100 or more, `less_than`, `at_most` and `up_to` "
    "likewise below, `about` 100 is 100, and never certain."
)


def counted(path: str) -> tuple[Filter, ...]:
    """The filters `unit`, `quantity_min`, `quantity_max` and `quantity_match` by the quantities at a path."""
    return Terms("unit", "With a quantity in this unit.", each(f"{path}.unit")), Quantities(path)


@dataclass(frozen=True)
class Quantities(Filter):
    """`unit=person&quantity_min=100&quantity_max=200`: records with a quantity that may, or must, lie in the range."""

    path: str
    name: str = "quantity"

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        return {"value": pw.TextField(), "low": pw.DoubleField(), "high": pw.DoubleField(), "sure": pw.IntegerField()}

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        quantities: Any = each(self.path)(record, catalog)
        return sorted({(q["unit"], *meaning(q["value"], q["qualifier"]), int(q["qualifier"] != "about")) for q in quantities})

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        match = (
            "Which quantities lie in the range: `possible` (default) those that may, `certain` only those of which every number "
            "that they can mean does. `meta.quantity_match` counts both."
        )
        return {
            "quantity_min": Amount(metadata={"description": f"With a quantity of at least this number, {RULE}", "example": 100}),
            "quantity_max": Amount(
                metadata={"description": "With a quantity of at most this number, as `quantity_min`.", "example": 200}
            ),
            QUANTITY_MATCH: Choice(match, MATCHES),
        }

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        if not self._bounds(arguments):
            return
        least, most = arguments.get("quantity_min", LEAST), arguments.get("quantity_max", MOST)
        found = [table.value.in_(arguments.get("unit", ()))]
        if arguments.get(QUANTITY_MATCH) == "certain":
            found += [table.low >= least, table.high <= most, table.sure == 1]
        else:
            found += [table.low <= most, table.high >= least]
        yield model.seq.in_(table.select(table.record).where(*found))

    def match(self, arguments: Arguments) -> str:
        return QUANTITY_MATCH

    def understood(self, arguments: Arguments) -> dict[str, Any]:
        return {QUANTITY_MATCH: arguments.get(QUANTITY_MATCH, MATCHES[0])} if self._bounds(arguments) else {}

    def clash(self, arguments: Arguments) -> Iterator[tuple[str, str]]:
        for name in self._bounds(arguments):
            if len(arguments.get("unit", ())) != 1:
                yield name, "goes with one `unit` (`unit=person`): numbers of different units cannot be compared"
        if QUANTITY_MATCH in arguments and not self._bounds(arguments):
            yield QUANTITY_MATCH, "goes with quantity_min or quantity_max"
        if arguments.get("quantity_min", LEAST) > arguments.get("quantity_max", MOST):
            yield "quantity_max", "goes with a quantity_min that is not above it"

    @staticmethod
    def _bounds(arguments: Arguments) -> list[str]:
        return [name for name in ("quantity_min", "quantity_max") if name in arguments]


def meaning(value: float, qualifier: str | None) -> tuple[float, float]:
    """The least and the greatest number that a hedged one can mean."""
    number = float(value)
    match qualifier:
        case "more_than":
            return math.nextafter(number, math.inf), MOST
        case "at_least":
            return number, MOST
        case "less_than":
            return LEAST, math.nextafter(number, -math.inf)
        case "at_most" | "up_to":
            return LEAST, number
        case _:
            return number, number

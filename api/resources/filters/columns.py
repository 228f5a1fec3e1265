"""Filters on columns that every kind's table has: ids, words of the text, and the release of the last change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import peewee as pw
from marshmallow import validate

from ...schema.query_fields import QueryText, Version, an_id, listed
from ...schema.versions import sortable
from ...storage.phrases import parse
from .base import Arguments, Filter
from .tables import alias


@dataclass(frozen=True)
class Ids(Filter):
    """`ids=a,b`: the records with these ids."""

    name: str = "ids"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        return {self.name: listed(an_id(), "The records with these ids.")}

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        if self.name in arguments:
            yield model.id.in_(arguments[self.name])


class Numbers(pw.ColumnBase):
    """Select of given numbers, however many; compiled for the database of the query around it."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = json.dumps(numbers)
        super().__init__()

    def __sql__(self, ctx: Any) -> Any:
        postgresql = "(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(%s AS json)))"
        return ctx.sql(pw.SQL(postgresql if ctx.state.param == "%s" else "(SELECT value FROM json_each(?))", [self.numbers]))


@dataclass(frozen=True)
class Words(Filter):
    """`q=`: records of `kind` whose text has all of these words; `table` gives their numbers, which `column` holds."""

    kind: str
    name: str = "q"
    column: str = "seq"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        text = (
            'Records with all of these words, in any of their forms; "a phrase" stays together, `treat*` matches words with this '
            "beginning. Those in a record are found under their other names, known misspellings and the offices of its day, too."
        )
        return {self.name: QueryText(text, validate=validate.Length(max=300, error="is longer than {max} characters"))}

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        if self.name in arguments:
            yield pw.Expression(getattr(model, self.column), "IN", Numbers(table(parse(arguments[self.name]))))


@dataclass(frozen=True)
class Updated(Filter):
    """`updated_since=1.0.0`: records that were added or changed in that release or a later one."""

    name: str = "updated_since"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        text = "Added or last changed in this release of the data or a later one."
        return {self.name: Version(metadata={"description": text, "example": "1.0.0"})}

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        if self.name in arguments:
            # A subquery uses the index on `updated`; a plain condition would be tested record by record.
            other = alias(model, "updated")
            yield model.seq.in_(other.select(other.seq).where(other.updated >= sortable(arguments[self.name])))

"""Filters on columns that every kind's table has: ids, words of the text, and the release of the last change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import peewee as pw
from marshmallow import validate

from ...schema.query_fields import QueryText, Version, an_id, listed
from ...schema.versions import sortable
from ...storage.full_text import Matching
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


@dataclass(frozen=True)
class Words(Filter):
    """`q=`: records of `kind` whose text has all of these words; `column` of the table holds their numbers."""

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
            yield pw.Expression(getattr(model, self.column), "IN", Matching(table, parse(arguments[self.name])))


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

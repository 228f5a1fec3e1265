"""A resource: one kind of record, described for the rest of the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee as pw

from ..schema.fields import Record, Schema
from .filters import Catalog, Filter, Row
from .schema_org import Refer, thing


def _none(record: Record) -> tuple[()]:
    return ()


def _nothing(record: Record, catalog: Catalog) -> Record:
    return {}


@dataclass(frozen=True, eq=False)
class Resource:
    """One kind of record: its table, its schema, its filters.

    `kind` is the folder, the URL segment and the OpenAPI tag. `heading` is the key whose value names a record.
    `columns` gives the values of the columns that only this kind's table has. `sorts` maps the values of `sort=` to
    columns, `order` is the default. `identifiers` gives a record's ids in other schemes, as (scheme, id). `derive`
    computes the keys of the public document that the file does not have. `parent` is the key of the record that
    contains it, `dated` the key of its date. `example` is the id and the name of a record, for the contract; `jsonld`
    gives the schema.org node of a public document. Of a `light` kind other records need the name alone, so a load need
    not keep its records.
    """

    kind: str
    singular: str
    description: str
    model: type[Row]
    schema: Schema
    heading: str
    columns: Callable[[Record], Mapping[str, Any]]
    sorts: Mapping[str, pw.Field[Any]]
    order: str
    filters: tuple[Filter, ...]
    identifiers: Callable[[Record], Iterable[tuple[str, str]]] = _none
    derive: Callable[[Record, Catalog], Record] = _nothing
    parent: str | None = None
    dated: str | None = None
    example: tuple[str, str] = ("an-id", "A name")
    jsonld: Callable[[Record, Refer], Record] = thing
    light: bool = False

    def name(self, record: Record) -> str:
        """The name of a record where other records refer to it."""
        return str(record[self.heading])

"""A resource: everything the rest of the code needs to know about one kind of record, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee as pw

from ..schema.fields import Record, Schema
from .filters import Catalog, Filter, Row


def _none(record: Record) -> tuple[()]:
    return ()


def _nothing(record: Record, catalog: Catalog) -> Record:
    return {}


@dataclass(frozen=True, eq=False)
class Resource:
    """One kind: its word, its table, its schema, and what can be asked of it.

    `kind` is the folder, the URL segment and the OpenAPI tag. `heading` is the key whose value names a record.
    `columns` gives the table's values that are not shared by every kind. `sorts` maps the words of `sort=` to columns,
    `order` is the default. `identifiers` gives a record's ids
    in other schemes. `derive` computes what the public document says beyond the file. Of a `light` kind, other records
    use only the name: its values are not kept in memory or in the index while a dataset is read.
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
    light: bool = False

    def name(self, record: Record) -> str:
        """What a record is called where others refer to it."""
        return str(record[self.heading])

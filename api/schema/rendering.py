"""Rendering records as public documents, by a plan made once for each schema."""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import marshmallow as ma

from .fields import DetailedRef, Edtf, Holder, Many, One, Record, Ref
from .public_date import rendered


class Lookup(Protocol):
    """The dataset as rendering sees it: names and offices of other records."""

    def name(self, kind: str, id: str) -> str: ...
    def offices(self, actor: str, day: str) -> list[Record]: ...


Writer = Callable[[Any, Record, Lookup], Any]  # of a value in a record


def dump(schema: ma.Schema, record: Record, lookup: Lookup) -> Record:
    """The public document of a record; keys that the record does not have are left out. What documents have in common, such as
    dates, is shared by them. Raises KeyError where a record that it refers to is missing."""
    document: Record = _mapping(schema)(record, {}, lookup)
    return document


@cache
def _mapping(schema: ma.Schema) -> Writer:
    writers = [(key, field.data_key or key, _writer(field)) for key, field in schema.dump_fields.items()]

    def mapping(record: Record, outer: Record, lookup: Lookup) -> Record:
        return {
            name: write(record[key], record, lookup) if write else record[key] for key, name, write in writers if key in record
        }

    return mapping


def _writer(field: Any) -> Writer | None:
    """The function that renders a field; None if the value is rendered unchanged."""
    if isinstance(field, Many):
        write = _writer(field.inner)
        return write and (lambda values, record, lookup: [write(value, record, lookup) for value in values])
    if isinstance(field, One):
        mapping = _mapping(field.schema)
        return lambda value, record, lookup: None if value is None else mapping(value, record, lookup)
    if isinstance(field, Edtf):
        return lambda value, record, lookup: None if value is None else rendered(value)
    return _reference(field) if isinstance(field, Ref) else None


def _reference(field: Ref) -> Writer:
    def named(id: str, record: Record, lookup: Lookup) -> Record | None:
        return {"id": id, "name": lookup.name(field.kind, id)} if id else None

    def held(id: str, record: Record, lookup: Lookup) -> Record | None:
        on = record[field.on]  # type: ignore[attr-defined]
        return {"id": id, "name": lookup.name(field.kind, id), "offices": lookup.offices(id, on)} if id else None

    def detailed(id: str, record: Record, lookup: Lookup) -> Record:
        detail = record.get(field.detail, {}).get(id, {})  # type: ignore[attr-defined]
        return dump(field.schema, {"id": id, "name": lookup.name(field.kind, id), **detail}, lookup)  # type: ignore[attr-defined]

    return held if isinstance(field, Holder) else detailed if isinstance(field, DetailedRef) else named

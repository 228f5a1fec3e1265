"""Rendering records as public documents: what marshmallow's `dump` gives, several times as fast.

Unknown types of field are left to marshmallow.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import marshmallow as ma
from marshmallow.experimental.context import Context

from .fields import Choice, Holder, Many, One, Record, Ref, Text

_ABSENT: Any = object()


def dump(schema: ma.Schema, record: Record) -> Record:
    """What `schema.dump` gives. References need a Context that can look names up."""
    return _dump(schema, record, Context.get())


def _dump(schema: ma.Schema, record: Record, lookup: Any) -> Record:
    for name, _, _ in schema._hooks["pre_dump"]:
        record = getattr(schema, name)(record, many=False)
    document = {}
    for key, name, write in _writers(schema):
        value = record.get(key, _ABSENT)
        if value is not _ABSENT:
            document[name] = write(value, record, lookup) if write else value
    return document


Writer = Callable[[Any, Record, Any], Any]


@cache
def _writers(schema: ma.Schema) -> tuple[tuple[str, str, Writer | None], ...]:
    return tuple((key, field.data_key or key, _writer(key, field)) for key, field in schema.dump_fields.items())


def _writer(key: str, field: Any) -> Writer | None:
    """The function that renders a field; None if the value is rendered unchanged."""
    if type(field) in (Text, Choice):
        return None
    if type(field) is Many:
        return _series(_writer(key, field.inner))
    if type(field) is One and not field.schema._hooks["post_dump"]:
        return lambda value, record, lookup: None if value is None else _dump(field.schema, value, lookup)
    if type(field) in (Ref, Holder):
        return _reference(field)
    return lambda value, record, lookup: field._serialize(value, key, record)


def _series(write: Writer | None) -> Writer:
    if write is None:
        return lambda value, record, lookup: value and list(value)
    return lambda value, record, lookup: value and [write(item, record, lookup) for item in value]


def _reference(field: Any) -> Writer:
    if type(field) is Ref:
        return lambda value, record, lookup: value and {"id": value, "name": lookup.name(field.kind, value)}
    return lambda value, record, lookup: (
        value
        and {
            "id": value,
            "name": lookup.name(field.kind, value),
            "offices": lookup.offices(value, record[field.on]),
        }
    )

"""Walks over a schema, or over a schema and a record together: its keys, its paths, its plain form."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple

import marshmallow as ma
from marshmallow import fields as mf

from .fields import DetailedRef, Edtf, Holder, Record, Ref, Text
from .public_date import DATE_KEYS

as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Step(NamedTuple):
    """One key of a schema: its name in a loaded record and in a file, its field (the items' field if `many`), its own schema."""

    key: str
    name: str
    field: Any
    many: bool
    schema: ma.Schema | None


@cache
def steps(schema: ma.Schema) -> tuple[Step, ...]:
    """The keys of a schema that files have. Lists contain values or mappings, never lists."""
    keys = []
    for key, field in schema.load_fields.items():
        inner = field.inner if isinstance(field, mf.List) else field
        below = inner.schema if isinstance(inner, mf.Nested) else None
        keys.append(Step(key, field.data_key or key, inner, inner is not field, below))
    return tuple(keys)


def paths(schema: ma.Schema) -> Iterator[str]:
    """Every dotted path of the public document: `date`, `date.edtf`, `participants.actor.name`."""
    parts = {Holder: ("id", "name", "offices"), Ref: ("id", "name"), Edtf: DATE_KEYS}
    for key, field in schema.dump_fields.items():
        name = field.data_key or key
        inner = field.inner if isinstance(field, mf.List) else field
        below = paths(inner.schema) if isinstance(inner, mf.Nested | DetailedRef) else parts.get(type(inner), ())
        yield name
        yield from (f"{name}.{part}" for part in below)


def plain(schema: ma.Schema, record: Record) -> Record:
    """A loaded record as in a file: keys in the order of the schema, without null and empty values, and without defaults."""
    written = {}
    for key, name, field, many, below in steps(schema):
        value = record[key]
        if value and below:
            value = [plain(below, item) for item in value] if many else plain(below, value)
        if value not in (None, [], {}) and (many or value != field.load_default):  # 0 is a value
            written[name] = value
    return written


def canonical(schema: ma.Schema, record: Record) -> dict[str, str]:
    """The canonical JSON of each key of a loaded record's plain form, by the names of the keys in order; no spaces."""
    return dict(_written(schema)(record))


@cache
def _written(schema: ma.Schema) -> Callable[[Record], list[tuple[str, str]]]:
    found = sorted((step.name, step.key, _writer(step), step.many or step.field.load_default) for step in steps(schema))

    def written(record: Record) -> list[tuple[str, str]]:
        return [
            (name, text)
            for name, key, write, default in found
            if ((value := record[key]) or value == 0) and value != default and (text := write(value)) != "{}"
        ]

    return written


def _writer(step: Step) -> Callable[[Any], str]:
    write: Callable[[Any], str] = encode_basestring if isinstance(step.field, Text | Edtf) else as_json
    if step.schema:
        written = _written(step.schema)
        write = lambda value: "{" + ",".join([f'"{name}":{text}' for name, text in written(value)]) + "}"  # noqa: E731
    return (lambda values: f"[{','.join([*map(write, values)])}]") if step.many else write


def leaf_fields(schema: ma.Schema) -> Iterator[Any]:
    """Every field that files have, at any depth, except lists and mappings."""
    for step in steps(schema):
        yield from leaf_fields(step.schema) if step.schema else [step.field]


def referred(schema: ma.Schema, document: Record) -> Iterator[tuple[str, str]]:
    """Every reference in a public document, as (kind, id)."""
    for key, field in schema.dump_fields.items():
        inner = field.inner if isinstance(field, mf.List) else field
        value = document.get(field.data_key or key)
        for item in value if isinstance(value, list) else [value]:
            if item and isinstance(inner, mf.Nested):
                yield from referred(inner.schema, item)
            elif item and isinstance(inner, Ref):
                yield inner.kind, item["id"]

"""One walk over a parsed record, made once for each schema: its values, what it refers to, its dates, and every fault.

What most values are is told here at once; every other value is judged by its marshmallow field.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import marshmallow as ma
from marshmallow import validate

from ..problems import nearest
from .errors import Fault, faults
from .fields import SLUG, Choice, Country, DetailedRef, Edtf, Holder, Many, One, Record, Ref, Text, choices
from .walk import steps

Path = tuple[str | int, ...]
Reader = Callable[[Any, Path, str | int, "Reading"], Any]  # of a value at a step below a path
KNOWN = 1 << 14  # dates of a key that are not judged again
_ABSENT: Any = object()


class PartialRecord(dict[str, Any]):
    """A mapping that lacks its faulty keys: whoever reads one of them gets KeyError, even by `get`."""

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]


class _Told(Exception):
    """A value that cannot be used; why is among the faults."""


@dataclass
class Reading:
    """What a walk finds in a record: references as (path, kind, id), dates as (path, EDTF), mappings of schemas that are
    `noted` as (path, mapping), and faults."""

    refs: list[tuple[Path, str, str]] = field(default_factory=list)
    dates: list[tuple[Path, str]] = field(default_factory=list)
    noted: list[tuple[Path, Record]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def refused(self, about: Any, value: Any, path: Path, error: Exception) -> None:
        """Adds the faults that are the reason why a field refused a value."""
        if isinstance(error, ma.ValidationError):
            self.faults += faults(about, error.messages, value, path)


def read(schema: ma.Schema, value: Any) -> tuple[Record, Reading]:
    """The record that a parsed mapping is, by its schema, and what was found in it; PartialRecord if there are faults."""
    found = Reading()
    return _mapping(schema, value, (), found), found


@cache
def _keys(schema: ma.Schema) -> dict[str, tuple[str, Reader, Any]]:
    """What stands behind each key of a mapping in a file: its key in the record, its reader and its field."""
    fields = [(step, schema.load_fields[step.key]) for step in steps(schema)]
    return {step.name: (step.key, _reader(field), field) for step, field in fields}


def _mapping(schema: ma.Schema, value: Record, path: Path, found: Reading) -> Record:
    keys = _keys(schema)
    record, before = {}, len(found.faults)
    for name, (key, read, about) in keys.items():
        item = value.get(name, _ABSENT)
        if item is not _ABSENT:
            try:
                record[key] = read(item, path, name, found)
            except (ma.ValidationError, _Told) as error:
                found.refused(about, item, (*path, name), error)
        elif about.required:
            found.faults.append(Fault((*path, name), "is missing"))
        else:
            default = about.load_default
            record[key] = default() if callable(default) else default
    if not value.keys() <= keys.keys():
        unknown = (name for name in value if name not in keys)
        found.faults += [Fault((*path, name), "is unknown", tuple(keys), nearest(name, keys)) for name in unknown]
    if len(found.faults) > before:
        record = PartialRecord(record)
    if getattr(schema, "noted", False):  # schemas of libraries have no such word
        found.noted.append((path, record))
    return record


def _reader(field: Any) -> Reader:
    if type(field) is Many:
        return _many(field)
    if type(field) is One:
        return _one(field)
    judge = _judge(field)

    def reference(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        id = judge(value)
        found.refs.append(((*path, step), field.kind, id))
        return id

    def date(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        text = judge(value)
        found.dates.append(((*path, step), text))
        return text

    if isinstance(field, Ref):
        return reference
    return date if isinstance(field, Edtf) else lambda value, path, step, found: judge(value)


def _one(field: One) -> Reader:
    schema = field.schema

    def one(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        if type(value) is not dict:
            raise field.make_error("null" if value is None else "type")
        return _mapping(schema, value, (*path, step), found)

    return one


def _many(field: Many) -> Reader:
    read, inner = _reader(field.inner), field.inner
    any_number = all(type(check) is validate.Length and (check.min, check.max) == (1, None) for check in field.validators)

    def many(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        if type(value) is not list:
            raise field.make_error("null" if value is None else "invalid")
        below, items = (*path, step), []
        for number, item in enumerate(value):
            try:
                items.append(read(item, below, number, found))
            except (ma.ValidationError, _Told) as error:
                found.refused(inner, item, (*below, number), error)
        if len(items) < len(value):
            raise _Told
        if not (items and any_number):
            field._validate(items)
        return items

    return many


def _judge(field: Any) -> Callable[[Any], Any]:
    """The value of a field for a parsed value. Raises ValidationError."""
    deserialize: Callable[[Any], Any] = field.deserialize
    if type(field) in (Edtf, Country):
        known = lru_cache(KNOWN)(deserialize)
        return lambda value: known(value) if type(value) is str else deserialize(value)
    if type(field) is Text and not field.validators:
        return lambda value: value if type(value) is str and _is_plain(value) else deserialize(value)
    if type(field) is Choice and len(field.validators) == 1:
        words = frozenset(choices(field))
        return lambda value: value if type(value) is str and value in words else deserialize(value)
    if type(field) in (Ref, Holder, DetailedRef) and len(field.validators) == 1:
        return lambda value: value if type(value) is str and SLUG.fullmatch(value) else deserialize(value)
    return deserialize


def _is_plain(text: str) -> bool:
    """Whether a text holds nothing that is read as something else: no white space but single spaces between words."""
    return text.isprintable() and "  " not in text and text != "" and text[0] != " " != text[-1]

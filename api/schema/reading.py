"""One walk over a parsed record, made once for each schema: its values, what it refers to, its dates, and every fault.

What most values are is told here at once; every other value is judged by its marshmallow field.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import marshmallow as ma
from marshmallow import validate

from ..problems import nearest
from . import edtf
from .errors import Fault, faults
from .fields import SLUG, Choice, Country, DetailedRef, Edtf, Holder, Many, One, Record, Ref, Text, choices
from .walk import steps

Path = tuple[str | int, ...]
Reader = Callable[[Any, Path, str | int, "Reading"], Any]  # of a value at a step below a path
_ABSENT: Any = object()


class Partial(dict[str, Any]):
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
    """The record that a parsed mapping is, by its schema, and what was found in it; Partial if there are faults."""
    found = Reading()
    return _mapping(schema, value, (), found), found


class _Key(NamedTuple):
    key: str
    name: str
    read: Reader
    field: Any
    required: bool
    default: Any


@cache
def _keys(schema: ma.Schema) -> tuple[tuple[_Key, ...], frozenset[str]]:
    fields = [(step, schema.load_fields[step.key]) for step in steps(schema)]
    keys = [_Key(step.key, step.name, _reader(field), field, field.required, field.load_default) for step, field in fields]
    return tuple(keys), frozenset(key.name for key in keys)


def _mapping(schema: ma.Schema, value: Record, path: Path, found: Reading) -> Record:
    keys, names = _keys(schema)
    record, before = {}, len(found.faults)
    for key, name, read, about, required, default in keys:
        item = value.get(name, _ABSENT)
        if item is not _ABSENT:
            try:
                record[key] = read(item, path, name, found)
            except (ma.ValidationError, _Told) as error:
                found.refused(about, item, (*path, name), error)
        elif required:
            found.faults.append(Fault((*path, name), "is missing"))
        else:
            record[key] = default() if callable(default) else default
    if not value.keys() <= names:
        allowed = tuple(key.name for key in keys)
        found.faults += [Fault((*path, key), "is unknown", allowed, nearest(key, allowed)) for key in value if key not in names]
    if len(found.faults) > before:
        record = Partial(record)
    if getattr(schema, "noted", False):  # schemas of queries have no such word
        found.noted.append((path, record))
    return record


def _reader(field: Any) -> Reader:
    if type(field) is Many:
        return _many(field)
    if type(field) is One:
        return _one(field)
    judge = _judge(field)
    if isinstance(field, Ref):
        return _collected(judge, lambda found: found.refs, field.kind)
    if isinstance(field, Edtf):
        return _collected(judge, lambda found: found.dates)
    return lambda value, path, step, found: judge(value)


def _collected(judge: Callable[[Any], Any], where: Callable[[Reading], list[Any]], *kind: str) -> Reader:
    def collect(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        value = judge(value)
        where(found).append(((*path, step), *kind, value))
        return value

    return collect


def _one(field: One) -> Reader:
    schema = field.schema

    def one(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        if type(value) is not dict:
            raise field.make_error("null" if value is None else "type")
        return _mapping(schema, value, (*path, step), found)

    return one


def _many(field: Many) -> Reader:
    inner = _reader(field.inner)
    least = len(field.validators) == 1 and type(field.validators[0]) is validate.Length and field.validators[0].max is None
    fewest = field.validators[0].min if least else 0  # type: ignore[attr-defined]  # the usual validator needs no call

    def many(value: Any, path: Path, step: str | int, found: Reading) -> Any:
        if type(value) is not list:
            raise field.make_error("null" if value is None else "invalid")
        below, items = (*path, step), []
        for number, item in enumerate(value):
            try:
                items.append(inner(item, below, number, found))
            except (ma.ValidationError, _Told) as error:
                found.refused(field.inner, item, (*below, number), error)
        if len(items) < len(value):
            raise _Told
        if len(items) < fewest or not least:
            field._validate(items)
        return items

    return many


def _judge(field: Any) -> Callable[[Any], Any]:
    """The value of a field for a parsed value. Raises ValidationError."""
    deserialize: Callable[[Any], Any] = field.deserialize
    if type(field) is Edtf and not field.validators:
        return lambda value: value if type(value) is str and _is_date(value) else deserialize(value)
    if type(field) is Country:
        return cache(deserialize)
    if type(field) is Text and not field.validators:
        return lambda value: value if type(value) is str and _plain(value) else deserialize(value)
    if type(field) is Choice and len(field.validators) == 1:
        words = frozenset(choices(field))
        return lambda value: value if type(value) is str and value in words else deserialize(value)
    if type(field) in (Ref, Holder, DetailedRef) and len(field.validators) == 1:
        return lambda value: value if type(value) is str and SLUG.fullmatch(value) else deserialize(value)
    return deserialize


def _plain(text: str) -> bool:
    """Whether a text holds nothing that is read as something else: no white space but single spaces between words."""
    return text.isprintable() and "  " not in text and text != "" and text[0] != " " != text[-1]


def _is_date(text: str) -> bool:
    try:
        return bool(edtf.bounds(text))
    except ValueError:
        return False

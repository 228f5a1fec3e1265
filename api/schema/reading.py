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
from . import edtf
from .errors import Fault, faults
from .fields import SLUG, Choice, Country, DetailedRef, Edtf, Holder, Many, Number, One, Record, Ref, Text, Url, Whole
from .walk import steps

Path = tuple[str | int, ...]
Reader = Callable[[Any, Path, "Reading"], Any]  # of a value at a path
Judge = Callable[[Any], Any]  # the value of a field for a parsed value; raises ValidationError
KNOWN = 1 << 14  # values of a key that are not judged again


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
    return _mapping(schema)(value, (), found), found


@cache
def _mapping(schema: ma.Schema) -> Reader:
    """What reads a mapping. Records share what stands for absent keys: nothing changes a record that was read."""
    fields = [(step, schema.load_fields[step.key]) for step in steps(schema)]
    keys = [(step.name, step.key, _text(field), _reader(field), field) for step, field in fields]
    names = {step.name: None for step in steps(schema)}
    defaults = {step.key: default() if callable(default := field.load_default) else default for step, field in fields}
    noted = getattr(schema, "noted", False)  # schemas of libraries have no such word

    def mapping(value: Record, path: Path, found: Reading) -> Record:
        record, before = defaults.copy(), len(found.faults)
        for name, key, text, read, about in keys:
            if name in value:
                item = value[name]
                try:
                    record[key] = text(item) if text and type(item) is str else read(item, (*path, name), found)
                except (ma.ValidationError, _Told) as error:
                    del record[key]
                    found.refused(about, item, (*path, name), error)
            elif about.required:
                del record[key]
                found.faults.append(Fault((*path, name), "is missing"))
        if not value.keys() <= names.keys():
            unknown = (name for name in value if name not in names)
            found.faults += [Fault((*path, name), "is unknown", tuple(names), nearest(name, names)) for name in unknown]
        if len(found.faults) > before:
            record = PartialRecord(record)
        if noted:
            found.noted.append((path, record))
        return record

    return mapping


def _reader(field: Any) -> Reader:
    if type(field) is Many:
        return _many(field)
    if type(field) is One:
        return _one(field)
    judge = _judge(field)

    def reference(value: Any, path: Path, found: Reading) -> Any:
        id = judge(value)
        found.refs.append((path, field.kind, id))
        return id

    def date(value: Any, path: Path, found: Reading) -> Any:
        text = judge(value)
        found.dates.append((path, text))
        return text

    if isinstance(field, Ref):
        return reference
    return date if isinstance(field, Edtf) else lambda value, path, found: judge(value)


def _one(field: One) -> Reader:
    mapping = _mapping(field.schema)

    def one(value: Any, path: Path, found: Reading) -> Any:
        if type(value) is not dict:
            raise field.make_error("null" if value is None else "type")
        return mapping(value, path, found)

    return one


def _many(field: Many) -> Reader:
    read, inner = _reader(field.inner), field.inner
    any_number = all(type(check) is validate.Length and (check.min, check.max) == (1, None) for check in field.validators)

    def many(value: Any, path: Path, found: Reading) -> Any:
        if type(value) is not list:
            raise field.make_error("null" if value is None else "invalid")
        items = []
        for number, item in enumerate(value):
            try:
                items.append(read(item, (*path, number), found))
            except (ma.ValidationError, _Told) as error:
                found.refused(inner, item, (*path, number), error)
        if len(items) < len(value):
            raise _Told
        if not (items and any_number):
            field._validate(items)
        return items

    return many


def _judge(field: Any) -> Judge:
    deserialize: Judge = field.deserialize
    text = _of_text(field)
    return (lambda value: text(value) if type(value) is str else deserialize(value)) if text else deserialize


def _text(field: Any) -> Judge | None:
    """What judges a text that neither refers to a record nor is a date; None where what is read must be noted."""
    return None if isinstance(field, Ref | Edtf) else _of_text(field)


def _of_text(field: Any) -> Judge | None:
    """What judges a text in less time than marshmallow, if the type of the field allows it."""
    deserialize: Judge = field.deserialize
    if type(field) is Text and not field.validators:
        return lambda text: text if _is_plain(text) else deserialize(text)
    if type(field) in (Ref, Holder, DetailedRef) and len(field.validators) == 1:
        return lru_cache(KNOWN)(lambda text: text if SLUG.fullmatch(text) else deserialize(text))
    if type(field) is Edtf:
        return lru_cache(KNOWN)(lambda text: text if edtf.is_date(text) else deserialize(text))
    return lru_cache(KNOWN)(deserialize) if type(field) in (Country, Choice, Url, Whole, Number) else None


def _is_plain(text: str) -> bool:
    """Whether a text holds nothing that is read as something else: no white space but single spaces between words."""
    return text.isprintable() and "  " not in text and text != "" and text[0] != " " != text[-1]

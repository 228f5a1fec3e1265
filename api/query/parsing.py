"""From a query string to checked values, or to every error in it; and from values back to a canonical query string."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote_plus

import marshmallow as ma
from webargs.fields import DelimitedList

from ..problems import Problem
from ..schema.edtf import Bounds
from ..schema.errors import Fault, faults

MOST_PARAMETERS = 100
PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")  # what needs no escape
ORDERED = {"sort", "by"}  # lists of which the order counts
Values = Mapping[str, Any]


class InvalidParameters(Problem):
    """The 400 that lists every error of a query, each with what is allowed and, if one is near, a suggestion."""

    def __init__(self, errors: Iterable[Fault]) -> None:
        self.errors = list(errors)
        members = [
            {
                "parameter": str(error.path[0]),
                "detail": error.message,
                "allowed": list(error.allowed) or None,
                "suggestion": error.suggestion,
            }
            for error in self.errors
        ]
        names = ", ".join(dict.fromkeys(str(error.path[0]) for error in self.errors))
        super().__init__(400, f"Invalid query parameters: {names}.", "invalid-parameters", errors=members)


def parse(schema: ma.Schema, strings: Mapping[str, list[str]]) -> tuple[Values, list[Fault]]:
    """The values of a query string's parameters that are valid by the schema, and every error in the others.

    A parameter of several values takes them separated by commas, as repeats, or both; a value that comes twice counts once.
    Without errors the values include the defaults. Raises a 400 Problem at once if there are too many parameters.
    """
    if len(strings) > MOST_PARAMETERS:
        raise Problem(400, f"There are more than {MOST_PARAMETERS} parameters.", "invalid-parameters", errors=[])
    several, defaults, required, places = _declared(schema)
    errors = [
        Fault((name,), f"is given {len(values)} times; it takes one value")
        for name, values in strings.items()
        if len(values) > 1 and name in places.keys() - several
    ]
    empty = {name for name, values in strings.items() if "" in values}
    errors += [Fault((name,), "is empty") for name in strings if name in empty]
    single = {name: joined(values) if name in several else values[-1] for name, values in strings.items()}
    single |= {name: joined(dict.fromkeys(single[name].split(","))) for name in single.keys() & (several - ORDERED)}
    loaded, messages = dict[str, Any](), dict[str, Any]()
    for name in sorted({*defaults, *required, *(single.keys() & places.keys())}, key=places.__getitem__):
        if name in single or name in required:
            try:
                loaded[name] = _read(schema.load_fields[name], single.get(name, ma.missing), name)
            except ma.ValidationError as error:
                messages[name], loaded[name] = error.messages, error.valid_data or None
        else:
            loaded[name] = defaults[name]
    messages |= {name: ["is unknown"] for name in single if name not in places}
    if messages:
        errors += [fault for fault in faults(schema, messages, single) if str(fault.path[0]) not in empty]
        loaded = {name: value for name, value in loaded.items() if name in single}
    return {name: value for name, value in loaded.items() if value is not None}, errors


@cache
def _declared(schema: ma.Schema) -> tuple[set[str], Values, set[str], Mapping[str, int]]:
    """The parameters that take several values, those that have a default with it, those that must be there, and all in order."""
    fields = schema.load_fields
    several = {name for name, field in fields.items() if isinstance(field, DelimitedList)}
    defaults = {name: field.load_default for name, field in fields.items() if field.load_default not in (None, ma.missing)}
    required = {name for name, field in fields.items() if field.required}
    return several, defaults, required, {name: place for place, name in enumerate(fields)}


def joined(values: Iterable[str]) -> str:
    """The values of a repeated parameter as the one that means the same."""
    return ",".join(values)


@lru_cache(1024)
def _read(field: ma.fields.Field[Any], text: Any, name: str) -> Any:
    """The value of a parameter; of a list without its repeats, in the order in which its values first come.

    It is shared by all requests with this text: nobody changes it.
    """
    value = field.deserialize(text, name, {})
    return list(dict.fromkeys(value)) if isinstance(value, list) else value


def normalized(name: str, value: Any) -> Any:
    """A parameter's value as `meta.query` shows it: a date as its first and last day, a list as a sorted set."""
    if type(value) is Bounds:
        days = {"date_to": [value.latest], "on": list(value)}.get(name, [value.earliest])
        return "/".join(day.isoformat() for day in days)
    return value if name in ORDERED or type(value) is not list else sorted(set(value))


def canonical_text(values: Values) -> str:
    """Normalized values as a query string, in order of their names."""
    return query_string(
        sorted([(name, ",".join(value) if type(value) is list else str(value)) for name, value in values.items()])
    )


def query_string(pairs: Iterable[tuple[str, str]], safe: str = "") -> str:
    """Names and values as a query string, in which some characters stay as they are."""
    return "&".join([f"{quoted(name, safe)}={quoted(value, safe)}" for name, value in pairs])


@lru_cache(4096)
def quoted(text: str, safe: str) -> str:
    """A text as a part of a query string."""
    return text if PLAIN.fullmatch(text) else quote_plus(text, safe)

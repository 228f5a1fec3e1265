"""The parameters of operations, derived from the schemas that read them."""

from collections.abc import Iterable
from typing import Any

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from ...resources import RESOURCES
from ...resources.filters.base import ALL_OF, ANY_OF, NONE_OF
from ...resources.resource import Resource
from ...schema import fields
from ...schema.json_schema import component
from ...schema.query_fields import Day, NonNegativeInteger, Partial, Version
from ...schema.walk import paths

ID = f"^{fields.SLUG.pattern}$"
# The pattern of a value that many parameters take -> its name among the components, and what it is.
VALUES = {
    ID: ("Id", "The id of a record."),
    fields.Country.pattern: ("CountryCode", "ISO 3166-1 alpha-3; of former states ISO 3166-3."),
    Partial.pattern: ("PartialDate", "A year, a month or a day."),
    Day.pattern: ("Day", "A day."),
    Version.pattern: ("Version", "A version of the data."),
    r"\S": ("SomeText", "Any text that is not blank."),
}
# The paths of each kind, which several of its parameters take -> their name among the components.
PATHS = {tuple(paths(resource.schema)): f"{resource.model.__name__}Path" for resource in RESOURCES}


def grammar(words: Iterable[str]) -> str:
    """A pattern for dotted paths that is shorter than the list of them: `^(id|date(\\.(edtf|text))?)$`."""
    below: dict[str, list[str]] = {}
    for word in words:
        key, _, rest = word.partition(".")
        below.setdefault(key, []).extend([rest] if rest else [])
    inner = (f"{key}(\\.{grammar(rest)[1:-1]})?" if rest else key for key, rest in below.items())
    return f"^({'|'.join(inner)})$"


SCHEMAS = {
    **{name: {"type": "string", "pattern": pattern, "description": what} for pattern, (name, what) in VALUES.items()},
    **{
        name: {"type": "string", "pattern": grammar(words), "description": "A key of a record; a dot leads further down."}
        for words, name in PATHS.items()
    },
}


def query(schema: ma.Schema) -> list[dict[str, Any]]:
    """The parameters in the query string that a schema reads."""
    return [parameter(name, field) for name, field in schema.load_fields.items()]


def id_parameter(resource: Resource) -> dict[str, Any]:
    """The id in the path."""
    identity = {"type": "string", "pattern": ID, "maxLength": fields.LONGEST_ID}
    told = {"name": "id", "in": "path", "required": True, "description": "The record's id."}
    return {**told, "schema": identity, "example": resource.example[0]}


def parameter(name: str, field: Any) -> dict[str, Any]:
    """A parameter in the query string."""
    schema = _schema(field)
    declared: dict[str, Any] = {
        "name": name,
        "in": "query",
        "description": _description(field.metadata["description"]),
        "schema": schema,
    }
    example = field.metadata.get("example")
    if field.required:
        declared |= {"required": True, "example": example} if example else {"required": True}
    elif example and "$ref" not in schema:
        schema["examples"] = [example]  # an `example` of the parameter itself would be filled into the documentation's forms
    if isinstance(field, DelimitedList):
        declared["explode"] = False
    return declared


def _description(text: str) -> str:
    """What a parameter is. What several values mean is said once, in the description of the contract, and by the names."""
    return (
        "All of these." if text.endswith(ALL_OF) else "None of these." if text == NONE_OF else text.removesuffix(ANY_OF).strip()
    )


def _schema(field: Any) -> dict[str, Any]:
    if isinstance(field, DelimitedList):
        most = min(v.max for v in field.validators if isinstance(v, validate.Length) and v.max)
        return {"type": "array", "items": _value(field.inner), "minItems": 1, "maxItems": most}
    schema: dict[str, Any]
    if isinstance(field, ma.fields.Integer):
        size = next((v for v in field.validators if isinstance(v, validate.Range)), None)
        schema = {"type": "integer", "minimum": size.min if size else 0, "maximum": size.max if size else NonNegativeInteger.MOST}
        return {**schema, "default": field.load_default} if size else schema
    schema = _value(field)
    return {**schema, "default": field.load_default} if isinstance(field.load_default, str) else schema


def _value(field: Any) -> dict[str, Any]:
    """The schema of one value: its vocabulary, or its pattern and length."""
    words = fields.choices(field)
    if words in PATHS:
        return component(PATHS[words])
    if words:
        return {"type": "string", "enum": list(words)}
    regexp = next((v.regex.pattern for v in field.validators if isinstance(v, validate.Regexp)), None)
    pattern = regexp or getattr(field, "pattern", None)
    longest = next((v.max for v in field.validators if isinstance(v, validate.Length)), None)
    if pattern in VALUES and not longest:
        return component(VALUES[pattern][0])
    limits = {"pattern": pattern, "maxLength": longest}
    return {"type": "string", "minLength": 1, **{name: limit for name, limit in limits.items() if limit}}

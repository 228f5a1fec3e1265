"""The parameters of operations, derived from the schemas that read them."""

from typing import Any

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from ...resources.filters.base import ALL_OF, ANY_OF, NONE_OF
from ...resources.filters.periods import A_MONTH, A_YEAR
from ...resources.keys import IDENTITY
from ...resources.resource import Resource
from ...schema import fields
from ...schema.json_types import component
from ...schema.query_fields import Amount, Day, NonNegativeInteger, Partial, PartyDay, Version

ID = f"^{fields.SLUG.pattern}$"
# The pattern of a value that many parameters take -> its name among the components, and what it is.
VALUES = {
    ID: ("Id", "The id of a record."),
    fields.Country.pattern: ("CountryCode", "ISO 3166-1 alpha-3; of former states ISO 3166-3."),
    Partial.pattern: ("PartialDate", "A year, a month or a day."),
    Day.pattern: ("Day", "A day."),
    A_YEAR: ("Year", "A year."),
    A_MONTH: ("Month", "A month."),
    PartyDay.pattern: ("PartyDay", "An actor and a day."),
    Version.pattern: ("Version", "A version of the data."),
    r"^[a-z_]+(\.[a-z_]+)*$": ("Path", "A key of a record, as its schema has them; a dot leads further down, through lists too."),
    r"\S": ("SomeText", "Any text that is not blank."),
}
SCHEMAS: dict[str, Any] = {
    "RecordId": {
        "type": "string",
        "description": IDENTITY.metadata["description"],
        "pattern": ID,
        "maxLength": fields.LONGEST_ID,
    },
    **{name: {"type": "string", "pattern": pattern, "description": what} for pattern, (name, what) in VALUES.items()},
}


def query(schema: ma.Schema) -> list[dict[str, Any]]:
    """The parameters in the query string that a schema reads."""
    return [parameter(name, field) for name, field in schema.load_fields.items()]


def id_parameter(resource: Resource) -> dict[str, Any]:
    told = {"name": "id", "in": "path", "required": True, "description": "The record's id."}
    return {**told, "schema": component("RecordId"), "example": resource.example[0]}


def parameter(name: str, field: Any) -> dict[str, Any]:
    schema = _schema(field)
    declared: dict[str, Any] = {"name": name, "in": "query", **_description(field.metadata["description"]), "schema": schema}
    example = field.metadata.get("example")
    if field.required:
        declared |= {"required": True, "example": example} if example else {"required": True}
    elif example and "$ref" not in schema:
        schema["examples"] = [example]  # an `example` of the parameter itself would be filled into the documentation's forms
    return declared


def _description(text: str) -> dict[str, str]:
    """What a parameter is. What several values mean, and `_all` and `_not`, is said once, in the description of the contract."""
    told = text.removesuffix(ANY_OF).strip()
    return {} if text.endswith(ALL_OF) or text == NONE_OF else {"description": told}


def _schema(field: Any) -> dict[str, Any]:
    if isinstance(field, DelimitedList):
        most = min(v.max for v in field.validators if isinstance(v, validate.Length) and v.max)
        return {"type": "array", "items": _value(field.inner), "minItems": 1, "maxItems": most}
    schema: dict[str, Any]
    if isinstance(field, ma.fields.Integer):
        size = next((v for v in field.validators if isinstance(v, validate.Range)), None)
        schema = {"type": "integer", "minimum": size.min if size else 0, "maximum": size.max if size else NonNegativeInteger.MOST}
        return {**schema, "default": field.load_default} if size else schema
    if isinstance(field, ma.fields.Float):
        return {"type": "number", "minimum": -Amount.MOST, "maximum": Amount.MOST}
    schema = _value(field)
    return {**schema, "default": field.load_default} if isinstance(field.load_default, str) else schema


def _value(field: Any) -> dict[str, Any]:
    """The schema of one value: its vocabulary, or its pattern and length."""
    words = fields.choices(field)
    if any("." in word for word in words):
        return component("Path")
    if words:
        return {"type": "string", "enum": list(words)}
    regexp = next((v.regex.pattern for v in field.validators if isinstance(v, validate.Regexp)), None)
    pattern = regexp or getattr(field, "pattern", None)
    longest = next((v.max for v in field.validators if isinstance(v, validate.Length)), None)
    if pattern in VALUES and not longest:
        return component(VALUES[pattern][0])
    limits = {"pattern": pattern, "maxLength": longest}
    return {"type": "string", "minLength": 1, **{name: limit for name, limit in limits.items() if limit}}

"""The operations of lists and items, and the parts of operations."""

from typing import Any

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from ...formats import FORMATS, formats_of
from ...query.parameters import arguments, item_arguments
from ...resources import RESOURCES
from ...resources.resource import Resource
from ...schema import fields
from ...schema.json_schema import ANY, component
from ...schema.query_fields import Amount, NonNegativeInteger
from ...schema.walk import paths
from .components import NOT_MODIFIED, RELEASE, errors
from .examples import example

NAMES = {resource.kind: resource.model.__name__ for resource in RESOURCES}
# The paths of each kind are a component, as several parameters take them.
PATHS = {tuple(paths(resource.schema)): f"{NAMES[resource.kind]}Path" for resource in RESOURCES}
HEADERS = {
    "ETag": {"description": "Validator of this answer.", "schema": {"type": "string"}},
    "Link": {"description": "RFC 8288 links: next, describedby, license.", "schema": {"type": "string"}},
}


def ok(description: str, shape: dict[str, Any], sample: Any, kind: str | None = None) -> dict[str, Any]:
    content = {FORMATS["json"].media_type: {"schema": shape, "example": sample}}
    for format in (FORMATS[word] for word in formats_of(kind)[1:]) if kind else ():
        schema = {"type": "string", "description": format.what} if format.what else None
        content |= media(format.media_type, format.example, component(format.component[0]) if format.component else schema)
    return {"description": description, "headers": HEADERS, "content": content}


def envelope(data: Any, meta: Any, links: Any, included: bool = False) -> dict[str, Any]:
    properties = {"data": data, "meta": meta, "links": links}
    if included:
        more = "The referenced records of the kinds in `include`, once each."
        properties["included"] = {"type": "object", "description": more, "additionalProperties": {"type": "array", "items": ANY}}
    return {"type": "object", "properties": properties, "required": ["data", "meta", "links"]}


def text(field: Any) -> dict[str, Any]:
    """The schema of one value of a parameter: its vocabulary, or its pattern and length."""
    words = fields.choices(field)
    if words in PATHS:
        return component(PATHS[words])
    if words:
        return {"type": "string", "enum": list(words)}
    regexp = next((v.regex.pattern for v in field.validators if isinstance(v, validate.Regexp)), None)
    pattern = regexp or getattr(field, "pattern", None)
    longest = next((v.max for v in field.validators if isinstance(v, validate.Length)), None)
    limits = {"pattern": pattern, "maxLength": longest}
    return {"type": "string", "minLength": 1, **{name: limit for name, limit in limits.items() if limit}}


def parameter(name: str, field: Any) -> dict[str, Any]:
    schema: dict[str, Any]
    if isinstance(field, DelimitedList):
        most = min(v.max for v in field.validators if isinstance(v, validate.Length) and v.max)
        schema = {"type": "array", "items": text(field.inner), "minItems": 1, "maxItems": most}
    elif isinstance(field, ma.fields.Integer):
        size = next((v for v in field.validators if isinstance(v, validate.Range)), None)
        schema = {"type": "integer", "minimum": size.min if size else 0, "maximum": size.max if size else NonNegativeInteger.MOST}
        if size:
            schema["default"] = field.load_default
    elif isinstance(field, ma.fields.Float):
        schema = {"type": "number", "minimum": -Amount.MOST, "maximum": Amount.MOST}
    else:
        schema = text(field)
        if isinstance(field.load_default, str):
            schema["default"] = field.load_default
    declared = {"name": name, "in": "query", "description": field.metadata["description"], "schema": schema}
    example = field.metadata.get("example")
    if field.required:
        declared |= {"required": True, "example": example} if example else {"required": True}
    elif example:
        schema["examples"] = [example]  # an `example` of the parameter itself would be filled into the documentation's forms
    if isinstance(field, DelimitedList):
        declared |= {"style": "form", "explode": False}
    return declared


def media(type: str, sample: Any, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {type: {"schema": schema or (ANY if isinstance(sample, dict) else {"type": "string"}), "example": sample}}


def query(schema: ma.Schema) -> list[dict[str, Any]]:
    return [parameter(name, field) for name, field in schema.load_fields.items()]


def list_operation(resource: Resource) -> dict[str, Any]:
    sample = {
        "data": [example(resource.schema)],
        "meta": {"total": 1, "release": RELEASE, "query": {"limit": 50, "sort": [resource.order]}},
        "links": {"self": f"https://example.org/v1/{resource.kind}", "next": None},
    }
    items = {"type": "array", "items": component(NAMES[resource.kind])}
    return {
        "operationId": f"list_{resource.kind.replace('-', '_')}",
        "tags": [resource.kind],
        "summary": f"List {resource.kind.replace('-', ' ')}",
        "description": resource.description,
        "parameters": query(arguments(resource)),
        "responses": {
            "200": ok(
                "A page of records.", envelope(items, component("ListMeta"), component("ListLinks"), True), sample, resource.kind
            ),
            "304": NOT_MODIFIED,
            **errors(400, 406, 409, 410, 503),
        },
    }


def id_parameter(resource: Resource) -> dict[str, Any]:
    identity = {"type": "string", "pattern": f"^{fields.SLUG.pattern}$", "maxLength": fields.LONGEST_ID}
    sample = resource.example[0]
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "The record's id.",
        "schema": identity,
        "example": sample,
    }


def item_operation(resource: Resource) -> dict[str, Any]:
    address = f"https://example.org/v1/{resource.kind}"
    sample = {
        "data": example(resource.schema),
        "meta": {"release": RELEASE},
        "links": {"self": f"{address}/{resource.example[0]}", "collection": address},
    }
    linked = {"@context": {"@vocab": "https://schema.org/"}, "@id": f"{address}/{resource.example[0]}"}
    meta = {"type": "object", "properties": {"release": component("Release")}, "required": ["release"]}
    links = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
    record = ok("The record.", envelope(component(NAMES[resource.kind]), meta, links, True), sample)
    return {
        "operationId": f"get_{resource.singular}",
        "tags": [resource.kind],
        "summary": f"Get one {resource.singular.replace('_', ' ')}",
        "description": resource.description,
        "parameters": [id_parameter(resource), *query(item_arguments(resource))],
        "responses": {
            "200": {**record, "content": {**record["content"], **media(FORMATS["jsonld"].media_type, linked)}},
            "304": NOT_MODIFIED,
            "308": {"description": "The record was renamed; `Location` is its new address."},
            **errors(400, 404, 406, 410, 503),
        },
    }

"""The operations of lists and items, and the parts of operations."""

from typing import Any

import marshmallow as ma

from ...query.parameters import arguments, item_arguments
from ...resources import RESOURCES
from ...resources.resource import Resource
from ...schema.json_types import ANY, Schema, component, list_of
from .components import REFUSED
from .parameters import id_parameter, query

NAMES = {resource.kind: f"{resource.model.__name__}Record" for resource in RESOURCES}
SPARSE = component("SparseRecord")
# The parameters that make an answer something else than JSON. They are none of the operation's, so that clients have the types
# of its JSON; `/v1/export` stands for them.
OTHER_FORMATS = ("format", "expand", "spreadsheet")


def envelope(data: Any, around: str) -> Schema:
    """The schema of an answer: what is around the data, a component that many answers share, and the data."""
    return {"type": "object", "allOf": [component(around), {"properties": {"data": data}, "required": ["data"]}]}


def media(type: str, sample: Any, schema: Schema | None = None) -> Schema:
    if schema is None:
        schema = ANY if isinstance(sample, dict) else {"type": "string"}
    return {type: {"schema": schema, "example": sample}}


def as_json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def ok(content: Schema) -> Schema:
    return {"description": "OK", "content": content}


def typed(schema: ma.Schema) -> list[Schema]:
    return [parameter for parameter in query(schema) if parameter["name"] not in OTHER_FORMATS]


def envelopes(resource: Resource) -> dict[str, Schema]:
    """The answers of a kind's list and item, by name; with `fields` a record is sparse."""
    record = {"anyOf": [component(NAMES[resource.kind]), SPARSE]}
    name = resource.model.__name__
    return {f"{name}List": envelope(list_of(record), "AnyList"), f"{name}Item": envelope(record, "AnyItem")}


def included() -> Schema:
    kinds = {kind: list_of(component(name)) for kind, name in NAMES.items()}
    what = "The records of the kinds in `include` that are referred to, once each, whole."
    return {"type": "object", "description": what, "properties": kinds, "additionalProperties": False}


def service(
    what: str, id: str, content: Schema, parameters: Any = (), statuses: dict[int, str] | None = None, *, tag: str = "service"
) -> Schema:
    """An operation; `statuses` are those that it answers with beside 200, and what they mean."""
    return {
        "operationId": id,
        "tags": [tag],
        "summary": f"{what}.",
        **({"parameters": list(parameters)} if parameters else {}),
        "responses": {"200": ok(content), **REFUSED, **{str(n): {"description": told} for n, told in (statuses or {}).items()}},
    }


def list_operation(resource: Resource) -> Schema:
    what, id = f"List {resource.kind.replace('-', ' ')}", f"list_{resource.kind.replace('-', '_')}"
    content = as_json(component(f"{resource.model.__name__}List"))
    return service(what, id, content, typed(arguments(resource)), tag=resource.kind)


def item_operation(resource: Resource) -> Schema:
    schema = component(f"{resource.model.__name__}Item")
    return {
        "operationId": f"get_{resource.singular}",
        "tags": [resource.kind],
        "summary": f"Get one {resource.singular.replace('_', ' ')} by its id.",
        "parameters": [id_parameter(resource), *typed(item_arguments(resource))],
        "responses": {"200": ok(as_json(schema)), "308": {"$ref": "#/components/responses/Renamed"}, **REFUSED},
    }

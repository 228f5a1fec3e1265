"""Short words for JSON Schema, in which what the contract describes is written."""

from typing import Any

Schema = dict[str, Any]
TEXT, COUNT, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
DAY, ADDRESS = {"type": "string", "format": "date"}, {"type": "string", "format": "uri"}
NULL = {"type": "null"}
ANY: Schema = {"type": "object", "additionalProperties": True}  # an object whose keys the contract leaves open


def component(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "type": ["string", "null"], "enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    described = {"description": schema["description"]} if "description" in schema else {}
    inner = {key: value for key, value in schema.items() if key != "description"}
    return {"anyOf": [inner, {"type": "null"}], **described}


def of(properties: Schema, what: str = "", *, required: list[str] | None = None, **more: Any) -> Schema:
    """An object with these keys, which it always has, or those that are `required`."""
    always = list(properties) if required is None else required
    return {"type": "object", **_told(what), "properties": properties, "required": always, **more}


def map_of(values: Schema, what: str = "", **more: Any) -> Schema:
    return {"type": "object", **_told(what), "additionalProperties": values, **more}


def list_of(items: Schema, what: str = "") -> Schema:
    return {"type": "array", **_told(what), "items": items}


def _told(what: str) -> Schema:
    return {"description": what} if what else {}

"""JSON Schema of the field types: of public documents (for OpenAPI) and of the dataset's files (for editors)."""

import json
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from . import edtf, fields, public_date
from .json_types import DAY, FLAG, TEXT, component, of, or_null

DATE = of(
    {
        "edtf": TEXT,
        "earliest": or_null(DAY),
        "latest": or_null(DAY),
        "precision": {"type": "string", "enum": list(edtf.PRECISIONS), "description": "Of its ends, the coarser."},
        "sense": {
            "type": "string",
            "enum": list(edtf.SENSES),
            "description": "`extent`: it lasted from the earliest to the latest day. `one_of`: it was on some day among them.",
        },
        "approximate": {**FLAG, "description": "Marked `~` or `%`."},
        "uncertain": {**FLAG, "description": "Marked `?` or `%`."},
        "text": {**TEXT, "description": "The date in words."},
    },
    "A date: its EDTF text, the earliest and latest day it can mean (null where open), and what it means.",
    example=public_date.render("2021-06"),
)
IDENTITY = {"type": "string", "pattern": f"^{fields.SLUG.pattern}$"}
# The JSON Schema of a field in a document, and in a file; the first class in the field's MRO counts.
DOCUMENT: dict[type, dict[str, Any]] = {
    fields.Holder: component("Holder"),
    fields.Ref: component("Reference"),
    fields.Edtf: component("PublicDate"),
    fields.Links: component("Links"),
    fields.Whole: {"type": "integer", "minimum": 1},
    fields.Number: {"type": "number"},
    fields.Flag: {"type": "boolean"},
    fields.Url: {"type": "string", "format": "uri"},
    fields.Text: {"type": "string"},
}
FILE: dict[type, dict[str, Any]] = {**DOCUMENT, fields.Holder: IDENTITY, fields.Ref: IDENTITY, fields.Edtf: {"type": "string"}}


class _Converter(OpenAPIConverter):
    """JSON Schema of our field types: of documents, or with `editing` of files."""

    editing = False
    ids: Mapping[str, list[str]] = {}

    def field2property(self, field: ma.fields.Field[Any]) -> dict[str, Any]:
        schema = {**self._type(field), "description": field.metadata["description"]}
        always = self.editing or field.required or field.dump_only or field.load_default is not None
        return schema if always else or_null(schema)

    def _type(self, field: Any) -> dict[str, Any]:
        if isinstance(field, fields.Many):
            least = {"minItems": 1} if self.editing else {}
            return {"type": "array", "items": self._type(field.inner), **least}
        if isinstance(field, fields.One) or (isinstance(field, fields.DetailedRef) and not self.editing):
            return dict(self.resolve_nested_schema(field.schema))  # type: ignore[no-untyped-call]
        if isinstance(field, fields.Ref) and field.kind in self.ids:
            return component(f"id-of-{field.kind}")
        types = FILE if self.editing else DOCUMENT
        schema = next(types[parent] for parent in type(field).__mro__ if parent in types)
        words = fields.choices(field)
        return {**schema, "enum": list(words)} if words else dict(schema)

    def fields2jsonschema(self, fields: dict[str, Any], *, partial: Any = None) -> dict[str, Any]:
        shown = {k: f for k, f in fields.items() if not (f.dump_only if self.editing else f.load_only)}
        properties = {f.data_key or k: self.field2property(f) for k, f in shown.items()}
        required = [f.data_key or k for k, f in shown.items() if f.required or not self.editing]
        return {"type": "object", "properties": properties, "required": sorted(required), "additionalProperties": False}


class Plugin(MarshmallowPlugin):
    Converter = _Converter


def schema_name(schema: Any) -> str:
    return (schema if isinstance(schema, type) else type(schema)).__name__.removesuffix("Schema")


def json_schema(schema: ma.Schema, ids: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind's files, for editors; with `ids`, those of each kind, references have one of them."""
    converter = type("Converter", (_Converter,), {"editing": True, "ids": ids or {}})
    plugin = type("Plugin", (MarshmallowPlugin,), {"Converter": converter})
    spec = APISpec("files", "1", "3.1.0", plugins=[plugin(schema_name_resolver=schema_name)])
    spec.components.schema("Record", schema=schema)
    parts = {
        **spec.to_dict()["components"]["schemas"],
        **{f"id-of-{kind}": {"enum": known} for kind, known in (ids or {}).items()},
    }
    record = parts.pop("Record")
    text = json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **record, "$defs": parts})
    document: dict[str, Any] = json.loads(text.replace("#/components/schemas/", "#/$defs/"))
    return document

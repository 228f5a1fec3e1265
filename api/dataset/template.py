"""The template of a new record file: every key of a kind's schema, with a hint beside it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma

from ..resources.resource import Resource
from ..schema import fields
from .yaml_files import HINT


def scaffold(resource: Resource, given: Mapping[str, str] | None = None) -> str:
    """The text of a new file: required keys are empty or as `given`, optional ones are commented out with the hint mark."""
    text = "".join(f"{line}\n" for line in _lines(resource.schema, "", commented=False))
    for key, value in (given or {}).items():
        text = text.replace(f"\n{key}:  ", f"\n{key}: {json.dumps(value)}  ", 1)
    return text


def _lines(schema: ma.Schema, indent: str, commented: bool, dash: str = "") -> Iterator[str]:
    for key, field in schema.load_fields.items():
        cover = HINT if commented or not field.required else ""
        yield f"{cover}{indent}{dash}{field.data_key or key}:  {HINT} {field.metadata['description']} {_nature(field)}"
        nested = field.inner if isinstance(field, fields.Many) else field
        deeper = indent + " " * (len(dash) + 2)
        if isinstance(nested, fields.One):
            yield from _lines(nested.schema, deeper, bool(cover), "- " if isinstance(field, fields.Many) else "")
        elif isinstance(field, fields.Many):
            yield f"{cover}{deeper}- "
        if dash:
            indent, dash = indent + "  ", ""


def _nature(field: Any) -> str:
    """What a key accepts: the vocabulary, the kind referred to, and whether it is required."""
    inner = field.inner if isinstance(field, fields.Many) else field
    words = fields.choices(inner)
    kind = f"An id of {inner.kind}." if isinstance(inner, fields.Ref) else ""
    date = "An EDTF date, such as 2021-06, 2021-06-16 or 2021-05~." if isinstance(inner, fields.Edtf) else ""
    many = "A list." if isinstance(field, fields.Many) else ""
    needed = "Required." if field.required else "Optional."
    return " ".join(part for part in (many, f"One of: {', '.join(words)}." if words else "", kind, date, needed) if part)

"""Example documents of the contract, derived from the schemas."""

from typing import Any

import marshmallow as ma

from ...resources import BY_KIND
from ...schema import fields
from ...schema.json_schema import DATE


def example(schema: ma.Schema) -> dict[str, Any]:
    """A document as the API would show it, made of the schema's own words; what may be absent is."""

    def shown(field: Any) -> Any:
        if field.required or field.dump_only:
            return one(field)
        return field.load_default() if callable(field.load_default) else field.load_default

    def one(field: Any) -> Any:
        if field.example is not None and not isinstance(field, fields.Ref | fields.Edtf):
            return field.example
        if isinstance(field, fields.Many):
            return [one(field.inner)]
        if isinstance(field, fields.One):
            return example(field.schema)
        if isinstance(field, fields.Ref):
            reference = dict(zip(("id", "name"), BY_KIND[field.kind].example, strict=True))
            office = {"title": "President of Russia", "organization": {"id": "russia", "name": "Russia"}}
            more = {"offices": [office]} if isinstance(field, fields.Holder) else {}
            more = example(field.schema) if isinstance(field, fields.DetailedRef) else more
            return {**reference, **more, **reference}
        if isinstance(field, fields.Edtf):
            return DATE["example"]
        plain = {
            fields.Links: {"self": "/v1/..."},
            fields.Flag: False,
            fields.Whole: 1,
            fields.Number: 1.5,
            fields.Country: "CHE",
        }
        words = fields.choices(field)
        return words[0] if words else plain.get(type(field), "https://example.org/" if isinstance(field, fields.Url) else "...")

    return {field.data_key or key: shown(field) for key, field in schema.dump_fields.items()}

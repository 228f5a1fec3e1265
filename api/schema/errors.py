"""marshmallow's nested error messages as a flat list of faults, each with what is allowed and a suggestion."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import marshmallow as ma
from marshmallow import fields as mf

from ..problems import nearest
from .fields import Country, choices


class Fault(NamedTuple):
    """One thing wrong with an input: where, what, what is allowed there, and what may have been meant."""

    path: tuple[str | int, ...]
    message: str
    allowed: tuple[str, ...] = ()
    suggestion: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.message}{hint}" + (f" (allowed: {', '.join(self.allowed)})" if self.allowed else "")


def faults(field: Any, errors: Any, data: Any, path: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """marshmallow's nested `errors` about `data`, which `field` (at first a schema) refused, one by one."""
    if isinstance(errors, list):
        words = choices(field)
        hint = nearest(data, words) if words and isinstance(data, str) else None
        if isinstance(field, Country) and data:
            hint = Country.meant(data)
        yield from (Fault(path, str(message), words if data else (), hint) for message in errors)
        return
    if isinstance(field, mf.List) and isinstance(data, str):
        data = data.split(",")
    for key, inner in errors.items():
        below = _child(data, key)
        if key == "_schema":
            yield from faults(None, inner, data, path)
        elif isinstance(field, mf.List):
            yield from faults(field.inner, inner, below, (*path, key))
        elif isinstance(field, mf.Dict):
            for part, about in (("key", field.key_field), ("value", field.value_field)):
                yield from faults(about, inner.get(part, []), below, (*path, key))
        else:
            schema = field.schema if isinstance(field, mf.Nested) else field
            known = {f.data_key or k: f for k, f in schema.load_fields.items()} if isinstance(schema, ma.Schema) else {}
            if isinstance(schema, ma.Schema) and key not in known:
                yield Fault((*path, key), "is unknown", tuple(known), nearest(key, known))
            else:
                yield from faults(known.get(key), inner, below, (*path, key))


def _child(data: Any, key: Any) -> Any:
    if isinstance(data, Mapping):
        return data.get(key)
    return data[key] if isinstance(data, list) and isinstance(key, int) and key < len(data) else None

"""The shape of public documents: what each key holds, as a tree of nodes; tables, nested files and the dictionary follow it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import marshmallow as ma

from .fields import DetailedRef, Edtf, Flag, Holder, Links, Many, Number, One, Ref, Text, Whole, choices
from .json_schema import DATE


@dataclass(frozen=True)
class Node:
    """One key of a document.

    `type` is that of Table Schema: string, integer, number, boolean, date; or object, which has `parts`. With `many` the
    key holds a list of such values. `values` is the closed vocabulary, empty where there is none. A `required` key is
    never null where the mapping that holds it is there. `refers` is the kind whose ids the values are; of an object, that of
    the record that its `id` names.
    """

    name: str
    type: str
    description: str
    parts: tuple["Node", ...] = ()
    many: bool = False
    values: tuple[str, ...] = ()
    required: bool = False
    refers: str = ""


def reference(what: str, kind: str) -> tuple[Node, ...]:
    """The parts of a reference to a record of a kind."""
    return (
        Node("id", "string", f"{what} Its id among the {kind}.", required=True, refers=kind),
        Node("name", "string", f"{what} Its name.", required=True),
    )


OFFICES = Node(
    "offices",
    "object",
    "The offices that the actor held on the date.",
    (
        Node("title", "string", "The office or position.", required=True),
        Node("organization", "object", "Where it is held.", reference("Where the office is held.", "actors")),
    ),
    many=True,
)
TYPES: tuple[tuple[type, str], ...] = ((Whole, "integer"), (Number, "number"), (Flag, "boolean"), (Text, "string"))


@cache
def shape(schema: ma.Schema) -> tuple[Node, ...]:
    """The nodes of a kind's public document, in its order; without `links`, which follow from the kind and the id."""
    return tuple(_node(field.data_key or key, field) for key, field in schema.dump_fields.items() if not isinstance(field, Links))


Leaf = tuple[tuple[str, ...], Node, bool]


def leaves(nodes: Iterable[Node], above: tuple[str, ...] = (), filled: bool = True) -> Iterator[Leaf]:
    """The values in a mapping, those of mappings in it included, as (keys on the way, node, never missing); no lists."""
    for node in nodes:
        path, always = (*above, node.name), filled and node.required
        if node.parts and not node.many:
            yield from leaves(node.parts, path, always)
        elif not node.many:
            yield path, node, always


def _node(name: str, field: Any) -> Node:
    inner = field.inner if isinstance(field, Many) else field
    what, many = field.metadata["description"], isinstance(field, Many)
    required = many or field.required or field.dump_only or field.load_default is not None
    if isinstance(inner, One):
        return Node(name, "object", what, shape(inner.schema), many, required=required)
    if isinstance(inner, Edtf):
        return Node(name, "object", what, tuple(_date_parts(what)), many, required=required)
    if isinstance(inner, DetailedRef):
        return Node(name, "object", what, shape(inner.schema), many, required=required, refers=inner.kind)
    if isinstance(inner, Ref):
        parts = (*reference(what, inner.kind), *([OFFICES] if isinstance(inner, Holder) else []))
        return Node(name, "object", what, parts, many, required=required)
    word = next(word for type, word in TYPES if isinstance(inner, type))
    return Node(name, word, what, (), many, choices(inner), required)


def _date_parts(what: str) -> Iterator[Node]:
    """The parts of a date, as the contract describes them."""
    properties: Any = DATE["properties"]
    for name, part in properties.items():
        types = part["type"] if isinstance(part["type"], list) else [part["type"]]
        word = "date" if part.get("format") == "date" else types[0]
        values = tuple(value for value in part.get("enum", ()) if value is not None)
        about = f"{what} {part.get('description', DATE_PARTS.get(name, ''))}".strip()
        yield Node(name, word, about, values=values, required="null" not in types)


DATE_PARTS = {
    "edtf": "As EDTF (ISO 8601-2).",
    "earliest": "The earliest day it can mean; empty where open.",
    "latest": "The latest day it can mean; empty where open.",
}

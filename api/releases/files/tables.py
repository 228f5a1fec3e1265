"""The records as tidy tables: a row a record, and for every list a child table with a row an item."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ...resources import BY_KIND, RESOURCES
from ...resources.resource import Resource
from ...schema.fields import Record
from ...schema.shape import Node, leaves, shape

Cells = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table, under a name that Stata and R take.

    `type` is that of Table Schema; `values` is the closed vocabulary, if any; a `required` column is always filled;
    `refers` is the kind whose ids it holds.
    """

    name: str
    type: str
    description: str
    values: tuple[str, ...] = ()
    required: bool = False
    refers: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a release: its name (that of its file), its meaning, its columns, and those that identify a row."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


KEY = (
    Column("record_kind", "string", "The kind of the record.", tuple(BY_KIND), required=True),
    Column("record_id", "string", "The id of the record.", required=True),
    Column("list", "string", "The list in the record, with positions on the way: `actions/3/citations`.", required=True),
    Column("position", "integer", "The place in the list, counted from 1.", required=True),
)


def columns(nodes: Iterable[Node]) -> tuple[Column, ...]:
    """The columns of the values of a mapping; lists have tables of their own."""
    return tuple(
        Column("_".join(path), node.type, node.description, node.values, required, node.refers)
        for path, node, required in leaves(nodes)
    )


def cells(nodes: Iterable[Node], value: Record | None, prefix: str = "") -> Cells:
    """The values of a mapping by column; None where there is none."""
    row: Cells = {}
    for node in nodes:
        item = None if value is None else value[node.name]
        if not node.many and node.parts:
            row.update(cells(node.parts, item, f"{prefix}{node.name}_"))
        elif not node.many:
            row[f"{prefix}{node.name}"] = item
    return row


def item_nodes(node: Node) -> tuple[Node, ...]:
    """What an item of a list holds; a plain value stands in `value`."""
    return node.parts or (replace(node, name="value", many=False, required=True),)


def table_name(key: str) -> str:
    """The name of the table of the lists with a key: the key, or `linked_<key>` where a kind has that name."""
    return f"linked_{key}" if key in BY_KIND else key


def lists(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every list of a document, at any depth."""
    for node in nodes:
        if node.many:
            yield node
        yield from lists(node.parts)


@cache
def tables() -> dict[str, Table]:
    """Every table by name: one a kind, then one for each key that holds lists, whatever the kind and the depth."""
    made = {r.kind: Table(r.kind, r.description, columns(shape(r.schema)), ("id",)) for r in RESOURCES}
    items: dict[str, tuple[Column, ...]] = {}
    for resource in RESOURCES:
        for node in lists(shape(resource.schema)):
            own, name = columns(item_nodes(node)), table_name(node.name)
            items[name] = _united(items[name], own) if name in items else own
            made.setdefault(name, Table(name, node.description, (), tuple(column.name for column in KEY)))
    return {name: replace(table, columns=(*KEY, *items[name])) if name in items else table for name, table in made.items()}


def _united(first: tuple[Column, ...], second: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns of two lists with the same key; one that is always filled is so in both."""
    a, b = {column.name: column for column in first}, {column.name: column for column in second}
    both = [_either(column, b[name]) for name, column in a.items() if name in b]
    only = [replace(column, required=False) for name, column in {**a, **b}.items() if name not in a or name not in b]
    return (*both, *only)


def _either(one: Column, other: Column) -> Column:
    """A column of two tables. Raises TypeError if it has two types."""
    if (one.type, one.refers) != (other.type, other.refers):
        raise TypeError(f"{one.name} is {one.type} in one list and {other.type} in another of the same key")
    values = tuple(dict.fromkeys(one.values + other.values)) if one.values and other.values else ()
    return replace(one, values=values, required=one.required and other.required)


def rows(resource: Resource, document: Record) -> Iterator[tuple[str, Cells]]:
    """The rows of a document, as (name of the table, cells by column)."""
    nodes = shape(resource.schema)
    yield resource.kind, cells(nodes, document)
    yield from _items(nodes, document, "", {"record_kind": resource.kind, "record_id": document["id"]})


def _items(nodes: Iterable[Node], value: Record | None, at: str, record: Cells) -> Iterator[tuple[str, Cells]]:
    for node in nodes:
        item = None if value is None else value[node.name]
        if node.many:
            for position, element in enumerate(item or (), 1):
                inside = element if node.parts else {"value": element}
                key = {**record, "list": f"{at}{node.name}", "position": position}
                yield table_name(node.name), {**key, **cells(item_nodes(node), inside)}
                yield from _items(node.parts, inside, f"{at}{node.name}/{position}/", record)
        elif node.parts:
            yield from _items(node.parts, item, f"{at}{node.name}/", record)

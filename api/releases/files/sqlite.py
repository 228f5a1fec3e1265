"""The SQLite file of a release, with a readable view of each table."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...resources import RESOURCES
from ...resources.resource import Resource
from ...schema.shape import Node, leaves, shape
from .release_reader import ReleaseContent
from .tables import Table, table_name, tables

# Bytes of the header of an SQLite file: the version of the library that wrote it, and a change counter.
SQLITE_VERSION = (92, 100)


def database(content: ReleaseContent, path: Path) -> None:
    """Writes the database that the API answers from, with a readable view of each table of the release."""
    with sqlite3.connect(path) as out:
        content.release.database.connection().backup(out)
        out.execute("BEGIN")  # one transaction; without, each view is one
        add_views(out)
        out.commit()
        out.execute("VACUUM")
    out.close()
    with path.open("r+b") as file:
        file.seek(SQLITE_VERSION[0])
        file.write(bytes(SQLITE_VERSION[1] - SQLITE_VERSION[0]))


def add_views(connection: sqlite3.Connection) -> None:
    """Creates the view of every table in a database of documents."""
    for table in tables().values():
        parts = [part for resource in RESOURCES for part in _selects(resource, table)]
        connection.execute(f'CREATE VIEW "{view_name(table)}" AS {" UNION ALL ".join(parts)}')


def view_name(table: Table) -> str:
    return f"{table.name.replace('-', '_')}_readable"


def _selects(resource: Resource, table: Table) -> Iterator[str]:
    """The statements that select a table's rows from the documents of a kind."""
    stored, nodes = f'"{resource.model._meta.table_name}" AS record', shape(resource.schema)
    if resource.kind == table.name:
        shown = ", ".join(_columns(table, _paths(nodes), "document", {}))
        yield f"SELECT * FROM (SELECT {shown} FROM {stored} ORDER BY seq)"  # noqa: S608  # our own names
    for joins, place, node in _lists(nodes, "document", "'"):
        if table_name(node.name) == table.name:
            item = f"item{len(joins)}"
            key = {"record_kind": f"'{resource.kind}'", "record_id": "record.id", "list": place, "position": f"{item}.key + 1"}
            paths = _paths(node.parts) if node.parts else {"value": ""}
            shown = ", ".join(_columns(table, paths, f"{item}.value", key))
            yield f"SELECT {shown} FROM {', '.join((stored, *joins))}"  # noqa: S608  # our own names


def _columns(table: Table, paths: dict[str, str], value: str, key: dict[str, str]) -> Iterator[str]:
    """The expression of each column of a table, given the paths of its values in a JSON text."""
    for column in table.columns:
        path = paths.get(column.name)
        text = "NULL" if path is None else f"json_extract({value}, '${path}')" if path else value
        yield f'{key.get(column.name, text)} AS "{column.name}"'


def _paths(nodes: Iterable[Node]) -> dict[str, str]:
    """The JSON path of each value of a mapping, by column."""
    return {"_".join(path): f".{'.'.join(path)}" for path, *_ in leaves(nodes)}


def _lists(
    nodes: Iterable[Node], value: str, place: str, path: str = "$", joins: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, Node]]:
    """Every list below a JSON value: the joins that reach its items, the expression of its place, its node.

    `place` is the open text literal of the way here, `path` that within `value`.
    """
    for node in nodes:
        here, below = f"{place}{node.name}", f"{path}.{node.name}"
        if node.many:
            item = f"item{len(joins) + 1}"
            reached = (*joins, f"json_each({value}, '{below}') AS {item}")
            yield reached, f"{here}'", node
            yield from _lists(node.parts, f"{item}.value", f"{here}/' || ({item}.key + 1) || '/", "$", reached)
        else:
            yield from _lists(node.parts, value, f"{here}/", below, joins)

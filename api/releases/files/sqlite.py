"""The SQLite file of a release, with a readable view of each kind."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...formats.tabular import columns
from ...resources import RESOURCES
from ...resources.resource import Resource
from ...schema.fields import Schema
from .release_reader import ReleaseContent

SQLITE_VERSION = (92, 100)  # bytes of the header with the version of the library that wrote the file


def database(content: ReleaseContent, path: Path) -> None:
    """Writes the database that the API answers from, with a readable view of each kind."""
    with sqlite3.connect(path) as out:
        content.release.database.connection().backup(out)
        for resource in RESOURCES:
            out.execute(_view(resource))
        out.commit()
        out.execute("VACUUM")
    out.close()
    with path.open("r+b") as file:
        file.seek(SQLITE_VERSION[0])
        file.write(bytes(SQLITE_VERSION[1] - SQLITE_VERSION[0]))


def _view(resource: Resource) -> str:
    """A view with the flat columns of a kind; several values in a cell are joined as in CSV."""
    shown = []
    for column in columns(resource, None):
        first, *rest = column.split(".")
        field = next(f for k, f in resource.schema.dump_fields.items() if (f.data_key or k) == first)
        if not hasattr(field, "inner"):
            shown.append(f"""json_extract(document, '$.{column}') AS "{column}" """)
        elif all(not hasattr(part, "inner") for part in _parts(field.inner, rest)):
            value = "value" if not rest else f"json_extract(value, '$.{'.'.join(rest)}')"
            joined = f"group_concat({value}, ' | ')"
            shown.append(f"""(SELECT {joined} FROM json_each(document, '$.{first}')) AS "{column}" """)  # noqa: S608  # our names
    table = resource.model._meta.table_name
    return f'CREATE VIEW "{table}_readable" AS SELECT {", ".join(shown)} FROM "{table}" ORDER BY seq'  # noqa: S608  # our own names


def _parts(field: Any, path: list[str]) -> Iterator[Any]:
    """The fields along a path below a field."""
    for key in path:
        schema = getattr(field, "schema", None)
        if not isinstance(schema, Schema):
            return
        field = next(f for k, f in schema.dump_fields.items() if (f.data_key or k) == key)
        yield field
        field = getattr(field, "inner", field)

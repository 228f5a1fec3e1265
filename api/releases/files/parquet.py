"""Parquet files, one a kind, with typed columns; a large dated kind has one a year. Needs the extra `release`."""

from importlib import import_module
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from ...formats.tabular import cell, columns
from ...resources.resource import Resource
from ...schema.fields import Record
from .datapackage import column_type
from .release_reader import ReleaseContent, Write

LARGE = 1_000_000  # records above which a kind is split by year


def parquet_writer(resource: Resource) -> Write:
    """The function that writes a kind's flat columns, typed.

    A dated kind of more than LARGE records becomes a file a year, `<kind>-<year>.parquet`, by the earliest day.
    """

    def write(content: ReleaseContent, path: Path) -> None:
        arrow, files = import_module("pyarrow"), import_module("pyarrow.parquet")
        names = columns(resource, None)
        types = [arrow_type(arrow, column_type(resource, name)) for name in names]
        schema = arrow.schema([arrow.field(name, type) for name, type in zip(names, types, strict=True)])
        split = resource.dated and content.release.about["counts"][resource.kind] > LARGE

        def year(document: Record) -> str:
            day = (document[str(resource.dated)] or {}).get("earliest") if split else None
            return f"-{day[:4] if day else 'undated'}" if split else ""

        groups = groupby(content.documents(resource), year)  # documents of a dated kind come in order of their days
        for suffix, documents in groups if split or content.release.about["counts"][resource.kind] else [("", iter(()))]:
            with files.ParquetWriter(path.with_stem(path.stem + suffix), schema, compression="zstd", version="2.6") as writer:
                while rows := list(islice(documents, 10_000)):
                    cells = [
                        [typed(cell(row, name.split(".")), type, arrow) for name, type in zip(names, types, strict=True)]
                        for row in rows
                    ]
                    arrays = [arrow.array(column, type) for column, type in zip(zip(*cells, strict=True), types, strict=True)]
                    writer.write_batch(arrow.record_batch(arrays, schema=schema))

    return write


def arrow_type(arrow: Any, word: str) -> Any:
    """The Arrow type of a Table Schema type."""
    kinds = {"date": arrow.date32, "integer": arrow.int64, "number": arrow.float64, "boolean": arrow.bool_}
    return kinds.get(word, arrow.string)()


def typed(value: Any, type: Any, arrow: Any) -> Any:
    """A cell as a value of its column's type; an empty one is null."""
    if value == "":
        return None
    if arrow.types.is_date32(type):
        return import_module("datetime").date.fromisoformat(value)
    if arrow.types.is_boolean(type):
        return value == "true"
    return str(value) if arrow.types.is_string(type) else value

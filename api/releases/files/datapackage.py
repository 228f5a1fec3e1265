"""The tables of a release as CSV files in a zip: a Data Package (v2) with types, keys and a data dictionary."""

import csv
import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from ...formats.tabular import plain
from ...resources import RESOURCES
from ...schema.fields import Record
from ..descriptions import Description, describe
from . import dyads, treaties
from .release_reader import ReleaseContent, zip_member
from .tables import Cells, Column, Table, rows, tables


def all_tables() -> dict[str, Table]:
    """Every table by name: those of the records, and those made for analysis."""
    return {**tables(), **{table.name: table for table in (dyads.EVENTS, dyads.YEARS, *treaties.TABLES)}}


def package(content: ReleaseContent, path: Path) -> None:
    """Writes a zip with one CSV a table and `datapackage.json` (Data Package v2)."""
    with (
        TemporaryDirectory(dir=path.parent) as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        counts = _write(content, Path(folder))
        described = []
        for table in all_tables().values():
            made = Path(folder) / f"{table.name}.csv"
            described.append(_described(table, made, counts[table.name]))
            _member(archive, made)
        made = Path(folder) / "datapackage.json"
        made.write_text(
            json.dumps(_datapackage(describe(content.release), described), ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
        _member(archive, made)


def _write(content: ReleaseContent, folder: Path) -> dict[str, int]:
    """Writes the CSV of every table; returns the number of rows of each."""
    known = all_tables()
    counts = dict.fromkeys(known, 0)
    with ExitStack() as stack:
        writers = {}
        for name, table in known.items():
            out = stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(out)
            writers[name].writerow([column.name for column in table.columns])
        for name, row in chain(record_rows(content), dyads.dyad_rows(content), treaties.treaty_rows(content)):
            writers[name].writerow(plain(row.get(column.name)) for column in known[name].columns)
            counts[name] += 1
    return counts


def record_rows(content: ReleaseContent) -> Iterator[tuple[str, Cells]]:
    """The rows of all records, as (name of the table, cells by column)."""
    for resource in RESOURCES:
        for document in content.documents(resource):
            yield from rows(resource, document)


def _member(archive: zipfile.ZipFile, made: Path) -> None:
    """Adds a file under its name, with a fixed time."""
    info = zip_member(made.name)
    info.file_size = made.stat().st_size
    with made.open("rb") as data, archive.open(info, "w") as out:
        shutil.copyfileobj(data, out, 1 << 20)


def _described(table: Table, made: Path, count: int) -> Record:
    """A Data Resource: its file, its hash, and its Table Schema with keys."""
    with made.open("rb") as data:
        sha256 = hashlib.file_digest(data, "sha256").hexdigest()
    references = [
        {"fields": [column.name], "reference": {"resource": column.refers, "fields": ["id"]}}
        for column in table.columns
        if column.refers
    ]
    return {
        "name": table.name,
        "path": made.name,
        "title": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": made.stat().st_size,
        "hash": f"sha256:{sha256}",
        "rowCount": count,
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": [dictionary_entry(column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": references,
            "missingValues": [""],
        },
    }


def dictionary_entry(column: Column) -> Record:
    """A column's entry in the data dictionary, as a field of a Table Schema."""
    constraints: Record = {"required": True} if column.required else {}
    if column.values:
        constraints["enum"] = list(column.values)
    entry: Record = {"name": column.name, "type": column.type, "description": column.description}
    return entry | ({"constraints": constraints} if constraints else {})


def _datapackage(described: Description, resources: list[Record]) -> Record:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": described.name,
        "id": described.identifier,
        "title": described.title,
        "description": described.text,
        "version": described.version,
        "created": f"{described.released}T00:00:00Z",
        "licenses": [{"name": described.licence, "path": described.licence_url}],
        "contributors": [
            {"title": creator.name, "roles": ["creator"], **({"path": creator.address} if creator.address else {})}
            for creator in described.creators
        ],
        "keywords": list(described.keywords),
        **({"homepage": described.address} if described.address else {}),
        "resources": resources,
    }

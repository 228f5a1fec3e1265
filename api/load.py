"""Loading: checked files become one immutable release, every public document rendered once."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import peewee as pw
from marshmallow.experimental.context import Context

from . import checks, quality, search
from .config import HERE, Settings
from .dataset import Dataset, Progress, read
from .fields import Record, Text, leaves, refs
from .filters import Terms
from .history import changes, sortable
from .problems import DatasetError, Problem
from .resource import Resource
from .resources import BY_KIND, INDEXES, RESOURCES
from .search import Search
from .store import Changed, Identifier, Meta, Moved, Release, Store
from .stores import open_store

BATCH = 200
# Keys whose text is a code or stands in a column of its own.
NO_PROSE = ("title", "name", "label", "also_known_as", "language", "translated_from", "geonames", "wikidata", "plover", "cameo")


@cache
def code_digest() -> str:
    """SHA-256 of the code that renders: a release made by other code is made anew."""
    total = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def checked(folder: Path, progress: Progress | None = None) -> Dataset:
    """The dataset in `folder`. Raises DatasetError with every finding if it has faults."""
    dataset = read(folder, progress)
    if faults := checks.findings(dataset):
        raise DatasetError(faults)
    return dataset


def load(settings: Settings, progress: Progress | None = None) -> tuple[Release, bool]:
    """Checks the dataset and makes it the served release; returns it, and whether anything was loaded.

    Raises DatasetError if the dataset has faults and BlockingIOError while another load runs; the served release is
    then as it was.
    """
    dataset = checked(settings.dataset, progress)
    store = open_store(settings)
    id = f"{dataset.about['version']}-{dataset.digest[:12]}"
    if _served(store, id):
        return store.current(), False
    with store.building() as path:
        build(dataset, path, progress)
        store.publish(path, id, settings.keep_releases)
    return store.current(), True


def _served(store: Store, id: str) -> bool:
    try:
        release = store.current()
    except Problem:
        return False
    return release.id == id and release.about["code"] == code_digest()


@contextmanager
def _writing() -> Iterator[None]:
    """A database that finds no room says so as the file system does, in its first words: what follows is about the rollback."""
    try:
        yield
    except (sqlite3.OperationalError, pw.OperationalError) as error:
        first: BaseException = error
        while first.__context__:
            first = first.__context__
        raise OSError(str(first)) from None


@_writing()
def build(dataset: Dataset, path: Path, progress: Progress | None = None) -> None:
    """Writes a release as an SQLite file; the same dataset and code give the same bytes."""
    database = pw.SqliteDatabase(str(path), pragmas={"foreign_keys": 1, "journal_mode": "off", "synchronous": 0})
    with database.connection_context():
        with database.atomic():
            for table in (
                Meta,
                Moved,
                Changed,
                Identifier,
                Search,
                *(resource.model for resource in RESOURCES),
                *INDEXES.values(),
            ):
                type(table._schema)(table, database).create_all()
            for step, resource in enumerate(RESOURCES):
                if progress:
                    progress(f"loading {resource.kind}", step, len(RESOURCES))
                _fill(database, resource, dataset)
            _insert(database, Moved, _moves(dataset))
            _insert(database, Changed, _changes(dataset))
            _insert(database, Meta, ({"key": key, "value": json.dumps(value)} for key, value in _about(dataset).items()))
        _verify(database, dataset)


def _fill(database: pw.Database, resource: Resource, dataset: Dataset) -> None:
    """One kind's rows and index rows, numbered in the kind's default order."""
    column = resource.order.lstrip("-")
    key = resource.sorts[column].name
    entries = dataset.entries[resource.kind]
    rows = sorted(
        (
            {
                "id": id,
                "called": resource.name(entry.record),
                "digest": dataset.manifest.entries[f"{resource.kind}/{id}"].digest,
                "updated": sortable(dataset.updated_in[f"{resource.kind}/{id}"]),
                **resource.columns(entry.record),
            }
            for id, entry in entries.items()
        ),
        key=lambda row: (row[key], row["id"]),
    )
    with Context(dataset):
        _insert(
            database,
            resource.model,
            (
                {"seq": seq, "document": render(resource, row["id"], entries[row["id"]].record, dataset), **row}
                for seq, row in enumerate(rows, 1)
            ),
        )
    records = [(seq, entries[row["id"]].record) for seq, row in enumerate(rows, 1)]
    _insert(database, Search, (_words(resource, seq, record, dataset) for seq, record in records))
    named = ((row["id"], *pair) for row in rows for pair in resource.identifiers(entries[row["id"]].record))
    identifiers = ({"scheme": s, "value": value, "kind": resource.kind, "id": id} for id, s, value in named)
    _insert(database, Identifier, identifiers)
    for filter in resource.filters:
        if table := INDEXES.get((resource.kind, filter.name)):
            _insert(
                database,
                table,
                (
                    {"record": seq, **values}
                    for seq, record in records
                    for values in filter.rows(record, dataset)  # type: ignore[union-attr]
                ),
            )


def _words(resource: Resource, seq: int, record: Record, dataset: Dataset) -> dict[str, Any]:
    """What a record can be found by: its name, its other names, its prose, and the names of what it refers to."""
    prose = (v for path, f, v in leaves(resource.schema, record) if type(f) is Text and path[0] not in NO_PROSE)
    related = dict.fromkeys(dataset.name(kind, id) for _, kind, id in refs(resource.schema, record) if kind != "sources")
    columns = {
        "name": [resource.name(record)],
        "aliases": record.get("also_known_as", []),
        "text": prose,
        "related": related,
    }
    return {"kind": resource.kind, "record": seq, **{name: search.words(iter(texts)) for name, texts in columns.items()}}


def render(resource: Resource, id: str, record: Record, dataset: Dataset) -> str:
    """The public document of a record, as JSON text. Needs a Context that holds the dataset."""
    derived = resource.derive(record, dataset)
    about = {"id": id, "updated_in": dataset.updated_in[f"{resource.kind}/{id}"], "links": links(resource, id)}
    document = resource.schema.dump({**record, **derived, **about})
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def links(resource: Resource, id: str) -> dict[str, str]:
    """Where a record is, and where the records that belong to it are."""
    return {name: f"{address}{id}" for name, address in addresses(resource)}


@cache
def addresses(resource: Resource) -> tuple[tuple[str, str], ...]:
    """The names of the links of a kind's records, each with the address that a record's id completes."""
    back = (
        (filter.reverse, f"/v1/{other.kind}?{filter.name}=")
        for other in RESOURCES
        for filter in other.filters
        if isinstance(filter, Terms) and filter.kind == resource.kind and filter.reverse
    )
    return (("self", f"/v1/{resource.kind}/"), *((name, address) for name, address in back if name))


def _insert(database: pw.Database, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    for batch in pw.chunked(rows, BATCH):
        table.insert_many(batch).execute(database)


def _moves(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for kind, moves in sorted(dataset.moved.items()):
        for id, move in sorted(moves.items()):
            yield {"kind": kind, "id": id, "renamed": move.get("to"), "withdrawn": move.get("withdrawn")}


def _changes(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for seq, change in enumerate(changes(dataset.releases, dataset.moves), 1):
        kind, _, id = change.record.partition("/")
        shown = {"version": change.version, "released": change.released, "change": change.change, "keys": ",".join(change.keys)}
        yield {"seq": seq, "kind": kind, "id": id, "to": change.to, "reason": change.reason, **shown}


def _about(dataset: Dataset) -> dict[str, Any]:
    counts = {kind: len(dataset.entries[kind]) for kind in BY_KIND}
    return {
        **dataset.about,
        "digest": dataset.digest,
        "code": code_digest(),
        "counts": counts,
        "quality": quality.figures(dataset),
    }


def _verify(database: pw.SqliteDatabase, dataset: Dataset) -> None:
    """Raises sqlite3.IntegrityError unless the file is whole and holds every record."""
    faults = [row for row in database.execute_sql("PRAGMA integrity_check").fetchall() if row != ("ok",)]
    faults += database.execute_sql("PRAGMA foreign_key_check").fetchall()
    for resource in RESOURCES:
        if resource.model.select().bind(database).count() != len(dataset.entries[resource.kind]):
            faults.append((resource.kind, "rows are missing"))
    if faults:
        raise sqlite3.IntegrityError(str(faults))

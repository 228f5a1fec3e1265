"""Loading: checked files become one immutable release, every public document rendered once."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import peewee as pw

from . import checks, history, quality
from .config import HERE, Settings
from .dataset import inputs, read
from .entries import Dataset, Progress
from .problems import DatasetError, Problem
from .resources import BY_KIND, INDEXES, RESOURCES
from .rows import Batch, batch, links, render, table
from .search import Search
from .store import Changed, Identifier, Meta, Moved, Release, Store

TABLES: tuple[Any, ...] = (Meta, Moved, Changed, Identifier, Search, *(r.model for r in RESOURCES), *INDEXES.values())
PACKED = 1 << 24  # bytes of words that the full-text index gathers before it writes them: fewer merges, half the time
__all__ = ["build", "checked", "code_digest", "links", "load", "render"]


@cache
def code_digest() -> str:
    """SHA-256 of the code that renders: a release made by other code is made anew."""
    total = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def checked(folder: Path, progress: Progress | None = None, scratch: Path | None = None) -> Dataset:
    """The dataset in `folder`. Raises DatasetError with every finding if it has faults."""
    dataset = read(folder, progress, scratch)
    if faults := checks.findings(dataset, progress):
        dataset.close()
        raise DatasetError(faults)
    return dataset


def load(settings: Settings, progress: Progress | None = None) -> tuple[Release, bool]:
    """Checks the dataset and makes it the served release; returns it, and whether anything was loaded.

    Raises DatasetError if the dataset has faults and BlockingIOError while another load runs; the served release is
    then as it was.
    """
    store = Store(settings.data_dir)
    if _unchanged(store, inputs(settings.dataset)):
        return store.current(), False
    # What is laid by on the way stands beside the releases: the system's own place for that may be small, or memory.
    with closing(read(settings.dataset, progress, settings.data_dir)) as dataset:
        if not dataset.bulk:  # of bulk data the digest is known when everything is made
            if faults := checks.findings(dataset):
                raise DatasetError(faults)
            if _served(store, dataset):
                return store.current(), False
        with store.building() as path:
            build(dataset, path, progress)
            if _served(store, dataset):
                return store.current(), False
            store.publish(path, _id(dataset), settings.keep_releases)
    return store.current(), True


def _unchanged(store: Store, inputs: str) -> bool:
    """Whether the served release was made from files with this digest, so that nothing has to be read."""
    return False  # the store does not know yet from which files a release was made


def _id(dataset: Dataset) -> str:
    return f"{dataset.about['version']}-{dataset.digest[:12]}"


def _served(store: Store, dataset: Dataset) -> bool:
    try:
        release = store.current()
    except Problem:
        return False
    return release.id == _id(dataset) and release.about["code"] == code_digest()


def build(dataset: Dataset, path: Path, progress: Progress | None = None) -> None:
    """Writes a release as an SQLite file; the same dataset and code give the same bytes.

    Raises DatasetError with every finding if the dataset has faults.
    """
    _ = dataset.earlier  # processes that are forked off find it read
    database = pw.SqliteDatabase(str(path), pragmas={"journal_mode": "off", "synchronous": 0, "cache_size": -65536})
    with database.connection_context():
        connection = database.connection()
        connection.execute("ATTACH '' AS staged")
        connection.execute("PRAGMA staged.synchronous = 0")
        connection.execute("PRAGMA staged.journal_mode = off")
        with database.atomic():
            _create(database, connection)
            survey = _fill(connection, dataset, progress)
            if faults := survey.end(dataset):
                raise DatasetError(faults)
            _index(database, connection, progress)
            _insert(connection, Moved, _moves(dataset))
            _insert(connection, Changed, _changes(dataset, connection))
            about = _about(dataset, survey)
            _insert(connection, Meta, ((key, json.dumps(value)) for key, value in about.items()))
        _verify(connection, dataset)


def _create(database: pw.Database, connection: sqlite3.Connection) -> None:
    """Every table; those of the filters have a heap beside them, as their rows come in another order than theirs."""
    for model in TABLES:
        model._schema.__class__(model, database).create_table()
    for model in INDEXES.values():
        connection.execute(f'CREATE TABLE staged."{table(model)}" ({", ".join(_names(model))})')
    connection.execute("CREATE TABLE staged.manifest (name, digest, keys)")
    connection.execute("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", (PACKED,))


def _names(model: Any) -> list[str]:
    return [f'"{field.column_name}"' for field in model._meta.sorted_fields if field.name != "rowid"]


def _fill(connection: sqlite3.Connection, dataset: Dataset, progress: Progress | None) -> checks.Survey:
    """Walks the dataset and puts every record's rows where they belong; what came up on the way."""
    survey = checks.Survey()
    survey.findings.add(dataset.findings.all())
    done, of = 0, sum(dataset.count(kind) for kind in BY_KIND)
    for found in dataset.walk(batch):
        survey.add(found.survey)
        if not survey.findings:
            _put(connection, found)
        done += found.count
        if progress:
            progress(f"loading {found.kind}", done, of)
    return survey


STAGED = {table(model) for model in INDEXES.values()}
INTO = {
    table(model): f'INSERT INTO {"staged." if table(model) in STAGED else ""}"{table(model)}" '
    f"({', '.join(_names(model))}) VALUES ({', '.join('?' for _ in _names(model))})"
    for model in TABLES
}


def _put(connection: sqlite3.Connection, found: Batch) -> None:
    for name, rows in found.rows.items():
        connection.executemany(INTO[name], rows)
    connection.executemany("INSERT INTO staged.manifest VALUES (?, ?, ?)", found.digests)


def _insert(connection: sqlite3.Connection, model: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.executemany(INTO[table(model)], rows)


def _index(database: pw.Database, connection: sqlite3.Connection, progress: Progress | None) -> None:
    """Fills the filters' tables in their own order, then makes every index: rows in order take a tenth of the time."""
    for step, model in enumerate(INDEXES.values()):
        if progress:
            progress("indexing", step, len(INDEXES))
        names = ", ".join(_names(model))
        keys = ", ".join(f'"{key}"' for key in model._meta.primary_key.field_names)
        into = f'INSERT INTO main."{table(model)}" ({names}) SELECT {names} FROM staged."{table(model)}" ORDER BY {keys}'  # noqa: S608
        connection.execute(into)
        connection.execute(f'DROP TABLE staged."{table(model)}"')
    for model in TABLES:
        model._schema.__class__(model, database).create_indexes()


def _moves(dataset: Dataset) -> Iterator[tuple[Any, ...]]:
    for kind, moves in sorted(dataset.moved.items()):
        for id, move in sorted(moves.items()):
            yield kind, id, move.get("to"), move.get("withdrawn")


def _changes(dataset: Dataset, connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Every change of every release; the digest of the dataset is found on the way."""
    paths, about = dataset.published, dataset.about
    before = history.lines(paths[-1]) if paths else ()
    now = history.changes(before, _entries(connection), about["version"], about["released"], dataset.moves)
    for seq, change in enumerate(chain(history.published(paths, dataset.moves), now), 1):
        kind, _, id = change.record.partition("/")
        yield seq, change.version, change.released, kind, id, change.change, ",".join(change.keys), change.to, change.reason
    rows = connection.execute("SELECT name, digest FROM staged.manifest ORDER BY name")
    dataset.sealed = dataset.sum_of(rows)


def _entries(connection: sqlite3.Connection) -> Iterator[tuple[str, history.Entry]]:
    for name, digest, keys in connection.execute("SELECT name, digest, keys FROM staged.manifest ORDER BY name"):
        yield name, history.Entry(digest, dict(pair.split("=", 1) for pair in keys.split(",")))


def _about(dataset: Dataset, survey: checks.Survey) -> dict[str, Any]:
    return {
        **dataset.about,
        "digest": dataset.digest,
        "code": code_digest(),
        "counts": {kind: dataset.count(kind) for kind in BY_KIND},
        "quality": quality.figures(dataset, survey.tally),
    }


def _verify(connection: sqlite3.Connection, dataset: Dataset) -> None:
    """Raises sqlite3.IntegrityError unless the file is whole and holds every record."""
    faults = [row for row in connection.execute("PRAGMA main.integrity_check").fetchall() if row != ("ok",)]
    faults += connection.execute("PRAGMA main.foreign_key_check").fetchall()
    for resource in RESOURCES:
        (count,) = connection.execute(f'SELECT count(*) FROM "{table(resource.model)}"').fetchone()  # noqa: S608
        if count != dataset.count(resource.kind):
            faults.append((resource.kind, "rows are missing"))
    if faults:
        raise sqlite3.IntegrityError(str(faults))

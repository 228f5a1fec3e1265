"""Making a release: the rows of every record, put into one SQLite file in the order in which they belong there."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import peewee as pw

from ..config import HERE
from ..dataset import manifests, quality, rules
from ..dataset.dataset import Dataset, Progress, Sum, part
from ..dataset.findings import DatasetError
from ..dataset.process_pool import ordered
from ..dataset.tempdir import as_files_say
from ..query import value_counts
from ..query.value_counts import Count
from ..resources import BY_KIND, INDEXES, RESOURCES
from ..storage.full_text import Search
from ..storage.tables import Changed, Identifier, Moved, ReleaseMetadata
from .rows import Batch, batch, table

TABLES: tuple[Any, ...] = (
    ReleaseMetadata,
    Moved,
    Changed,
    Identifier,
    Search,
    Count,
    *(r.model for r in RESOURCES),
    *INDEXES.values(),
)
PACKED = 1 << 24  # bytes of words that the full-text index gathers before it writes them: fewer merges, less time
FILLED, INDEXED = 700, 850  # of a thousand parts of the time: up to where the tables are filled, the indexes made


@cache
def code_digest() -> str:
    """SHA-256 of the code that renders: a release made by other code is made anew."""
    total = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


@as_files_say()
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
            survey = _fill(connection, dataset, part(progress, 0, FILLED))
            if faults := survey.end(dataset):
                raise DatasetError(faults)
            _index(database, connection, part(progress, FILLED, INDEXED))
            value_counts.fill(connection)
            _insert(connection, Moved, _moves(dataset))
            _insert(connection, Changed, _changes(dataset, connection))
            about = _about(dataset, survey)
            _insert(connection, ReleaseMetadata, ((key, json.dumps(value)) for key, value in about.items()))
        connection.execute("DETACH staged")
    _verify(path, dataset)


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


def _fill(connection: sqlite3.Connection, dataset: Dataset, progress: Progress | None) -> rules.Survey:
    """Walks the dataset and puts every record's rows where they belong; what came up on the way."""
    survey = rules.Survey()
    survey.findings.merge(dataset.findings)
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


@cache
def _into(name: str) -> str:
    """The statement that puts a row into a table, or into the heap beside it."""
    names = next(_names(model) for model in TABLES if table(model) == name)
    target = f'staged."{name}"' if name in STAGED else f'"{name}"'
    return f"INSERT INTO {target} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # our own names


def _put(connection: sqlite3.Connection, found: Batch) -> None:
    for name, rows in found.rows.items():
        connection.executemany(_into(name), rows)
    connection.executemany("INSERT INTO staged.manifest VALUES (?, ?, ?)", found.digests)


def _insert(connection: sqlite3.Connection, model: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.executemany(_into(table(model)), rows)


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
    before = manifests.lines(paths[-1]) if paths else ()
    total = dataset.sum()
    now = manifests.changes(before, _entries(connection, total), about["version"], about["released"], dataset.moves)
    for seq, change in enumerate(chain(manifests.published(paths, dataset.moves), now), 1):
        kind, _, id = change.record.partition("/")
        yield seq, change.version, change.released, kind, id, change.change, ",".join(change.keys), change.to, change.reason
    dataset.sealed = total.hexdigest()


def _entries(connection: sqlite3.Connection, total: Sum) -> Iterator[tuple[str, manifests.Entry]]:
    """The manifest of the dataset, by name; every entry is added to its digest."""
    for name, digest, keys in connection.execute("SELECT name, digest, keys FROM staged.manifest ORDER BY name"):
        total.add(name, digest)
        yield name, manifests.Entry(digest, manifests.keys_of(keys))


def _about(dataset: Dataset, survey: rules.Survey) -> dict[str, Any]:
    return {
        **dataset.about,
        "digest": dataset.digest,
        "code": code_digest(),
        "counts": {kind: dataset.count(kind) for kind in BY_KIND},
        "quality": quality.figures(dataset, survey.tally),
    }


def _verify(path: Path, dataset: Dataset) -> None:
    """Raises sqlite3.IntegrityError unless the file is whole and holds every record."""
    expected = {table(resource.model): dataset.count(resource.kind) for resource in RESOURCES}
    names = [table(model) for model in TABLES if model is not Search]
    found = ordered(partial(_faults, path, expected), [None, *names], None if dataset.bulk else 0)
    if faults := [fault for part in found for fault in part]:
        raise sqlite3.IntegrityError(str(faults))


def _faults(path: Path, expected: dict[str, int], name: str | None) -> list[tuple[Any, ...]]:
    """What is wrong with one table, or with the file as such."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as database:
        if name is None:
            return [row for row in database.execute("PRAGMA quick_check").fetchall() if row != ("ok",)]
        found = [row for row in database.execute(f'PRAGMA integrity_check("{name}")').fetchall() if row != ("ok",)]
        found += database.execute(f'PRAGMA foreign_key_check("{name}")').fetchall()
        (count,) = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608  # our own names
        return found if count == expected.get(name, count) else [*found, (name, "rows are missing")]

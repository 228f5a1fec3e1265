"""Building a release: the rows of every record, in one SQLite file, in the order of their keys."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cache, partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import peewee as pw

from ..config import HERE
from ..dataset import manifests, quality, rules, shipped
from ..dataset.about import name_of
from ..dataset.dataset import Chunk, Dataset, Progress, part
from ..dataset.findings import DatasetError
from ..dataset.os_errors import file_errors
from ..dataset.process_pool import ordered
from ..dataset.sqlite_errors import sqlite_errors
from ..query import record_sets
from ..resources import BY_KIND, INDEXES, RESOURCES, TABLED
from ..resources.timeline import TIMELINE
from ..schema.versions import DRAFT
from ..storage import full_text, packing, word_sets
from ..storage.full_text import Vocabulary
from ..storage.packed_sets import PackedSet
from ..storage.tables import Changed, Identifier, Moved, ReleaseMetadata
from .rows import RowMaker, batch, samples, table_name

TABLES: tuple[Any, ...] = (
    ReleaseMetadata,
    Moved,
    Changed,
    Identifier,
    Vocabulary,
    PackedSet,
    *(r.model for r in TABLED),
    *INDEXES.values(),
)
MERGE_BYTES = 1 << 24  # bytes that the full-text index gathers in memory before it writes them: fewer merges
ANALYSIS = ("anyascii", "PyStemmer")  # packages of which another version can make other words
PLAIN, SERVED, COPIED = "plain", "served", "copied"  # what a release is built for
MANIFEST = "SELECT name, digest, keys FROM staged.manifest ORDER BY name"
FILLED, INDEXED = 700, 850  # thousandths of the time after which the tables are filled, the indexes made


@cache
def code_digest() -> str:
    """SHA-256 of the code, the types that ship with it, and what makes words of texts: what other code built is built anew."""
    total = hashlib.sha256(repr([(name, version(name)) for name in ANALYSIS]).encode())
    for path in (*sorted(HERE.rglob("*.py")), *shipped.paths().values()):
        total.update(path.read_bytes())
    return total.hexdigest()


def build(
    dataset: Dataset, path: Path, progress: Progress | None = None, manifest: Path | None = None, purpose: str = PLAIN
) -> str:
    """Writes a release as an SQLite file; returns the digest of the dataset.

    With `manifest`, the file that its manifest is written to, this is the release to be published; without, it is a draft
    unless exactly this was published. In a release to be SERVED documents are packed; in one to be COPIED the full-text index
    holds the words themselves. Every record is examined on the way; what exactly so was published is built even where it
    breaks rules that were made since. The same dataset and code give the same bytes. Raises DatasetError with every finding if
    the dataset has faults, FileError if a file cannot be written.
    """
    try:
        return _build(dataset, path, progress, manifest, purpose)
    except DatasetError:
        if dataset.findings or not dataset.was_published():
            raise
    path.unlink()
    return _build(dataset, path, progress, manifest, purpose, published=True)


def _build(
    dataset: Dataset, path: Path, progress: Progress | None, manifest: Path | None, purpose: str, *, published: bool = False
) -> str:
    with sqlite_errors("write", path):
        database = pw.SqliteDatabase(str(path), pragmas={"journal_mode": "off", "synchronous": 0, "cache_size": -65536})
        with database.connection_context():
            connection = database.connection()
            connection.execute("ATTACH '' AS staged")
            connection.execute("PRAGMA staged.synchronous = 0")
            connection.execute("PRAGMA staged.journal_mode = off")
            with database.atomic():
                connection.execute(full_text.STORED if purpose == COPIED else full_text.INDEXED)
                _create(database, connection)
                maker = RowMaker(dataset, published)
                if purpose == SERVED:
                    _pack(maker, connection)
                digest = _write(maker, database, progress, manifest is not None)
            if manifest:
                _write_manifest(dataset, connection, digest, manifest)
            connection.execute("DETACH staged")
        _verify(path, dataset)
    return digest


def _write(maker: RowMaker, database: pw.Database, progress: Progress | None, publishing: bool) -> str:
    """Fills every table; returns the digest of the dataset. Raises DatasetError if it has faults."""
    dataset, connection = maker.dataset, database.connection()
    survey, unresolved = _fill(connection, maker, part(progress, 0, FILLED), "" if publishing else DRAFT)
    if findings := survey.finish(dataset):
        raise DatasetError(findings)
    if unresolved:
        raise RuntimeError(f"no rule reports that {unresolved}")
    _index(database, connection, part(progress, FILLED, INDEXED))
    record_sets.fill(connection)
    moves = ((*name.split("/"), move.get("to"), move.get("withdrawn")) for name, move in sorted(dataset.moves.items()))
    _insert(connection, Moved, moves)
    digest = dataset.digest_of(connection.execute("SELECT name, digest FROM staged.manifest ORDER BY name"))
    version = str(dataset.about["version"]) if publishing else dataset.loaded_version(digest)
    _insert(connection, Changed, _changes(dataset, connection, version))
    about = _about(dataset, version, digest, survey)
    _insert(connection, ReleaseMetadata, ((key, json.dumps(value)) for key, value in about.items()))
    return digest


def _create(database: pw.Database, connection: sqlite3.Connection) -> None:
    """Creates every table; rows of index tables are staged, as they do not come in the order of their keys."""
    for model in TABLES:
        model._schema.__class__(model, database).create_table()
    for model in INDEXES.values():
        connection.execute(f'CREATE TABLE staged."{table_name(model)}" ({", ".join(_names(model))})')
    connection.execute(f"CREATE TABLE staged.search (rowid INTEGER PRIMARY KEY, {', '.join(full_text.COLUMNS)})")
    connection.execute("CREATE TABLE staged.manifest (name, digest, keys)")
    connection.execute("CREATE TABLE staged.published (name PRIMARY KEY, version, digest) WITHOUT ROWID")
    connection.execute("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", (MERGE_BYTES,))


def _pack(maker: RowMaker, connection: sqlite3.Connection) -> None:
    """Has documents packed: makes the tables that have a document anew, and the dictionary."""
    dictionary = packing.dictionary(samples(maker))
    connection.create_function(packing.FUNCTION, 1, packing.function(lambda: dictionary), deterministic=True)
    for resource in TABLED:
        name = table_name(resource.model)
        ((statement,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
        connection.execute(f'DROP TABLE "{name}"')
        connection.execute(statement.replace(packing.PLAIN, packing.PACKED))
    connection.execute(packing.TABLE)
    connection.execute("INSERT INTO dictionary VALUES (?)", (dictionary,))
    maker.pack = packing.packer(dictionary)


def _names(model: Any) -> list[str]:
    return [f'"{field.column_name}"' for field in model._meta.sorted_fields if field.name != "rowid"]


def _fill(connection: sqlite3.Connection, maker: RowMaker, progress: Progress | None, draft: str) -> tuple[rules.Survey, str]:
    """Examines every record and inserts its rows; returns findings and sums, and what a record needs that cannot be read.

    `draft` is what the version of records that differ from the published ones has behind it.
    """
    dataset, survey, unresolved = maker.dataset, rules.Survey(maker.published), ""
    survey.findings.merge(dataset.findings)
    with suppress(DatasetError):  # a damaged manifest is reported by a rule, together with everything else
        rows = manifests.last_changes(dataset.published, dataset.moves)
        connection.executemany("INSERT INTO staged.published VALUES (?, ?, ?)", rows)
    done, entries, of = 0, 0, sum(dataset.count(kind) for kind in BY_KIND)
    version = f"{dataset.about.get('version')}{draft}"
    for made in dataset.walk(partial(batch, maker), map(partial(_dated, connection, version), dataset.chunks())):
        survey.add(made.survey)
        unresolved = made.unresolved or unresolved
        if not survey.findings:
            for name, made_rows in made.numbered_on(entries):
                connection.executemany(_into(name, maker.pack is not None), made_rows)
            connection.executemany("INSERT INTO staged.manifest VALUES (?, ?, ?)", made.digests)
            entries += len(made.rows.get(table_name(TIMELINE.model), ()))
        done += made.count
        if progress:
            progress(f"loading {made.kind}", done, of)
    return survey, unresolved


def _dated(connection: sqlite3.Connection, version: str, chunk: Chunk) -> Chunk:
    """A chunk with the last changes of its published records, and the version of those that differ from them."""
    names = [f"{chunk.kind}/{item.id}" for item in chunk.items]
    query = f"SELECT name, version, digest FROM staged.published WHERE name IN ({','.join('?' * len(names))})"  # noqa: S608
    rows = connection.execute(query, names)
    published = {name.partition("/")[2]: (known, digest) for name, known, digest in rows}
    return chunk._replace(published=published, version=version)


STAGED = {table_name(model) for model in INDEXES.values()}
INTO_SEARCH = f"INSERT INTO staged.search VALUES (?{', ?' * len(full_text.COLUMNS)})"  # noqa: S608


@cache
def _into(name: str, packed: bool = False) -> str:
    """The statement that inserts a row into a table, or into its staging table."""
    if name == "search":
        return INTO_SEARCH
    names = next(_names(model) for model in TABLES if table_name(model) == name)
    names = ['"packed"' if packed and name == '"document"' else name for name in names]
    target = f'staged."{name}"' if name in STAGED else f'"{name}"'
    return f"INSERT INTO {target} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # our own names


def _insert(connection: sqlite3.Connection, model: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.executemany(_into(table_name(model)), rows)


def _index(database: pw.Database, connection: sqlite3.Connection, progress: Progress | None) -> None:
    """Fills the filters' tables in their own order, then makes every index: rows in order take a tenth of the time."""
    for step, model in enumerate(INDEXES.values()):
        if progress:
            progress("indexing", step, len(INDEXES))
        names = ", ".join(_names(model))
        keys = ", ".join(f'"{key}"' for key in model._meta.primary_key.field_names)
        name = f'"{table_name(model)}"'
        connection.execute(f"INSERT INTO main.{name} ({names}) SELECT {names} FROM staged.{name} ORDER BY {keys}")  # noqa: S608
        connection.execute(f"DROP TABLE staged.{name}")
    word_sets.fill(connection)
    for model in TABLES:
        model._schema.__class__(model, database).create_indexes()


def _changes(dataset: Dataset, connection: sqlite3.Connection, version: str) -> Iterator[tuple[Any, ...]]:
    """Every change of every release, this one included, which is `version`."""
    paths = dataset.published
    before = manifests.lines(paths[-1]) if paths else ()
    entries = ((name, manifests.ManifestEntry(own, manifests.keys_of(keys))) for name, own, keys in connection.execute(MANIFEST))
    now = manifests.changes(before, entries, version, dataset.about["released"], dataset.moves)
    for seq, change in enumerate(chain(manifests.history(paths, dataset.moves), now), 1):
        kind, _, id = change.record.partition("/")
        yield seq, change.version, change.released, kind, id, change.change, ",".join(change.keys), change.to, change.reason


def _write_manifest(dataset: Dataset, connection: sqlite3.Connection, digest: str, path: Path) -> None:
    with file_errors("write", path), path.open("w", encoding="utf-8") as out:
        out.write(manifests.header(dataset.about["version"], dataset.about["released"], digest))
        out.writelines(manifests.line(*row) for row in connection.execute(MANIFEST))


def _about(dataset: Dataset, version: str, digest: str, survey: rules.Survey) -> dict[str, Any]:
    return {
        **dataset.about,
        "name": name_of(dataset.about),
        "version": version,
        "digest": digest,
        "code": code_digest(),
        "counts": {kind: dataset.count(kind) for kind in BY_KIND},
        "quality": quality.figures(dataset, version, digest, survey.statistics),
        "rules": [] if survey.published else quality.rules_kept(),
    }


def _verify(path: Path, dataset: Dataset) -> None:
    """Raises sqlite3.IntegrityError unless the file is whole and holds every record."""
    checks = ["PRAGMA integrity_check", "PRAGMA foreign_key_check"]
    large = len(dataset.parts) > 1  # processes are worth their start
    faults = [fault for found in ordered(partial(_faults, path), checks, None if large else 0) for fault in found]
    with closing(sqlite3.connect(_address(path), uri=True)) as database:
        for resource in RESOURCES:
            name = table_name(resource.model)
            if database.execute(f'SELECT count(*) FROM "{name}"').fetchone() != (dataset.count(resource.kind),):  # noqa: S608
                faults.append((name, "rows are missing"))
    if faults:
        raise sqlite3.IntegrityError(str(faults))


def _faults(path: Path, check: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(address := _address(path), uri=True)) as database:
        database.create_function(packing.FUNCTION, 1, packing.function(packing.dictionary_of(address)), deterministic=True)
        return [row for row in database.execute(check) if row != ("ok",)]


def _address(path: Path) -> str:
    return f"file:{quote(str(path))}?mode=ro&immutable=1"

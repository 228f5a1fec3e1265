"""The records of JSON Lines files: catalogued in a scratch database at the first reading, read again where they stand."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import marshmallow as ma

from ..resources import BY_KIND
from ..resources.resource import Resource
from ..schema import fast_path
from ..schema.fields import Record, is_id
from . import jsonl
from .findings import Finding
from .tempdir import Scratch
from .yaml_files import Text, Unreadable

# Records that no other record is rendered from but by their name: they are not read whole before they are due.
LIGHT = ("events", "statements")
CACHED = 1 << 12
AROUND = 50  # ids before and after one that is not there, among which one may have been meant
TABLES = """
CREATE TABLE stood (kind, id, called, key, series, line, start, size, record);
CREATE TABLE earlier (name PRIMARY KEY, version, digest) WITHOUT ROWID;
"""
# The rows that have an id which stood before.
AGAIN = """
SELECT number, series, line, id FROM (
  SELECT rowid AS number, series, line, id, row_number() OVER (PARTITION BY kind, id ORDER BY rowid) AS nth FROM stood
) WHERE nth > 1
"""


class Series(NamedTuple):
    """A JSON Lines file: its kind, its name in the dataset, and a handle on its plain bytes."""

    kind: str
    name: str
    handle: int
    size: int


class Place(NamedTuple):
    """Where a record stands: in which file, on which line, at which bytes."""

    series: int
    line: int
    start: int
    size: int


class Bulk:
    """The catalogue. It may be read in processes that are forked off while nothing writes to it."""

    def __init__(self, parent: Path | None = None) -> None:
        self.scratch = Scratch(parent)
        self.series: list[Series] = []
        self._path = self.scratch.path / "catalogue.sqlite"
        self._connections = {os.getpid(): sqlite3.connect(self._path, isolation_level=None)}
        self.database.executescript("PRAGMA journal_mode = off; PRAGMA synchronous = 0; BEGIN;" + TABLES)
        self.called = lru_cache(CACHED)(self._called)
        self.record = lru_cache(CACHED)(self._record)
        self.place = lru_cache(CACHED)(self._place)
        self.counts: dict[str, int] = {}

    @property
    def database(self) -> sqlite3.Connection:
        """The catalogue, opened once in each process."""
        if os.getpid() not in self._connections:
            self._connections[os.getpid()] = sqlite3.connect(f"file:{self._path}?mode=ro&immutable=1", uri=True)
        return self._connections[os.getpid()]

    def close(self) -> None:
        if os.getpid() in self._connections:
            self._connections.pop(os.getpid()).close()
        for series in self.series:
            os.close(series.handle)
        self.series = []
        self.scratch.close()

    def open(self, kind: str, path: Path) -> Iterator[Finding]:
        """Adds a file; a packed one is unpacked first."""
        plain = path
        if path.suffix == ".gz":
            plain = self.scratch.path / path.stem
            try:
                jsonl.unpack(path, plain)
            except Unreadable as error:
                yield Finding(path.name, error.line, "", str(error))
        handle = os.open(plain, os.O_RDONLY)
        self.series.append(Series(kind, path.name, handle, os.fstat(handle).st_size))

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.database.executemany("INSERT INTO stood VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def settle(self, curated: Iterable[tuple[str, str]]) -> Iterator[Finding]:
        """Ends the cataloguing: what stands twice, here or among the `curated` files, is told and left out."""
        self.database.execute("CREATE INDEX stood_id ON stood (kind, id)")
        self.database.execute("CREATE TABLE gone (number INTEGER PRIMARY KEY)")
        for row in self.database.execute(AGAIN):
            yield self._twice(*row)
        for kind, id in curated:
            where = "SELECT rowid, series, line, id FROM stood WHERE kind = ? AND id = ?"
            for row in self.database.execute(where, (kind, id)).fetchall():
                yield self._twice(*row)
        self.database.execute("DELETE FROM stood WHERE rowid IN (SELECT number FROM gone)")
        self.database.execute("COMMIT")
        self.counts = dict(self.database.execute("SELECT kind, count(*) FROM stood GROUP BY kind"))

    def _twice(self, number: int, series: int, line: int, id: str) -> Finding:
        self.database.execute("INSERT OR IGNORE INTO gone VALUES (?)", (number,))
        return Finding(self.series[series].name, line, "id", f"{id!r} stands twice")

    def has(self, kind: str, id: str) -> bool:
        return self.place(kind, id) is not None

    def _place(self, kind: str, id: str) -> Place | None:
        query = "SELECT series, line, start, size FROM stood WHERE kind = ? AND id = ?"
        row = self.database.execute(query, (kind, id)).fetchone()
        return Place(*row) if row else None

    def near(self, kind: str, id: str) -> list[str]:
        """The ids around one that is not there."""
        found = []
        for query in (
            "SELECT id FROM stood WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?",
            "SELECT id FROM stood WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
        ):
            found += [row[0] for row in self.database.execute(query, (kind, id, AROUND))]
        return found

    def ordered(self, kind: str) -> Iterator[tuple[str, str, Place]]:
        """(sort key, id, place) of a kind's records, in its default order."""
        query = "SELECT key, id, series, line, start, size FROM stood WHERE kind = ? ORDER BY key, id"
        return ((key, id, Place(*place)) for key, id, *place in self.database.execute(query, (kind,)))

    def _called(self, kind: str, id: str) -> str:
        row = self.database.execute("SELECT called FROM stood WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        if not row:
            raise KeyError(kind, id)
        return str(row[0])

    def _record(self, kind: str, id: str) -> Record:
        """A record as loaded. Raises KeyError where there is none, or a faulty one."""
        row = self.database.execute("SELECT record FROM stood WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        place = self.place(kind, id)
        if not place or not row or (kind not in LIGHT and row[0] is None):
            raise KeyError(kind, id)
        if row[0] is not None:
            return dict(json.loads(row[0]))
        try:
            return fast_path.load(BY_KIND[kind].schema, self.text(id, place).value)
        except (Unreadable, ma.ValidationError):
            raise KeyError(kind, id) from None

    def text(self, id: str, place: Place) -> Text:
        """A record as its line says it, without its id. Raises Unreadable if the file is not what it was."""
        text = jsonl.parse(os.pread(self.series[place.series].handle, place.size, place.start), place.line)
        if not isinstance(text.value, dict) or text.value.pop("id", None) != id:
            raise Unreadable("changed while it was read", place.line)
        return text

    def keep_earlier(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Keeps (name, version, digest) of the records of the last published version."""
        self.database.execute("BEGIN")
        self.database.executemany("INSERT OR REPLACE INTO earlier VALUES (?, ?, ?)", rows)
        self.database.execute("COMMIT")

    def earlier(self, name: str) -> tuple[str, str] | None:
        """The version in which a published record last changed, and its digest."""
        row: tuple[str, str] | None
        row = self.database.execute("SELECT version, digest FROM earlier WHERE name = ?", (name,)).fetchone()
        return row


class Span(NamedTuple):
    """A piece of a file."""

    series: int
    start: int
    end: int


class Seen(NamedTuple):
    """What stands in a piece of a file: rows of the catalogue and faults, their lines counted from its first; how many."""

    rows: list[tuple[Any, ...]]
    findings: list[Finding]
    lines: int


def look(bulk: Bulk, span: Span) -> Seen:
    """Reads a piece of a file for the catalogue."""
    series = bulk.series[span.series]
    resource, number = BY_KIND[series.kind], 0
    rows, findings = [], []
    for number, (start, data) in enumerate(jsonl.begun(series.handle, span.start, span.end), 1):
        if not data.strip():
            continue
        try:
            id, called, key, record = _described(resource, jsonl.parse(data, number))
        except _Faulty as fault:
            findings.append(Finding(series.name, number, fault.key, str(fault)))
        except Unreadable as error:
            findings.append(Finding(series.name, number, "", str(error)))
        else:
            rows.append((series.kind, id, called, key, span.series, number, start, len(data), record))
    return Seen(rows, findings, number)


class _Faulty(Exception):
    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _described(resource: Resource, text: Text) -> tuple[str, str, str, str | None]:
    """A record's id, what it is called, its key in the default order, and itself as JSON where others look into it."""
    value = text.value
    if not isinstance(value, dict):
        raise _Faulty("", "is not a mapping of keys")
    if "id" not in value:
        raise _Faulty("id", "is missing")
    id = value.pop("id")
    if not isinstance(id, str) or not is_id(id):
        raise _Faulty("id", f"{id!r} is not an id")
    try:
        record = value if resource.kind in LIGHT else fast_path.load(resource.schema, value)
        called, key = " ".join(resource.name(record).split()), sort_key(resource, record)
    except (ma.ValidationError, ValueError, LookupError, TypeError, AttributeError):
        return id, "", "", None  # it is faulty; the second reading tells how
    kept = None if resource.kind in LIGHT else json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return id, called, key, kept


def sort_key(resource: Resource, record: Record) -> str:
    """What a record is sorted by in its kind's default order, as text."""
    return str(resource.columns(record)[resource.sorts[resource.order.lstrip("-")].name])

"""The index of JSON Lines records: a scratch database that is filled at the first reading and says where each record is."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..resources import BY_KIND
from ..resources.resource import Resource
from ..schema.fields import Record, is_id
from ..schema.reading import read
from . import jsonl
from .findings import Finding
from .os_errors import file_errors
from .record import Entry, FaultyRecord, entry_of
from .records import Location, sort_value
from .tempdir import Scratch
from .yaml_files import ParsedText, Unreadable

LOCATED = 1 << 10  # records whose places are kept: one that is referred to is asked for several times on end
AROUND = 50  # ids before and after an unknown one, among which the intended one may be
SCHEMA = "CREATE TABLE records (kind, id, name, sort, series, line, start, size);"
# The rows whose id came before.
DUPLICATES = """
SELECT number, series, line, id FROM (
  SELECT rowid AS number, series, line, id, row_number() OVER (PARTITION BY kind, id ORDER BY rowid) AS nth FROM records
) WHERE nth > 1
"""


class Series(NamedTuple):
    """A JSON Lines file: its kind, its name in the dataset, a descriptor of its unpacked bytes, and their number."""

    kind: str
    name: str
    handle: int
    size: int


class JsonlRecords:
    """The records of JSON Lines files. The index may be read in forked processes while nothing writes to it."""

    def __init__(self, parent: Path | None = None) -> None:
        self.scratch = Scratch(parent)
        self.series: list[Series] = []
        self._path = self.scratch.path / "index.sqlite"
        self._connections = {os.getpid(): sqlite3.connect(self._path, isolation_level=None)}
        self.database.executescript("PRAGMA journal_mode = off; PRAGMA synchronous = 0; BEGIN;" + SCHEMA)
        self._counts: dict[str, int] = {}
        self.located = lru_cache(LOCATED)(self._located)  # nothing is asked before all are added

    @property
    def database(self) -> sqlite3.Connection:
        """The index, opened once in each process."""
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

    def open(self, kind: str, name: str, handle: int) -> Iterator[Finding]:
        """Adds an open file, which is closed with the index; a gzip file is unpacked first."""
        if name.endswith(".gz"):
            packed, unpacked = handle, self.scratch.path / f"{kind}.jsonl"
            try:
                with file_errors("write", unpacked):
                    jsonl.unpack(packed, unpacked)
            except Unreadable as error:
                yield Finding(name, error.line, "", str(error))
            finally:
                os.close(packed)
            handle = os.open(unpacked, os.O_RDONLY)
        self.series.append(Series(kind, name, handle, os.fstat(handle).st_size))

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Adds rows as `scan` returns them."""
        self.database.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def finish(self, taken: Iterable[tuple[str, str]]) -> Iterator[Finding]:
        """Ends the filling. A record whose (kind, id) came before or is among `taken` is reported and removed."""
        self.database.execute("CREATE INDEX records_id ON records (kind, id)")
        self.database.execute("CREATE TABLE removed (number INTEGER PRIMARY KEY)")
        for row in self.database.execute(DUPLICATES):
            yield self._remove(*row)
        for kind, id in taken:
            where = "SELECT rowid, series, line, id FROM records WHERE kind = ? AND id = ?"
            for row in self.database.execute(where, (kind, id)).fetchall():
                yield self._remove(*row)
        self.database.execute("DELETE FROM records WHERE rowid IN (SELECT number FROM removed)")
        self.database.execute("COMMIT")
        self._counts = dict(self.database.execute("SELECT kind, count(*) FROM records GROUP BY kind"))

    def _remove(self, number: int, series: int, line: int, id: str) -> Finding:
        self.database.execute("INSERT OR IGNORE INTO removed VALUES (?)", (number,))
        return Finding(self.series[series].name, line, "id", f"duplicate id {id!r}")

    def count(self, kind: str) -> int:
        return self._counts.get(kind, 0)

    def has(self, kind: str, id: str) -> bool:
        return self.located(kind, id) is not None

    def _located(self, kind: str, id: str) -> tuple[str, Location] | None:
        """The name of a record, and where it is."""
        query = "SELECT name, series, line, start, size FROM records WHERE kind = ? AND id = ?"
        row = self.database.execute(query, (kind, id)).fetchone()
        return (row[0], Location(*row[1:])) if row else None

    def near(self, kind: str, id: str) -> list[str]:
        ids = []
        for query in (
            "SELECT id FROM records WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?",
            "SELECT id FROM records WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
        ):
            ids += [row[0] for row in self.database.execute(query, (kind, id, AROUND))]
        return ids

    def ordered(self, kind: str) -> Iterator[tuple[str, str, Location]]:
        query = "SELECT sort, id, series, line, start, size FROM records WHERE kind = ? ORDER BY sort, id"
        return ((value, id, Location(*place)) for value, id, *place in self.database.execute(query, (kind,)))

    def entry(self, kind: str, id: str, location: Location | None = None) -> Entry:
        if location is None:
            if (located := self.located(kind, id)) is None:
                raise KeyError(kind, id)
            location = located[1]
        name, resource = self.series[location.series].name, BY_KIND[kind]
        try:
            text = self._text(id, location)
        except Unreadable as error:
            raise FaultyRecord([Finding(name, location.line, "", str(error))]) from None
        return entry_of(name, resource, text)

    def name(self, kind: str, id: str) -> str | None:
        located = self.located(kind, id)
        return located[0] if located else None

    def record(self, kind: str, id: str) -> Record | None:
        if (located := self.located(kind, id)) is None:
            return None
        try:
            record, found = read(BY_KIND[kind].schema, self._text(id, located[1]).value)
        except Unreadable:
            return None
        return None if found.faults else record

    def _text(self, id: str, location: Location) -> ParsedText:
        """A record's line, parsed, without its id. Raises Unreadable if the file has changed."""
        text = jsonl.parse(jsonl.pread(self.series[location.series].handle, location.size, location.start), location.line)
        if not isinstance(text.value, dict) or text.value.pop("id", None) != id:
            raise Unreadable("changed while it was read", location.line)
        return text

    def bytes_to_parse(self) -> int:
        return sum(series.size for series in self.series)


class ByteRange(NamedTuple):
    """A piece of a file; `series` is the number of the file."""

    series: int
    start: int
    end: int


class Scanned(NamedTuple):
    """What is in a piece of a file: rows for the index and findings, with lines counted from its first, and its line count."""

    rows: list[tuple[Any, ...]]
    findings: list[Finding]
    lines: int


def scan(records: JsonlRecords, piece: ByteRange) -> Scanned:
    """Reads a piece of a file for the index."""
    series, scanned = records.series[piece.series], Scanned([], [], 0)
    number = 0
    try:
        for number, (start, data) in enumerate(jsonl.lines_in(series.handle, piece.start, piece.end), 1):
            try:
                if data.strip():
                    about = _indexed(BY_KIND[series.kind], jsonl.parse(data, number))
                    scanned.rows.append((series.kind, *about, piece.series, number, start, len(data)))
            except Unreadable as error:
                scanned.findings.append(Finding(series.name, number, error.key, str(error)))
    except Unreadable as error:
        scanned.findings.append(Finding(series.name, number + 1, "", str(error)))
    return scanned._replace(lines=number)


def _indexed(resource: Resource, text: ParsedText) -> tuple[str, str, str]:
    """A record's id, name and sort value."""
    value = text.value
    if not isinstance(value, dict):
        raise Unreadable("is not a mapping of keys")
    if "id" not in value:
        raise Unreadable("is missing", key="id")
    id = value.pop("id")
    if not isinstance(id, str) or not is_id(id):
        raise Unreadable(f"{id!r} is not an id (a-z, 0-9 and single hyphens)", key="id")
    try:
        record = value if resource.light else read(resource.schema, value)[0]
        return id, " ".join(resource.name(record).split()), sort_value(resource, record)
    except (ValueError, LookupError, TypeError, AttributeError):
        return id, "", ""  # it is invalid; its findings are made when it is examined

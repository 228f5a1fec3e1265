"""A release in an SQLite file: read-only, with a time limit for each statement."""

import os
import sqlite3
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import peewee as pw

from . import packing
from .release import Release

SUFFIX = ".sqlite"  # of the database among the files of a published release
STEPS = 50_000  # instructions of SQLite's virtual machine between two checks of the time limit: about a millisecond


class TimedDatabase(pw.SqliteDatabase):
    """SQLite whose statements are interrupted, with peewee.OperationalError, after `seconds`.

    The connections of all threads are closed when the database is no longer referenced, without waiting for the
    garbage collector.
    """

    def __init__(self, database: str, seconds: float, **options: Any) -> None:
        self.seconds = seconds
        self._local = threading.local()  # the connection of a thread, and when its statement began
        self._connections: list[Any] = []
        weakref.finalize(self, _close, self._connections)
        super().__init__(database, check_same_thread=False, **options)

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        connection: Any = self.connection()  # type: ignore[no-untyped-call]
        local, seconds = self._local, self.seconds
        if getattr(local, "connection", None) is not connection:
            local.connection = connection
            self._connections.append(connection)
            connection.set_progress_handler(lambda: time.monotonic() - local.began > seconds, STEPS)
        local.began = time.monotonic()
        return super().execute_sql(*args, **options)  # type: ignore[no-untyped-call]


def _close(connections: list[Any]) -> None:
    for connection in connections:
        connection.close()


class SqliteRelease(Release):
    """A release in an SQLite file; `dictionary` gives that of its documents, None where they are not packed."""

    def __init__(self, path: Path, database: pw.Database, dictionary: Callable[[], bytes | None]) -> None:
        self.path, self._stamp, self._dictionary = path, _stamp(path), dictionary
        super().__init__(database)

    def _fetch(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            rows: list[tuple[Any, ...]] = self.database.execute_sql(statement, values).fetchall()
        except sqlite3.Error as error:  # peewee translates what execute raises, but not what fetching raises
            raise pw.OperationalError(str(error)) from error
        return rows

    def read_documents(self, table: str, numbers: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """As they are stored, and unpacked here: SQLite would make a text of each, and take three times as long."""
        try:
            if (dictionary := self._dictionary()) is None:
                return super().read_documents(table, numbers)
            unpack = packing.unpacker(dictionary)
            return [(number, unpack(packed)) for number, packed in self._rows_of(table, "packed", numbers)]
        except (sqlite3.Error, zlib.error) as error:
            raise pw.OperationalError(str(error)) from error

    def intact(self) -> bool:
        return _stamp(self.path) == self._stamp

    def close(self) -> None:
        self.database.close()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def open_file(path: Path, seconds: float | None = None) -> Release:
    """The release in an SQLite file that never changes; statements are limited to `seconds`.

    Raises peewee.DatabaseError where the file is no release.
    """
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    database = TimedDatabase(address, seconds, uri=True) if seconds else pw.SqliteDatabase(address, uri=True)
    dictionary = packing.dictionary_of(address)
    database.register_function(packing.function(dictionary), packing.FUNCTION, 1, deterministic=True)
    return SqliteRelease(path, database, dictionary)

"""Releases in PostgreSQL: each in its own schema, copied from the SQLite file that the load built, and switched to at once.

`diplomatic_events.releases` lists them; the newest is the one that is served.
"""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import peewee as pw
import psycopg

from ..metrics import database_error
from . import postgresql_copy
from .postgresql_copy import HOME, Connection
from .postgresql_pool import POLL, ReadPool
from .release import Release
from .store import Store, unavailable

INPUTS = "SELECT inputs FROM diplomatic_events.releases ORDER BY number DESC LIMIT 1"
OF_ID = "SELECT number FROM diplomatic_events.releases WHERE id = %s ORDER BY number DESC LIMIT 1"
LOADED = "SELECT extract(epoch FROM loaded)::float, seconds FROM diplomatic_events.releases ORDER BY number DESC LIMIT 1"
TOOK: LiteralString = (
    "UPDATE diplomatic_events.releases SET seconds = %s WHERE number = (SELECT max(number) FROM diplomatic_events.releases)"
)
LOAD_LOCK = 7130  # the advisory lock that a load holds


class PostgresqlRelease(Release):
    """A release in a schema, read through the pool of its store."""

    def __init__(self, pool: ReadPool, schema: str) -> None:
        self.pool, self.schema = pool, schema
        super().__init__(pw.PostgresqlDatabase(None, prefer_psycopg3=True))  # never connected: it gives the dialect of SQL

    def _fetch(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return fetch(self.pool, self.schema, statement, values)

    def close(self) -> None:
        """Nothing to close: the connections are the store's."""


class PostgresqlStore(Store):
    """The releases of a PostgreSQL server, or of the first of several hosts that answers (libpq's own failover)."""

    copies = True

    def __init__(
        self, url: str, published: Path | None = None, connections: int = 8, timeout: float = 10, reader: str = ""
    ) -> None:
        super().__init__(published, timeout)
        self.url, self.reader = url, reader
        self._pool = ReadPool(url, connections, timeout)
        self._seen: tuple[int, Release] | None = None
        self._opening = threading.Lock()

    def current(self) -> Release:
        """The served release, looked up again every POLL seconds; the last one seen while no server answers."""
        if known := self.known():
            return known
        watch, seen = self._pool.watch, self._seen
        watch.look(POLL)
        if not watch.newest:
            raise unavailable("The database does not answer." if watch.newest is None else "No release is loaded yet.")
        number = watch.newest
        if seen and (seen[0] == number or not self._opening.acquire(blocking=False)):
            return seen[1]  # nothing is new, or another thread opens it
        if not seen:
            self._opening.acquire()
        try:
            served = self._numbered(number)
            self._forget_all_but(served)
            self._seen = number, served
        except pw.DatabaseError:
            database_error()
            if not seen:
                raise unavailable("The database does not answer.") from None
            return seen[1]
        finally:
            self._opening.release()
        return served

    def known(self) -> Release | None:
        seen = self._seen
        return seen[1] if seen and time.monotonic() < self._pool.watch.due else None

    def close(self) -> None:
        super().close()
        self._pool.close()

    def kept(self, id: str) -> Release | None:
        rows = fetch(self._pool, HOME, OF_ID, (id,))
        return self._numbered(rows[0][0]) if rows else None

    def took(self, seconds: float) -> None:
        with self._writing() as connection:
            connection.execute(TOOK, (seconds,))

    def loaded(self) -> tuple[float, float | None]:
        ((loaded, seconds),) = fetch(self._pool, HOME, LOADED)
        return loaded, seconds

    def _numbered(self, number: int) -> Release:
        schema = f"{HOME}_{number}"
        return self._opened(schema, lambda: PostgresqlRelease(self._pool, schema))

    @contextmanager
    def building(self) -> Iterator[Path]:
        with _connection_errors(), self._writing() as connection:
            if not connection.execute("SELECT pg_try_advisory_lock(%s)", (LOAD_LOCK,)).fetchone()[0]:  # type: ignore[index]
                raise BlockingIOError
            with tempfile.TemporaryDirectory(prefix="diplomatic-events-") as folder:
                yield Path(folder) / "building.sqlite"

    def _writing(self) -> Connection:
        """A connection to the host that takes writes. Raises ConnectionError if there is none."""
        try:
            return psycopg.connect(self.url, autocommit=True, connect_timeout=10, target_session_attrs="read-write")
        except psycopg.OperationalError as error:
            raise ConnectionError(str(error).strip()) from None

    def inputs(self) -> str:
        rows = fetch(self._pool, HOME, INPUTS)
        return str(rows[0][0]) if rows else ""

    def publish(self, built: Path, id: str, inputs: str, tables: Sequence[type[pw.Model]], keep: int) -> None:
        with self._writing() as connection, closing(sqlite3.connect(built)) as source:
            with connection.transaction():
                schema = postgresql_copy.create_schema(connection, id, inputs)
                for table in tables:
                    postgresql_copy.copy(connection, source, table)
                postgresql_copy.copy_search(connection, source)
                if self.reader:
                    postgresql_copy.grant(connection, schema, self.reader)
            connection.execute("ANALYZE")
            postgresql_copy.remove(connection, max(keep, 2))  # other processes may still be reading the one before
        self._pool.watch.due = 0.0


def fetch(pool: ReadPool, schema: str, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement. Raises peewee.OperationalError where they cannot be read."""
    try:
        return pool.read(schema, statement, values)
    except psycopg.Error as error:
        raise pw.OperationalError(str(error).strip()) from error


@contextmanager
def _connection_errors() -> Iterator[None]:
    """Raises psycopg's errors as ConnectionError: a server that is lost, or has no space left, in the middle of a load."""
    try:
        yield
    except psycopg.Error as error:
        raise ConnectionError(str(error).strip()) from None

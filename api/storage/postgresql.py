"""Releases in PostgreSQL: a schema each, filled by COPY from the release as built, switched in one transaction.

`diplomatic_events.releases` names them; the newest is the one that is served.
"""

import sqlite3
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import peewee as pw
import psycopg

from ..metrics import database_error
from . import postgresql_copy
from .full_text import Search
from .postgresql_copy import HOME, Connection
from .postgresql_pool import POLL, Pool, Watch, read
from .release import Release
from .store import Store, unavailable

INPUTS = "SELECT inputs FROM releases ORDER BY number DESC LIMIT 1"
OF_ID = "SELECT number, id FROM releases WHERE id = %s ORDER BY number DESC LIMIT 1"
LOADED = "SELECT extract(epoch FROM loaded)::float, seconds FROM releases ORDER BY number DESC LIMIT 1"
TOOK: LiteralString = (
    "UPDATE diplomatic_events.releases SET seconds = %s WHERE number = (SELECT max(number) FROM diplomatic_events.releases)"
)
LOAD_LOCK = 7130  # the advisory lock that a load holds
GRACE = 2  # seconds after a statement's timeout until its server is believed to hang


class PostgresqlRelease(Release):
    """A release whose reads take a connection out of a pool, and another one where that one broke."""

    database: Pool

    def __init__(self, database: Pool) -> None:
        super().__init__(database)
        weakref.finalize(self, database.close_idle)

    def close(self) -> None:
        self.database.close_idle()

    def _fetch(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        def fetch() -> list[tuple[Any, ...]]:
            with pw.__exception_wrapper__:  # type: ignore[attr-defined]
                rows: list[tuple[Any, ...]] = self.database.execute_sql(statement, values).fetchall()
            return rows

        rows: list[tuple[Any, ...]] = read(self.database, fetch)
        return rows


class PostgresqlStore(Store):
    """The releases of a PostgreSQL server, or of whichever of several hosts answers (libpq's own failover)."""

    def __init__(self, url: str, published: Path | None = None, pool: int = 8, timeout: float = 10, reader: str = "") -> None:
        super().__init__(published, timeout)
        self.url, self.pool, self.patience, self.reader = url, pool, timeout, reader
        self._watch = Watch()
        self._home = self._watch.home = self._database(HOME)
        weakref.finalize(self, self._home.close_idle)
        self._seen: tuple[int, Release] | None = None
        self._opening = threading.Lock()

    def _database(self, schema: str) -> Pool:
        """A pool of connections that read one schema, and can do nothing else."""
        options = f"-c search_path={schema} -c default_transaction_read_only=on -c statement_timeout={int(self.patience * 1000)}"
        return Pool(
            self.url,
            self._watch,
            self.patience + GRACE,
            max_connections=self.pool,
            timeout=self.patience,
            stale_timeout=600,
            connect_timeout=2,
            options=options,
        )

    def current(self) -> Release:
        """The served release, looked up anew every POLL seconds; the last one seen while no server answers."""
        watch, seen = self._watch, self._seen
        if seen and time.monotonic() < watch.due:
            return seen[1]
        watch.look(POLL)
        if not watch.newest:
            raise unavailable("The database does not answer." if watch.newest is None else "No release is loaded yet.")
        number = watch.newest[0][0]
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

    def close(self) -> None:
        super().close()
        self._home.close_idle()

    def kept(self, id: str) -> Release | None:
        found = self._named(OF_ID, id)
        return self._numbered(found[0][0]) if found else None

    def took(self, seconds: float) -> None:
        with self._writing() as connection:
            connection.execute(TOOK, (seconds,))

    def loaded(self) -> tuple[float, float | None]:
        found: tuple[float, float | None] = read(self._home, lambda: self._home.execute_sql(LOADED).fetchone())
        return found

    def _named(self, query: str, *values: str) -> list[tuple[int, str]]:
        rows: list[tuple[int, str]] = read(self._home, lambda: self._home.execute_sql(query, values).fetchall())
        return rows

    def _numbered(self, number: int) -> Release:
        schema = f"{HOME}_{number}"
        return self._opened(schema, lambda: PostgresqlRelease(self._database(schema)))

    @contextmanager
    def building(self) -> Iterator[Path]:
        with _unbroken(), self._writing() as connection:
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
        rows = read(self._home, lambda: self._home.execute_sql(INPUTS).fetchall())
        return str(rows[0][0]) if rows else ""

    def publish(self, built: Path, id: str, inputs: str, tables: Sequence[type[pw.Model]], keep: int) -> None:
        with self._writing() as connection, closing(sqlite3.connect(built)) as source:
            with connection.transaction():
                schema = postgresql_copy.named_anew(connection, id, inputs)
                for table in tables:
                    if table is not Search:
                        postgresql_copy.copy(connection, source, table)
                postgresql_copy.copy_search(connection, source)
                if self.reader:
                    postgresql_copy.grant(connection, schema, self.reader)
            connection.execute("ANALYZE")
            postgresql_copy.remove(connection, max(keep, 2))  # other processes may still be reading the one before
        self._watch.due = 0.0


@contextmanager
def _unbroken() -> Iterator[None]:
    """A server that goes, or finds no room, in the middle of a load is a ConnectionError too."""
    try:
        yield
    except psycopg.Error as error:
        raise ConnectionError(str(error).strip()) from None

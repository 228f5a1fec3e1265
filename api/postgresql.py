"""Releases in PostgreSQL: a schema each, filled by COPY from the release as built, switched in one transaction.

`diplomatic_events.releases` names them; the newest is the one that is served.
"""

import math
import sqlite3
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString

import peewee as pw
import psycopg
from playhouse.postgres_ext import PooledPsycopg3Database
from psycopg import sql, waiting

from . import search
from .counts import Count
from .metrics import database_error
from .resources import INDEXES, RESOURCES
from .store import Changed, Identifier, Meta, Moved, Release, Store, unavailable

HOME = "diplomatic_events"
Connection = psycopg.Connection[tuple[Any, ...]]
REGISTER: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS diplomatic_events",
    "CREATE TABLE IF NOT EXISTS diplomatic_events.releases"
    " (number bigserial PRIMARY KEY, id text NOT NULL, inputs text NOT NULL, loaded timestamptz NOT NULL DEFAULT now(),"
    " seconds double precision)",
)
NUMBERED: LiteralString = "INSERT INTO diplomatic_events.releases (id, inputs) VALUES (%s, %s)"
NEWEST = "SELECT number, id FROM releases ORDER BY number DESC LIMIT 1"
INPUTS = "SELECT inputs FROM releases ORDER BY number DESC LIMIT 1"
OF_ID = "SELECT number, id FROM releases WHERE id = %s ORDER BY number DESC LIMIT 1"
LOADED = "SELECT extract(epoch FROM loaded)::float, seconds FROM releases ORDER BY number DESC LIMIT 1"
TOOK: LiteralString = (
    "UPDATE diplomatic_events.releases SET seconds = %s WHERE number = (SELECT max(number) FROM diplomatic_events.releases)"
)
OLD: LiteralString = "SELECT number FROM diplomatic_events.releases ORDER BY number DESC OFFSET %s"
POLL = 0.5  # seconds after which a process looks for a new release again, and that a request waits for that
SILENCE = 1.5  # seconds without a word, while it is asked for that, after which a server does not answer
NO_ANSWER = "the server does not answer"
LOAD_LOCK = 7130  # the advisory lock that a load holds
TYPES: dict[str, LiteralString] = {
    "TEXT": 'text COLLATE "C"',
    "INT": "bigint",
    "AUTO": "bigint",
    "DATE": "date",
}  # byte order, as in SQLite
GRACE = 2  # seconds after a statement's timeout until its server is believed to hang
SETTLED = 3  # attempts at a read whose connection broke: one a host that may have gone, and one that works


class Watch:
    """Asks the server in a thread of its own which release is the newest, and so knows, too, whether it answers.

    While it does not, nobody else waits for it: who waits already is let go, who comes is refused.
    """

    home: "Pool"

    def __init__(self) -> None:
        self.newest: list[tuple[int, str]] | None = None  # None until it is known
        self.lost = False  # whether the last look ended without a word of the server
        self.due = 0.0
        self._asked = self._heard = 0.0
        self._thread = threading.Thread()
        self._lock = threading.Lock()

    def look(self, seconds: float = 0) -> None:
        """Looks again if that is due, and waits that long for it; to the end while nothing is known."""
        with self._lock:
            due = time.monotonic() >= self.due and not self._thread.is_alive()
            if due:
                self._asked = time.monotonic()
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
            thread = self._thread
        if seconds and self.newest is None and not self.lost:
            thread.join()
        elif due:
            thread.join(seconds)

    def _look(self) -> None:
        try:
            self.newest = read(self.home, lambda: self.home.execute_sql(NEWEST).fetchall())
            self.lost = False
        except pw.ProgrammingError:  # there are no releases, but there is a server
            self.newest, self.lost = [], False
        except pw.DatabaseError:
            self.lost = self._heard < self._asked  # a refusal is an answer: who has a connection can go on with it
            database_error()
        finally:
            self.due = time.monotonic() + POLL

    def silent(self, began: float = math.inf) -> bool:
        """Whether the server does not answer. For the thread that looks, one that has not since its wait `began`."""
        if threading.current_thread() is self._thread:
            return time.monotonic() - max(began, self._heard) > SILENCE
        self.look()
        return self.lost or (self._thread.is_alive() and time.monotonic() - max(self._asked, self._heard) > SILENCE)

    def over(self, gen: Any) -> Any:
        """psycopg's wait for a server, ended where that is silent. Raises psycopg.errors._WaitTimeout."""
        began = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready & waiting.READY_R:
                    self._heard = time.monotonic()
                elif self.silent(began):
                    raise psycopg.errors._WaitTimeout
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value


class Bounded(psycopg.Connection[Any]):
    """A connection that does not wait for ever for a server that is there and says nothing."""

    watch: Watch
    patience: float

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Any:
        return cls.watch.over(super()._connect_gen(conninfo))

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's own, which has no end where no timeout is given.

        Raises psycopg.OperationalError; the connection is closed then, as an answer may still come on it.
        """
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(self.watch.over(gen), interval, self.patience)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(NO_ANSWER) from None


class Patient(pw.Psycopg3Adapter):
    """peewee's way to psycopg, by connections that are bounded."""

    def connect(self, db: Any, **params: Any) -> Bounded:
        found: Bounded = db.driver.connect(db.database, **params)
        return found


class Pool(PooledPsycopg3Database):  # type: ignore[misc]
    """Connections that wait at most `patience` seconds for the server, and not at all while it is silent."""

    psycopg3_adapter = Patient

    def __init__(self, database: str, watch: Watch, patience: float, **options: Any) -> None:
        self.watch = watch
        self.driver = type("Watched", (Bounded,), {"watch": watch, "patience": patience})
        super().__init__(database, **options)

    def _connect(self) -> Any:
        if self.watch.silent():
            raise pw.OperationalError(NO_ANSWER)
        return super()._connect()


class Pooled(Release):
    """A release whose reads take a connection out of a pool, and another one where that one broke."""

    database: Pool

    def __init__(self, database: Pool) -> None:
        super().__init__(database)
        weakref.finalize(self, database.close_idle)

    def close(self) -> None:
        self.database.close_idle()

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = read(self.database, lambda: super(Pooled, self).ask(statement, *values))
        return rows

    def rows(self, query: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = read(self.database, lambda: super(Pooled, self).rows(query))
        return rows


def read(database: Pool, ask: Callable[[], Any]) -> Any:
    """What `ask` reads, asked again on a new connection where the old one is broken.

    Raises peewee.DatabaseError where no server answers, or a statement takes too long.
    """
    for attempt in range(SETTLED):
        try:
            with database.connection_context():
                try:
                    return ask()
                except (pw.OperationalError, pw.InterfaceError):
                    if database.is_connection_usable() or attempt == SETTLED - 1:
                        raise
                    database.manual_close()
                    database.close_idle()  # what stood beside it in the pool is of the same server
        except ValueError as full:  # peewee's own error for a pool that stays empty
            raise pw.OperationalError(str(full)) from None
    raise AssertionError


class Server(Store):
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
        return self._opened(schema, lambda: Pooled(self._database(schema)))

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

    def publish(self, built: Path, id: str, inputs: str, keep: int) -> None:
        with self._writing() as connection, closing(sqlite3.connect(built)) as source:
            with connection.transaction():
                schema = _named_anew(connection, id, inputs)
                for table in (Meta, Moved, Changed, Identifier, Count, *(r.model for r in RESOURCES), *INDEXES.values()):
                    _copy(connection, source, table)
                _copy_search(connection, source)
                if self.reader:
                    _grant(connection, schema, self.reader)
            connection.execute("ANALYZE")
            _remove(connection, max(keep, 2))  # other processes may still be reading the one before
        self._watch.due = 0.0


@contextmanager
def _unbroken() -> Iterator[None]:
    """A server that goes, or finds no room, in the middle of a load is a ConnectionError too."""
    try:
        yield
    except psycopg.Error as error:
        raise ConnectionError(str(error).strip()) from None


def _named_anew(connection: Connection, id: str, inputs: str) -> str:
    """A new, empty schema that is the served release when the transaction ends."""
    for statement in REGISTER:
        connection.execute(statement)
    (number,) = connection.execute(f"{NUMBERED} RETURNING number", (id, inputs)).fetchone() or (0,)
    schema = f"{HOME}_{number}"
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
    return schema


def _copy(connection: Connection, source: sqlite3.Connection, model: Any) -> None:
    """Makes a model's table and fills it, then its keys and indexes. Foreign keys were verified in the source."""
    meta = model._meta
    table, fields = sql.Identifier(meta.table_name), meta.sorted_fields
    columns = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(f.column_name), sql.SQL(_type(f))) for f in fields)
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, columns))
    rows = source.execute(sql.SQL("SELECT {} FROM {}").format(_listed(fields), table).as_string())
    _fill(connection, sql.SQL("COPY {} ({}) FROM STDIN").format(table, _listed(fields)), rows)
    keys = [meta.fields[name] for name in meta.primary_key.field_names] if meta.composite_key else [meta.primary_key]
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, _listed(keys)))
    for field in fields:
        if (field.index or field.unique) and not field.primary_key:
            unique = sql.SQL("UNIQUE" if field.unique else "")
            connection.execute(sql.SQL("CREATE {} INDEX ON {} ({})").format(unique, table, _listed([field])))


def _copy_search(connection: Connection, source: sqlite3.Connection) -> None:
    """Makes and fills the table of words."""
    connection.execute(search.TABLE)
    columns = ["rowid", "kind", "record", *search.COLUMNS]
    rows = source.execute(f"SELECT {', '.join(columns)} FROM search")  # noqa: S608  # our own names
    names = sql.SQL(", ").join(sql.Identifier(name) for name in [*columns, "words"])
    _fill(connection, sql.SQL("COPY search ({}) FROM STDIN").format(names), ((*row, search.vector(row[3:])) for row in rows))
    connection.execute(search.AFTER)


def _fill(connection: Connection, statement: sql.Composed, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _type(field: Any) -> LiteralString:
    """The column type of a field, or of the field that it refers to."""
    found = field.rel_field if isinstance(field, pw.ForeignKeyField) else field
    return TYPES[found.field_type] + ("" if found.null else " NOT NULL")


def _listed(fields: list[Any]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(field.column_name) for field in fields)


def _grant(connection: Connection, schema: str, reader: str) -> None:
    """Lets a role read a release, and nothing else."""
    for name in (HOME, schema):
        names = {"schema": sql.Identifier(name), "role": sql.Identifier(reader)}
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))


def _remove(connection: Connection, keep: int) -> None:
    """Removes all but the newest `keep` releases; one that is being read at length stays until the next load."""
    for (number,) in connection.execute(OLD, (keep,)).fetchall():
        with suppress(psycopg.errors.LockNotAvailable), connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '5s'")
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(f"{HOME}_{number}")))
            connection.execute("DELETE FROM diplomatic_events.releases WHERE number = %s", (number,))

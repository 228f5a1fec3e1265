"""Reads from a PostgreSQL server through psycopg_pool, without waiting long for a server that does not answer.

What psycopg and psycopg_pool do not do, and why: decisions/003-postgresql-pool.md.
"""

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from ..metrics import database_error

NEWEST: LiteralString = "SELECT number FROM diplomatic_events.releases ORDER BY number DESC LIMIT 1"
POLL = 0.5  # seconds between two looks for a new release, and that a request waits for a look
SILENCE = 3.0  # seconds without an answer after which the server counts as lost
GRACE = 2  # seconds beyond the statement timeout of the server
CONNECT = 2  # seconds that a connection may take, for each host
TURN, SLICE = 4.0, 0.25  # seconds that a request waits for a connection, and between two looks whether it is worth it
ATTEMPTS = 3  # at a read whose connection breaks: the host may have failed over in the middle
NO_ANSWER = "the server does not answer"


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose reads end after `limit` seconds, and as soon as `lost` says that the server is lost.

    psycopg waits without end for a server that keeps its sockets open and sends nothing.
    """

    limit: float | None = None
    lost: Callable[[], bool] | None = None
    schema = ""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's own. Raises psycopg.OperationalError; the connection is closed where an answer is still due."""
        try:
            return super().wait(self._unless_lost(gen, self.lost) if self.lost else gen, interval, timeout or self.limit)
        finally:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()

    @staticmethod
    def _unless_lost(gen: Any, lost: Callable[[], bool]) -> Any:
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and lost():
                    raise psycopg.OperationalError(NO_ANSWER)
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value


class Watch:
    """Asks for the newest release in a thread and on a connection of its own, and so knows whether the server answers.

    `newest` is the number of the newest release: 0 where there is none, None until it is known.
    """

    def __init__(self, connect: Callable[[], BoundedConnection]) -> None:
        self.newest: int | None = None
        self.due = 0.0
        self.connected = 0  # how many times a connection was made: at each later one, the others are stale
        self.refused = 0.0  # when the server last refused a connection of the pool
        self.heard = 0.0  # when it last answered anybody: on a busy machine a look may take long, and others are answered
        self._lost = False
        self._connect = connect
        self._connection: BoundedConnection | None = None
        self._began = 0.0
        self._closing = False  # told during a look, at whose end the connection is closed
        self._thread = threading.Thread()
        self._lock = threading.Lock()

    def look(self, seconds: float = 0) -> None:
        """Starts a look where one is due, and waits up to `seconds` for it; to its end while nothing is known."""
        with self._lock:
            due = time.monotonic() >= self.due and not self._thread.is_alive()
            if due:
                self._began, self._closing = time.monotonic(), False
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
            thread = self._thread
        if seconds and self.newest is None and not self._lost:
            thread.join()
        elif due:
            thread.join(seconds)

    def lost(self) -> bool:
        """Whether the server does not answer: the last look took too long, or this one does."""
        self.look()
        return self._lost or (self._thread.is_alive() and self._silent())

    def _silent(self) -> bool:
        return time.monotonic() - max(self._began, self.heard) > SILENCE

    def _look(self) -> None:
        try:
            self.newest = self._number()
            self._lost = False
        except psycopg.Error:
            self._lost = self._silent()  # a refusal is an answer: open connections may still work
            database_error()
        finally:
            self.due = time.monotonic() + POLL
            if self._closing and self._connection:
                self._connection.close()

    def _number(self) -> int:
        for again in (True, False):
            if not self._connection or self._connection.closed:
                self._connection = self._connect()
                self._connection.limit = SILENCE
                self.connected += 1
            try:
                row = self._connection.execute(NEWEST).fetchone()
            except psycopg.ProgrammingError:  # the server answers, and has no releases
                return 0
            except psycopg.OperationalError:
                if not (self._connection.closed and again):
                    raise
            else:
                return row[0] if row else 0
        raise AssertionError

    def refuse(self, _pool: object) -> None:
        """Remembers that no connection can be made now."""
        self.refused = time.monotonic()

    def close(self) -> None:
        """Closes the connection, at the end of the look that is using it."""
        self._closing = True
        if self._connection and not self._thread.is_alive():
            self._connection.close()

    __del__ = close


class ReadPool:
    """Connections that can only read, each for one statement at a time; they are made when they are first needed."""

    def __init__(self, url: str, size: int, timeout: float) -> None:
        """`size` is the number of connections at most, `timeout` the seconds that a statement may take."""
        self._url, self._size, self._limit = url, size, timeout + GRACE
        options = f"-c default_transaction_read_only=on -c statement_timeout={int(timeout * 1000)}"
        self._kwargs: dict[str, Any] = {"autocommit": True, "connect_timeout": CONNECT, "options": options}
        self.watch = Watch(partial(BoundedConnection.connect, url, **self._kwargs))
        self._pool: ConnectionPool[BoundedConnection] | None = None
        self._connected = 0
        self._lock = threading.Lock()

    def read(self, schema: str, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, repeated on a new connection where the connection breaks.

        Raises psycopg.Error where the server does not answer, or the statement fails or takes too long.
        """
        statement = f"{statement} -- {schema}"  # what psycopg prepares under this text is of this schema's tables
        for attempt in range(1, ATTEMPTS + 1):
            with self.connection(schema) as connection:
                try:
                    rows = connection.execute(statement, values).fetchall()
                    self.watch.heard = time.monotonic()
                    return rows
                except psycopg.OperationalError:
                    if attempt == ATTEMPTS or not connection.closed or self.watch.lost():
                        raise
            self.watch.due = 0.0  # a server that refuses connections is known at once
            self.watch.look(POLL)
            self._opened().drain()  # the other connections are of the same server
        raise AssertionError

    @contextmanager
    def connection(self, schema: str) -> Iterator[BoundedConnection]:
        """A connection whose unqualified names are in `schema`. Raises psycopg.OperationalError where there is none."""
        pool = self._opened()
        connection = self._taken(pool)
        try:
            if connection.schema != schema:
                connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
                connection.schema = schema
            yield connection
        finally:
            pool.putconn(connection)

    def _taken(self, pool: ConnectionPool[BoundedConnection]) -> BoundedConnection:
        """A connection out of the pool. Each call of getconn makes the pool try to grow, once."""
        began = time.monotonic()
        while not self.watch.lost():
            try:
                return pool.getconn(SLICE)
            except PoolTimeout:
                if self.watch.refused > began or time.monotonic() - began > TURN:
                    raise
        raise psycopg.OperationalError(NO_ANSWER)

    def _opened(self) -> ConnectionPool[BoundedConnection]:
        """The pool, made in the process that uses it: its threads do not survive a fork."""
        with self._lock:
            if not self._pool:
                self._pool = ConnectionPool(
                    self._url,
                    connection_class=BoundedConnection,
                    kwargs=self._kwargs,
                    min_size=0,
                    max_size=self._size,
                    open=True,
                    configure=partial(_bound, self.watch.lost, self._limit),
                    reconnect_timeout=0,
                    reconnect_failed=self.watch.refuse,
                    num_workers=2,
                )
                self._finalizer = weakref.finalize(self, self._pool.close, 1)
                self._connected = self.watch.connected
            elif self._connected != self.watch.connected:  # the server was gone, or is another one
                self._connected = self.watch.connected
                self._pool.drain()
            return self._pool

    def close(self) -> None:
        """Closes all connections; the next read opens them again."""
        with self._lock:
            if self._pool:
                self._finalizer()
                self._pool = None
        self.watch.close()


def _bound(lost: Callable[[], bool], limit: float, connection: BoundedConnection) -> None:
    connection.lost, connection.limit = lost, limit

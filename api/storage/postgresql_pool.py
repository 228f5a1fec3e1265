"""Connections to a server that may hang, be gone or be full: nobody waits for one that is silent."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import peewee as pw
import psycopg
from playhouse.postgres_ext import PooledPsycopg3Database
from psycopg import waiting

from ..metrics import database_error

NEWEST = "SELECT number, id FROM releases ORDER BY number DESC LIMIT 1"
POLL = 0.5  # seconds after which a process looks for a new release again, and that a request waits for that
SILENCE = 1.5  # seconds without a word, while it is asked for that, after which a server does not answer
NO_ANSWER = "the server does not answer"
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

"""The store: immutable releases, one of them served; switched in one atomic step. Embedded: a folder of SQLite files."""

import fcntl
import hashlib
import json
import os
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import peewee as pw
from cachetools import LRUCache

from ..metrics import database_error
from ..problems import Problem
from ..versions import VERSION, version_key

DATABASE = "diplomatic-events.sqlite"
LOADED = "load.json"
STEPS = 50_000  # of SQLite's machine, between two looks at the clock: a millisecond or so
MOST_KNOWN = 200_000  # values that a release remembers of what was computed for it
LONG = 200  # characters of a name that is kept as it is
T = TypeVar("T")


class Meta(pw.Model):
    """What a release says of itself: one row a key, each value as JSON."""

    key = pw.TextField(primary_key=True)
    value = pw.TextField()

    class Meta:
        table_name = "release"


class Moved(pw.Model):
    """Ids that are records no more: renamed to another, or withdrawn for a reason."""

    kind = pw.TextField()
    id = pw.TextField()
    renamed = pw.TextField(null=True)
    withdrawn = pw.TextField(null=True)

    class Meta:
        table_name = "moved"
        primary_key = pw.CompositeKey("kind", "id")


class Identifier(pw.Model):
    """A record's id in another scheme: `wikidata:Q...`, `iso3166:USA`."""

    scheme = pw.TextField()
    value = pw.TextField()
    kind = pw.TextField()
    id = pw.TextField()

    class Meta:
        table_name = "identifiers"
        primary_key = pw.CompositeKey("scheme", "value", "kind", "id")


class Changed(pw.Model):
    """What happened to a record in a release of the data; `seq` is the order in which it happened."""

    seq = pw.IntegerField(primary_key=True)
    version = pw.TextField()
    released = pw.TextField()
    kind = pw.TextField()
    id = pw.TextField()
    change = pw.TextField()
    keys = pw.TextField()
    to = pw.TextField(null=True)
    reason = pw.TextField(null=True)

    class Meta:
        table_name = "changes"


class Release:
    """One loaded release, open for reading; safe to share between threads."""

    def __init__(self, database: pw.Database) -> None:
        self.database = database
        self.about: dict[str, Any] = {key: json.loads(value) for key, value in self.rows(Meta.select(Meta.key, Meta.value))}
        self.id: str = f"{self.about['version']}-{self.about['digest'][:12]}"
        self._known: LRUCache[str, Any] = LRUCache(MOST_KNOWN, getsizeof=_size)
        self._lock = threading.Lock()

    def rows(self, query: Any) -> list[tuple[Any, ...]]:
        """The rows of a select, as the database gives them: a day is a date, or its text."""
        return self._fetched(*query.bind(self.database).sql())

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement in SQL, with `?` for each value: for the few that every request needs."""
        return self._fetched(statement.replace("?", self.database.param), values)

    def _fetched(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises peewee's errors, be it while they come: peewee itself looks after the first only."""
        with pw.__exception_wrapper__:  # type: ignore[attr-defined]
            found: list[tuple[Any, ...]] = self.database.execute_sql(statement, values).fetchall()
        return found

    def intact(self) -> bool:
        """Whether what was opened is still there as it was; memory may hide for a while that it is not."""
        return True

    def scalar(self, query: Any) -> Any:
        """The first value of the first row, or None."""
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def close(self) -> None:
        """Closes what this thread has open."""
        self.database.close()

    def once(self, what: str, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for this release as long as there is room to remember it."""
        what = what if len(what) <= LONG else hashlib.sha256(what.encode()).hexdigest()
        with self._lock:
            if what in self._known:
                known: T = self._known[what]
                return known
        found = compute()
        with self._lock, suppress(ValueError):  # raised for what is larger than all the room there is
            self._known[what] = found
        return found


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1


class Timed(pw.SqliteDatabase):
    """SQLite whose statements are interrupted, with peewee.OperationalError, when they take more than `seconds`.

    What its threads have opened is closed when nobody holds it any more: connections by themselves wait for the collector.
    """

    def __init__(self, database: str, seconds: float, **options: Any) -> None:
        self.seconds = seconds
        self._began = threading.local()
        self._opened: list[Any] = []
        weakref.finalize(self, _close, self._opened)
        super().__init__(database, check_same_thread=False, **options)

    def _add_conn_hooks(self, conn: Any) -> None:
        super()._add_conn_hooks(conn)  # type: ignore[misc]
        self._opened.append(conn)
        began, seconds = self._began, self.seconds  # not self, which would be held by its own connections
        began.at = time.monotonic()
        conn.set_progress_handler(lambda: time.monotonic() - began.at > seconds, STEPS)

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        self._began.at = time.monotonic()
        return super().execute_sql(*args, **options)  # type: ignore[no-untyped-call]


def _close(connections: list[Any]) -> None:
    for connection in connections:
        connection.close()


class Filed(Release):
    """A release in an SQLite file."""

    def __init__(self, path: Path, database: pw.Database) -> None:
        self.path, self._stamp = path, _stamp(path)
        super().__init__(database)

    def intact(self) -> bool:
        return _stamp(self.path) == self._stamp


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def in_file(path: Path, seconds: float | None = None) -> Release:
    """The release in an SQLite file, which never changes. Raises peewee.DatabaseError if it is none."""
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    return Filed(path, Timed(address, seconds, uri=True) if seconds else pw.SqliteDatabase(address, uri=True))


def unavailable(detail: str) -> Problem:
    return Problem(503, detail, "not-ready", {"Retry-After": "5"})


class Store(ABC):
    """Where releases are: loaded ones, of which one is served, and published ones, a folder each.

    Every method that reads raises a 503 Problem where no release can be read.
    """

    def __init__(self, published: Path | None = None, timeout: float | None = None) -> None:
        self.published = published.resolve() if published else None
        self.timeout = timeout
        self._open: dict[str, Release] = {}
        self._lock = threading.Lock()

    @abstractmethod
    def current(self) -> Release:
        """The served release. Costs next to nothing while nothing has changed."""

    @abstractmethod
    def kept(self, id: str) -> Release | None:
        """The loaded release with this id, if it is still kept."""

    @abstractmethod
    def building(self) -> AbstractContextManager[Path]:
        """A path to build a release at, while no other load runs; what is left there afterwards is removed.

        Raises BlockingIOError while another load runs.
        """

    @abstractmethod
    def publish(self, built: Path, id: str, inputs: str, tables: Sequence[type[pw.Model]], keep: int) -> None:
        """Makes `built` the served release, durably and in one step, then removes all but the newest `keep`.

        `inputs` is the digest of the files that it was made from; `tables` are the tables that `built` holds.
        """

    @abstractmethod
    def inputs(self) -> str:
        """The digest of the files that the served release was made from; empty where it is not known."""

    @abstractmethod
    def took(self, seconds: float) -> None:
        """Remembers how long the load of the served release took."""

    @abstractmethod
    def loaded(self) -> tuple[float, float | None]:
        """When the served release was loaded, as a Unix time, and how many seconds that took if it is known."""

    def versions(self) -> list[str]:
        """The published versions, newest first."""
        if not self.published or not self.published.is_dir():
            return []
        names = (path.parent.name for path in self.published.glob(f"*/{DATABASE}"))
        return sorted((name for name in names if VERSION.fullmatch(name)), key=version_key, reverse=True)

    def version(self, version: str) -> Release:
        """A published release, or the served one if it has that version. Raises FileNotFoundError if there is none."""
        if version in self.versions() and self.published:
            path = self.published / version / DATABASE
            return self._opened(version, lambda: in_file(path, self.timeout))
        if (served := self.current()).about["version"] == version:
            return served
        raise FileNotFoundError(version)

    def release(self, id: str) -> Release:
        """The release with this id, kept or published. Raises FileNotFoundError if it is neither."""
        if found := self.kept(id):
            return found
        version = id.partition("-")[0]
        if version in self.versions() and (release := self.version(version)).id == id:
            return release
        raise FileNotFoundError(id)

    def close(self) -> None:
        """Gives back what reading took; reading again takes it again."""
        with self._lock:
            for release in self._open.values():
                release.close()

    def _forget_all_but(self, served: Release) -> None:
        """Gives back what the releases took that were served before: over many switches it would add up."""
        with self._lock:
            before = [name for name, one in self._open.items() if one is not served and not VERSION.fullmatch(name)]
            for name in before:
                self._open.pop(name).close()

    def _opened(self, name: str, open: Callable[[], Release]) -> Release:
        """A release that is opened once."""
        with self._lock:
            if name not in self._open:
                self._open[name] = open()
            return self._open[name]


class Folder(Store):
    """Releases as SQLite files: `<folder>/releases/<version>-<digest>.sqlite`; `<folder>/current` names the served one."""

    def __init__(self, folder: Path, published: Path | None = None, timeout: float | None = None) -> None:
        super().__init__(published, timeout)
        self.folder = folder.resolve()
        self.releases = self.folder / "releases"
        self._pointer = self.folder / "current"
        self._seen: tuple[tuple[int, int], Release] | None = None

    def current(self) -> Release:
        """The served release. Costs one `stat` while nothing has changed."""
        try:
            stat = os.stat(self._pointer)
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if self._seen is None or self._seen[0] != stamp:
                name = self._pointer.read_text(encoding="utf-8").partition("\n")[0].strip()
                with self._lock:
                    self._open.pop(name, None)
                served = self.release(name)
                self._forget_all_but(served)
                self._seen = (stamp, served)
            return self._seen[1]
        except FileNotFoundError:
            raise unavailable("No release is loaded yet.") from None
        except (OSError, ValueError, KeyError, pw.DatabaseError):
            database_error()
            raise unavailable("The release cannot be read.") from None

    def kept(self, id: str) -> Release | None:
        path = self.releases / f"{id}.sqlite"
        return self._opened(id, lambda: in_file(path, self.timeout)) if path.parent == self.releases and path.is_file() else None

    @contextmanager
    def building(self) -> Iterator[Path]:
        self.releases.mkdir(parents=True, exist_ok=True)
        with (self.folder / "load.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path = self.releases / "building.tmp"
            path.unlink(missing_ok=True)
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    def inputs(self) -> str:
        return self._pointer.read_text(encoding="utf-8").partition("\n")[2].strip()

    def publish(self, built: Path, id: str, inputs: str, tables: Sequence[type[pw.Model]], keep: int) -> None:
        _sync(built)
        os.replace(built, self.releases / f"{id}.sqlite")
        _sync(self.releases)
        pointer = self.folder / "current.tmp"
        pointer.write_text(f"{id}\n{inputs}\n", encoding="utf-8")
        _sync(pointer)
        os.replace(pointer, self._pointer)
        _sync(self.folder)
        (self.folder / LOADED).unlink(missing_ok=True)
        others = [path for path in self.releases.glob("*.sqlite") if path.stem != id]
        for path in sorted(others, key=lambda path: path.stat().st_mtime_ns, reverse=True)[max(keep - 1, 0) :]:
            path.unlink()

    def took(self, seconds: float) -> None:
        (self.folder / LOADED).write_text(json.dumps({"seconds": seconds}), encoding="utf-8")

    def loaded(self) -> tuple[float, float | None]:
        try:
            seconds = json.loads((self.folder / LOADED).read_text(encoding="utf-8"))["seconds"]
        except (OSError, ValueError, KeyError):
            seconds = None
        return os.stat(self._pointer).st_mtime, seconds


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

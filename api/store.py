"""The store: immutable releases in a folder, one of them served; switched in one atomic step.

`<data_dir>/releases/<version>-<digest>.sqlite` are the releases, `<data_dir>/current` names the served one.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import peewee as pw

from .problems import Problem


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


class Release:
    """One loaded release, open for reading; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.database = pw.SqliteDatabase(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
        self.about: dict[str, Any] = {key: json.loads(value) for key, value in self.rows(Meta.select(Meta.key, Meta.value))}
        self.id: str = f"{self.about['version']}-{self.about['digest'][:12]}"

    def rows(self, query: Any) -> list[tuple[Any, ...]]:
        """The rows of a select, as tuples."""
        return list(query.tuples().bind(self.database))

    def scalar(self, query: Any) -> Any:
        """The first value of the first row, or None."""
        return query.bind(self.database).scalar()


def unavailable(detail: str) -> Problem:
    return Problem(503, detail, "not-ready", {"Retry-After": "5"})


class Store:
    """The releases below a folder. Every method that reads raises a 503 Problem where no release can be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.releases = folder / "releases"
        self._pointer = folder / "current"
        self._open: dict[str, Release] = {}
        self._seen: tuple[tuple[int, int], Release] | None = None
        self._lock = threading.Lock()

    def current(self) -> Release:
        """The served release. Costs one `stat` while nothing has changed."""
        try:
            stat = os.stat(self._pointer)
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if self._seen is None or self._seen[0] != stamp:
                name = self._pointer.read_text(encoding="utf-8").strip()
                with self._lock:
                    self._open.pop(name, None)
                self._seen = (stamp, self.release(name))
            return self._seen[1]
        except FileNotFoundError:
            raise unavailable("No release is loaded yet.") from None
        except (OSError, ValueError, KeyError, pw.DatabaseError):
            raise unavailable("The release cannot be read.") from None

    def release(self, id: str) -> Release:
        """The release with this id. Raises FileNotFoundError if it is not kept."""
        path = self.releases / f"{id}.sqlite"
        if path.parent != self.releases or not path.is_file():
            raise FileNotFoundError(id)
        with self._lock:
            if id not in self._open:
                self._open[id] = Release(path)
            return self._open[id]

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A path to build a release at, while no other load runs; what is left there afterwards is removed.

        Raises BlockingIOError while another load runs.
        """
        self.releases.mkdir(parents=True, exist_ok=True)
        with (self.folder / "load.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path = self.releases / "building.tmp"
            path.unlink(missing_ok=True)
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    def publish(self, built: Path, id: str, keep: int) -> None:
        """Makes `built` the served release, durably and in one step, then removes all but the newest `keep`."""
        _sync(built)
        os.replace(built, self.releases / f"{id}.sqlite")
        _sync(self.releases)
        pointer = self.folder / "current.tmp"
        pointer.write_text(f"{id}\n", encoding="utf-8")
        _sync(pointer)
        os.replace(pointer, self._pointer)
        _sync(self.folder)
        others = [path for path in self.releases.glob("*.sqlite") if path.stem != id]
        for path in sorted(others, key=lambda path: path.stat().st_mtime_ns, reverse=True)[max(keep - 1, 0) :]:
            path.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The store: immutable releases in a folder, one of them served; switched in one atomic step.

`<data_dir>/releases/<version>-<digest>.sqlite` are the releases, `<data_dir>/current` names the served one.
"""

import fcntl
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import peewee as pw

from .history import version_key
from .problems import Problem

DATABASE = "diplomatic-events.sqlite"
VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){2}")


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

    def __init__(self, folder: Path, published: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.published = published.resolve() if published else None
        self.releases = self.folder / "releases"
        self._pointer = self.folder / "current"
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

    def versions(self) -> list[str]:
        """The published versions, newest first."""
        if not self.published or not self.published.is_dir():
            return []
        names = (path.parent.name for path in self.published.glob(f"*/{DATABASE}"))
        return sorted((name for name in names if VERSION.fullmatch(name)), key=version_key, reverse=True)

    def version(self, version: str) -> Release:
        """A published release, or the served one if it has that version. Raises FileNotFoundError if there is none."""
        if version in self.versions() and self.published:
            return self._opened(version, self.published / version / DATABASE)
        if (served := self.current()).about["version"] == version:
            return served
        raise FileNotFoundError(version)

    def release(self, id: str) -> Release:
        """The release with this id, kept or published. Raises FileNotFoundError if it is neither."""
        path = self.releases / f"{id}.sqlite"
        if path.parent == self.releases and path.is_file():
            return self._opened(id, path)
        version = id.partition("-")[0]
        if version in self.versions() and (release := self.version(version)).id == id:
            return release
        raise FileNotFoundError(id)

    def _opened(self, id: str, path: Path) -> Release:
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

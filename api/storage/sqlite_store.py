"""The embedded store: a folder of SQLite files, and a pointer file that names the served one."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import peewee as pw

from ..metrics import database_error
from .release import Release
from .sqlite import open_file
from .store import Store, unavailable

LOAD_INFO = "load.json"


class SqliteStore(Store):
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
        if path.parent != self.releases or not path.is_file():
            return None
        return self._opened(id, lambda: open_file(path, self.timeout))

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
        (self.folder / LOAD_INFO).unlink(missing_ok=True)
        others = [path for path in self.releases.glob("*.sqlite") if path.stem != id]
        for path in sorted(others, key=lambda path: path.stat().st_mtime_ns, reverse=True)[max(keep - 1, 0) :]:
            path.unlink()

    def took(self, seconds: float) -> None:
        (self.folder / LOAD_INFO).write_text(json.dumps({"seconds": seconds}), encoding="utf-8")

    def loaded(self) -> tuple[float, float | None]:
        try:
            seconds = json.loads((self.folder / LOAD_INFO).read_text(encoding="utf-8"))["seconds"]
        except (OSError, ValueError, KeyError):
            seconds = None
        return os.stat(self._pointer).st_mtime, seconds


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

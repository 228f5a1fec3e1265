"""The interface of a store: immutable releases, one of which is served, replaced in one atomic step."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import peewee as pw

from ..problems import Problem
from ..schema.versions import VERSION, version_key
from .release import Release
from .sqlite import SUFFIX, open_file


def unavailable(detail: str) -> Problem:
    """The 503 for a release that cannot be read now."""
    return Problem(503, detail, "not-ready", {"Retry-After": "5"})


class Store(ABC):
    """Loaded releases, of which one is served, and published ones, a folder each.

    Every method that reads raises a 503 Problem where no release can be read.
    """

    copies = False  # whether a release is copied into another database, and its full-text index made there

    def __init__(self, published: Path | None = None, timeout: float | None = None) -> None:
        self.published = published.resolve() if published else None
        self.timeout = timeout
        self._open: dict[str, Release] = {}
        self._lock = threading.Lock()

    @abstractmethod
    def current(self) -> Release:
        """The served release. Cheap enough for every request: at most one `stat` while nothing has changed."""

    def known(self) -> Release | None:
        """The served release if it is known without waiting for anybody."""
        try:
            return self.current()
        except Problem:
            return None

    @abstractmethod
    def kept(self, id: str) -> Release | None:
        """The loaded release with this id, if it is still kept."""

    @abstractmethod
    def building(self) -> AbstractContextManager[Path]:
        """A path to build a release at, under a lock that only one load holds; removed afterwards.

        Raises BlockingIOError while another load runs.
        """

    @abstractmethod
    def publish(self, built: Path, id: str, inputs: str, tables: Sequence[type[pw.Model]], keep: int) -> None:
        """Makes `built` the served release, durably and in one step, then removes all but the newest `keep`.

        `inputs` is the digest of the dataset's files; `tables` are the tables that `built` holds.
        """

    @abstractmethod
    def inputs(self) -> str:
        """The digest of the files that the served release was built from; empty where it is unknown."""

    @abstractmethod
    def took(self, seconds: float) -> None:
        """Stores the duration of the load of the served release."""

    @abstractmethod
    def loaded(self) -> tuple[float, float | None]:
        """When the served release was loaded (Unix time), and the duration of that load in seconds if it is known."""

    def versions(self) -> list[str]:
        """The published versions, newest first."""
        if not self.published or not self.published.is_dir():
            return []
        names = (path.parent.name for path in self.published.glob(f"*/*{SUFFIX}"))
        return sorted((name for name in names if VERSION.fullmatch(name)), key=version_key, reverse=True)

    def version(self, version: str) -> Release:
        """A published release, or the served one if it has that version. Raises FileNotFoundError if there is none."""
        if version in self.versions() and self.published:
            (path, *_) = self.published.glob(f"{version}/*{SUFFIX}")
            return self._opened(version, lambda: open_file(path, self.timeout))
        if (served := self.current()).about["version"] == version:
            return served
        raise FileNotFoundError(version)

    def release(self, id: str) -> Release:
        """The release with this id, kept or published. Raises FileNotFoundError if it is neither."""
        if kept := self.kept(id):
            return kept
        version = id.partition("-")[0]
        if version in self.versions() and (release := self.version(version)).id == id:
            return release
        raise FileNotFoundError(id)

    def close(self) -> None:
        """Closes the connections of the calling thread; the next read opens them again."""
        with self._lock:
            for release in self._open.values():
                release.close()

    def _forget_all_but(self, served: Release) -> None:
        """Closes the releases that were served before, so that descriptors do not add up over many loads."""
        with self._lock:
            before = [name for name, one in self._open.items() if one is not served and not VERSION.fullmatch(name)]
            for name in before:
                self._open.pop(name).close()

    def _opened(self, name: str, open: Callable[[], Release]) -> Release:
        """The release with this name, opened at most once."""
        with self._lock:
            if name not in self._open:
                self._open[name] = open()
            return self._open[name]

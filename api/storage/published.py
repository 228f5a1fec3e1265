"""The files of a published release, which are verified against their SHA-256 before they are read."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .store import unavailable

SUMS = "SHA256SUMS"
SUM = re.compile(r"([0-9a-f]{64})  ([^/\n]+)\n")


@dataclass(frozen=True)
class PublishedRelease:
    """A version in its folder. A file that is missing or damaged is a 503 Problem, which nobody caches."""

    version: str
    folder: Path

    def sums(self) -> dict[str, str]:
        """The SHA-256 of every file, SHA256SUMS included."""
        with self.reading(SUMS):
            return {**sums(self.folder), SUMS: digest(self.folder / SUMS)}

    def verified(self, name: str, sha256: str | None) -> Path:
        """The path of a file that holds what was published."""
        with self.reading(name):
            return intact(self.folder / name, sha256)

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Raises a 503 Problem for errors while a file is read."""
        try:
            yield
        except (OSError, ValueError):
            raise unavailable(f"{name} of release {self.version} is damaged.") from None


def digest(path: Path) -> str:
    """SHA-256 of a file in hex, read a piece at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a published folder but SHA256SUMS. Raises OSError or ValueError if that is damaged."""
    text = (folder / SUMS).read_text(encoding="utf-8")
    listed = {name: sha256 for sha256, name in SUM.findall(text)}
    present = {path.name for path in folder.iterdir() if not path.name.startswith(".")} - {SUMS}
    if SUM.sub("", text) or not present <= set(listed):
        raise ValueError(f"{SUMS} does not list every file")
    return listed


def intact(path: Path, sha256: str | None) -> Path:
    """A published file that holds what was published. Raises OSError or ValueError if it is missing or damaged.

    A file is read through once; after that it must only have the same inode, size and time.
    """
    stat = path.stat()
    _compare(path, sha256, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    return path


@lru_cache(maxsize=10_000)
def _compare(path: Path, sha256: str | None, *stamp: int) -> None:
    if digest(path) != sha256:
        raise ValueError(f"{path} does not hold what was published")

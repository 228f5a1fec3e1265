"""The files of a dataset as they are when a run begins: each is opened once, and one digest covers them all."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ..resources import BY_KIND
from .findings import BULK, Finding
from .os_errors import cannot_be
from .yaml_files import MOST_BYTES, YAML, Unreadable

PIECE = 1 << 20  # bytes read at a time
SERIES = {f"{kind}{ending}" for kind in BY_KIND for ending in BULK}
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not block
FILE, FOLDER, LINK, OTHER = "file", "folder", "symbolic link", "other"


class Snapshot:
    """What is in a dataset's folder, by path relative to it; hidden files are left out.

    The bytes of YAML files are kept until they are taken, JSON Lines files stay open, other files are only hashed.
    `digest` is the SHA-256 of all names and bytes: where it is the same, nothing has to be read again. `findings` tells
    what could not be listed or read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []
        self._types: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        self._bytes: dict[str, bytes] = {}
        self._handles: dict[str, int] = {}
        self._unreadable: set[str] = set()
        total = hashlib.sha256()
        try:
            for name in self._walk():
                total.update(f"{self._types[name]} {name}\n".encode("utf-8", "surrogateescape"))
                if self._types[name] == FILE:
                    total.update(self._read(name))
        except BaseException:
            self.close()
            raise
        self.digest = total.hexdigest()

    @property
    def listed(self) -> bool:
        """Whether the dataset's folder could be listed at all."""
        return "" in self._names

    def close(self) -> None:
        """Closes the JSON Lines files that nobody has taken."""
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()

    def type(self, name: str) -> str | None:
        """FILE, FOLDER, LINK or OTHER; None if there is nothing of this name."""
        return self._types.get(name)

    def names(self, folder: str = "") -> list[str]:
        """The names in a folder, in order; none if it is no folder."""
        return self._names.get(folder, [])

    def take_text(self, name: str) -> str | None:
        """The text of a YAML file, once. None if it could not be read, which is among the findings.

        Raises Unreadable for what is no regular file, for oversized files, and for text that is not UTF-8.
        """
        self.require_file(name)
        if name in self._unreadable:
            return None
        data = self._bytes.pop(name)
        if len(data) > MOST_BYTES:
            raise Unreadable(f"is larger than {MOST_BYTES:,} bytes")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable("is not UTF-8", data[: error.start].count(b"\n") + 1) from None

    def take_handle(self, name: str) -> int | None:
        """The open descriptor of a JSON Lines file, which the caller closes. None if it could not be read."""
        self.require_file(name)
        return self._handles.pop(name, None)

    def require_file(self, name: str) -> None:
        """Raises Unreadable for what is no regular file."""
        if self.type(name) == LINK:
            raise Unreadable("is a symbolic link; the dataset holds regular files only")
        if self.type(name) != FILE:
            raise Unreadable("is not a regular file")

    def _walk(self) -> Iterator[str]:
        """Every name below the folder; a folder's name comes before the names in it."""
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(self.folder / folder) as entries:
                    listed = sorted((entry.name, _type(entry)) for entry in entries if not entry.name.startswith("."))
            except OSError as error:
                self.findings.append(Finding(folder or str(self.folder.absolute()), 0, "", _unlisted(error)))
                continue
            self._names[folder] = [name for name, _ in listed]
            for name, type in listed:
                path = f"{folder}/{name}" if folder else name
                self._types[path] = type
                if type == FOLDER:
                    folders.append(path)
                yield path

    def _read(self, name: str) -> bytes:
        """Opens a file and keeps what is needed of it; returns its SHA-256."""
        try:
            handle = os.open(self.folder / name, FLAGS)
        except OSError as error:
            return self._failed(name, error)
        kept = False
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):  # it was replaced after it was listed
                self._types[name] = OTHER
                return b"not a file"
            total = hashlib.sha256()
            with open(handle, "rb", closefd=False) as file:
                if name.endswith(YAML):
                    data = self._bytes[name] = file.read(MOST_BYTES + 1)
                    total.update(data)
                while piece := file.read(PIECE):
                    total.update(piece)
            if kept := name in SERIES:
                self._handles[name] = handle
            return total.digest()
        except OSError as error:
            return self._failed(name, error)
        finally:
            if not kept:
                os.close(handle)

    def _failed(self, name: str, error: OSError) -> bytes:
        self._unreadable.add(name)
        self.findings.append(Finding(name, 0, "", cannot_be("read", error)))
        return b"unreadable"


def _unlisted(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such folder"
    return "is not a folder" if isinstance(error, NotADirectoryError) else cannot_be("listed", error)


def _type(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return LINK
    return FOLDER if entry.is_dir() else FILE if entry.is_file() else OTHER

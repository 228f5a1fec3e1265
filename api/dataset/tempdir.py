"""What a run needs on disk while it lasts: folders that are gone when it ends, at the latest when the next one begins."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee as pw

MARK = "diplomatic-events-scratch-"


class Scratch:
    """A folder below `parent`, by default where the system keeps temporary files. It goes with `close`."""

    def __init__(self, parent: Path | None = None) -> None:
        self._owner = os.getpid()
        above = parent or Path(tempfile.gettempdir())
        above.mkdir(parents=True, exist_ok=True)
        _sweep(above)
        self.path = Path(tempfile.mkdtemp(prefix=MARK, dir=above))
        self._lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)  # held as long as a process of the run lives

    def close(self) -> None:
        """Removes the folder; does nothing in a process that was forked off."""
        if self._owner == os.getpid() and self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


@contextmanager
def as_files_say() -> Iterator[None]:
    """A database that finds no room says so as the file system does, in its first words: what follows is about the rollback.

    Raises OSError for the errors of a database that is being written.
    """
    try:
        yield
    except (sqlite3.OperationalError, pw.OperationalError) as error:
        first: BaseException = error
        while first.__context__:
            first = first.__context__
        raise OSError(str(first)) from None


def _sweep(parent: Path) -> None:
    """Removes the folders of runs that were killed: those that nobody holds."""
    for path in parent.glob(f"{MARK}*"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass  # its run goes on
        finally:
            os.close(handle)

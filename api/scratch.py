"""Folders for what a run needs on disk while it lasts: gone when it ends, and at the latest when the next one begins."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

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

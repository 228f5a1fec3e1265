"""Scratch folders: removed when a run ends, or by the next run if it was killed."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

MARK = "diplomatic-events-scratch-"


class Scratch:
    """A folder below `parent`, by default the system's folder for temporary files; `close` removes it."""

    def __init__(self, parent: Path | None = None) -> None:
        self._owner = os.getpid()
        above = (parent or Path(tempfile.gettempdir())).absolute()  # as `mkdtemp` of Python 3.12 has it
        above.mkdir(parents=True, exist_ok=True)
        _sweep(above)
        self.path, self._lock = _locked(above)  # held until the last process of the run ends

    def close(self) -> None:
        """Removes the folder; does nothing in a forked process."""
        if self._owner == os.getpid() and self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def _locked(parent: Path) -> tuple[Path, int]:
    """A new folder, and the handle that locks it. If another run sweeps it away before it is locked, one more is made."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=MARK, dir=parent))
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)  # waits for a run that is about to remove it
            if path.exists():
                return path, handle
            os.close(handle)


def _sweep(parent: Path) -> None:
    """Removes the folders of killed runs: those that no process has locked."""
    for path in parent.glob(f"{MARK}*"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass  # its run is not over
        finally:
            os.close(handle)

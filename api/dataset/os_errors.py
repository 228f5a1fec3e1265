"""Errors of the file system and of SQLite, each with the path that it is about and what was being done there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .findings import DatasetError, Finding


class FileError(OSError):
    """An error of the file system: `cannot <action> <path>: <reason>`."""

    def __init__(self, action: str, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot {action} {path}: {reason}")


@contextmanager
def file_errors(action: str, path: Path) -> Iterator[None]:
    """Raises FileError for an OSError. The path in the error is used if it has one, otherwise `path`.

    An error that an inner block has named is not changed; nor are a lock that is held, a worker process that was killed,
    and a lost connection, which are not about a file.
    """
    try:
        yield
    except (FileError, BlockingIOError, ChildProcessError, ConnectionError):
        raise
    except OSError as error:
        raise FileError(action, error.filename2 or error.filename or path, reason(error)) from None


@contextmanager
def dataset_errors(folder: Path, path: Path, done: str) -> Iterator[None]:
    """Raises DatasetError with a finding, `<path in folder>: cannot be <done>: <reason>`, for an OSError.

    The path in the error is used if it has one in the folder, otherwise `path`.
    """
    try:
        yield
    except OSError as error:
        told = Path(error.filename) if isinstance(error.filename, str) else path
        name = (told if told.is_relative_to(folder) else path).relative_to(folder).as_posix()
        raise DatasetError([Finding(name, 0, "", cannot_be(done, error))]) from None


def cannot_be(done: str, error: OSError) -> str:
    """The text of a finding about a file that cannot be read, listed or written."""
    return f"cannot be {done}: {reason(error)}"


def reason(error: OSError) -> str:
    """The reason that the operating system gives."""
    return error.strerror or str(error)


def replace_text(path: Path, text: str) -> None:
    """Replaces a file's content in one step, so that a full disk does not truncate it. Raises OSError."""
    making = path.with_name(f".{path.name}.tmp")
    try:
        making.write_text(text, encoding="utf-8")
        shutil.copymode(path, making)
        os.replace(making, path)
    finally:
        making.unlink(missing_ok=True)

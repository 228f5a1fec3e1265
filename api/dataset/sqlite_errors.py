"""Errors of SQLite about its file, with the path and what was being done there."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee as pw

from .os_errors import FileError, file_errors


@contextmanager
def sqlite_errors(action: str, path: Path) -> Iterator[None]:
    """Raises FileError for an error of SQLite about its file, such as a full disk, and for an OSError."""
    try:
        with file_errors(action, path):
            yield
    except (sqlite3.DatabaseError, pw.DatabaseError) as error:
        if type(error).__name__ not in ("DatabaseError", "OperationalError"):
            raise  # not about the file: an error in the program or the data
        first: BaseException = error  # later ones are about the rollback
        while first.__context__:
            first = first.__context__
        raise FileError(action, path, str(first)) from None

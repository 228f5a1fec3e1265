"""Cursors: the release, a fingerprint of the query and the position of a page's last row, as opaque text."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import peewee as pw

from ..problems import Problem
from ..schema.errors import Fault
from ..schema.versions import DRAFT, VERSION
from ..storage.release import Release
from ..storage.store import Store
from .parsing import InvalidParameters

GREATEST = 1 << 53
dumps = json.JSONEncoder(separators=(",", ":")).encode  # made once: `json.dumps` makes another one each time
RELEASE = re.compile(rf"{VERSION.pattern}({re.escape(DRAFT)})?-[0-9a-f]{{12}}")


def encode(release: str, canonical: str, position: Sequence[Any]) -> str:
    """The cursor of what comes after a position in the results of a query, given by its canonical text."""
    values = [value.isoformat() if isinstance(value, date) else value for value in position]
    parts = [release, _fingerprint(canonical), *values]
    return base64.urlsafe_b64encode(dumps(parts).encode()).decode().rstrip("=")


def resume(store: Store, text: str, canonical: str, columns: Sequence[Any]) -> tuple[Release, list[Any]]:
    """The release and the position that a cursor stands for; nothing in it is trusted.

    Raises InvalidParameters if it is not a cursor of this query, and a 410 Problem if its release is no longer kept.
    """
    parts = decode(text)
    if parts[1:2] != [_fingerprint(canonical)] or len(parts) != 2 + len(columns):
        raise invalid()
    id, _, *position = parts
    try:
        after = [_typed(column, value) for column, value in zip(columns, position, strict=True)]
    except (ValueError, TypeError):
        raise invalid() from None
    if not isinstance(id, str) or not RELEASE.fullmatch(id):
        raise invalid()
    try:
        return store.release(id), after
    except FileNotFoundError:
        raise Problem(410, f"Release {id} is no longer kept.", "cursor-expired", restart=f"/v1/{canonical}") from None


def decode(text: str) -> list[Any]:
    """The parts of a cursor. Raises InvalidParameters if it is none."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(parts, list):
            return parts
    except (ValueError, RecursionError):
        pass
    raise invalid()


def invalid() -> InvalidParameters:
    """The 400 for a cursor of something else; a new one each time, as an exception keeps its traceback."""
    return InvalidParameters([Fault(("cursor",), "is not a cursor of this query; start again without it")])


def _fingerprint(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _typed(column: Any, value: Any) -> Any:
    """A value of a cursor as its column has it. Raises ValueError or TypeError for what no row can have."""
    if isinstance(column, pw.DateField):
        return date.fromisoformat(value)
    if isinstance(column, pw.IntegerField):
        if type(value) is not int or not 0 < value < GREATEST:
            raise ValueError(value)
    elif not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value

"""A loaded release, open for reading; the databases differ in how a statement is executed."""

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import peewee as pw
from cachetools import LRUCache

from .tables import ReleaseMetadata

MAX_CACHED = 200_000  # values that the cache of a release holds
MAX_KEY = 200  # characters of a cache key that is kept as it is; a longer one is hashed
MISSING = object()
T = TypeVar("T")


class Release(ABC):
    """One immutable release, safe to share between threads.

    `about` is its metadata, `id` its version and the beginning of its digest, `database` gives the dialect of SQL.
    """

    def __init__(self, database: pw.Database) -> None:
        self.database = database
        rows = self.rows(ReleaseMetadata.select(ReleaseMetadata.key, ReleaseMetadata.value))
        self.about: dict[str, Any] = {key: json.loads(value) for key, value in rows}
        self.id: str = f"{self.about['version']}-{self.about['digest'][:12]}"
        self._cache: LRUCache[str, Any] = LRUCache(MAX_CACHED, getsizeof=_size)
        self._lock = threading.Lock()

    @abstractmethod
    def _fetch(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises peewee.DatabaseError, also where fetching a later row fails."""

    def rows(self, query: Any) -> list[tuple[Any, ...]]:
        """The rows of a peewee select, as the database returns them: a day is a date, or its text."""
        return self._fetch(*query.bind(self.database).sql())

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement in SQL with `?` for each value: peewee's builder is too slow for every request."""
        return self._fetch(statement.replace("?", self.database.param), values)

    def scalar(self, query: Any) -> Any:
        """The first value of the first row, or None."""
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def intact(self) -> bool:
        """Whether the storage still holds what was opened; caches can hide that it does not."""
        return True

    @abstractmethod
    def close(self) -> None:
        """Closes the connections of the calling thread; the next read opens them again."""

    def once(self, key: str, compute: Callable[[], T]) -> T:
        """The result of `compute`, computed once for this release and `key` as long as the cache holds it."""
        key = _short(key)
        with self._lock:
            if (cached := self._cache.get(key, MISSING)) is not MISSING:
                return cast(T, cached)
        value = compute()
        self._keep({key: value})
        return value

    def once_each(self, prefix: str, names: Iterable[str], compute: Callable[[list[str]], Mapping[str, T]]) -> dict[str, T]:
        """As `once`, for each of some names after a prefix; `compute` is given those that are not kept, and may give more."""
        keys, found = {name: _short(prefix + name) for name in names}, {}
        with self._lock:
            for name, key in keys.items():
                if key in self._cache:
                    found[name] = self._cache[key]
        if missing := [name for name in keys if name not in found]:
            made = compute(missing)
            found.update(made)
            self._keep({_short(prefix + name): value for name, value in made.items()})
        return found

    def _keep(self, values: Mapping[str, Any]) -> None:
        with self._lock, suppress(ValueError):  # raised for a value larger than the whole cache
            self._cache.update(values)


def _short(key: str) -> str:
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def _size(value: Any) -> int:
    if isinstance(value, list | tuple):
        return len(value)
    return 1 + value.bit_length() // 2048 if isinstance(value, int) else 1

"""A loaded release, open for reading; the databases differ in how a statement is executed."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Any, TypeVar

import peewee as pw

from .recent import Recent
from .tables import ReleaseMetadata

MAX_CACHED = 200_000  # values that the cache of a release holds
MAX_KEY = 200  # characters of a cache key that is kept as it is; a longer one is hashed
MAX_DOCUMENTS = 1 << 26  # bytes of documents that it holds beside them
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
        self._cache: Recent[str, Any] = Recent(MAX_CACHED, _size)
        self._documents: Recent[tuple[str, int], bytes] = Recent(MAX_DOCUMENTS, len)

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

    def documents(self, table: str, numbers: Iterable[int]) -> list[bytes]:
        """The documents of the records of a table with these numbers; those that were read last are not read again."""
        keys = [(table, number) for number in numbers]
        found = self._documents.of(keys)
        if missing := [number for _, number in keys if (table, number) not in found]:
            found |= self._documents.keep({(table, number): document for number, document in self.read_documents(table, missing)})
        return [found[key] for key in keys]

    def read_documents(self, table: str, numbers: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """The documents of some records, each with its number, in any order."""
        return ((number, text.encode()) for number, text in self._rows_of(table, "document", numbers))

    def _rows_of(self, table: str, column: str, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """The numbers of some records, and what a column holds of them."""
        return self.execute(f'SELECT "seq", "{column}" FROM "{table}" WHERE "seq" IN ({placeholders(numbers)})', *numbers)  # noqa: S608

    def once(self, key: str, compute: Callable[[], T]) -> T:
        """The result of `compute`, computed once for this release and `key` as long as the cache holds it."""
        key = _short(key)
        found = self._cache.of([key]) or self._cache.keep({key: compute()})
        value: T = found[key]
        return value

    def once_each(self, prefix: str, names: Iterable[str], compute: Callable[[list[str]], Mapping[str, T]]) -> dict[str, T]:
        """As `once`, for each of some names after a prefix; `compute` is given those that are not kept, and may give more."""
        keys = {name: key if len(key := prefix + name) <= MAX_KEY else _short(key) for name in names}
        kept = self._cache.of(keys.values())
        found: dict[str, T] = {name: kept[key] for name, key in keys.items() if key in kept}
        if missing := [name for name in keys if name not in found]:
            made = compute(missing)
            self._cache.keep({_short(prefix + name): value for name, value in made.items()})
            found.update(made)
        return found


def placeholders(values: Sized) -> str:
    """A `?` for each of some values, for the `IN` of a statement."""
    return ",".join("?" * len(values))


def _short(key: str) -> str:
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def _size(value: Any) -> int:
    if hasattr(value, "size"):
        return int(value.size)
    if isinstance(value, list | tuple):
        return len(value)
    return 1 + (value.bit_length() if isinstance(value, int) else len(value) * 8 if isinstance(value, str) else 0) // 2048

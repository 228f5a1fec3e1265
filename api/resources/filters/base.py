"""What every filter has: parameters, an index table or none, and conditions; and how filters read values from records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

import marshmallow as ma
import peewee as pw

from ...schema.fields import Record
from ...schema.rendering import Lookup
from .tables import Row

Arguments = Mapping[str, Any]  # the checked values of a request's parameters, by name
MATCHES = ("possible", "certain")
# What a description says of several values.
ANY_OF = "Comma-separated values: any of them."
ALL_OF = "Comma-separated values: all of them."
NONE_OF = "Exclude records that have any of these values."


class Catalog(Lookup, Protocol):
    """The dataset as filters see it: its description, and any other record."""

    about: Record

    def record(self, kind: str, id: str) -> Record: ...
    def ancestors(self, kind: str, id: str) -> tuple[str, ...]: ...
    def states(self, country: str) -> list[str]: ...
    def outlets(self, name: str) -> list[str]: ...


Values = Callable[[Record, Catalog], Iterable[str]]


class Filter:
    """A filter of a list. Without an index table (`columns` is None) it reads columns of the kind's own table."""

    name: str
    key: str = ""  # that of a complete record which all values follow from, if it is one

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]] | None:
        """The columns of the index table; `target` is the table of the kind whose ids are the values."""
        return None

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        """A record's rows of the index table: the values of `columns`."""
        return []

    def numbered(self, records: Iterable[Record], catalog: Catalog) -> list[tuple[Any, ...]]:
        """The rows of complete records, each with the number of its record; those that follow from a text are made once."""
        key, known, numbered = self.key, dict[Any, list[tuple[Any, ...]]](), list[tuple[Any, ...]]()
        for record in records:
            value = record[key] if key else record
            if type(value) in (str, bool):
                if (found := known.get(value)) is None:
                    found = known[value] = self.rows(record, catalog)
            elif value:
                found = self.rows(record, catalog)
            else:
                continue
            end = (record["seq"],)
            numbered += [row + end for row in found]
        return numbered

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        raise NotImplementedError

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        """The conditions for a request's arguments; `model` is the kind's table, `table` what it looks in (`index_of`)."""
        raise NotImplementedError

    def understood(self, arguments: Arguments) -> dict[str, Any]:
        """What `meta.query` says, beside the arguments, of how they were understood."""
        return {}

    def match(self, arguments: Arguments) -> str:
        """The parameter that chooses between what is certain and what is possible; empty where there is no such choice."""
        return ""

    def clash(self, arguments: Arguments) -> Iterator[tuple[str, str]]:
        """(parameter, message) for every parameter that contradicts another one."""
        yield from ()


def index_table(owner: type[Row], filter: Filter, target: type[Row] | None) -> Any:
    """The index table of `filter` for the records of `owner`, or None where the owner's own columns suffice."""
    columns = filter.columns(target)
    if columns is None:
        return None
    keys = pw.CompositeKey(*columns, "record")
    meta = type("Meta", (), {"table_name": f"{owner._meta.table_name}_{filter.name}", "primary_key": keys, "without_rowid": True})
    record = pw.ForeignKeyField(owner, column_name="record", index=False, deferrable="INITIALLY DEFERRED")
    return type(f"{owner.__name__}_{filter.name}", (pw.Model,), {"Meta": meta, **columns, "record": record})


@cache
def names(filter: Filter) -> tuple[str, ...]:
    return tuple(filter.parameters())


class each:
    """The values at a dotted path of a record, through lists: `participants.actor`."""

    def __init__(self, path: str) -> None:
        self.key, *self.below = path.split(".")

    def __call__(self, record: Record, catalog: Catalog) -> list[Any]:
        value = record[self.key]
        items = value if type(value) is list else [] if value is None else [value]
        for key in self.below:
            items = [inner for item in items if (inner := item[key]) is not None]
            if items and type(items[0]) is list:
                items = [inner for several in items for inner in several]
        return items


class expanded:
    """What the values of a record, or those at a path, stand for, each by itself."""

    def __init__(self, values: str | Values, meaning: Callable[[Any, Catalog], Iterable[str]]) -> None:
        self.values: Values = each(values) if isinstance(values, str) else values
        self.key, self.meaning = getattr(self.values, "key", ""), meaning

    def __call__(self, record: Record, catalog: Catalog) -> list[str]:
        return [found for value in self.values(record, catalog) for found in self.meaning(value, catalog)]


def within(ids: str | Values, kind: str) -> Values:
    """Ids, or those at a path, each with the ids of the records that contain it."""
    return expanded(ids, lambda id, catalog: (id, *catalog.ancestors(kind, id)))


def through(ids: str | Values, kind: str, path: str) -> Values:
    """The values at a path of the records of a kind that have these ids, or those at a path."""
    theirs = each(path)
    return expanded(ids, lambda id, catalog: theirs(catalog.record(kind, id), catalog))

"""The tables that filters read: one for each kind, and an index table for each filter that needs one."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Protocol

import peewee as pw


def _plural(model: type[pw.Model]) -> str:
    """The name of a table: `Actor` is a row of `actors`, `EventType` of `event_types`."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower() + "s"


class Row(pw.Model):
    """The columns of every kind's table: `seq` numbers the records in the kind's default order."""

    seq = pw.IntegerField(primary_key=True)
    id = pw.TextField(unique=True)
    called = pw.TextField()
    updated = pw.TextField(index=True)
    digest = pw.TextField()
    document = pw.TextField()

    class Meta:
        table_function = _plural


class DatedRow(Row):
    """The columns of a kind whose records have a date; `day_columns` gives their values."""

    earliest = pw.DateField()
    latest = pw.DateField(index=True)
    certain_from = pw.DateField(null=True)
    certain_to = pw.DateField(null=True)
    vague = pw.IntegerField()  # 1 if the earliest day is certain to be one of the date, otherwise 2
    document = pw.TextField()  # after the dates, which are then read without stepping over it

    class Meta:
        indexes = ((("earliest", "vague", "seq", "latest"), False), (("certain_to", "certain_from", "seq"), False))


class Indexed(Protocol):
    """A filter as its index table is made from it."""

    @property
    def name(self) -> str: ...
    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]] | None: ...


@cache
def alias(table: Any, purpose: str) -> Any:
    """A table's alias, one for each purpose; cached because peewee's alias() is slow."""
    return table.alias()


def index_table(owner: type[Row], filter: Indexed, target: type[Row] | None) -> Any:
    """The index table of `filter` for the records of `owner`, or None where the owner's own columns suffice."""
    columns = filter.columns(target)
    if columns is None:
        return None
    keys = pw.CompositeKey(*columns, "record")
    meta = type("Meta", (), {"table_name": f"{owner._meta.table_name}_{filter.name}", "primary_key": keys, "without_rowid": True})
    record = pw.ForeignKeyField(owner, column_name="record", index=True, deferrable="INITIALLY DEFERRED")
    return type(f"{owner.__name__}_{filter.name}", (pw.Model,), {"Meta": meta, **columns, "record": record})

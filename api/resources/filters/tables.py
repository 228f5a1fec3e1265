"""The columns of the tables that every kind of record has."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import peewee as pw


def snake(name: str) -> str:
    """A name of a class in lower case, with underscores: `EventType` is `event_type`."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Row(pw.Model):
    """The columns of every kind's table: `seq` numbers the records in the kind's default order."""

    seq = pw.IntegerField(primary_key=True)
    id = pw.TextField(unique=True)
    called = pw.TextField()
    updated = pw.TextField(index=True)
    digest = pw.TextField()
    brief = pw.TextField()  # what an entry of a list shows of the document, for pages
    document = pw.TextField()

    class Meta:
        table_function = lambda model: f"{snake(model.__name__)}s"  # noqa: E731


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


@cache
def alias(table: Any, purpose: str) -> Any:
    """A table's alias, one for each purpose; cached because peewee's alias() is slow."""
    return table.alias()

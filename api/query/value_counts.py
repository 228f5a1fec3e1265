"""Precomputed counts: records per filter value, and cumulative counts per day for frequent values.

With `began` and `ended` the records that may lie between two days are counted by two look-ups.
"""

import sqlite3
from datetime import date, timedelta
from typing import Any

import peewee as pw

from ..resources import INDEXES, TABLED
from ..resources.filters import Dates, Terms
from ..resources.resource import Resource
from ..storage.release import Release

FREQUENT = 5000  # a value with at least so many records is counted by day, too
ALL = ("", "")  # filter and value of the counts over every record of a kind


class Count(pw.Model):
    """Of the records with a value: how many began and how many ended on or before a day. The last day counts all."""

    kind = pw.TextField()
    filter_ = pw.TextField(column_name="filter")
    value = pw.TextField()
    day = pw.DateField()
    began = pw.IntegerField()
    ended = pw.IntegerField()

    class Meta:
        table_name = "counts"
        primary_key = pw.CompositeKey("kind", "filter_", "value", "day")
        without_rowid = True


TOTALS = """
INSERT INTO counts SELECT :kind, :filter, value, :last, COUNT(*), COUNT(*) FROM {table} GROUP BY value
"""
# Many records share their days: records are counted per pair of days first, then pairs per day.
DAYS = """
WITH frequent AS (SELECT value FROM counts WHERE kind = :kind AND filter = :filter AND day = :last AND began >= :frequent),
records AS MATERIALIZED (
  SELECT value, pair, COUNT(*) AS n FROM {table} JOIN spans ON seq = record WHERE value IN frequent GROUP BY value, pair),
days AS (
  SELECT value, day, SUM(begun) AS begun, SUM(over) AS over FROM (
    SELECT value, earliest AS day, n AS begun, 0 AS over FROM records JOIN pairs ON pairs.rowid = pair
    UNION ALL SELECT value, latest, 0, n FROM records JOIN pairs ON pairs.rowid = pair
  ) GROUP BY value, day)
INSERT INTO counts SELECT :kind, :filter, value, day, SUM(begun) OVER passed, SUM(over) OVER passed FROM days
WHERE day < :last WINDOW passed AS (PARTITION BY value ORDER BY day)
"""
# Copies of the day columns without the documents: narrow tables, as they are read once a filter.
APART = """
CREATE TEMP TABLE pairs (earliest, latest, UNIQUE (earliest, latest));
INSERT INTO pairs SELECT DISTINCT earliest, latest FROM {table};
CREATE TEMP TABLE spans (seq INTEGER PRIMARY KEY, pair INTEGER);
INSERT INTO spans SELECT seq, pairs.rowid FROM {table} JOIN pairs USING (earliest, latest)
"""


OF = "SELECT value, began FROM counts WHERE kind = ? AND filter = ?"
PASSED = "FROM counts WHERE kind = ? AND filter = ? AND value = ? AND day <= ? ORDER BY day DESC LIMIT 1"


def fill(connection: sqlite3.Connection) -> None:
    """Fills the table in the database of a release that is being built."""
    for resource in TABLED:
        table = resource.model._meta.table_name
        dated = is_dated(resource)
        for statement in APART.format(table=table).split(";") if dated else ():
            connection.execute(statement)
        everything = f"(SELECT '' AS value, seq AS record FROM {table})"  # noqa: S608  # our own names
        _count(connection, resource, "", everything, dated)
        for filter in resource.filters:
            if isinstance(filter, Terms):
                _count(connection, resource, filter.name, INDEXES[resource.kind, filter.name]._meta.table_name, dated)
        if dated:
            connection.execute("DROP TABLE temp.spans")
            connection.execute("DROP TABLE temp.pairs")


def _count(connection: sqlite3.Connection, resource: Resource, filter: str, table: str, dated: bool) -> None:
    values = {"kind": resource.kind, "filter": filter, "last": date.max.isoformat(), "frequent": FREQUENT}
    connection.execute(TOTALS.format(table=table), values)
    if dated:
        connection.execute(DAYS.format(table=table), values)


def is_dated(resource: Resource) -> bool:
    return any(isinstance(filter, Dates) for filter in resource.filters)


def totals(release: Release, kind: str, filter: str, values: list[str]) -> dict[str, int]:
    """How many records each of these values has; values without records are left out."""

    def read() -> list[tuple[Any, ...]]:
        marks = ",".join("?" * len(values))
        return release.execute(f"{OF} AND day = ? AND value IN ({marks})", kind, filter, date.max, *values)

    return dict(release.once(f"{kind} {filter}={','.join(values)}", read))


def between(release: Release, kind: str, filter: str, value: str, days: tuple[date, date]) -> int | None:
    """How many records with a value may lie between two days; None if its days were not counted."""
    if totals(release, kind, filter, [value]).get(value, 0) < FREQUENT:
        return None
    first, last = days
    before = first - timedelta(days=1) if first > date.min else None
    begun = release.execute(f"SELECT began {PASSED}", kind, filter, value, last)
    over = release.execute(f"SELECT ended {PASSED}", kind, filter, value, before) if before else []
    return (begun[0][0] if begun else 0) - (over[0][0] if over else 0)

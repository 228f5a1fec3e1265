"""The table of sets that the load makes: of the records of frequent values, of days, of the rows that have frequent words."""

import sqlite3
import zlib

import peewee as pw


class PackedSet(pw.Model):
    """The set of the records of a value, packed; what it is of says who made it."""

    kind = pw.TextField()
    filter_ = pw.TextField(column_name="filter")
    value = pw.TextField()
    records = pw.IntegerField()
    data = pw.BlobField()

    class Meta:
        table_name = "sets"
        primary_key = pw.CompositeKey("kind", "filter_", "value")


def store(connection: sqlite3.Connection, row: tuple[str, str, str, int, bytes]) -> None:
    """Packs a set, or numbers, and stores it in the database of a release that is being built."""
    connection.execute("INSERT INTO sets VALUES (?, ?, ?, ?, ?)", (*row[:-1], zlib.compress(row[-1], 1)))


unpacked = zlib.decompress

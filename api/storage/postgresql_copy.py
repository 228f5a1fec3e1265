"""Copies a release from SQLite into a PostgreSQL schema: tables, COPY, keys, indexes, grants; removes old releases."""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, LiteralString

import peewee as pw
import psycopg
from psycopg import sql

from . import full_text

HOME = "diplomatic_events"
Connection = psycopg.Connection[tuple[Any, ...]]
REGISTER: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS diplomatic_events",
    "CREATE TABLE IF NOT EXISTS diplomatic_events.releases"
    " (number bigserial PRIMARY KEY, id text NOT NULL, inputs text NOT NULL, loaded timestamptz NOT NULL DEFAULT now(),"
    " seconds double precision)",
)
NUMBERED: LiteralString = "INSERT INTO diplomatic_events.releases (id, inputs) VALUES (%s, %s)"
OLD: LiteralString = "SELECT number FROM diplomatic_events.releases ORDER BY number DESC OFFSET %s"
TYPES: dict[str, LiteralString] = {
    "TEXT": 'text COLLATE "C"',
    "INT": "bigint",
    "AUTO": "bigint",
    "DATE": "date",
    "DOUBLE": "double precision",
    "BLOB": "bytea",
}  # byte order, as in SQLite


def create_schema(connection: Connection, id: str, inputs: str) -> str:
    """Creates the schema of a release that is served once the transaction is committed; its name."""
    for statement in REGISTER:
        connection.execute(statement)
    (number,) = connection.execute(f"{NUMBERED} RETURNING number", (id, inputs)).fetchone() or (0,)
    schema = f"{HOME}_{number}"
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
    return schema


def copy(connection: Connection, source: sqlite3.Connection, model: Any) -> None:
    """Creates a model's table, fills it, then adds its keys and indexes. Foreign keys were verified in the source."""
    meta = model._meta
    table, fields = sql.Identifier(meta.table_name), meta.sorted_fields
    columns = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(f.column_name), sql.SQL(_type(f))) for f in fields)
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, columns))
    rows = source.execute(sql.SQL("SELECT {} FROM {}").format(_listed(fields), table).as_string())
    _fill(connection, sql.SQL("COPY {} ({}) FROM STDIN").format(table, _listed(fields)), rows)
    keys = [meta.fields[name] for name in meta.primary_key.field_names] if meta.composite_key else [meta.primary_key]
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, _listed(keys)))
    for field in fields:
        if (field.index or field.unique) and not field.primary_key:
            unique = sql.SQL("UNIQUE" if field.unique else "")
            connection.execute(sql.SQL("CREATE {} INDEX ON {} ({})").format(unique, table, _listed([field])))
    for names, _ in meta.indexes:
        several = _listed([meta.fields[name] for name in names])
        connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, several))


def copy_search(connection: Connection, source: sqlite3.Connection) -> None:
    """Creates and fills the table of the full-text search."""
    connection.execute(full_text.TABLE)
    rows = source.execute(f"SELECT rowid, {', '.join(full_text.COLUMNS)} FROM search")  # noqa: S608  # our own names
    vectors = ((row[0], *full_text.vectors(row[1:])) for row in rows)
    _fill(connection, sql.SQL("COPY search (rowid, names, words) FROM STDIN"), vectors)
    for statement in full_text.INDEXES:
        connection.execute(statement)


def _fill(connection: Connection, statement: sql.Composed | sql.SQL, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _type(field: Any) -> LiteralString:
    """The column type of a field, or of the field that it refers to."""
    target = field.rel_field if isinstance(field, pw.ForeignKeyField) else field
    return TYPES[target.field_type] + ("" if target.null else " NOT NULL")


def _listed(fields: list[Any]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(field.column_name) for field in fields)


def grant(connection: Connection, schema: str, reader: str) -> None:
    """Grants a role the right to read a release, and nothing else."""
    for name in (HOME, schema):
        names = {"schema": sql.Identifier(name), "role": sql.Identifier(reader)}
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))


def remove(connection: Connection, keep: int) -> None:
    """Removes all but the newest `keep` releases; one that a long read has locked stays until the next load."""
    for (number,) in connection.execute(OLD, (keep,)).fetchall():
        with suppress(psycopg.errors.LockNotAvailable), connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '5s'")
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(f"{HOME}_{number}")))
            connection.execute("DELETE FROM diplomatic_events.releases WHERE number = %s", (number,))

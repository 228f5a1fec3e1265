"""FastAPI + sqlite3 + pydantic on the database that our own load made, as a careful user would write it.

The stored columns are queried with the indexes that are there; the document of each record becomes a pydantic model,
so that the answer is typed, checked and described in OpenAPI.
"""

import os
import sqlite3
import threading
from datetime import date
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel

FOUND = "FROM events e JOIN events_actor a ON a.record = e.seq WHERE a.value = ? AND e.latest >= ? AND e.earliest <= ?"
# The rows are numbered by date, so the number sorts as the date does and needs no sort of its own.
ORDERS = {"-date": "e.seq DESC", "date": "e.seq", "title": "e.title, e.seq", "-title": "e.title DESC, e.seq DESC"}


class Ref(BaseModel):
    id: str
    name: str


class Office(BaseModel):
    title: str
    organization: Ref | None


class Holder(Ref):
    offices: list[Office]


class Dated(BaseModel):
    edtf: str
    earliest: date | None
    latest: date | None


class Participant(BaseModel):
    actor: Holder
    role: str


class Citation(BaseModel):
    source: Ref
    paragraphs: list[int]
    locator: str | None


class Quantity(BaseModel):
    value: int | float
    unit: str
    of: str
    qualifier: str | None


class Related(BaseModel):
    relation: str
    event: Ref


class Account(BaseModel):
    about: str
    value: str
    stance: str
    holders: list[Ref]
    citations: list[Citation]


class Event(BaseModel):
    id: str
    title: str
    type: Ref
    status: str
    coding: str
    date: Dated
    places: list[Ref]
    participants: list[Participant]
    topics: list[Ref]
    summary: str
    quantities: list[Quantity]
    agreements: list[Ref]
    related: list[Related]
    disputed: bool
    one_sided: bool
    accounts: list[Account]
    note: str | None
    citations: list[Citation]
    updated_in: str
    links: dict[str, str]


class Meta(BaseModel):
    total: int


class Page(BaseModel):
    data: list[Event]
    meta: Meta


class Item(BaseModel):
    data: Event


app = FastAPI()
local = threading.local()


def database() -> sqlite3.Connection:
    """This thread's connection, opened once."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(f"file:{os.environ['BENCH_DATABASE']}?mode=ro&immutable=1", uri=True)
    connection: sqlite3.Connection = local.connection
    return connection


@app.get("/v1/events")
def events(
    actor: str,
    date_from: date = date.min,
    date_to: date = date.max,
    sort: Literal["date", "-date", "title", "-title"] = "-date",
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
) -> Page:
    found = (actor, date_from.isoformat(), date_to.isoformat())
    rows = database().execute(f"SELECT e.document {FOUND} ORDER BY {ORDERS[sort]} LIMIT ?", (*found, limit))
    data = [Event.model_validate_json(document) for (document,) in rows]
    (total,) = database().execute(f"SELECT COUNT(*) {FOUND}", found).fetchone()
    return Page(data=data, meta=Meta(total=total))


@app.get("/v1/events/{id}")
def event(id: str) -> Item:
    row = database().execute("SELECT document FROM events WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise HTTPException(404)
    return Item(data=Event.model_validate_json(row[0]))

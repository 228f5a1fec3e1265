"""First answers of single records of the shipped dataset, each as JSON and as a page for people."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from statistics import median
from typing import TypeVar

from api.resources import RESOURCES

from . import deep
from .rounds import Figure

MOST, FIRST = 100, 5  # records of a kind, and how many of them are asked for before anything is measured
T = TypeVar("T")
Times = tuple[list[float], list[float]]


def measured(port: int, database: Path) -> dict[str, Times]:
    """Milliseconds of the records of each kind, as JSON and as pages: each record both ways, now the one first, now the other."""
    found = {}
    with closing(sqlite3.connect(database)) as connection:
        for resource in RESOURCES:
            rows = connection.execute(f"SELECT id FROM {resource.model._meta.table_name} ORDER BY seq").fetchall()
            ids = Random(1).sample([id for (id,) in rows], min(len(rows), MOST))
            asked = [
                path for at, id in enumerate(ids) for path in turned(at, f"/v1/{resource.kind}/{id}", f"/{resource.kind}/{id}")
            ]
            times = iter(deep.timed(port, asked))
            pairs = [turned(at, *pair) for at, pair in enumerate(zip(times, times, strict=True))][FIRST:]
            found[resource.kind] = ([json for json, _ in pairs], [page for _, page in pairs])
    return found


def turned(number: int, one: T, other: T) -> tuple[T, T]:
    """Every other pair the other way round."""
    return (other, one) if number % 2 else (one, other)


def times_as_long(times: Times) -> Figure:
    """How many times as long as its JSON a page takes: the median of the records, the least and the most of their tenths."""
    json, page = times
    ratios = sorted(one / other for other, one in zip(json, page, strict=True))
    tenth = len(ratios) // 10
    return Figure(median(ratios), ratios[tenth], ratios[-1 - tenth])

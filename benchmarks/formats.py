"""Whole answers in every format, of as many events, each never asked for before."""

import sqlite3
from contextlib import closing
from pathlib import Path

from . import deep

MANY = 7500  # events, the newest of a dataset
PATHS = {
    **{word: f"/v1/events?format={word}&" for word in ("ndjson", "csv", "ics", "geojson", "graphml", "jsonld")},
    "network": "/v1/network?",
}


def measured(port: int, database: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each format, in turn."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(f"SELECT earliest FROM events ORDER BY seq DESC LIMIT {MANY}").fetchall()
    begin, found = rows[-1][0], dict[str, list[float]]()
    for number in range(rounds):
        for word, path in PATHS.items():
            found.setdefault(word, []).extend(deep.timed(port, [f"{path}date_from={begin}&date_to=2100-01-{number + 1:02}"]))
    return found

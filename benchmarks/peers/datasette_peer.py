"""Datasette on the database that our own load made, in its fast setting: immutable, no facets suggested.

Datasette starts one process by itself; as an ASGI application uvicorn gives it as many as all the others have.
"""

import os
from typing import Any

from datasette.app import Datasette

# What somebody writes who wants neither the total nor the next page, only the rows.
ROWS = """
SELECT e.document FROM events e JOIN events_actor a ON a.record = e.seq
WHERE a.value = :actor AND e.latest >= :date_from AND e.earliest <= :date_to ORDER BY e.seq DESC LIMIT 20
"""


def create() -> Any:
    """The application on the file that `BENCH_DATABASE` names, `release.db`."""
    queries = {"databases": {"release": {"queries": {"rows": {"sql": ROWS}}}}}
    limits = {"suggest_facets": False, "sql_time_limit_ms": 60_000}
    return Datasette([], immutables=[os.environ["BENCH_DATABASE"]], metadata=queries, settings=limits).app()

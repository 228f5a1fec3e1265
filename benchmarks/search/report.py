"""The scoreboard of search as a section of RESULTS.md: every file of queries on both databases."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

from flask.testing import FlaskClient

from ..loads import percentile
from . import board, scale
from .clients import client

GOAL = 0.9
HOW = f"""\
Queries as users type them, with the records that must come first: `benchmarks/search/`. Those of `queries_a` were written before
the work on search, those of `queries_b` after it by a second reader; search was then made better for both. Those of `queries_c`
were written before that and are held out: they are measured, nothing is changed for them, and what they miss is not told.
A reciprocal rank is 1 where one of the first records comes first, 1/2 where it comes second; recall is the share of the wanted
records among the first ten. Goal: a mean reciprocal rank of {GOAL}. The times are those of a page of up to 100 hits, in process,
not asked for before.
"""
Row = tuple[str, ...]


def section(sizes: Sequence[int] = scale.SIZES) -> tuple[str, dict[str, float]]:
    """The section, measured now, with generated datasets of these sizes; and how p99 grows with them, by database."""
    rows: list[Row] = []
    missed: dict[tuple[str, str], list[str]] = {}
    for name, database in (("SQLite", ""), ("PostgreSQL", "postgresql")):
        with client(database) as asked:
            if asked:
                rows += [judged(name, path, asked, missed) for path in board.files()]
    head: list[Row] = [("queries", "database", "how many", "mean reciprocal rank", "recall at 10", "p50, ms", "p99, ms", "")]
    table = "".join(f"| {' | '.join(row)} |\n" for row in [*head, ("---",) * len(head[0]), *rows])
    ranks = "".join(f"| {q} | {first} | {', '.join(where)} |\n" for (q, first), where in missed.items())
    below = f"\n| not first | wanted | rank |\n| --- | --- | --- |\n{ranks}" if missed else ""
    growth, worst = scale.section(sizes)
    return f"## Search\n\n{HOW}\n{table}{below}\n{growth}", worst


def judged(name: str, path: Path, asked: FlaskClient, missed: dict[tuple[str, str], list[str]]) -> Row:
    """The row of a file of queries on a database; what does not come first is added to `missed`."""
    verdicts, times = [], []
    for query in board.queries(path):
        began = time.perf_counter()
        verdicts.append(one := board.ask(asked, query))
        times.append((time.perf_counter() - began) * 1000)
        if one.rank != 1 and path.stem != board.HELD_OUT:
            missed.setdefault((query.q, query.first[0]), []).append(f"{name}: {one.rank or 'not found'}")
    rank = board.mean_reciprocal_rank(verdicts)
    figures = (f"{rank:.3f}", f"{board.recall(verdicts):.3f}", f"{percentile(times, 0.5):.1f}", f"{percentile(times, 0.99):.1f}")
    return path.stem, name, str(len(verdicts)), *figures, "reached" if rank >= GOAL else "**not reached**"


def inserted(document: str, section: str) -> str:
    """A document with the section in it, in place of the one that was there."""
    without = re.sub(r"## Search\n.*?(?=^## )", "", document, flags=re.DOTALL | re.MULTILINE)
    before, how, after = without.partition("## How it was measured")
    return f"{before}{section}\n{how}{after}"

"""How long search takes as the dataset grows: frequent words of generated datasets, asked of each size in turn."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient

from api.storage.analysis import stem
from api.storage.phrases import FUNCTION_WORDS
from api.storage.spelling import vocabulary

from ..generate import generate
from ..loads import percentile
from .clients import client

SIZES = (20_000, 50_000)
WORDS, ROUNDS = 24, 3  # the most frequent words, and how often each text is asked, never twice for the same page
HOW = """\
The most frequent words of generated datasets, one alone, two together, and two as a question, each a page that was not asked for
before; every text is asked of each size in turn, beside a page of the list of events. *Median* and *p99* are those of search over
the median of that list, of the middle time of each text. The last two columns say how these grow from the smallest size.
"""
Row = tuple[str, ...]


def section(sizes: Sequence[int] = SIZES) -> tuple[str, dict[str, float]]:
    """The section, measured now; and how p99 grows from the smallest size to the largest, by database, where it grows most."""
    head: Row = ("database", "events", "texts", "median / list", "p99 / list", "median, growth", "p99, growth")
    rows, worst = [head, ("---",) * len(head)], dict[str, float]()
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            generate(Path(folder) / str(size), size)
        for name, database in (("SQLite", ""), ("PostgreSQL", "postgresql")):
            with ExitStack() as stack:
                clients = [stack.enter_context(client(database, Path(folder) / str(size))) for size in sizes]
                asked = {size: one for size, one in zip(sizes, clients, strict=True) if one}
                if asked:
                    found = judged(name, asked)
                    rows += [row for row, _ in found]
                    worst[name] = max(grown for _, grown in found)
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"### Search, by the number of events\n\n{HOW}\n{table}\n", worst


def judged(name: str, asked: dict[int, FlaskClient]) -> list[tuple[Row, float]]:
    """The rows of a database, each with how its p99 grew."""
    shapes, lists = texts(next(iter(asked.values()))), defaultdict(list)
    times: dict[tuple[int, str], list[float]] = defaultdict(list)
    for shape, some in shapes.items():
        for number, text in enumerate(some):
            turns: dict[int, list[float]] = {size: [] for size in asked}
            for turn in range(ROUNDS):
                for size, one in asked.items():
                    lists[size].append(seconds(one, "/v1/events", limit=20 + turn, year=1950 + number))
                    turns[size].append(seconds(one, "/v1/search", limit=20 + turn, q=text))
            for size, each in turns.items():
                times[size, shape].append(median(each))
    least = min(asked)
    rows: list[tuple[Row, float]] = []
    for shape in shapes:
        for size in asked:
            middle, worst = median(times[size, shape]), percentile(times[size, shape], 0.99)
            grown = (middle / median(times[least, shape]), worst / percentile(times[least, shape], 0.99))
            figures = (middle / median(lists[size]), worst / median(lists[size]), *grown)
            rows.append(((name, f"{size:,}", shape, *(f"{figure:.1f} x" for figure in figures)), grown[1]))
    return rows


def texts(asked: FlaskClient) -> dict[str, list[str]]:
    """What is asked for: the words that most records have, one, two, and two in a question."""
    counted = vocabulary(asked.application.extensions["store"].current())
    words = [word for word in counted if stem(word) == word and word not in FUNCTION_WORDS]
    words = sorted(words, key=lambda word: (-counted[word], word))[:WORDS]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return {"one word": words, "two words": pairs, "a question": [f"did {pair}" for pair in pairs]}


def seconds(asked: FlaskClient, path: str, **query: str | int) -> float:
    began = time.perf_counter()
    answer = asked.get(path, query_string=query)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} {query} was answered with {answer.status_code}")
    return time.perf_counter() - began

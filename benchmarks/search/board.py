"""Asks every query of `queries_*.yaml` of the shipped dataset on a database, and judges the answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from flask.testing import FlaskClient

HERE = Path(__file__).resolve().parent
HELD_OUT = "queries_c"  # written to judge what was done for the others
DEEPEST = 10  # ranks that are looked at for recall; a reciprocal rank looks at the first page


@dataclass(frozen=True)
class Query:
    """A text as typed, its sort, and the records that must come first; `also` belong among the first ten as well."""

    q: str
    kind: str
    first: list[str]
    also: list[str]
    on: str | None = None

    def parameters(self) -> dict[str, str]:
        """The parameters of `/v1/search`."""
        return {"q": self.q, "limit": "100", **({"kind": self.on} if self.on else {})}


@dataclass(frozen=True)
class Judged:
    """A query, the rank of the best of its first records (None if it was not found), and the share found among ten."""

    query: Query
    rank: int | None
    recall: float


def queries(path: Path) -> list[Query]:
    """The queries of a file."""
    read: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["queries"]
    return [Query(one["q"], one["kind"], one["first"], one.get("also", []), one.get("on")) for one in read]


def files() -> list[Path]:
    """The files of queries."""
    return sorted(HERE.glob("queries_*.yaml"))


def ask(client: FlaskClient, query: Query) -> Judged:
    """The verdict on the answer to one query."""
    answer = client.get("/v1/search", query_string=query.parameters())
    if answer.status_code != 200:
        raise RuntimeError(f"{query.q!r} was answered with {answer.status_code}")
    found = [f"{hit['kind']}/{hit['id']}" for hit in answer.get_json()["data"]]
    rank = next((n for n, one in enumerate(found, 1) if one in query.first), None)
    wanted = {*query.first, *query.also}
    return Judged(query, rank, len(wanted & set(found[:DEEPEST])) / min(len(wanted), DEEPEST))


def mean_reciprocal_rank(judged: list[Judged]) -> float:
    return sum(1 / one.rank for one in judged if one.rank) / len(judged)


def recall(judged: list[Judged]) -> float:
    return sum(one.recall for one in judged) / len(judged)

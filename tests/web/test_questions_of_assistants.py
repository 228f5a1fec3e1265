"""The published questions: the tools find every record that the API finds, and no other, and the right ones are among them."""

from typing import Any

import pytest
import yaml
from conftest import ROOT, walk
from flask.testing import FlaskClient
from test_mcp import call

QUESTIONS = yaml.safe_load((ROOT / "docs" / "questions.yaml").read_text(encoding="utf-8"))


def told(client: FlaskClient, tool: str, arguments: dict[str, Any]) -> Any:
    """What a tool answers, with the results of every page."""
    most = {"limit": 50} if tool in ("find", "timeline", "in_force") and "count_by" not in arguments else {}
    answer = call(client, tool, **arguments, **most)
    assert isinstance(answer, dict), answer
    results, following = answer.get("results", []), answer
    while cursor := following.get("cursor"):
        following = call(client, tool, **arguments, **most, cursor=cursor)
        results = results + following["results"]
    return {**answer, "results": results}


def found(client: FlaskClient, address: str) -> list[str]:
    """The records that the API finds, as `kind/id`."""
    return [document["links"]["self"].removeprefix("/v1/") for document in walk(client, address)]


def hits(client: FlaskClient, address: str) -> list[str]:
    return [hit["href"].removeprefix("/v1/") for hit in walk(client, address)]


@pytest.mark.parametrize("asked", QUESTIONS, ids=[asked["question"] for asked in QUESTIONS])
def test_the_tools_find_what_the_api_finds(client: FlaskClient, asked: dict[str, Any]) -> None:
    tool, arguments, address = asked["tool"], asked["arguments"], asked["api"]
    answer = told(client, tool, arguments)
    if "count_by" in arguments:
        assert answer["groups"] == client.get(address).get_json()["data"]
        return
    if tool == "get":
        assert f"/v1/{answer['id']}" == client.get(address).get_json()["data"]["links"]["self"]
        assert asked["right"] == [answer["id"]]
        return
    sure = tool == "who_held"  # whose queries of the API ask for what is certain
    ids = [one["id"] for one in answer["results"] if not sure or one["certainty"] == "certain"]
    long = f"{address}{'&' if '?' in address else '?'}limit={100 if '/search' in address else 500}"
    expected = hits(client, long) if "/v1/search" in address else found(client, long)
    assert sorted(ids) == sorted(expected)
    assert sure or ids == expected, "in the same order"
    assert answer["total"] >= len(expected)
    assert set(ids) >= set(asked["right"]) != set()

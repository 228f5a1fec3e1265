"""Counts of events by time say for each type which time was gone through, so that a gap is not read as a trend."""

import pytest
from flask.testing import FlaskClient

Answer = dict[str, dict[str, str | None]]


def meta(client: FlaskClient, path: str) -> Answer:
    answer: Answer = client.get(f"/v1/aggregates/{path}").get_json()["meta"]
    return answer


@pytest.mark.parametrize("query", ["by=year", "by=actor,month&date_from=2021", "by=year&type=summit,diplomats-expelled"])
def test_counts_by_time_say_what_was_gone_through_for_each_type_found(client: FlaskClient, query: str) -> None:
    _, _, filters = query.partition("&")
    found = client.get(f"/v1/events?limit=0&facets=type&{filters}").get_json()["meta"]["facets"]["type"]
    types = {type["id"]: type["covered"] for type in client.get("/v1/event-types?limit=500").get_json()["data"]}
    expected = {type["value"]: types[type["value"]] and types[type["value"]]["edtf"] for type in found}
    assert meta(client, f"events?{query}")["covered"] == expected
    assert None in expected.values()


def test_counts_that_are_not_by_time_or_not_of_events_say_nothing_of_it(client: FlaskClient) -> None:
    assert "covered" not in meta(client, "events?by=type")
    assert "covered" not in meta(client, "statements?by=year")


def test_each_type_of_the_dataset_says_what_was_gone_through(client: FlaskClient) -> None:
    assert all(type["coverage"] for type in client.get("/v1/event-types?limit=500").get_json()["data"])

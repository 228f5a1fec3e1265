"""Every answer about events says how many of them were coded by hand, and how many a machine made of a list."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.dataset import reader
from api.resources import BY_KIND
from api.schema.walk import plain


@pytest.mark.parametrize(
    "path",
    [
        "events",
        "events?type=sanctions-imposed",
        "events?type=sanctions-imposed&date_from=2022&date_to=2022&date_match=certain",
        "events?actor=united-states&topic=sanctions&status=occurred",
        "events?q=soviet",
        "events?type=veto",
        "events?coding=series",
        "events?coding_not=series",
        "events?coding=series,curated",
        "aggregates/events?by=type",
        "aggregates/events?by=year&coding=curated",
    ],
)
def test_an_answer_says_how_many_events_of_each_coding_it_found(client: FlaskClient, path: str) -> None:
    meta = client.get(f"/v1/{path}").get_json()["meta"]
    assert sum(meta["coding"].values()) == meta["total"]
    _, _, asked = path.partition("?")
    for word, count in meta["coding"].items() if "coding" not in asked and "by=" not in asked else ():
        assert client.get(f"/v1/events?{asked}&coding={word}&limit=0").get_json()["meta"]["total"] == count


def test_both_codings_are_in_an_answer_that_asks_for_none(client: FlaskClient) -> None:
    documents = client.get("/v1/events?type=sanctions-imposed&limit=500").get_json()["data"]
    assert {document["coding"] for document in documents} == {"curated", "series"}


def test_no_other_kind_has_a_coding(client: FlaskClient) -> None:
    assert "coding" not in client.get("/v1/statements?limit=0").get_json()["meta"]


def test_what_is_curated_does_not_say_so_in_its_file(edit: Callable[..., Path], small: Path) -> None:
    schema = BY_KIND["events"].schema
    event = reader.read(small).record("events", "2021-06-16-geneva-summit")
    assert event["coding"] == "curated"
    assert "coding" not in plain(schema, event)
    assert plain(schema, {**event, "coding": "series"})["coding"] == "series"

"""Dates in answers: certain and possible, on the day and in order, and no date that claims more than its source."""

from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL, unpublished, walk
from flask.testing import FlaskClient

from api.config import Settings
from api.releases import load
from api.web.app import create_app

Document = dict[str, Any]
GENEVA_1985 = "1985-11-geneva-summit"
MEETINGS = "2021-06-antonov-meetings-with-us-colleagues"


def ids(client: FlaskClient, query: str) -> list[str]:
    return [d["id"] for d in walk(client, f"/v1/{query}")]


def test_what_lasted_is_certain_on_each_of_its_days(client: FlaskClient) -> None:
    """The summit of 1985 lasted from 19 to 21 November."""
    for day in ("1985-11-19", "1985-11-20", "1985-11-21", "1985-11", "1985"):
        assert GENEVA_1985 in ids(client, f"events?on={day}&date_match=certain"), day
    for day in ("1985-11-18", "1985-11-22"):
        assert GENEVA_1985 not in ids(client, f"events?on={day}"), day
    date = client.get(f"/v1/events/{GENEVA_1985}").get_json()["data"]["date"]
    assert (date["sense"], date["text"]) == ("extent", "19 to 21 November 1985")


def test_one_day_between_two_is_certain_only_where_all_of_them_lie(client: FlaskClient) -> None:
    """The meetings were planned for some day from 21 to 27 June 2021."""
    assert MEETINGS in ids(client, "events?on=2021-06-22")
    assert MEETINGS not in ids(client, "events?on=2021-06-22&date_match=certain")
    assert MEETINGS in ids(client, "events?date_from=2021-06-21&date_to=2021-06-27&date_match=certain")
    assert MEETINGS not in ids(client, "events?date_from=2021-06-21&date_to=2021-06-26&date_match=certain")
    date = client.get(f"/v1/events/{MEETINGS}").get_json()["data"]["date"]
    assert date == {
        "edtf": "[2021-06-21..2021-06-27]",
        "earliest": "2021-06-21",
        "latest": "2021-06-27",
        "precision": "day",
        "sense": "one_of",
        "approximate": False,
        "uncertain": False,
        "text": "between 21 and 27 June 2021",
    }


def test_a_query_for_another_age_does_not_return_what_is_merely_undated(client: FlaskClient) -> None:
    assert "solarwinds-cyber-attack" not in ids(client, "events?on=1962")
    for kind in ("events", "statements"):
        for found in client.get(f"/v1/{kind}?on=1962&limit=500&fields=date").get_json()["data"]:
            assert "1961" < found["date"]["earliest"] <= found["date"]["latest"] < "1964"
    assert ids(client, "statements?on=2030") == []
    assert set(ids(client, "events?on=2030")) <= {"us-russia-cyber-dialogue"}


@pytest.mark.parametrize("kind", ["events", "statements", "sources"])
@pytest.mark.parametrize("range", ["on=2021-06-16", "date_from=2021-06&date_to=2021-06-16", "date_from=2021-05", "date_to=1990"])
def test_both_counts_of_a_dated_query_are_told(client: FlaskClient, kind: str, range: str) -> None:
    counts = {word: len(ids(client, f"{kind}?{range}&date_match={word}")) for word in ("certain", "possible")}
    assert counts["certain"] <= counts["possible"]
    for word, count in counts.items():
        meta = client.get(f"/v1/{kind}?{range}&date_match={word}&limit=1").get_json()["meta"]
        assert meta["date_match"] == counts
        assert meta["total"] == count


def test_a_query_without_a_range_of_days_counts_no_matches(client: FlaskClient) -> None:
    assert "date_match" not in client.get("/v1/events").get_json()["meta"]
    assert "date_match" not in client.get("/v1/events?date_match=certain").get_json()["meta"]
    assert "date_match" not in client.get("/v1/topics").get_json()["meta"]


@pytest.mark.parametrize("sort", ["date", "-date", "date,title", "-date,title", ""])
def test_the_certain_come_first_on_the_same_day(client: FlaskClient, sort: str) -> None:
    found = walk(client, f"/v1/events?limit=7{f'&sort={sort}' if sort else ''}")
    days = [d["date"]["earliest"] or "" for d in found]
    assert days == sorted(days, reverse=not sort.startswith("date"))
    told = {}
    for d in found:
        date = d["date"]
        certain = date["earliest"] == date["latest"] or (date["sense"] == "extent" and date["precision"] == "day")
        told.setdefault(date["earliest"], []).append(certain and not (date["approximate"] or date["uncertain"]))
    assert all(marks == sorted(marks, reverse=True) for marks in told.values())
    assert any(len(set(marks)) > 1 for marks in told.values()), "there are days on which it matters"


@pytest.mark.parametrize("mark", ["?", "~", "%"])
def test_a_doubtful_date_is_never_certain(tmp_path: Path, mark: str) -> None:
    folder = unpublished(tmp_path / "dataset", SMALL)
    path = folder / "events" / "2021-06-16-geneva-summit.yaml"
    path.write_text(path.read_text().replace("date: '2021-06-16'", f"date: 2021-06-16{mark}"))
    settings = Settings(dataset=folder, data_dir=tmp_path / "data")
    load.load(settings)
    client = create_app(settings).test_client()
    for query in ("on=2021-06-16", "on=2021", "date_from=0001", "date_to=9999", "date_from=0001&date_to=9999"):
        assert path.stem in ids(client, f"events?{query}"), query
        assert path.stem not in ids(client, f"events?{query}&date_match=certain"), query


def test_records_are_found_by_the_precision_of_their_date(client: FlaskClient, documents: dict[str, list[Document]]) -> None:
    for kind in ("events", "statements"):
        for word in ("day", "month", "year"):
            expected = {d["id"] for d in documents[kind] if d["date"]["precision"] == word}
            assert set(ids(client, f"{kind}?date_precision={word}")) == expected
    assert client.get("/v1/events?date_precision=hour").status_code == 400


def test_spaces_in_a_date_of_a_query_are_an_error(client: FlaskClient) -> None:
    for text in ("2021-06-11 / 2021-06-13", " 2021-06-16", "[2021-05-25 ..2021-05-28]"):
        assert client.get("/v1/events", query_string={"on": text}).status_code == 400, text


def test_a_renamed_id_leads_to_the_new_one(client: FlaskClient) -> None:
    answer = client.get("/v1/events/2021-06-11-g7-summit")
    assert (answer.status_code, answer.headers["Location"].rpartition("/")[2]) == (308, "2021-06-g7-summit")
    date = client.get("/v1/events/2021-06-g7-summit").get_json()["data"]["date"]
    assert (date["edtf"], date["sense"], date["text"]) == ("2021-06-11/2021-06-13", "extent", "11 to 13 June 2021")

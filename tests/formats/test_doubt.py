"""What is doubtful in a record is doubtful in every format: status, sides, dates."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import feedparser
import geojson
import icalendar
import networkx
import pyld.jsonld
import pytest
from flask.testing import FlaskClient

from api.config import Settings
from api.formats import FORMATS
from api.formats.icalendar import ics
from api.formats.result import Listing
from api.releases import load
from api.resources import BY_KIND
from api.resources.doubt import calendar_dates, exact, heading
from api.resources.schema_org import coverage
from api.schema.public_date import render
from api.web.app import create_app

Serve = Callable[..., FlaskClient]
EVENT = "2021-06-16-geneva-summit"
FILE = f"events/{EVENT}.yaml"


@pytest.fixture
def serve(small: Path, edit: Any, tmp_path: Path) -> Serve:
    """Serves the small dataset with one event changed."""

    def start(*changes: tuple[str, str]) -> FlaskClient:
        for old, new in changes:
            edit(FILE, old, new)
        settings = Settings(dataset=small, data_dir=tmp_path / "data")
        load.load(settings)
        return create_app(settings).test_client()

    return start


def fetch(client: FlaskClient, word: str, kind: str = "events") -> str:
    answer = client.get(f"/v1/{kind}?format={word}&ids={EVENT}" if kind == "events" else f"/v1/{kind}?format={word}")
    assert answer.status_code == 200, answer.text
    return answer.text


def entry(client: FlaskClient) -> Any:
    (event,) = icalendar.Calendar.from_ical(fetch(client, "ics")).walk("VEVENT")
    return event


def node(client: FlaskClient) -> dict[str, Any]:
    (found,) = json.loads(fetch(client, "jsonld"))["@graph"]
    return dict(found)


@pytest.mark.parametrize(
    ("status", "word", "calendar", "type", "schema_org"),
    [
        ("occurred", "", "CONFIRMED", "Event", "https://schema.org/EventScheduled"),
        ("announced", "Announced: ", "TENTATIVE", "Event", None),
        ("planned", "Planned: ", "TENTATIVE", "Event", None),
        ("alleged", "Alleged: ", "TENTATIVE", "Claim", None),
        ("cancelled", "Cancelled: ", "CANCELLED", "Event", "https://schema.org/EventCancelled"),
    ],
)
def test_every_format_says_the_status(serve: Serve, status: str, word: str, calendar: str, type: str, schema_org: Any) -> None:
    client = serve(("status: occurred", f"status: {status}"))
    sides = "disputed, one-sided"  # the two accounts are of one source, and differ
    title = f"{word}Summit in Geneva ({sides})"
    event = entry(client)
    assert (event["status"], event["summary"]) == (calendar, title)
    assert word.removesuffix(": ") in event["description"]
    terms = [*([status] if word else []), "disputed", "one_sided"]
    assert event["categories"].cats == terms
    (mark,) = geojson.loads(fetch(client, "geojson")).features
    assert mark.properties["name"] == title
    assert {key: mark.properties[key] for key in ("status", "disputed", "one_sided")} == {
        "status": status, "disputed": True, "one_sided": True,
    }  # fmt: skip
    found = node(client)
    assert (found["@type"], found.get("eventStatus"), found["name"]) == (type, schema_org, title)
    assert {"record:status": status, "record:disputed": True, "record:one_sided": True}.items() <= found.items()
    (item,) = feedparser.parse(fetch(client, "atom")).entries
    assert item.title == title
    assert [tag.term for tag in item.tags if tag.scheme == "tag:diplomatic-events,2026:doubt"] == terms
    edge = networkx.parse_graphml(fetch(client, "graphml")).edges["joe-biden", "vladimir-putin"]
    assert edge["status"] == status
    assert (edge[status], edge["disputed"], edge["one_sided"], edge["count"]) == (1, 1, 1, 1)


def test_an_alleged_event_is_a_claim_and_nowhere_an_event(client: FlaskClient) -> None:
    answer = client.get("/v1/events?format=jsonld&ids=2021-biden-putin-phone-call-on-killer-remark").text
    (found,) = pyld.jsonld.expand(json.loads(answer))
    schema = "https://schema.org/"
    assert found["@type"] == [f"{schema}Claim"]
    assert f"{schema}eventStatus" not in found
    assert f"{schema}startDate" not in found
    assert [author["@id"] for author in found[f"{schema}author"]] == ["http://localhost/v1/actors/vladimir-putin"]


def test_edges_of_events_with_several_statuses_are_mixed_and_counted(client: FlaskClient) -> None:
    edges = client.get("/v1/network?status=alleged,occurred,planned,announced").get_json()["data"]["edges"]
    (calls,) = [e for e in edges if (e["source"], e["target"], e["type"]) == ("joe-biden", "vladimir-putin", "phone-call")]
    assert (calls["status"], calls["alleged"], calls["occurred"], calls["count"]) == ("mixed", 1, 2, 3)
    assert calls["inexact_date"] == 1
    assert len(calls["dates"]) == len(calls["events"]) == 3


@pytest.mark.parametrize(
    ("edtf", "first", "after", "words"),
    [
        ("2021-06-16", date(2021, 6, 16), date(2021, 6, 17), ""),
        ("2021-06-11/2021-06-13", date(2021, 6, 11), date(2021, 6, 14), ""),
        ("[2021-05-25..2021-05-28]", date(2021, 5, 25), None, " (between 25 and 28 May 2021, day not known)"),
        ("2020", date(2020, 1, 1), None, " (2020, day not known)"),
        ("2021-05~", date(2021, 5, 1), None, " (about May 2021, day not known)"),
        ("2021-06-16?", date(2021, 6, 16), date(2021, 6, 17), " (perhaps 16 June 2021)"),
        ("2021-06-16/..", date(2021, 6, 16), None, " (from 16 June 2021 on)"),
        ("2021-04/2021-05", date(2021, 4, 1), None, " (April to May 2021)"),
    ],
)
def test_a_calendar_draws_what_lasted_and_says_what_is_not_known(
    documents: dict[str, list[dict[str, Any]]], edtf: str, first: date, after: date | None, words: str
) -> None:
    document = {**next(d for d in documents["events"] if d["id"] == EVENT), "date": render(edtf), "disputed": True}
    release: Any = SimpleNamespace(about={"released": "2021-07-02", "title": "Some", "name": "some"})
    listing = Listing(BY_KIND["events"], release, iter([json.dumps(document)]), "http://localhost", "", None, None)
    (event,) = icalendar.Calendar.from_ical("".join(ics(listing))).walk("VEVENT")
    assert event["dtstart"].dt == first
    assert ("dtend" in event and event["dtend"].dt) == (after or False)
    assert event["summary"] == f"Biden-Putin summit in Geneva (disputed){words}"
    assert event["dtstamp"].to_ical() == b"20210702T000000Z"


@pytest.mark.parametrize("word", ["jsonld", "ics", "atom", "geojson", "graphml"])
def test_no_format_gives_a_day_that_the_record_does_not_know(serve: Serve, word: str) -> None:
    """June is not 1 to 30 June, except as the bounds that GeoJSON and GraphML name so."""
    text = serve().get(f"/v1/events?format={word}&ids=2021-06-follow-up").text
    assert "2021-06-30" not in text or word in ("geojson", "graphml")
    assert "DTEND" not in text


@pytest.mark.parametrize(
    ("edtf", "expected"),
    [
        ("2020", (None, None)),
        ("2021-06", (None, None)),
        ("2021-06-16", ("2021-06-16", "2021-06-16")),
        ("2021-06-11/2021-06-13", ("2021-06-11", "2021-06-13")),
        ("2021-04/2021-05-20", (None, "2021-05-20")),
        ("2020/2021", (None, None)),
        ("2021-06-16/..", ("2021-06-16", None)),
        ("[2021-05-25..2021-05-28]", (None, None)),
        ("[..2021-05-28]", (None, None)),
        ("2021-05~", (None, None)),
        ("1983?", (None, None)),
        ("2021-22", (None, None)),
        ("202X", (None, None)),
    ],
)
def test_json_ld_has_a_day_that_is_known_or_none(edtf: str, expected: tuple[str | None, str | None]) -> None:
    assert calendar_dates(render(edtf)) == expected


@pytest.mark.parametrize(
    ("edtf", "expected"),
    [("2021-06-16", True), ("2021-06-11/2021-06-13", True), ("2021-06", False), ("[2021-05-25..2021-05-28]", False),
     ("2021-06-16~", False), ("2021-06-16?", False), ("2021-06-16/..", False), ("[..2021-06-16]", False), ("2021/2022", False)],
)  # fmt: skip
def test_an_exact_date_names_its_days(edtf: str, expected: bool) -> None:
    assert exact(render(edtf)) is expected


def test_a_period_has_no_end_more_precise_than_is_known() -> None:
    assert coverage(render("2011-02-05"), render("2026-02-05")) == "2011-02-05/2026-02-05"
    assert coverage(render("2011-02"), None) == "2011-02/.."
    assert coverage(render("[2011-02-05..2011-02-09]"), None) == "2011-02/.."
    assert coverage(render("[2011-02-05..2012-03-09]"), None) is None


def test_a_title_does_not_say_its_status_twice() -> None:
    assert heading("Alleged killing", {"status": "alleged"}) == "Alleged killing"
    assert heading("Treaty", {"status": {"state": "in_force"}, "one_sided": True, "disputed": False}) == "Treaty (one-sided)"


def test_statements_and_agreements_say_whose_account_they_are(client: FlaskClient) -> None:
    feed = feedparser.parse(client.get("/v1/statements?format=atom&ids=2021-biden-explains-killer-remark-to-putin").text)
    assert feed.entries[0].title.endswith("(one-sided)")
    assert "one_sided" in [tag.term for tag in feed.entries[0].tags]
    answer = client.get("/v1/agreements?format=ics&ids=new-start").text
    (expiry,) = icalendar.Calendar.from_ical(answer).walk("VEVENT")
    assert expiry["summary"] == "New START: expiry (disputed, one-sided)"
    assert expiry["status"] == "CONFIRMED", "its day has passed"


def test_the_contract_says_how_doubt_is_written(client: FlaskClient) -> None:
    content = client.get("/openapi.json").get_json()["paths"]["/v1/export"]["get"]["responses"]["200"]["content"]
    for word in ("atom", "ics", "graphml"):
        assert len(content[FORMATS[word].media_type]["schema"]["description"]) > 100


def test_no_calendar_entry_lasts_longer_than_what_it_shows(
    client: FlaskClient, documents: dict[str, list[dict[str, Any]]]
) -> None:
    """A call on some day of 108 is one day with words; a summit of three days is three days."""
    calendar = icalendar.Calendar.from_ical(client.get("/v1/events?format=ics").text)
    entries = {str(event["uid"]).split("@")[0]: event for event in calendar.walk("VEVENT")}
    call = entries["2021-biden-putin-phone-call-on-killer-remark"]
    assert "dtend" not in call
    assert call["summary"].endswith(", day not known)")
    assert " (between " in call["summary"]
    assert "dtend" not in entries["2021-us-german-foreign-policy-discussions"]
    summit = entries["1985-11-geneva-summit"]
    assert (summit["dtend"].dt - summit["dtstart"].dt).days == 3
    spans = {id for id, event in entries.items() if "dtend" in event and (event["dtend"].dt - event["dtstart"].dt).days > 1}
    dates = {d["id"]: d["date"] for d in documents["events"] if d["id"] in entries}
    exact = {
        id: date for id, date in dates.items() if date["sense"] == "extent" and date["precision"] == "day" and date["latest"]
    }
    assert spans == {id for id, date in exact.items() if date["latest"] != date["earliest"]}


def test_no_start_date_is_a_day_that_the_record_does_not_say(
    client: FlaskClient, documents: dict[str, list[dict[str, Any]]]
) -> None:
    graph = json.loads(client.get("/v1/events?format=jsonld").text)["@graph"]
    dates = {node["@id"].rpartition("/")[2]: (node.get("startDate"), node.get("endDate")) for node in graph}
    assert dates["solarwinds-cyber-attack"] == (None, None), "months are no days"
    assert dates["2020-08-belarus-protests"] == (None, None), "on some day of August"
    assert dates["2021-biden-putin-phone-call-on-killer-remark"] == (None, None)
    assert dates["1985-11-geneva-summit"] == ("1985-11-19", "1985-11-21")
    for document in documents["events"]:
        assert all(day is None or day in document["date"]["edtf"] for day in dates[document["id"]]), document["id"]

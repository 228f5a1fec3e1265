"""Every shape holds the same records, and the ecosystem's own readers read them."""

import csv
import html
import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import geojson
import icalendar
import networkx
import pandas
import pyld.jsonld
import pytest
from conftest import walk
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.config import Settings
from api.formats import FORMATS, formats_of
from api.formats.graphml import as_graphml, network, pairs
from api.formats.result import xml
from api.formats.tabular import cell_at, row
from api.releases import load
from api.resources.events import STATUSES, with_records
from api.schema import public_date
from api.web.app import create_app

Documents = dict[str, list[dict[str, Any]]]
QUERIES = {"events": "actor_country=RUS&sort=title", "statements": "act=assess,deny", "agreements": "party=russia"}


def fetch(client: FlaskClient, kind: str, word: str, query: str = "") -> str:
    answer = client.get(f"/v1/{kind}?format={word}&{query}".rstrip("&?"))
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == FORMATS[word].media_type
    return answer.text


def ids_of_lines(text: str, ids: list[str]) -> list[str]:
    """The ids of a format with one record a line, each line beginning with the id; other lines are a header."""
    first = (re.match(r"[^a-z0-9]*([a-z0-9-]+)", line) for line in text.splitlines())
    return [match[1] for match in first if match and match[1] in ids]


def ids_of_calendar(text: str, ids: list[str]) -> list[str]:
    entries = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return list(dict.fromkeys(str(entry["uid"]).split("@")[0].removesuffix("-expiry") for entry in entries))


def ids_of_network(text: str, ids: list[str]) -> list[str]:
    edges = networkx.parse_graphml(text).edges(data=True)
    return [id for id in ids if any(id in data["events"].split() for _, _, data in edges)]


# How the ids are read from a format that is not one record a line.
IDS: dict[str, Callable[[str, list[str]], list[str]]] = {
    "json": lambda text, ids: [d["id"] for d in json.loads(text)["data"]],
    "ndjson": lambda text, ids: [json.loads(line)["id"] for line in text.splitlines()],
    "jsonld": lambda text, ids: [node["@id"].rpartition("/")[2] for node in json.loads(text)["@graph"]],
    "atom": lambda text, ids: [entry.id.rpartition("/")[2] for entry in feedparser.parse(text).entries],
    "geojson": lambda text, ids: [feature["id"] for feature in json.loads(text)["features"]],
    "ics": ids_of_calendar,
    "md": lambda text, ids: re.findall(r"^- \*\*Record\*\*: `[a-z-]+/([a-z0-9-]+)`", text, re.MULTILINE),
    "graphml": ids_of_network,
}
# Which of the records stand in a format that has no room for some.
HELD: dict[tuple[str, str], Callable[[dict[str, Any]], bool]] = {
    ("events", "ics"): lambda d: d["date"]["earliest"] is not None,
    ("agreements", "ics"): lambda d: any(p["ended_by"] == "expired" and p["to"]["earliest"] for p in d["in_force"]),
    ("events", "geojson"): lambda d: bool(d["places"]),
    ("events", "graphml"): lambda d: any(pairs(with_records(d))),
}


@pytest.mark.parametrize("query", ["", "filtered"])
def test_every_format_holds_the_records_of_the_list(client: FlaskClient, kind: str, query: str) -> None:
    """A format that is new here is taken to have one record a line; any other needs an entry in IDS."""
    query = f"{QUERIES.get(kind, '')}&limit=500" if query else "limit=500"
    listed = walk(client, f"/v1/{kind}?{query.lstrip('&')}")
    for word in formats_of(kind):
        expected = [d["id"] for d in listed if HELD.get((kind, word), lambda _: True)(d)]
        limited = query if FORMATS[word].paged else query.replace("limit=500", "").rstrip("&")
        text = fetch(client, kind, word, limited.lstrip("&"))
        assert IDS.get(word, ids_of_lines)(text, [d["id"] for d in listed]) == expected[: 500 if FORMATS[word].paged else None], (
            word
        )


@pytest.mark.parametrize("query", ["", "filtered"])
def test_ndjson_has_the_same_bytes_as_the_list(client: FlaskClient, kind: str, query: str) -> None:
    query = QUERIES.get(kind, "") if query else ""
    lines = fetch(client, kind, "ndjson", query).splitlines()
    pages, address = [], f"/v1/{kind}?limit=500&{query}".rstrip("&")
    while address:
        page = client.get(address)
        pages.append(page.text.removeprefix('{"data":[').rpartition('],"meta":')[0])
        address = page.get_json()["links"]["next"]
    assert ",".join(lines) == ",".join(pages)


def test_csv_opens_in_pandas_with_the_same_records(client: FlaskClient, kind: str, documents: Documents) -> None:
    frame = pandas.read_csv(io.StringIO(fetch(client, kind, "csv")), dtype=str, keep_default_na=False)
    assert list(frame["id"]) == [d["id"] for d in documents[kind]]
    assert all("{" not in cell[:1] for cell in frame.to_numpy().ravel())
    if kind == "events":
        assert list(frame["date.edtf"]) == [d["date"]["edtf"] for d in documents[kind]]
        assert list(frame["participants.actor.id"]) == [
            " | ".join(p["actor"]["id"] if p["actor"] else "" for p in d["participants"]) for d in documents[kind]
        ]


TEXTS = st.none() | st.text("|\\ ab", min_size=1).map(str.strip).filter(bool)


@given(values=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_list_in_a_cell_keeps_its_places_and_escapes_its_separator(values: list[str | None]) -> None:
    text = cell_at(["list", "value"])({"list": [{"value": value} for value in values]})
    back = [re.sub(r"\\(.)", r"\1", part) or None for part in text.split(" | ")]
    assert back == values


def test_expand_gives_a_row_for_each_item(client: FlaskClient, documents: Documents) -> None:
    text = fetch(client, "events", "csv", "expand=participants")
    rows = [(r["id"], r["participants.actor.id"], r["participants.role"]) for r in csv.DictReader(io.StringIO(text))]
    expected = []
    for event in documents["events"]:
        people = [((p["actor"] or {"id": ""})["id"], p["role"]) for p in event["participants"]] or [("", "")]
        expected += [(event["id"], *one) for one in people]
    assert rows == expected
    nested = csv.DictReader(io.StringIO(fetch(client, "agreements", "csv", "expand=actions.by&ids=new-start")))
    (treaty,) = [d for d in documents["agreements"] if d["id"] == "new-start"]
    by = [(a["kind"], one["id"]) for a in treaty["actions"] for one in a["by"] or [{"id": ""}]]
    assert [(r["actions.kind"], r["actions.by.id"]) for r in nested] == by
    refused = client.get("/v1/events?expand=participants")
    assert refused.status_code == 400
    assert "needs format=csv" in refused.text


def test_csv_columns_are_the_paths_that_fields_takes(client: FlaskClient, kind: str) -> None:
    header = fetch(client, kind, "csv").splitlines()[0].split(",")
    answer = client.get(f"/v1/{kind}?format=csv&fields={','.join(header[:90])}")
    assert answer.text.splitlines()[0].split(",") == header[:90]
    narrow = client.get(f"/v1/{kind}?format=csv&fields={header[1]}").text.splitlines()[0]
    assert narrow.split(",") == ["id", header[1]]


@given(cells=st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")), min_size=1, max_size=4))
def test_no_cell_is_run_as_a_formula_and_none_is_lost(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(row(cells, guard=True), newline=""))
    for text, back in zip(cells, read, strict=True):
        assert not back.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert back in (text, f"'{text}")
    (read,) = csv.reader(io.StringIO(row(cells), newline=""))
    assert read == cells, "without spreadsheet=true nothing is altered"


def test_jsonld_expands_to_schema_org_nodes_with_addresses(client: FlaskClient, kind: str, documents: Documents) -> None:
    def offline(*arguments: Any) -> None:
        pytest.fail(f"the context is fetched: {arguments}")

    expanded = pyld.jsonld.expand(json.loads(fetch(client, kind, "jsonld")), {"documentLoader": offline})
    nodes = expanded[0].get("@graph", expanded)
    assert [node["@id"] for node in nodes] == [f"http://localhost{d['links']['self']}" for d in documents[kind]]
    assert all(node["@type"][0].startswith("https://schema.org/") for node in nodes)
    assert all(node["https://schema.org/name"][0]["@value"] for node in nodes)


@pytest.mark.parametrize("kind", ["events", "statements"])
def test_atom_is_read_and_paged_and_its_ids_are_stable(client: FlaskClient, kind: str, documents: Documents) -> None:
    found, url = [], f"/v1/{kind}?format=atom&limit=40"
    while url:
        feed = feedparser.parse(client.get(url).text)
        assert not feed.bozo, feed.get("bozo_exception")
        found += [entry.id for entry in feed.entries]
        assert all(entry.title and entry.summary and entry.updated_parsed for entry in feed.entries)
        url = next((link.href for link in feed.feed.links if link.rel == "next"), "")
    assert found == [f"tag:diplomatic-events,2026:{kind}/{d['id']}" for d in documents[kind]]


def test_the_calendar_has_whole_days_and_stable_uids(client: FlaskClient, documents: Documents) -> None:
    calendar = icalendar.Calendar.from_ical(fetch(client, "events", "ics"))
    entries = {str(event["uid"]).split("@")[0]: event for event in calendar.walk("VEVENT")}
    dated = {d["id"]: d for d in documents["events"] if d["date"]["earliest"]}
    assert set(entries) == set(dated), "only what may have begun at any time is left out"
    for id, entry in entries.items():
        start, when = entry["dtstart"].dt, dated[id]["date"]
        assert type(start) is date, "a date, not midnight"
        assert start.isoformat() == when["earliest"]
        lasted = when["sense"] == "extent" and when["precision"] == "day"
        spans = when["latest"] and (lasted or when["latest"] == when["earliest"])
        last = when["latest"] if spans else when["earliest"]
        assert entry.get("dtend", entry["dtstart"]).dt - timedelta(days="dtend" in entry) == date.fromisoformat(last), id
        assert isinstance(entry["dtstamp"].dt, datetime)
    assert "method" not in calendar, "a file that is fetched is no message (RFC 5546)"
    assert all(len(line.encode()) <= 75 for line in fetch(client, "events", "ics").split("\r\n"))


def test_the_calendar_of_agreements_tells_expiries(client: FlaskClient) -> None:
    calendar = icalendar.Calendar.from_ical(fetch(client, "agreements", "ics"))
    days = {str(event["uid"]): event["dtstart"].dt for event in calendar.walk("VEVENT")}
    assert days["new-start-expiry@diplomatic-events"] == date(2026, 2, 5)


def test_geojson_is_valid_and_says_where_its_points_are_from(client: FlaskClient, documents: Documents) -> None:
    collection = geojson.loads(fetch(client, "events", "geojson"))
    assert collection.is_valid, collection.errors()
    placed = [d for d in documents["events"] if d["places"]]
    assert [feature["id"] for feature in collection.features] == [d["id"] for d in placed]
    summit = next(f for f in collection.features if f["id"] == "2021-06-16-geneva-summit")
    assert summit["properties"]["places"] == ["villa-la-grange"]
    assert summit["properties"]["located_at"] == ["geneva"]
    assert summit["geometry"]["coordinates"] == [6.14569, 46.20222]
    places = geojson.loads(fetch(client, "places", "geojson"))
    assert places.is_valid
    assert len(places.features) == len(documents["places"])


def test_an_event_in_several_places_has_them_in_order_in_every_format(
    edit: Callable[..., Path], small: Path, tmp_path: Path
) -> None:
    id, names = "2021-06-16-geneva-summit", ["Vienna", "Geneva", "Nowhere"]
    for name, more in (("Vienna", "latitude: 48.21\nlongitude: 16.37\n"), ("Nowhere", "")):
        edit(f"places/{name.lower()}.yaml", "", f"name: {name}\nkind: city\ncountry: AUT\n{more}")
    edit(f"events/{id}.yaml", "place: geneva\n", "places:\n  - vienna\n  - geneva\n  - nowhere\n")
    settings = Settings(dataset=small, data_dir=tmp_path / "data")
    load.load(settings)[0].close()
    client = create_app(settings).test_client()
    for query in ("place=vienna", "place=switzerland", "place_all=geneva,nowhere", "country_all=AUT,CHE"):
        assert [d["id"] for d in client.get(f"/v1/events?{query}").get_json()["data"]] == [id], query
    document = client.get(f"/v1/events/{id}").get_json()["data"]
    assert [place["name"] for place in document["places"]] == names
    (feature,) = geojson.loads(fetch(client, "events", "geojson")).features
    assert feature["geometry"] == {"type": "MultiPoint", "coordinates": [[16.37, 48.21], [6.14569, 46.20222]]}
    assert feature["properties"]["places"] == ["vienna", "geneva", "nowhere"]
    assert feature["properties"]["located_at"] == ["vienna", "geneva", None]
    (row,) = csv.DictReader(io.StringIO(fetch(client, "events", "csv", f"ids={id}")))
    assert row["places.name"] == " | ".join(names)
    (event,) = icalendar.Calendar.from_ical(fetch(client, "events", "ics", f"ids={id}")).walk("VEVENT")
    assert str(event["location"]) == "; ".join(names)
    (node,) = json.loads(fetch(client, "events", "jsonld", f"ids={id}"))["@graph"]
    assert [place["name"] for place in node["location"]] == names
    (entry,) = [one for one in client.get("/v1/timeline").get_json()["data"] if one["id"] == id]
    assert entry["places"] == document["places"]


def test_graphml_and_node_link_are_the_same_network(client: FlaskClient, documents: Documents) -> None:
    graph = networkx.parse_graphml(fetch(client, "events", "graphml"))
    linked = networkx.node_link_graph(client.get("/v1/network").get_json()["data"], edges="edges")
    assert set(networkx.DiGraph(graph).edges) == set(networkx.DiGraph(linked).edges)
    assert set(graph.nodes) == {p["actor"]["id"] for d in documents["events"] for p in with_records(d)}
    assert {data["type"] for _, _, data in graph.edges(data=True)} <= {d["type"]["id"] for d in documents["events"]}
    events = {id for _, _, data in linked.edges(data=True) for id in data["events"]}
    assert "2021-06-16-geneva-summit" in events
    assert client.get("/v1/network?format=graphml").text == fetch(client, "events", "graphml")
    for _, _, data in graph.edges(data=True):
        assert (
            sum(data[status] for status in STATUSES) == data["count"] == len(data["dates"].split()) == len(data["events"].split())
        )


@given(text=st.text(max_size=30))
def test_any_text_is_safe_in_xml(text: str) -> None:
    ET.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')
    person = {"actor": {"id": text, "name": text}, "role": "participant"}
    other = {"actor": {"id": "other", "name": "Other"}, "role": "participant"}
    event = {"id": "x", "type": {"id": "t"}, "status": "occurred", "disputed": False, "one_sided": False}
    graph = network([{**event, "date": public_date.render("../.."), "participants": [person, other]}])
    ET.fromstring("".join(as_graphml(graph)))


def test_accept_and_format_ask_for_the_same(client: FlaskClient, kind: str) -> None:
    for word in formats_of(kind):
        by_accept = client.get(f"/v1/{kind}", headers={"Accept": FORMATS[word].media_type})
        assert by_accept.mimetype == FORMATS[word].media_type
        own = client.get(f"/v1/{kind}", headers={"Accept": by_accept.headers["Content-Type"]})
        assert own.headers["Content-Type"] == by_accept.headers["Content-Type"], "what an answer says of itself may be asked for"
        assert by_accept.headers["ETag"] == client.get(f"/v1/{kind}?format={word}").headers["ETag"] or word != "json"


def test_formats_stream_and_do_not_gather(client: FlaskClient) -> None:
    for word in ("ndjson", "csv", "jsonld", "ics", "geojson"):
        answer = client.get(f"/v1/events?format={word}", headers={"Accept-Encoding": "identity"})
        assert answer.is_streamed
        assert "Content-Length" not in answer.headers
        answer.close()


def test_a_code_keeps_its_zero_in_a_spreadsheet(client: FlaskClient) -> None:
    """CAMEO 040 is no 40."""
    for query, code in (("spreadsheet=true", "'040"), ("fields=cameo.code", "040")):
        text = fetch(client, "event-types", "csv", f"ids=meeting-other&{query}").removeprefix("\ufeff")
        (read,) = csv.DictReader(io.StringIO(text))
        assert read["cameo.code"] == code


@pytest.mark.parametrize("text", ["2021-06", "June 2021", "May 14", "14 May", "8-9", "3/4", "040", "=1+1"])
def test_a_spreadsheet_makes_no_day_and_no_number_of_a_text(text: str) -> None:
    """Excel would show the first of June 2021 for a month."""
    assert row([text], guard=True) == f"'{text}\r\n"


@pytest.mark.parametrize("text", ["2021-06-16", "2021", "16 June 2021", "Article 3", "2021-06-16/2021-06-18", "Volume XV, 8-9"])
def test_a_spreadsheet_gets_days_and_words_as_they_are(text: str) -> None:
    assert row([text], guard=True).strip('"\r\n') == text


def test_a_page_offers_its_list_for_a_spreadsheet(client: FlaskClient) -> None:
    for page in ("/events?type=summit", "/events/2021-06-16-geneva-summit"):
        (address,) = re.findall(r'<a href="([^"]*)">csv for a spreadsheet</a>', client.get(page).text)
        answer = client.get(html.unescape(address))
        assert answer.text.startswith("\ufeff"), answer.text
        assert answer.mimetype == "text/csv"


def test_hostile_text_of_a_record_breaks_no_shape(small: Any, edit: Any, tmp_path: Any) -> None:
    title = "=cmd|' /C calc'!A0 </title><script>alert(1)</script> \\n;,: ]]> 😀"
    edit("events/2021-06-16-geneva-summit.yaml", "title: Summit in Geneva", f"title: {json.dumps(title, ensure_ascii=False)}")
    settings = Settings(dataset=small, data_dir=tmp_path / "data")
    load.load(settings)
    client = create_app(settings).test_client()
    (expected,) = [d["title"] for d in walk(client, "/v1/events?ids=2021-06-16-geneva-summit")]
    frame = pandas.read_csv(io.StringIO(fetch(client, "events", "csv", "ids=2021-06-16-geneva-summit")))
    assert frame["title"][0] == expected
    guarded = fetch(client, "events", "csv", "ids=2021-06-16-geneva-summit&spreadsheet=true")
    assert guarded.startswith("\ufeff")
    assert pandas.read_csv(io.StringIO(guarded[1:]))["title"][0] == f"'{expected}"
    feed = feedparser.parse(fetch(client, "events", "atom"))
    assert not feed.bozo
    assert "<script>" not in fetch(client, "events", "atom")
    entries = icalendar.Calendar.from_ical(fetch(client, "events", "ics")).walk("VEVENT")
    assert f"{expected} (disputed, one-sided)" in [str(entry["summary"]) for entry in entries]
    hits = client.get("/v1/search?q=calc").get_json()["data"]
    assert "<script>" not in hits[0]["highlight"]
    assert "<mark>calc</mark>" in hits[0]["highlight"]

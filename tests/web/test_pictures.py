"""Pictures are well-formed SVG of what the list of the same query has; each mark leads to its record and hides no doubt."""

import gzip
import json
import re
import shutil
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL, walk
from flask import request
from flask.testing import FlaskClient
from lxml import etree
from support import unchanged

from api.config import Settings
from api.releases import load
from api.web.app import create_app
from api.web.pictures import drawings
from api.web.pictures.drawings import DRAWINGS
from api.web.pictures.net import layout
from api.web.pictures.svg import Picture
from api.web.request_parameters import served, store

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert(1)</script> & "quoted" ]]> \' {{7*7}}'


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The small dataset, with a title that is hostile text and an event that is alleged."""
    folder = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("pictures") / "dataset"))
    for path, old, new in (
        ("events/2021-06-follow-up.yaml", r"^title: .*$", f"title: {json.dumps(HOSTILE)}"),
        ("agreements/treaty.yaml", r"^title: .*$", f"title: {json.dumps(HOSTILE)}"),
        ("places/geneva.yaml", r"^name: .*$", f"name: {json.dumps(HOSTILE)}"),
        ("statements/2021-06-16-putin-denies.yaml", r"^paraphrase: .*$", f"paraphrase: {json.dumps(HOSTILE)}"),
        ("event-types/summit.yaml", r"^label: .*$", f"label: {json.dumps(HOSTILE)}"),
        ("actors/joe-biden.yaml", r"^name: .*$", f"name: {json.dumps(HOSTILE)}"),
    ):
        text = (folder / path).read_text(encoding="utf-8")
        assert re.search(old, text, re.MULTILINE), path
        (folder / path).write_text(re.sub(old, lambda _, new=new: new, text, count=1, flags=re.MULTILINE), encoding="utf-8")
    settings = Settings(dataset=folder, data_dir=folder.parent / "data")
    load.load(settings)[0].close()
    return create_app(settings).test_client()


def picture(client: FlaskClient, address: str) -> Picture:
    """What the modules of pictures make, before it is SVG."""
    with client.application.test_request_context(address):
        name = address.partition("?")[0].rpartition("/")[2].removesuffix(".svg")
        return DRAWINGS[name].draw(drawings.read(name, dict(request.args.lists()), store(), served()))


def drawn(client: FlaskClient, address: str) -> etree._Element:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.data)


def linked(root: etree._Element, kind: str) -> set[str]:
    """The ids of the records of a kind that marks lead to."""
    found = (a.get("href").partition("?")[0] for a in root.iter(f"{SVG}a"))
    return {href.rpartition("/")[2] for href in found if href.startswith(f"/{kind}/")}


# A query of each picture of the whole dataset, and one of the small dataset.
QUERIES = {
    "timeline": ("year=2021", ""),
    "treaties": ("day=2021-06-16", "day=2021-06-16"),
    "years": ("by=type", "by=type"),
    "map": ("type=summit", ""),
    "network": ("year=2021", ""),
    "chronicle": ("year=2021", ""),
    "thread": ("ids=2021-06-16-putin-denies-cyber-attacks", "ids=2021-06-16-putin-denies"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_well_formed_named_and_described_and_small(name: str, client: FlaskClient, fixture: FlaskClient) -> None:
    whole, small = QUERIES[name]
    for of, query in ((fixture, small), (client, whole), (client, f"{whole}&width=360")):
        answer = of.get(f"/pictures/{name}.svg?{query}")
        root = etree.fromstring(answer.data)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "group", "its links can be reached"
        named = root.get("aria-labelledby").split()
        assert [root.xpath(f"string(//*[@id='{id}'])") != "" for id in named] == [True, True]
        assert not list(root.iter(f"{SVG}script"))
        assert len(gzip.compress(answer.data)) < DRAWINGS[name].most_bytes
        assert all(len(a) and a[0].tag == f"{SVG}title" and a[0].text for a in root.iter(f"{SVG}a"))


@pytest.mark.parametrize("name", DRAWINGS)
def test_text_of_a_dataset_stays_text(name: str, fixture: FlaskClient) -> None:
    answer = fixture.get(f"/pictures/{name}.svg?{QUERIES[name][1]}")
    assert b"<script" not in answer.data
    words = "".join(etree.fromstring(answer.data).itertext())
    assert HOSTILE[:8] in words
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "query", ["year=2021&disputed=true", "topic=nuclear-arms-control&date_match=certain", "status=alleged", "type=summit"]
)
@pytest.mark.parametrize("lanes", ["none", "type", "actor", "side"])
def test_the_marks_of_a_timeline_are_the_events_of_the_list(query: str, lanes: str, client: FlaskClient) -> None:
    found = {event["id"] for event in walk(client, f"/v1/events?{query}&limit=500")}
    assert linked(drawn(client, f"/pictures/timeline.svg?{query}&lanes={lanes}"), "events") == found


@pytest.mark.parametrize("query", ["", "bound_on=russia:2026-03-01", "kind=treaty&status=ended"])
def test_the_bars_are_the_agreements_of_the_list(query: str, client: FlaskClient) -> None:
    found = {agreement["id"] for agreement in walk(client, f"/v1/agreements?{query}&limit=500")}
    assert linked(drawn(client, f"/pictures/treaties.svg?{query}"), "agreements") == found


def test_what_is_alleged_disputed_or_inexact_has_a_mark_of_its_own(client: FlaskClient) -> None:
    events = walk(client, "/v1/events?year=2021&limit=500")
    root = drawn(client, "/pictures/timeline.svg?year=2021")
    marks = {a.get("href").rpartition("/")[2]: a for a in root.iter(f"{SVG}a")}
    for event in events:
        mark, date = marks[event["id"]], event["date"]
        classes = [word for part in mark.iter() for word in (part.get("class") or "").split()]
        assert ("solid" in classes) == (event["status"] == "occurred"), event["id"]
        assert ("ring" in classes) == (event["disputed"] or event["one_sided"]), event["id"]
        if date["sense"] == "one_of" and date["earliest"] != date["latest"] and None not in (date["earliest"], date["latest"]):
            assert "dash" in classes, event["id"]
        if None in (date["earliest"], date["latest"]):
            assert {"to", "from", ""} & set(classes), event["id"]
        said = mark[0].text
        assert (event["status"] == "occurred") or event["status"] in said.lower()
        assert event["disputed"] == ("disputed" in said)
    assert {"disputed", "alleged"} <= {e["status"] for e in events} | {"disputed" for e in events if e["disputed"]}


@pytest.mark.parametrize("query", ["year=2021", "year=2021&kind=agreements,statements", "actor=joe-biden&date_from=2021"])
@pytest.mark.parametrize("lanes", ["kind", "actor", "none"])
def test_the_marks_of_a_chronicle_are_the_entries_of_the_timeline(query: str, lanes: str, client: FlaskClient) -> None:
    found = {entry["links"]["self"] for entry in walk(client, f"/v1/timeline?{query}&limit=500")}
    hrefs = {a.get("href") for a in drawn(client, f"/pictures/chronicle.svg?{query}&lanes={lanes}").iter(f"{SVG}a")}
    assert {f"/v1{href}" for href in hrefs} == found


def test_who_is_bound_on_a_day_is_on_its_line(client: FlaskClient) -> None:
    on = {a["id"] for a in walk(client, "/v1/agreements?bound_on=russia:2026-03-01&date_match=certain&limit=500")}
    root = drawn(client, "/pictures/treaties.svg?party=russia&day=2026-03-01")
    caught = {a.get("href").rpartition("/")[2] for a in root.iter(f"{SVG}a") if any(p.get("class") == "caught" for p in a.iter())}
    assert on
    assert on <= caught


@pytest.mark.parametrize("name", ["timeline", "years", "map", "network"])
def test_the_heading_of_a_cut_picture_says_of_how_many_it_is(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for most in ("MOST_EVENTS", "MOST_MARKS"):
        monkeypatch.setattr(drawings, most, 5)
    heading = drawn(client, f"/pictures/{name}.svg?type=summit&width=731").findtext(f"{SVG}title")  # as nobody else asks for it
    of = client.get("/v1/events?type=summit&limit=0").get_json()["meta"]["total"]
    assert f"the latest 5 of {of} events" in str(heading)


def test_a_picture_is_cached_pinned_and_refused_as_its_list_is(client: FlaskClient) -> None:
    first = client.get("/pictures/timeline.svg?type=summit&lanes=type")
    assert first.mimetype == "image/svg+xml"
    again = client.get("/pictures/timeline.svg?type=summit&lanes=type", headers={"If-None-Match": first.headers["ETag"]})
    unchanged(again, first)
    assert '/v1/events?type=summit>; rel="alternate"' in first.headers["Link"]
    refused = client.get("/pictures/timeline.svg?type=sumit&lanes=lane&width=9&colour=red")
    assert refused.status_code == 400
    assert {error["parameter"] for error in refused.get_json()["errors"]} >= {"lanes", "width", "colour"}
    assert client.get("/pictures/timeline.svg?release=9.9.9").status_code == 400


@pytest.mark.parametrize("name", DRAWINGS)
def test_marks_lead_to_pages_below_the_prefix(name: str, client: FlaskClient) -> None:
    answer = client.get(f"/pictures/{name}.svg?{QUERIES[name][0]}", base_url="http://localhost/data")
    assert answer.status_code == 200
    hrefs = [a.get("href") for a in etree.fromstring(answer.data).iter(f"{SVG}a")]
    assert hrefs
    assert all(href.startswith("/data/") for href in hrefs)


def test_a_table_has_what_the_picture_has(fixture: FlaskClient) -> None:
    """The table, for a page, has the same links as the picture, and its text is escaped."""
    links, html = table(fixture, "/pictures/timeline.svg")
    assert "<script" not in html
    assert links == linked(drawn(fixture, "/pictures/timeline.svg"), "events")


def table(client: FlaskClient, address: str) -> tuple[set[str], str]:
    html = picture(client, address).table()
    return {a.get("href").rpartition("/")[2] for a in etree.fromstring(html).iter("a")}, html


def test_a_bar_of_a_year_counts_what_the_list_behind_it_finds(client: FlaskClient) -> None:
    query = "type=summit,visit&date_from=2010&date_to=2021"
    shown = picture(client, f"/pictures/years.svg?{query}").rows
    counts: Counter[str] = Counter()
    for _, what, number in shown:
        counts[what.href or ""] += int(number.words.partition(",")[0])
    assert counts
    for href, count in counts.items():
        assert client.get(f"/v1{href}&limit=0").get_json()["meta"]["total"] == count, href


def test_holders_of_an_office_are_above_the_years_and_an_unknown_office_is_refused(client: FlaskClient) -> None:
    root = drawn(client, "/pictures/years.svg?type=summit&office=President+of+Russia")
    assert {"vladimir-putin", "boris-yeltsin"} <= linked(root, "actors")
    refused = client.get("/pictures/years.svg?office=President+of+Rusia")
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["suggestion"] == "President of Russia"


def test_the_map_has_each_event_with_a_place_once_for_each_place_and_counts_the_others(client: FlaskClient) -> None:
    events = walk(client, "/v1/events?year=2021&limit=500")
    shown = picture(client, "/pictures/map.svg?year=2021")
    without = int(shown.cut.partition(" of the events have no place")[0])
    assert without >= sum(not event["places"] for event in events)
    assert sum(int(row[1].words) for row in shown.rows) >= len(events) - without > 0
    for place, _, _, _ in shown.rows:
        assert client.get(f"/v1{place.href}").status_code == 200


def test_a_network_has_the_actors_of_the_events_and_says_which_it_leaves_out(client: FlaskClient) -> None:
    graph = client.get("/v1/network?year=2021").get_json()["data"]["nodes"]
    whole, some = (drawn(client, f"/pictures/network.svg?year=2021&nodes={most}") for most in (80, 10))
    assert linked(whole, "actors") == {node["id"] for node in graph}
    fewer = sorted(graph, key=lambda node: (-node["events"], node["id"]))[:10]
    assert linked(some, "actors") == {node["id"] for node in fewer}
    assert f"10 of {len(graph)} actors are shown" in "".join(some.itertext())


def test_labels_of_a_narrow_network_do_not_overlap(client: FlaskClient) -> None:
    labels = drawn(client, "/pictures/network.svg?year=2021&width=360").xpath("//*[contains(@class, 'halo')]")
    places = [(float(label.get("x")), float(label.get("y")), len(label.text) * 6.2) for label in labels]
    assert len(places) > 5
    for (x, y, long), (left, above, wide) in combinations(places, 2):
        assert abs(y - above) > 13 or x + long < left or left + wide < x


def test_a_narrow_thread_says_who_and_when_in_full(client: FlaskClient) -> None:
    asked = "2021-06-16-putin-denies-cyber-attacks"
    told = "".join(drawn(client, f"/pictures/thread.svg?ids={asked}&width=360").xpath("//*[local-name() = 'text']//text()"))
    answer = client.get(f"/v1/statements/{asked}").get_json()["data"]
    assert f"{answer['speakers'][0]['name']} · denies" in told
    for reply in answer["replies_to"]:
        assert client.get(f"/v1/statements/{reply['statement']['id']}").get_json()["data"]["date"]["text"] in told


def test_the_same_graph_is_laid_out_alike() -> None:
    weights = {("a", "b"): 2.0, ("b", "c"): 1.0}
    at = layout(["b", "a", "c", "d"], weights)
    assert at == layout(["b", "a", "c", "d"], dict(reversed(weights.items())))
    assert len(set(at.values())) == 4
    assert layout([], {}) == {}
    assert layout(["a"], {}).keys() == {"a"}


def test_a_thread_has_what_the_statement_answers_and_what_answers_it(client: FlaskClient) -> None:
    asked = QUERIES["thread"][0].removeprefix("ids=")

    def ids(trees: list[dict[str, Any]]) -> set[str]:
        return {id for tree in trees for id in {tree["id"], *ids(tree["replies"])}}

    found = ids(client.get(f"/v1/threads/{asked}").get_json()["data"])
    assert linked(drawn(client, f"/pictures/thread.svg?ids={asked}"), "statements") == found
    assert len(found) > 1
    assert client.get("/pictures/thread.svg").get_json()["errors"][0]["parameter"] == "ids"


def test_what_lies_beyond_the_days_asked_for_has_an_arrow_there(client: FlaskClient) -> None:
    """The timeline of a year is as wide as the year, whatever began before it."""
    long = [e for e in walk(client, "/v1/events?year=2021&limit=500") if (e["date"]["earliest"] or "2021") < "2021"]
    assert long
    assert "goes on beyond the days shown" in "".join(drawn(client, "/pictures/timeline.svg?year=2021").itertext())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("type=diplomats-expelled", "no time gone through as a whole, so counts by time are no trend"),
        ("type=summit", "Summit: gone through 1943 to"),
        ("coding=curated", "Types of event differ in what was gone through"),
    ],
)
def test_a_count_by_year_says_what_was_gone_through(client: FlaskClient, query: str, told: str) -> None:
    """A column is taken for how much happened, where it may be how much was read."""
    picture = client.get(f"/pictures/years?{query}", headers={"Accept": "text/html"}).text
    assert told in re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", picture))
    assert f"/pictures/years.svg?{query}&amp;width=360" in picture, "and a phone shows a picture of its width"

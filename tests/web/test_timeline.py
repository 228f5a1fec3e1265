"""The timeline is what a plain scan over events, statements and actions of agreements gives, in order, each entry once."""

import csv
import io
import json
import re
from collections import Counter
from datetime import date
from typing import Any

import icalendar
import pytest
from conftest import walk
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from oracle import Document, Oracle, months, span, surely_within, years
from support import conforms, explained, statements

from api.query.timeline import Timeline
from api.storage.store import Store
from api.web import openapi

KINDS = ("events", "statements", "agreements")
DAYS = st.sampled_from(["2021-06-16", "2021-06", "2021", "2014", "1985-11-20", "2010-04-08", "1991"])


class Entry:
    """What the timeline should have, said from the documents alone."""

    def __init__(self, oracle: Oracle, kind: str, document: Document, place: int, action: int | None = None) -> None:
        self.oracle, self.kind, self.document = oracle, kind, document
        self.action = document["actions"][action] if action is not None else None
        self.date = self.action["date"] if self.action else document["date"]
        same = [a["kind"] for a in document["actions"][: action + 1]] if action is not None else []
        self.id = document["id"]
        if self.action:
            which = same.count(self.action["kind"])
            self.id += f":{self.action['kind']}" + (f":{which}" if which > 1 else "")
        first = span(self.date)[0]
        self.key = (first, not surely_within(self.date, (first, first)), KINDS.index(kind), -place, action or 0)

    def values(self, name: str) -> set[str]:
        d = self.document
        if name == "year":
            return years(self.date)
        if name == "month":
            return months(self.date)
        if name == "date_precision":
            return {self.date["precision"]}
        if name == "actor":
            people = {
                "events": [p["actor"] for p in d.get("participants", ()) if p["actor"]],
                "statements": d.get("speakers", []),
            }
            who = (self.action["by"] or d["parties"]) if self.action else people[self.kind]
            return {actor["id"] for actor in who}
        if name == "agreement" and self.action:
            return {d["id"]}
        return self.oracle.values(self.kind, name, d)


@pytest.fixture(scope="module")
def entries(documents: dict[str, list[Document]]) -> list[Entry]:
    oracle, found = Oracle(documents), []
    for kind in KINDS:
        for place, document in enumerate(documents[kind]):
            numbers = range(len(document["actions"])) if kind == "agreements" else [None]
            found += [Entry(oracle, kind, document, place, number) for number in numbers]
    return found


def ordered(found: list[Entry], sort: str) -> list[str]:
    """Ids by date, the certain first on the same day in both directions."""
    sign = -1 if sort == "-date" else 1
    key = [((sign * e.key[0].toordinal(), e.key[1], e.key[2], sign * e.key[3], sign * e.key[4]), e.id) for e in found]
    return [id for _, id in sorted(key)]


def holds(entry: Entry, parameters: dict[str, Any]) -> bool:
    if entry.kind not in parameters.get("kind", KINDS):
        return False
    for name in FILTERS:
        values = entry.values(name)
        wanted, every, none = (set(parameters.get(name + how, ())) for how in ("", "_all", "_not"))
        if (wanted and not values & wanted) or not every <= values or values & none:
            return False
    if "on" in parameters:
        begin, end = partial(parameters["on"])
        first, last = span(entry.date)
        if parameters.get("date_match") == "certain":
            return surely_within(entry.date, (begin, end))
        return first <= end and begin <= last
    return True


def partial(text: str) -> tuple[date, date]:
    whole = {4: ("-01-01", "-12-31"), 10: ("", "")}
    if len(text) == 7:
        return date.fromisoformat(f"{text}-01"), date.fromisoformat(f"{text}-30")  # June, the only month of DAYS
    return date.fromisoformat(text + whole[len(text)][0]), date.fromisoformat(text + whole[len(text)][1])


FILTERS = ("actor", "topic", "agreement", "year", "month", "date_precision", "source", "disputed", "one_sided", "holder")
SINGLE = ("date_precision", "disputed", "one_sided")


@profile(max_examples=6)
@given(data=st.data())
def test_a_walk_of_the_timeline_gives_what_a_plain_scan_gives(
    data: st.DataObject, client: FlaskClient, entries: list[Entry]
) -> None:
    walked(data, client, entries)


@pytest.mark.trials
@profile(max_examples=100)
@given(data=st.data())
def test_many_walks_of_the_timeline_give_what_plain_scans_give(
    data: st.DataObject, client: FlaskClient, entries: list[Entry]
) -> None:
    walked(data, client, entries)


def walked(data: st.DataObject, client: FlaskClient, entries: list[Entry]) -> None:
    """Holds one drawn query of the timeline to a plain scan."""
    parameters: dict[str, Any] = {}
    for name in data.draw(st.lists(st.sampled_from(FILTERS), max_size=2, unique=True)):
        occurring = sorted(set().union(*(entry.values(name) for entry in entries)))
        how = data.draw(st.sampled_from(["", "_not"] if name in SINGLE else ["", "_all", "_not"]))
        parameters[name + how] = data.draw(st.lists(st.sampled_from(occurring), min_size=1, max_size=2, unique=True))
    on = {"on": DAYS, "date_match": st.sampled_from(["possible", "certain"])}
    parameters |= data.draw(st.one_of(st.just({}), st.fixed_dictionaries(on)))
    parameters |= data.draw(
        st.fixed_dictionaries({}, optional={"kind": st.lists(st.sampled_from(KINDS), min_size=1, unique=True)})
    )
    sort = data.draw(st.sampled_from(["-date", "date"]))
    expected = [entry for entry in entries if holds(entry, parameters)]
    limit = data.draw(st.sampled_from([7, 50, 500])) if len(expected) < 100 else 100
    query = "&".join(f"{name}={','.join(v) if isinstance(v, list) else v}" for name, v in parameters.items())
    address = f"/v1/timeline?{query}&sort={sort}&limit={limit}"
    assert [entry["id"] for entry in walk(client, address)] == ordered(expected, sort)
    meta = client.get(address).get_json()["meta"]
    counted = Counter(entry.kind for entry in expected)
    assert meta["kinds"] == {kind: counted[kind] for kind in parameters.get("kind", KINDS)}
    assert meta["total"] == len(expected)
    if "on" in parameters:
        certain, possible = (
            sum(holds(entry, {**parameters, "date_match": word}) for entry in entries) for word in ("certain", "possible")
        )
        assert meta["date_match"] == {"certain": certain, "possible": possible}


@pytest.mark.parametrize("sort", ["date", "-date"])
def test_every_page_size_walks_the_same(client: FlaskClient, sort: str) -> None:
    whole = walk(client, f"/v1/timeline?on=2021-06-16&topic=cybersecurity&sort={sort}&limit=500")
    assert len(whole) > 7
    for limit in (1, 2, 7):
        assert walk(client, f"/v1/timeline?on=2021-06-16&topic=cybersecurity&sort={sort}&limit={limit}") == whole
    lines = client.get(f"/v1/timeline?on=2021-06-16&topic=cybersecurity&sort={sort}&format=ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == whole


def test_the_life_of_new_start_is_told_in_order(client: FlaskClient) -> None:
    life = walk(client, "/v1/timeline?kind=agreements&agreement=new-start&sort=date")
    assert [(entry["what"], entry["date"]["edtf"]) for entry in life if entry["what"] != "ratified"] == [
        ("signed", "2010-04-08"),
        ("approved", "2010-12-22"),
        ("entered_into_force", "2011-02-05"),
        ("extended", "2021-02-03"),
        ("suspended", "2023-02-28"),
        ("expired", "2026-02-05"),
    ]
    assert {entry["links"]["self"] for entry in life} == {"/v1/agreements/new-start"}
    assert life[0]["title"] == "Signed: New START"


def test_an_entry_says_what_its_record_says(client: FlaskClient, documents: dict[str, list[Document]]) -> None:
    by_id = {d["id"]: d for kind in ("events", "statements") for d in documents[kind]}
    for entry in walk(client, "/v1/timeline?year=2021&limit=500"):
        record = by_id.get(entry["id"]) or next(d for d in documents["agreements"] if entry["id"].startswith(f"{d['id']}:"))
        assert entry["disputed"] == record["disputed"]
        assert entry["one_sided"] == record["one_sided"]
        if entry["kind"] != "agreements":
            assert entry["date"] == record["date"]
            assert entry["status"] == record.get("status")
        assert client.get(entry["links"]["self"]).status_code == 200


def test_the_timeline_is_as_the_contract_says(client: FlaskClient) -> None:
    answer = client.get("/v1/timeline?limit=500")
    operation = openapi.contract()["paths"]["/v1/timeline"]["get"]
    conforms(answer.get_json(), operation["responses"]["200"]["content"]["application/json"]["schema"])
    assert client.get("/v1/timeline?limit=500", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/v1").get_json()["links"]["timeline"].endswith("/v1/timeline")
    narrow = client.get("/v1/timeline?fields=title,date.edtf&limit=1").get_json()["data"][0]
    assert set(narrow) == {"id", "title", "date"}


@pytest.mark.parametrize(("format", "media"), [("csv", "text/csv"), ("atom", "application/atom+xml"), ("ics", "text/calendar")])
def test_every_format_of_the_timeline_has_its_entries(client: FlaskClient, format: str, media: str) -> None:
    query = "on=2021-06-16&date_match=certain"
    ids = [entry["id"] for entry in walk(client, f"/v1/timeline?{query}&limit=500")]
    answer = client.get(f"/v1/timeline?{query}{'&limit=500' if format == 'atom' else ''}", headers={"Accept": media})
    assert (answer.status_code, answer.mimetype) == (200, media)
    if format == "csv":
        assert [row["id"] for row in csv.DictReader(io.StringIO(answer.text))] == ids
    elif format == "ics":
        calendar = icalendar.Calendar.from_ical(answer.text)
        assert [str(event["uid"]).removesuffix("@diplomatic-events") for event in calendar.walk("VEVENT")] == ids
    else:
        addresses = re.findall(r'<link rel="alternate" href="http://localhost(/v1/[^"]+)"/>', answer.text)
        assert [address.rsplit("/", 1)[1] for address in addresses] == [id.partition(":")[0] for id in ids]


@pytest.mark.parametrize("format", ["csv", "ics", "ndjson"])
def test_a_format_that_holds_everything_has_no_pages(client: FlaskClient, format: str) -> None:
    (error,) = client.get(f"/v1/timeline?format={format}&limit=1").get_json()["errors"]
    assert (error["parameter"], error["detail"][:9]) == ("limit", "goes with")


def test_every_fault_is_told_once(client: FlaskClient) -> None:
    answer = client.get("/v1/timeline?actor=nobody&topic=nothing&date_from=2021&date_to=2020&limit=x&speaker=russia&kind=places")
    told = [error["parameter"] for error in answer.get_json()["errors"]]
    assert answer.status_code == 400
    assert sorted(told) == ["actor", "date_to", "kind", "limit", "speaker", "topic"]
    assert client.get("/v1/timeline?year=1907").get_json()["meta"]["total"] == 0


def test_repeats_and_a_cursor_of_another_query(client: FlaskClient) -> None:
    body = client.get("/v1/timeline?kind=events&kind=statements&limit=2").get_json()
    assert body["meta"]["query"]["kind"] == ["events", "statements"]
    following = body["links"]["next"]
    assert client.get(following).status_code == 200
    for other in (following.replace("/timeline", "/events"), following.replace("kind=events&", "")):
        assert client.get(other).status_code == 400, other


@pytest.mark.parametrize("sort", ["date", "-date"])
@pytest.mark.parametrize("query", [{}, {"topic": ["ukraine"]}, {"actor_all": ["joe-biden,vladimir-putin"]}])
def test_a_page_of_the_timeline_begins_where_the_last_one_ended(
    client: FlaskClient, sort: str, query: dict[str, list[str]]
) -> None:
    """However deep, indexes lead to its place; orders are read once a process, documents of what it shows alone."""
    store: Store = client.application.extensions["store"]
    timeline = Timeline({**query, "sort": [sort]}, store)
    timeline.after = [date(2021, 6, 16), 1, 2, 40]
    with statements(timeline.release) as asked:
        page = timeline.page()
    for sql, values in asked:
        steps = explained(timeline.release, sql, values)
        assert not any(re.match(r"SCAN (?!.*USING|gathered)|(-> +)?Seq Scan", step) for step in steps), steps
        if re.search(r'earliest" [<>]', sql):
            led = r"SEARCH .*(earliest[<>]\?|INTEGER PRIMARY KEY)|Index Cond: "
            assert any(re.search(led, step) for step in steps), steps
    read = [len(values) for sql, values in asked if '"document"' in sql]
    assert len(read) <= len(timeline.queries)
    assert len(page.documents) <= sum(read) <= len(page.documents) + 1


@pytest.mark.parametrize("query", ["q=treaty", "q=Putin", "updated_since=2.0.1"])
def test_entries_are_found_by_what_their_records_are_found_by(client: FlaskClient, entries: list[Entry], query: str) -> None:
    found = {(kind, d["id"]) for kind in KINDS for d in walk(client, f"/v1/{kind}?{query}&limit=500")}
    expected = [entry for entry in entries if (entry.kind, entry.document["id"]) in found]
    assert [entry["id"] for entry in walk(client, f"/v1/timeline?{query}&limit=500")] == ordered(expected, "-date") != []


def test_below_a_prefix_every_entry_has_the_address_of_its_record(client: FlaskClient) -> None:
    mounted = {"SCRIPT_NAME": "/data"}
    query = "/v1/timeline?on=2010-04-08&limit=3"
    body = client.get(query, environ_overrides=mounted).get_json()
    addresses = [entry["links"]["self"] for entry in body["data"]]
    assert all(address.startswith("/data/v1/") for address in addresses)
    assert body["links"]["next"].startswith("http://localhost/data/v1/timeline?")
    feed = client.get(f"{query}&format=atom", environ_overrides=mounted).text
    assert re.findall(r'<link rel="alternate" href="http://localhost([^"]+)"/>', feed) == addresses

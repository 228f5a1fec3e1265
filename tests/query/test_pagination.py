"""Any combination of filters, any sort, any page size: the walk gives exactly what a plain scan gives, each record once."""

import base64
import dataclasses
import json
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import SMALL, walk
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from oracle import Document, Oracle, quantities, span, surely_within

from api.config import Settings
from api.dataset.dataset import Dataset
from api.problems import Problem
from api.query.cursor import decode
from api.query.parameters import arguments
from api.releases import load
from api.resources import RESOURCES, filters
from api.resources.resource import Resource
from api.storage.release import Release
from api.web.app import create_app

NOTED = ["1985-11-19", "1985-11-20", "1985-11-21", "2021-06-16", "2021-06-12", "2021-07-28", "1991-12-25"]  # many dates meet here
DAYS = st.one_of(st.dates(date(2014, 1, 1), date(2026, 12, 31)).map(str), st.sampled_from(NOTED))
MATCH = st.sampled_from(["possible", "certain"])
RANGES = {  # what may be certain or only possible -> the parameters that ask for it
    "date_match": {"date_from", "date_to", "on", "in_force_on", "bound_on", "bound_on_all"},
    "role_match": {"role_on"},
    "quantity_match": {"quantity_min", "quantity_max"},
}
PARTIAL = st.one_of(DAYS, DAYS.map(lambda day: day[:7]), DAYS.map(lambda day: day[:4]))


def sort_value(resource: Resource, oracle: Oracle, word: str, d: Document) -> Any:
    if word == "date":
        return oracle.own_span(resource.kind, d)[0]
    return d[word].casefold()


def ordered(resource: Resource, oracle: Oracle, sort: list[str], found: list[Document]) -> list[str]:
    """Ids in the order that the sort keys ask for; ties in the default order, in the direction of the first key.

    By date, those that begin on that day for certain come first in both directions.
    """
    default = resource.order.lstrip("-")

    def number(d: Document) -> tuple[Any, ...]:
        certain = oracle.begins_for_certain(resource.kind, d) if default == "date" else False
        return sort_value(resource, oracle, default, d), certain, d["id"]

    found = sorted(found, key=number, reverse=sort[0].startswith("-"))
    for key in reversed(sort):
        if key.lstrip("-") == "date":
            found.sort(key=lambda d: not oracle.begins_for_certain(resource.kind, d))
        found.sort(key=lambda d, key=key: sort_value(resource, oracle, key.lstrip("-"), d), reverse=key.startswith("-"))
    return [d["id"] for d in found]


@st.composite
def queries(draw: st.DrawFn, oracle: Oracle) -> tuple[Resource, dict[str, Any]]:
    """A kind and some of its parameters, with values that occur, each as a list or a text."""
    resource = draw(st.sampled_from(RESOURCES))
    documents = oracle.documents[resource.kind]
    parameters: dict[str, Any] = {}
    for filter in draw(st.lists(st.sampled_from(resource.filters), max_size=3, unique=True)):
        match filter:
            case filters.Terms(name=name, single=single):
                occurring = sorted(set().union(*(oracle.values(resource.kind, name, d) for d in documents)))
                if occurring:
                    how = draw(st.sampled_from(["", "_not"] if single else ["", "_not", "_all"]))
                    parameters[name + how] = draw(st.lists(st.sampled_from(occurring), min_size=1, max_size=3, unique=True))
            case filters.OnDay(name=name, word=word):
                parameters[name] = draw(DAYS)
                parameters |= draw(st.fixed_dictionaries({}, optional={"role_match": MATCH}))
                titles = sorted({role["title"] for d in documents for role in d["roles"]}) if word else []
                if titles and draw(st.booleans()):
                    parameters[word] = [draw(st.sampled_from([title for title in titles if "," not in title]))]
            case filters.Before(name=name):
                parameters[name] = draw(DAYS)
            case filters.InForce():
                parties = sorted({p["id"] for d in documents for p in d["parties"]})
                bound = st.lists(st.builds("{}:{}".format, st.sampled_from(parties), DAYS), min_size=1, max_size=3)
                options = {"in_force_on": DAYS, "bound_on": bound, "bound_on_all": bound}
                parameters |= draw(st.fixed_dictionaries({}, optional=options))
            case filters.Ids():
                parameters["ids"] = draw(
                    st.lists(st.sampled_from([d["id"] for d in documents]), min_size=1, max_size=5, unique=True)
                )
            case filters.Words():
                parameters["q"] = draw(st.sampled_from(["treaty", "Putin", "biden summit", "Brinken", "nothing-like-this"]))
            case filters.Updated(name=name):
                parameters[name] = draw(st.sampled_from(["0.9.9", "1.0.0", "1.0.1", "10.0.0"]))
            case filters.Quantities():
                units = sorted({q["unit"] for d in documents for q in quantities(resource.kind, d)})
                numbers = sorted({q["value"] for d in documents for q in quantities(resource.kind, d)})
                if units:
                    number = st.one_of(st.sampled_from(numbers), st.integers(0, 120))
                    bounds_of = {"quantity_min": number, "quantity_max": number}
                    drawn = draw(
                        st.fixed_dictionaries({"unit": st.sampled_from(units).map(lambda unit: [unit])}, optional=bounds_of)
                    )
                    if drawn.get("quantity_min", 0) > drawn.get("quantity_max", drawn.get("quantity_min", 0)):
                        del drawn["quantity_max"]
                    match = draw(st.fixed_dictionaries({}, optional={"quantity_match": MATCH})) if len(drawn) > 1 else {}
                    parameters |= drawn | match
            case filters.Dates() | filters.ActionDates():
                parameters["date_match"] = draw(MATCH)
                ranges = st.fixed_dictionaries({}, optional={"date_from": PARTIAL, "date_to": PARTIAL})
                parameters |= draw(st.one_of(ranges, st.fixed_dictionaries({"on": PARTIAL})))
                if "date_to" in parameters and bounds(parameters["date_to"])[1] < bounds(parameters.get("date_from", "0001"))[0]:
                    del parameters["date_to"]
    if {"quantity_min", "quantity_max"} & set(parameters):  # they need one unit, whatever the filter of units drew
        parameters["unit"] = parameters["unit"][:1]
    if "unit" in parameters:
        parameters = {name: value for name, value in parameters.items() if name not in ("unit_all", "unit_not")}
    words = draw(st.lists(st.sampled_from(sorted(resource.sorts)), max_size=2, unique=True))
    if words:
        parameters["sort"] = [draw(st.sampled_from(["", "-"])) + word for word in words]
    facets = draw(
        st.lists(st.sampled_from([f.name for f in resource.filters if isinstance(f, filters.Terms)]), max_size=2, unique=True)
    )
    if facets:
        parameters["facets"] = facets
    parameters["limit"] = draw(st.sampled_from([1, 2, 7, 50, 500]))
    return resource, parameters


def bounds(partial: str) -> tuple[date, date]:
    """The days of `2021`, `2021-06` or `2021-06-16`."""
    parts = [int(part) for part in partial.split("-")]
    first = date(*[*parts, 1, 1][:3])
    if len(parts) == 3:
        return first, first
    after = date(first.year + 1, 1, 1) if len(parts) == 1 or first.month == 12 else date(first.year, first.month + 1, 1)
    return first, after - timedelta(days=1)


def holds(oracle: Oracle, resource: Resource, parameters: dict[str, Any], d: Document) -> bool:
    """Whether a document answers a query, by a plain reading of it."""
    for filter in resource.filters:
        match filter:
            case filters.Terms(name=name):
                values = oracle.values(resource.kind, name, d)
                if name in parameters and not values & set(parameters[name]):
                    return False
                if not values >= set(parameters.get(f"{name}_all", ())) or values & set(parameters.get(f"{name}_not", ())):
                    return False
            case filters.OnDay(name=name, word=word) if name in parameters:
                day = date.fromisoformat(parameters[name])
                if parameters.get("role_match") == "certain":
                    if not any(
                        oracle.surely_held(r, day) for r in d["roles"] if r["title"] in parameters.get(word, [r["title"]])
                    ):
                        return False
                elif not any(a <= day <= b for a, b in oracle.spans(resource.kind, name, d, *parameters.get(word, ()))):
                    return False
            case filters.Quantities() if {"quantity_min", "quantity_max"} & set(parameters):
                if not oracle.counts(resource.kind, d, parameters):
                    return False
            case filters.Before(name=name) if name in parameters:
                ends = [span(p["to"])[1] for p in d["in_force"] if p["ended_by"] == "expired"]
                if not any(end < date.fromisoformat(parameters[name]) for end in ends):
                    return False
            case filters.InForce() if not in_force(oracle, parameters, d):
                return False
            case filters.Updated(name=name) if name in parameters:
                if release_number(d["updated_in"]) < release_number(parameters[name]):
                    return False
            case filters.Ids() if "ids" in parameters and d["id"] not in parameters["ids"]:
                return False
            case filters.Words() if "q" in parameters and not mentions(oracle, d, parameters["q"]):
                return False
    if resource.kind == "agreements":
        return not {"date_from", "date_to", "on"} & set(parameters) or any(
            acted(parameters, action["date"]) for action in d["actions"]
        )
    if {"date_from", "date_to", "on"} & set(parameters):
        since, until = parameters.get("date_from") or parameters.get("on"), parameters.get("date_to") or parameters.get("on")
        begin = bounds(since)[0] if since else date.min
        end = bounds(until)[1] if until else date.max
        if not oracle.lies_within(resource.kind, d, (begin, end), parameters.get("date_match", "possible")):
            return False
    return True


def acted(parameters: dict[str, Any], on: Document) -> bool:
    """Whether the date of one action lies in the range of a query; an approximate or uncertain date never does for certain."""
    first, last = span(on)
    since, until = parameters.get("date_from") or parameters.get("on"), parameters.get("date_to") or parameters.get("on")
    begin, end = bounds(since)[0] if since else date.min, bounds(until)[1] if until else date.max
    if parameters.get("date_match") == "certain":
        return surely_within(on, (begin, end))
    return first <= end and begin <= last


def in_force(oracle: Oracle, parameters: dict[str, Any], d: Document) -> bool:
    """Whether an agreement was in force, and bound the parties, on the days of a query."""
    certain = parameters.get("date_match") == "certain"

    def bound(pair: str) -> bool:
        party, _, day = pair.partition(":")
        return oracle.bound(d, party, date.fromisoformat(day), certain=certain)

    if not any(map(bound, parameters.get("bound_on", ()))) and "bound_on" in parameters:
        return False
    if not all(map(bound, parameters.get("bound_on_all", ()))):
        return False
    if "in_force_on" not in parameters:
        return True
    day = parameters["in_force_on"]
    among = [bound(f"{party}:{day}") for party in parameters.get("party", ())]
    every = [bound(f"{party}:{day}") for party in parameters.get("party_all", ())]
    in_force = oracle.in_force(d["in_force"], date.fromisoformat(day), certain=certain)
    return in_force and (any(among) or not among) and all(every)


def release_number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def mentions(oracle: Oracle, d: Document, text: str) -> bool:
    """Whether all the words, in some form, stand in the prose of a document or in other names of what it refers to.

    The names of its sources are left aside.
    """

    def prose(value: Any, key: str = "") -> str:
        if isinstance(value, list):
            return " ".join(prose(item, key) for item in value)
        if isinstance(value, dict):
            shown = value if key != "offices" else {"title": value["title"]}
            others = other_names(oracle, key, value["id"]) if {"id", "name"} <= set(value) else ""
            return " ".join([others, *(prose(inner, key) for key, inner in shown.items() if key not in UNSEARCHED)])
        return value if isinstance(value, str) and key not in CODES else ""

    words = set(re.findall(r"[^\W_]+", prose(d).casefold()))  # a_file_name is three words
    return all(words & {word, *FORMS.get(word, ())} for word in re.findall(r"[^\W_]+", text.casefold()))


def other_names(oracle: Oracle, key: str, id: str) -> str:
    """The other names of a record that stands in a document under a key."""
    kinds = {"places": "places", "within": "places", "topics": "topics", "broader": "topics"}
    kind = kinds.get(key, "agreements" if key.startswith("agreement") else "actors")
    return " ".join(oracle.by_id[kind].get(id, {}).get("also_known_as", ()))


FORMS = {"treaty": ("treaties",), "summit": ("summits",)}
UNSEARCHED = (
    "links",
    "citations",
    "status",
    "source",
    "quote_source",
)  # names of sources, and the status of an agreement, which is derived
CODES = (
    "id",
    "edtf",
    "earliest",
    "latest",
    "country",
    "language",
    "wikidata",
    "geonames",
    "url",
    "status",
    "stance",
    "role",
    "system",
)


def url(resource: Resource, parameters: dict[str, Any]) -> str:
    pairs = (f"{name}={','.join(value) if isinstance(value, list) else value}" for name, value in parameters.items())
    return f"/v1/{resource.kind}?{'&'.join(pairs)}"


@pytest.fixture(scope="module")
def oracle(documents: dict[str, list[Document]]) -> Oracle:
    """The oracle, asked for each filter before any query is drawn: one that it does not know is named at once."""
    oracle = Oracle(documents)
    for resource in RESOURCES:
        for filter in resource.filters:
            for document in documents[resource.kind][:1] if isinstance(filter, filters.Terms) else ():
                oracle.values(resource.kind, filter.name, document)
    return oracle


@profile(max_examples=20)
@given(data=st.data())
def test_a_walk_gives_what_a_plain_scan_gives(
    data: st.DataObject, client: FlaskClient, documents: dict[str, list[Document]], oracle: Oracle
) -> None:
    hold_to_a_plain_scan(data, client, documents, oracle)


@pytest.mark.trials
@profile(max_examples=100)
@given(data=st.data())
def test_many_walks_give_what_plain_scans_give(
    data: st.DataObject, client: FlaskClient, documents: dict[str, list[Document]], oracle: Oracle
) -> None:
    hold_to_a_plain_scan(data, client, documents, oracle)


def hold_to_a_plain_scan(data: st.DataObject, client: FlaskClient, documents: dict[str, list[Document]], oracle: Oracle) -> None:
    """Holds one drawn query to a plain scan: its records, order, counts and facets, as JSON, NDJSON and CSV."""
    resource, parameters = data.draw(queries(oracle))
    expected = [d for d in documents[resource.kind] if holds(oracle, resource, parameters, d)]
    if parameters["limit"] < 50 and len(expected) > 20 * parameters["limit"]:
        parameters["limit"] = 50
    walked = walk(client, url(resource, parameters))

    def matching(name: str, word: str) -> int:
        return sum(holds(oracle, resource, {**parameters, name: word}, d) for d in documents[resource.kind])

    assert [d["id"] for d in walked] == ordered(resource, oracle, parameters.get("sort", [resource.order]), expected)
    first = client.get(url(resource, parameters)).get_json()
    assert first["meta"]["total"] == len(expected)
    for name, needed in RANGES.items():
        counts = {word: matching(name, word) for word in ("certain", "possible")} if needed & set(parameters) else None
        assert first["meta"].get(name) == counts, name
    plain = {name: value for name, value in parameters.items() if name not in ("limit", "facets")}
    lines = client.get(url(resource, {"format": "ndjson", **plain})).text.splitlines()
    assert [json.loads(line) for line in lines] == walked
    cells = client.get(url(resource, {"format": "csv", "fields": ["id"], **plain})).text.splitlines()
    assert cells == ["id", *(d["id"] for d in walked)]
    for name in parameters.get("facets", ()):
        counted = Counter(value for d in expected for value in oracle.values(resource.kind, name, d))
        facet = first["meta"]["facets"][name]
        assert {entry["value"]: entry["count"] for entry in facet} == dict(counted.most_common(100)) or len(counted) > 100
        for entry in facet[:2]:
            assert client.get(entry["href"]).get_json()["meta"]["total"] == entry["count"], entry["href"]


def test_a_month_is_possible_on_any_of_its_days_and_certain_only_as_a_whole(small_client: FlaskClient) -> None:
    def found(query: str) -> set[str]:
        return {d["id"] for d in walk(small_client, f"/v1/events?{query}")}

    month = "2021-06-follow-up"
    assert month in found("date_from=2021-06-20&date_to=2021-06-20")
    assert month not in found("date_from=2021-06-20&date_to=2021-06-20&date_match=certain")
    assert month not in found("date_from=2021-06-01&date_to=2021-06-29&date_match=certain")
    assert month in found("date_from=2021-06&date_to=2021-06&date_match=certain")
    assert month not in found("date_from=2021-07")


@pytest.fixture(scope="module")
def small_client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    settings = Settings(dataset=SMALL, data_dir=tmp_path_factory.mktemp("small"))
    load.load(settings)
    return create_app(settings).test_client()


def refused(client: FlaskClient, url: str) -> dict[str, Any]:
    answer = client.get(url)
    assert answer.status_code == 400, answer.text
    assert answer.mimetype == "application/problem+json"
    return {error["parameter"]: error for error in answer.get_json()["errors"]}


def test_every_fault_of_a_query_is_told_at_once(client: FlaskClient) -> None:
    errors = refused(
        client,
        "/v1/events?typ=summit&status=ocurred&date_from=2021-02-30&limit=501&sort=dat&date_to=summer&disputed=yes&place=Geneva!",
    )
    assert set(errors) == {"typ", "status", "date_from", "limit", "sort", "date_to", "disputed", "place"}
    assert errors["typ"]["suggestion"] == "type"
    assert errors["status"]["suggestion"] == "occurred"
    assert "planned" in errors["status"]["allowed"]
    assert errors["sort"]["suggestion"] == "date"
    assert errors["place"]["detail"] == "'Geneva!' is not an id (a-z, 0-9 and single hyphens): write geneva, say"
    assert refused(client, "/v1/events?actor=Никита")["actor"]["detail"].endswith("hyphens)"), "no id is near to this"
    both = refused(client, "/v1/events?colour=red&type=nope&limit=a&actor=nobody")
    assert set(both) == {"colour", "type", "limit", "actor"}, "values that the release does not know are told with the rest"


def test_a_malformed_cursor_is_told_with_the_other_errors(client: FlaskClient) -> None:
    for query, names in (
        ("cursor=xx&limit=5000", {"cursor", "limit"}),
        ("cursor=xx&actor=nobody", {"cursor", "actor"}),
        ("cursor=xx&colour=red&actor=nobody", {"cursor", "colour", "actor"}),
        ("cursor=xx&release=9.9.9", {"release"}),
        (f"cursor={cursor(client)}&limit=5000", {"limit"}),
    ):
        assert set(refused(client, f"/v1/events?{query}")) == names, query
    for query in ("cursor=", "cursor=xx&cursor=xx"):
        assert len(client.get(f"/v1/events?{query}&limit=5000").get_json()["errors"]) == 2, query


def test_an_id_that_is_no_record_is_told_with_the_nearest(client: FlaskClient) -> None:
    errors = refused(client, "/v1/events?actor=vladimir-puttin&topic=summer")
    assert errors["actor"]["suggestion"] == "vladimir-putin"
    assert "summer" in errors["topic"]["detail"]


@pytest.mark.parametrize("query", ["type=", "type=summit,", "type=,summit", "date_from=", "limit=", "cursor=", "sort="])
def test_nothing_is_not_a_value(client: FlaskClient, query: str) -> None:
    assert refused(client, f"/v1/events?{query}")


def test_a_parameter_given_twice_is_not_guessed_at(client: FlaskClient) -> None:
    assert "one value" in refused(client, "/v1/events?date_from=2020&date_from=2021")["date_from"]["detail"]


def test_how_a_query_was_understood_is_said(client: FlaskClient) -> None:
    query = client.get("/v1/events?date_to=2021-06&type=visit,summit,visit").get_json()["meta"]["query"]
    assert query == {
        "date_to": "2021-06-30",
        "date_match": "possible",
        "limit": 50,
        "sort": ["-date"],
        "type": ["summit", "visit"],
    }


def cursor(client: FlaskClient) -> str:
    return str(client.get("/v1/events?limit=2").get_json()["links"]["next"].split("cursor=")[1])


def test_a_cursor_of_another_query_is_refused(client: FlaskClient) -> None:
    text = cursor(client)
    assert client.get(f"/v1/events?limit=7&cursor={text}").status_code == 200, "the page size is not part of the query"
    for other in (
        f"/v1/events?cursor={text}&status=occurred",
        f"/v1/events?cursor={text}&sort=title",
        f"/v1/statements?cursor={text}",
    ):
        assert "cursor" in refused(client, other)


@pytest.mark.parametrize("change", [[], None, {}, "x", [1], ["1.0.0", 5], [None, None, None], [{}, [], 1], ["../../x", "y", 1]])
def test_a_tampered_cursor_is_refused(client: FlaskClient, change: Any) -> None:
    text = base64.urlsafe_b64encode(json.dumps(change).encode()).decode().rstrip("=")
    assert "cursor" in refused(client, f"/v1/events?limit=2&cursor={text}")


def test_refusing_a_cursor_keeps_nothing_of_the_requests_before() -> None:
    """An exception that is raised again keeps the frames of every time; each refusal is a new one."""
    with pytest.raises(Problem) as first:
        decode("!")
    with pytest.raises(Problem) as second:
        decode("!")
    assert first.value is not second.value


@pytest.mark.parametrize("value", ["x", True, None, 1.5, [1], 0, -1, 10**25])
def test_key_values_of_a_cursor_are_checked_too(client: FlaskClient, value: Any) -> None:
    text = cursor(client)
    parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps([*parts[:-1], value]).encode()).decode().rstrip("=")
    assert "cursor" in refused(client, f"/v1/events?limit=2&cursor={forged}")


def test_a_cursor_of_a_release_that_is_gone_is_410(client: FlaskClient) -> None:
    text = cursor(client)
    parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps(["0.0.1-000000000000", *parts[1:]]).encode()).decode().rstrip("=")
    answer = client.get(f"/v1/events?limit=2&cursor={forged}")
    assert answer.status_code == 410
    assert answer.get_json()["restart"].startswith("/v1/events?")


def test_aggregates_add_up(client: FlaskClient, documents: dict[str, list[Document]]) -> None:
    oracle = Oracle(documents)
    body = client.get("/v1/aggregates/events?by=status,year&actor=vladimir-putin").get_json()
    found = [d for d in documents["events"] if "vladimir-putin" in oracle.values("events", "actor", d)]
    expected = Counter((d["status"], year) for d in found for year in oracle.values("events", "year", d) or {None})
    assert {(group["status"], group["year"]): group["count"] for group in body["data"]} == dict(expected)
    by_status = client.get("/v1/aggregates/events?by=status").get_json()
    assert sum(group["count"] for group in by_status["data"]) == by_status["meta"]["total"] == len(documents["events"])


def test_an_aggregate_needs_dimensions_and_no_more_than_three(client: FlaskClient) -> None:
    assert "by" in refused(client, "/v1/aggregates/events")
    assert "by" in refused(client, "/v1/aggregates/events?by=type,year,actor,topic")
    assert refused(client, "/v1/aggregates/events?by=colour")["by"]["allowed"]


def test_included_records_stand_once_each(client: FlaskClient) -> None:
    body = client.get("/v1/events?include=actors,places&limit=50").get_json()
    wanted = {p["actor"]["id"] for d in body["data"] for p in d["participants"] if p["actor"]}
    wanted |= {holder["id"] for d in body["data"] for account in d["accounts"] for holder in account["holders"]}
    assert [actor["id"] for actor in body["included"]["actors"]] == sorted(wanted)
    assert {place["id"] for place in body["included"]["places"]} == {p["id"] for d in body["data"] for p in d["places"]}
    one = client.get("/v1/agreements/new-start?include=actors").get_json()
    assert {"united-states", "russia"} <= {actor["id"] for actor in one["included"]["actors"]}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.kind)
def test_the_number_of_queries_does_not_grow_with_the_page(
    settings: Settings, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = next((f.inner.validators[0].choices for n, f in arguments(resource).load_fields.items() if n == "include"), ())
    client = create_app(dataclasses.replace(settings, cache_bytes=0)).test_client()  # no finished answer is kept
    selects: list[Any] = []
    original = Release.rows
    monkeypatch.setattr(Release, "rows", lambda self, query: selects.append(query) or original(self, query))
    counts = set()
    include = f"&include={','.join(kinds)}" if kinds else ""
    client.get(f"/v1/{resource.kind}?limit=2{include}")  # the total is counted once
    for limit in (1, 5, 500):
        selects.clear()
        fresh = {"Host": "never-used-before.example"}
        assert client.get(f"/v1/{resource.kind}?limit={limit}{include}", headers=fresh).status_code == 200
        counts.add(len(selects))
    assert len(counts) == 1
    assert counts.pop() <= 2 + len(kinds)


def test_what_cannot_go_together_is_refused(client: FlaskClient) -> None:
    assert "date_to" in refused(client, "/v1/events?date_from=2021-07&date_to=2021-06")
    assert "on" in refused(client, "/v1/events?date_from=2021-07&on=2021-08")
    assert "facets" in refused(client, "/v1/events?format=csv&facets=type")
    assert "include" in refused(client, "/v1/events?format=csv&include=actors")
    assert "cursor" in refused(client, f"/v1/events?format=csv&cursor={cursor(client)}")
    assert "format" in refused(client, "/v1/topics?format=ics")
    assert set(refused(client, "/v1/events?format=csv&limit=1&cite=true")) == {"limit", "cite"}
    assert "type_not" in refused(client, "/v1/events?type=summit&type_not=summit")
    assert "topic_not" in refused(client, "/v1/events?topic_all=ukraine&topic_not=ukraine")
    assert "ids" in refused(client, "/v1/events?ids=2021-06-16-nothing")
    assert "fields" in refused(client, "/v1/events?format=geojson&fields=title")
    assert "sort" in refused(client, "/v1/events?sort=date,-date")
    assert "by" in refused(client, "/v1/aggregates/events?by=type,type")


def test_few_hits_say_what_the_dataset_covers(client: FlaskClient, records: Dataset) -> None:
    meta = client.get("/v1/events?date_to=1900&status=planned&date_match=certain").get_json()["meta"]
    assert meta["total"] == 0
    about = records.about
    assert meta["coverage"] == {
        "dates": about["coverage"],
        "countries": about["countries"],
        "records": records.count("events"),
        "note": "That a record is not here is no proof that nothing happened.",
    }
    assert "coverage" not in client.get("/v1/events").get_json()["meta"]


def test_an_office_that_nobody_is_found_in_is_not_called_vacant(client: FlaskClient) -> None:
    meta = client.get("/v1/actors?role_on=1925-01-01&role=President+of+the+United+States").get_json()["meta"]
    assert meta["total"] == 0, "the dataset does not have Coolidge"
    assert "not necessarily vacant" in meta["coverage"]["note"]
    page = client.get("/actors?role_on=1925-01-01&role=President+of+the+United+States").get_data(as_text=True)
    assert meta["coverage"]["note"] in page


def test_an_unknown_value_of_an_open_vocabulary_is_told_with_what_occurs(client: FlaskClient) -> None:
    assert "010" in refused(client, "/v1/events?cameo=999")["cameo"]["allowed"]
    assert refused(client, "/v1/actors?role=President of Rusia")["role"]["suggestion"] == "President of Russia"
    assert "ISO 3166-1" in refused(client, "/v1/events?country=US")["country"]["detail"]
    assert refused(client, "/v1/events?country=CH")["country"]["suggestion"] == "CHE"
    assert refused(client, "/v1/events?actor_country=usa")["actor_country"]["suggestion"] == "USA"
    assert client.get("/v1/events?country=TUV").get_json()["meta"]["total"] == 0, "a country with no event is no fault"

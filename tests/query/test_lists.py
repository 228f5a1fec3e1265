"""Every parameter of several values takes commas, repeats and duplicates, and 100 values as one condition."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from support import explained, statements
from webargs.fields import DelimitedList

from api.query.pagination import page
from api.query.parameters import aggregate_arguments, arguments
from api.query.parsing import parse
from api.query.query import Query
from api.resources import BY_KIND, INDEXES, RESOURCES
from api.resources.filters import Terms
from api.schema.query_fields import MOST_VALUES, PartyDay
from api.storage.release import Release
from api.storage.store import Store

Strings = dict[str, list[str]]


@pytest.fixture(scope="module")
def store(client: FlaskClient) -> Store:
    opened: Store = client.application.extensions["store"]
    return opened


def lists_of(kind: str) -> list[str]:
    """The parameters of a kind's list that take several values."""
    fields = arguments(BY_KIND[kind]).load_fields
    return [name for name, field in fields.items() if isinstance(field, DelimitedList)]


def values_for(kind: str, name: str, release: Release, most: int) -> list[str]:
    """Values that a parameter can have, at most so many."""
    inner = arguments(BY_KIND[kind]).load_fields[name].inner  # type: ignore[attr-defined]
    if words := [word for v in inner.validators for word in getattr(v, "choices", ())]:
        return words[:most]
    if isinstance(inner, PartyDay):
        actors = BY_KIND["actors"].model
        days = ("2015-01-01", "2021-06-16")
        return [f"{id}:{day}" for (id,) in release.rows(actors.select(actors.id)) for day in days][:most]
    plain = name.removesuffix("_all").removesuffix("_not")
    filter = next((f for f in BY_KIND[kind].filters if isinstance(f, Terms) and f.name == plain), None)
    if name == "ids" or (filter and filter.kind):
        model = BY_KIND[filter.kind if filter and filter.kind else kind].model
        return [id for (id,) in release.rows(model.select(model.id).limit(most))]
    table = INDEXES[kind, filter.name if filter else "role_on"]
    rows = release.rows(table.select(table.value).distinct().order_by(table.value))
    return [value for (value,) in rows if "," not in value][:most]


def every_list(client: FlaskClient, kind: str) -> Iterator[tuple[str, list[str]]]:
    """Each parameter of several values, with all that it can have up to what is allowed."""
    release = client.application.extensions["store"].current()
    for name in lists_of(kind):
        if values := values_for(kind, name, release, MOST_VALUES):
            yield name, values


def test_every_list_takes_repeats_as_well_as_commas(client: FlaskClient, kind: str) -> None:
    schema, lists = arguments(BY_KIND[kind]), dict(every_list(client, kind))
    for name, values in lists.items():
        two = values[:1] if name == "sort" else values[:2]
        commas, repeats, both = (parse(schema, {name: texts}) for texts in ([",".join(two)], two, [",".join(two), *two[1:]]))
        assert commas == repeats == both, name
        assert not commas[1], name
    name, values = next(iter(lists.items()))
    asked = [client.get(f"/v1/{kind}", query_string={name: text}).get_json() for text in (values[:2], ",".join(values[:2]))]
    assert asked[0]["data"] == asked[1]["data"] != []
    assert asked[0]["meta"] == asked[1]["meta"]


def test_the_next_page_of_a_query_with_repeats_is_that_of_the_same_query(client: FlaskClient) -> None:
    body = client.get("/v1/events?type=summit&type=visit&limit=2&facets=status&status=occurred&status=announced").get_json()
    following = client.get(body["links"]["next"]).get_json()
    assert following["meta"]["query"]["type"] == ["summit", "visit"]
    assert following["meta"]["total"] == body["meta"]["total"] > 2
    for entry in body["meta"]["facets"]["status"]:
        narrowed = client.get(entry["href"]).get_json()["meta"]
        assert narrowed["query"]["type"] == ["summit", "visit"]
        assert narrowed["total"] == entry["count"]


@pytest.mark.parametrize("path", ["search?q=russia&kind=events&kind=actors", "suggest?q=put&kind=actors&kind=events"])
def test_search_takes_repeats_too(client: FlaskClient, path: str) -> None:
    assert client.get(f"/v1/{path}").get_json()["data"]


def test_aggregates_and_citations_take_repeats_too(client: FlaskClient) -> None:
    apart, together = (client.get(f"/v1/aggregates/events?{by}") for by in ("by=type&by=status", "by=type,status"))
    assert apart.get_json()["data"] == together.get_json()["data"] != []
    cited = [client.get("/v1/cite/events", query_string=text) for text in ("type=summit&type=visit", "type=summit,visit")]
    assert cited[0].get_json()["data"]["sha256"] == cited[1].get_json()["data"]["sha256"]


def test_changes_are_asked_for_by_several_kinds(client: FlaskClient) -> None:
    def total(query: str) -> int:
        return int(client.get(f"/v1/changes?{query}&limit=0").get_json()["meta"]["total"])

    assert (
        total("kind=events,agreements") == total("kind=events&kind=agreements") == total("kind=events") + total("kind=agreements")
    )


def test_a_value_that_comes_three_hundred_times_is_one(client: FlaskClient) -> None:
    once = client.get("/v1/events?actor=angela-merkel").get_json()
    again = client.get("/v1/events?actor=" + ",".join(["angela-merkel"] * 300))
    assert (again.status_code, again.get_json()["data"], again.get_json()["meta"]) == (200, once["data"], once["meta"])


def test_a_value_that_comes_twice_counts_once(client: FlaskClient) -> None:
    values, errors = parse(
        arguments(BY_KIND["events"]), {"actor_all": ["joe-biden,russia", "joe-biden"], "fields": ["title,title"]}
    )
    assert not errors
    assert (values["actor_all"], values["fields"]) == (["joe-biden", "russia"], ["title"])
    twice, once = (client.get(f"/v1/events?actor_all={x}").get_json() for x in ("joe-biden,joe-biden", "joe-biden"))
    assert twice["data"] == once["data"] != []
    assert twice["meta"] == once["meta"]
    _, errors = parse(aggregate_arguments(BY_KIND["events"]), {"by": ["type", "type"]})
    assert [error.path for error in errors] == [("by",)]


def test_a_hundred_values_of_any_list_are_answered(client: FlaskClient, kind: str) -> None:
    for name, values in every_list(client, kind):
        answer = client.get(f"/v1/{kind}", query_string={name: values[:1] if name == "sort" else values, "limit": 1})
        assert answer.status_code == 200, (name, answer.text)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("events", "actor_all"),
        ("events", "actor_not"),
        ("statements", "topic"),
        ("agreements", "bound_on"),
        ("agreements", "bound_on_all"),
    ],
)
@pytest.mark.parametrize("sort", [{}, {"sort": ["date"]}], ids=["numbered", "sorted"])
def test_a_hundred_values_are_read_by_the_plan_of_ten(
    client: FlaskClient, kind: str, name: str, sort: dict[str, list[str]]
) -> None:
    store: Store = client.application.extensions["store"]
    release, resource = store.current(), BY_KIND[kind]
    values = values_for(kind, name, release, MOST_VALUES)
    reads = []
    for some in (values[:10], values):
        query = Query(resource, arguments(resource), {name: [",".join(some)], **sort}, store)
        with statements(release) as asked:
            page(query)
        steps = [step for sql, values in asked for step in explained(release, sql, values)]
        reads.append([step for step in steps if re.search("^(SCAN|SEARCH) |(?<!Bitmap Index) Scan ", step)])
        led = not sort and not name.endswith("_not")  # otherwise records are read in their order until a page is full
        assert not any(re.match(r"SCAN \w+$", step) for step in steps if led and not re.search("wanted|gathered", step)), steps
    assert len(reads[1]) <= len(reads[0]) + 3, reads  # where ten find nothing, no page is read
    assert not any("record=? AND value=?" in step for step in reads[1]), "a record is not looked up once for each value"


def test_the_same_number_of_statements_answers_ten_values_and_a_hundred(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Store = client.application.extensions["store"]
    release, seen = store.current(), []
    fetch = type(release)._fetch
    monkeypatch.setattr(type(release), "_fetch", lambda self, *args: seen.append(args) or fetch(self, *args))
    for kind in ("events", "agreements"):
        for filter in (f for f in BY_KIND[kind].filters if isinstance(f, Terms) and f.kind == "actors"):
            values = values_for(kind, filter.name, release, MOST_VALUES)
            for suffix in ("", "_all", "_not"):
                counts = []
                for many in (values[:10], values):
                    seen.clear()
                    assert client.get(f"/v1/{kind}", query_string={f"{filter.name}{suffix}": ",".join(many)}).status_code == 200
                    counts.append(len(seen))
                # Where ten find nothing, no page is read.
                assert counts[1] <= counts[0] + 3, (kind, filter.name, suffix, counts)


def test_all_of_several_values_is_what_each_of_them_finds(client: FlaskClient) -> None:
    def found(query: dict[str, str]) -> set[str]:
        return {d["id"] for d in client.get("/v1/events", query_string={**query, "limit": 500}).get_json()["data"]}

    both = found({"actor_all": "joe-biden,vladimir-putin"})
    assert both == found({"actor": "joe-biden"}) & found({"actor": "vladimir-putin"}) != set()
    assert found({"actor_all": "joe-biden,vladimir-putin", "sort": "title"}) == both
    assert found({"actor_all": "joe-biden,vladimir-putin,angela-merkel"}) == both & found({"actor": "angela-merkel"})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
def test_all_filters_of_a_kind_together_are_answered(client: FlaskClient, resource: Any) -> None:
    """Any, all and none of every filter at once: the longest statement that a request can ask for."""
    release = client.application.extensions["store"].current()
    query: dict[str, str] = {}
    for name in lists_of(resource.kind):
        if name not in ("sort", "fields", "include", "facets"):
            values = values_for(resource.kind, name, release, 4)
            query[name] = ",".join(values[2:] if name.endswith("_not") else values[:2])
    query = {name: text for name, text in query.items() if text}
    answer = client.get(f"/v1/{resource.kind}", query_string=query)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bound_on_all=russia:2015-01-01,united-states:2026-03-01", True),
        ("bound_on_all=russia:2026-03-01,united-states:2026-03-01", False),  # Russia left in 2023
        ("bound_on_all=russia:2015-01-01,russia:2020-01-01,russia:2015-01-01", True),
        ("bound_on_all=russia:2015-01-01,russia:2026-03-01", False),
        ("bound_on=russia:2026-03-01,united-states:2026-03-01", True),
        ("in_force_on=2026-03-01&party_all=russia,united-states", False),
        ("in_force_on=2015-01-01&party_all=russia,united-states", True),
    ],
)
def test_every_pair_of_party_and_day_must_hold(client: FlaskClient, query: str, found: bool) -> None:
    assert bool(client.get(f"/v1/agreements?ids=cfe-treaty&{query}").get_json()["data"]) is found

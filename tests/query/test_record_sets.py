"""How queries are put to the databases: every filter and every sort has an index that leads the way."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from support import explained, statements

from api.config import Settings
from api.query import counting, record_order, record_sets
from api.query.aggregation import aggregate
from api.query.pagination import total
from api.query.parameters import aggregate_arguments, arguments
from api.query.query import Query
from api.query.record_order import numbers as page_of
from api.releases import load
from api.resources import INDEXES, RESOURCES, TABLED, filters
from api.resources.resource import Resource
from api.storage import bits
from api.storage.recent import Recent
from api.storage.release import Release
from api.storage.store import Store

Document = dict[str, Any]


@pytest.fixture(scope="module")
def store(client: FlaskClient) -> Store:
    opened: Store = client.application.extensions["store"]
    return opened


@pytest.fixture(scope="module")
def release(store: Store) -> Release:
    return store.current()


def queries_of(resource: Resource, release: Release) -> Iterator[dict[str, str]]:
    """A query for each filter of a kind, with a value that occurs, and for each sort."""
    for filter in resource.filters:
        match filter:
            case filters.Terms(name=name):
                table = INDEXES[resource.kind, name]
                if rows := release.rows(table.select(table.value).limit(1)):
                    yield {name: rows[0][0]}
            case filters.OnDay(name=name) | filters.Before(name=name):
                yield {name: "2021-06-16"}
            case filters.Ids(name=name):
                yield {name: release.rows(resource.model.select(resource.model.id).limit(1))[0][0]}
            case filters.Words(name=name):
                yield {name: "nuclear"}
            case filters.Updated(name=name):
                yield {name: "1.0.0"}
            case filters.Dates():
                yield {"date_to": "2000"}
                yield {"date_from": "2021", "date_match": "certain"}
    for word in resource.sorts:
        yield {"sort": word}
        yield {"sort": f"-{word}"}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
def test_no_filter_and_no_sort_reads_a_table_from_end_to_end(release: Release, store: Store, resource: Resource) -> None:
    for parameters in queries_of(resource, release):
        query = Query(resource, arguments(resource), {name: [value] for name, value in parameters.items()}, store)
        with statements(release) as asked:
            page_of(query, query.keys, 0, 5)
        steps = [step for sql, values in asked for step in explained(release, sql, values)]
        for step in steps:
            walk = "sort" in parameters and re.fullmatch(r"SCAN \w+( USING (COVERING )?INDEX \w+)?", step)
            words = step.startswith("SCAN") and "VIRTUAL TABLE INDEX" in step
            assert walk or words or "sort" in parameters or not re.match("SCAN|(-> +)?Seq Scan", step), (parameters, steps)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
@pytest.mark.parametrize("sign", ["", "-"])
def test_an_order_is_read_once(release: Release, store: Store, resource: Resource, sign: str) -> None:
    """A page at any depth begins where the last one ended, and nothing before it is read again."""
    for word in resource.sorts:
        query = Query(resource, arguments(resource), {"sort": [f"{sign}{word}"]}, store)
        found = page_of(query, query.keys, 0, 1)
        with statements(release) as asked:
            assert found + page_of(query, query.keys, found[-1], 2) == page_of(query, query.keys, 0, 3)
        assert not asked


@pytest.mark.parametrize("few", [0, 1 << 60], ids=["all frequent", "all rare"])
@pytest.mark.parametrize(
    "parameters",
    [
        {"actor": ["joe-biden"], "topic": ["strategic-stability,sanctions"]},
        {"actor_all": ["joe-biden,vladimir-putin"], "place_not": ["geneva"]},
        {"actor": ["joe-biden,vladimir-putin"], "date_from": ["2021-06"], "sort": ["title"]},
        {"actor": ["vladimir-putin"], "type": ["summit"], "date_to": ["2021"], "sort": ["-title"]},
        {"topic_not": ["sanctions"], "sort": ["date"]},
    ],
)
def test_every_plan_finds_the_same(
    release: Release, store: Store, monkeypatch: pytest.MonkeyPatch, few: int, parameters: dict[str, list[str]]
) -> None:
    """Whether a value is frequent changes the way, never what is found."""
    (events,) = (resource for resource in RESOURCES if resource.kind == "events")
    query = Query(events, arguments(events), parameters, store)
    grouped = Query(events, aggregate_arguments(events), {**parameters, "sort": ["count"], "by": ["type"]}, store)
    usual, groups = page_of(query, query.keys, 0, 2000), aggregate(grouped)
    monkeypatch.setattr(record_order, "FEW", few)
    assert page_of(query, query.keys, 0, 2000) == usual
    assert page_of(query, query.keys, usual[0], 2000) == usual[1:]
    assert aggregate(grouped) == groups
    assert total(query) == len(usual) == sum(count for _, count in groups)


@pytest.mark.parametrize("by", ["type", "actor,year", "country,topic,status"])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"date_from": ["1990"]},
        {"date_from": ["1962-10"], "date_to": ["2021-06-16"], "date_match": ["certain"]},
        {"q": ["nuclear"]},
    ],
)
def test_records_counted_in_blocks_are_those_counted_one_by_one(
    release: Release, store: Store, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, list[str]], by: str
) -> None:
    (events,) = (resource for resource in RESOURCES if resource.kind == "events")
    query = Query(events, aggregate_arguments(events), {**parameters, "by": [by]}, store)
    monkeypatch.setattr(counting, "FEW", 1 << 60)
    one_by_one = aggregate(query)
    monkeypatch.setattr(counting, "FEW", 0)
    for most in (1 << 40, 3000, 0):  # with sums of many blocks, of few, and with none
        monkeypatch.setattr(counting, "MOST_SUMS", most)
        monkeypatch.setattr(release, "_cache", Recent(1000, lambda value: 0))
        assert aggregate(query) == one_by_one
        assert aggregate(query) == one_by_one, "what is asked again has sums"


@pytest.mark.parametrize("dataset", ["small", pytest.param("bundled", marks=pytest.mark.trials)])
@pytest.mark.parametrize("frequent", [1, 1 << 60], ids=["made by the load", "read when asked for"])
def test_the_set_of_a_value_holds_its_records(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, frequent: int, dataset: str
) -> None:
    monkeypatch.setattr(record_sets, "FREQUENT", frequent)
    release, _ = load.load(Settings(dataset=request.getfixturevalue(dataset), data_dir=tmp_path / "data"))
    for resource in TABLED:
        model: Any = resource.model
        assert numbers(record_sets.of_kind(release, resource.kind)) == {seq for (seq,) in release.rows(model.select(model.seq))}
        for filter in (filter for filter in resource.filters if isinstance(filter, filters.Terms)):
            table, held = INDEXES[resource.kind, filter.name], {"no-such-value": set[int]()}
            for value, seq in release.rows(table.select(table.value, table.record)):
                held.setdefault(value, set()).add(seq)
            made = record_sets.of_values(release, resource.kind, filter.name, held)
            assert {value: numbers(records) for value, records in made.items()} == held


def test_the_sets_of_days_are_those_of_a_plain_scan(release: Release) -> None:
    for resource in (resource for resource in RESOURCES if record_sets.is_dated(resource)):
        model: Any = resource.model
        columns = (model.seq, model.earliest, model.latest, model.certain_from, model.certain_to)
        spans = [(seq, *(ordinal(day) for day in days)) for seq, *days in release.rows(model.select(*columns))]
        known = sorted({day for _, *days in spans for day in days if day})
        when = record_sets.days_of(release, resource.kind)
        for first, last in zip(known[:: max(1, len(known) // 40)], known[3 :: max(1, len(known) // 40)], strict=False):
            possible = {seq for seq, earliest, latest, *_ in spans if earliest <= last and latest >= first}
            certain = {seq for seq, _, _, begin, end in spans if begin and begin <= last and end >= first}
            assert [*map(numbers, when.within(first, last))] == [possible, certain]


@pytest.mark.parametrize("records", [0, 1, 0b10110, (1 << 9000) | (1 << 4000) | 7], ids=["none", "one", "few", "far apart"])
@pytest.mark.parametrize("count", [1, 2, 100])
def test_the_ends_of_a_set(records: int, count: int) -> None:
    every = sorted(numbers(records))
    assert bits.ends(records, count, False) == every[:count]
    assert bits.ends(records, count, True) == every[::-1][:count]


def numbers(records: int) -> set[int]:
    """The numbers of the records of a set."""
    return {number for number in range(records.bit_length()) if records >> number & 1}


def ordinal(value: Any) -> int:
    """A day as either database gives it, 0 for none."""
    return date.fromisoformat(str(value)).toordinal() if value else 0

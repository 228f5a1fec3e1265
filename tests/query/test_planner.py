"""How queries are put to the databases: every filter and every sort has an index that leads the way."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from support import explained

from api.config import Settings
from api.query import planner, value_counts
from api.query.pagination import select, total
from api.query.parameters import arguments
from api.query.query import Query
from api.releases import load
from api.resources import INDEXES, RESOURCES, filters
from api.resources.resource import Resource
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
        steps = explained(release, select(query, None).limit(21))
        for step in steps:
            walk = "sort" in parameters and re.fullmatch(r"SCAN t1( USING INDEX \w+)?", step)
            words = step.startswith("SCAN") and "VIRTUAL TABLE INDEX" in step
            assert walk or words or not re.match("SCAN|(-> +)?Seq Scan", step), (parameters, steps)
        if "sort" in parameters:
            assert not any("TEMP B-TREE" in step or re.match("(-> +)?Sort ", step) for step in steps if "Sort Key" not in step), (
                steps
            )


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_page_at_any_depth_begins_where_the_last_one_ended(
    release: Release, store: Store, resource: Resource, sign: str
) -> None:
    """The cursor leads into the index; nothing before it is read again."""
    for word in resource.sorts:
        query = Query(resource, arguments(resource), {"sort": [f"{sign}{word}"]}, store)
        rows = release.rows(select(query, None).limit(5))
        steps = explained(release, select(query, list(rows[-1][1:])).limit(21))
        led = [step for step in steps if re.match(r"SEARCH t1 USING .*[<>]\?\)|(-> +)?Index Scan|Index Cond: .*[<>]=? ", step)]
        assert led, steps
        assert not any(step.startswith("SCAN") for step in steps), steps


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
    usual = [row[0] for row in release.rows(select(query, None))]
    monkeypatch.setattr(planner, "FEW", few)
    assert [row[0] for row in release.rows(select(query, None))] == usual
    assert total(query) == len(usual)


def test_days_counted_at_the_load_are_the_days_that_are_there(
    bundled: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every value of every filter is held to a plain count, at and around days that are there."""
    monkeypatch.setattr(value_counts, "FREQUENT", 1)
    release, _ = load.load(Settings(dataset=bundled, data_dir=tmp_path))
    for resource in (resource for resource in RESOURCES if value_counts.is_dated(resource)):
        model: Any = resource.model
        spans = {seq: (day(a), day(b)) for seq, a, b in release.rows(model.select(model.seq, model.earliest, model.latest))}
        held = {value_counts.ALL: set(spans)}
        for filter in resource.filters:
            if isinstance(filter, filters.Terms):
                table = INDEXES[resource.kind, filter.name]
                for value, seq in release.rows(table.select(table.value, table.record)):
                    held.setdefault((filter.name, value), set()).add(seq)
        days = sorted({day for span in spans.values() for day in span})[:: max(1, len(spans) // 20)]
        for (name, value), records in held.items():
            assert value_counts.totals(release, resource.kind, name, [value]) == {value: len(records)}
            for first, last in pairwise(days):
                expected = sum(spans[seq][0] <= last and spans[seq][1] >= first for seq in records)
                assert value_counts.between(release, resource.kind, name, value, (first, last)) == expected


def day(value: Any) -> date:
    """A day as either database gives it."""
    return date.fromisoformat(str(value))

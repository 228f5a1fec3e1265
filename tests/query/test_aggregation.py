"""Counts by the values of filters: in order of time where the values are times, and saying so where they are cut."""

from collections import Counter
from typing import Any

import pytest
from flask.testing import FlaskClient
from oracle import Document, Oracle

from api.query import aggregation
from api.storage.recent import Recent


@pytest.mark.parametrize("kind", ["events", "statements", "agreements", "sources"])
@pytest.mark.parametrize("period", ["year", "month"])
def test_records_are_counted_by_time_in_order_of_time(
    client: FlaskClient, documents: dict[str, list[Document]], kind: str, period: str
) -> None:
    oracle = Oracle(documents)
    body = client.get(f"/v1/aggregates/{kind}?by={period}").get_json()
    expected = Counter(value for d in documents[kind] for value in oracle.values(kind, period, d) or {None})
    groups = [(group[period], group["count"]) for group in body["data"]]
    assert dict(groups) == dict(expected)
    assert groups == sorted(groups, key=lambda group: group[0] or "")
    assert body["meta"]["groups"] == len(expected)
    assert body["meta"]["query"]["sort"] == "value"
    facet = client.get(f"/v1/{kind}?facets={period}&limit=0").get_json()["meta"]["facets"][period]
    assert [(entry["value"], entry["count"]) for entry in facet] == [(value, count) for value, count in groups if value]


def test_the_address_of_a_count_leads_to_the_records_that_were_counted(client: FlaskClient) -> None:
    for query in ("facets=status&limit=0", "facets=status&limit=2", "facets=status"):
        for entry in client.get(f"/v1/events?{query}").get_json()["meta"]["facets"]["status"]:
            body = client.get(entry["href"]).get_json()
            assert body["meta"]["total"] == entry["count"]
            assert {event["status"] for event in body["data"]} == {entry["value"]}
            assert ("limit=2" in entry["href"]) == ("limit=2" in query)


def test_groups_are_sorted_as_asked(client: FlaskClient) -> None:
    def groups(query: str) -> list[Any]:
        return [tuple(group.values()) for group in client.get(f"/v1/aggregates/events?{query}").get_json()["data"]]

    by_time, by_count = groups("by=month,type"), groups("by=month,type&sort=-count")
    assert sorted(by_time, key=lambda group: (group[0] or "", group[1])) == by_time
    assert [group[-1] for group in by_count] == sorted((group[-1] for group in by_count), reverse=True)
    assert set(by_time) == set(by_count)
    assert groups("by=month&sort=-value") == groups("by=month")[::-1]
    assert groups("by=type") == groups("by=type&sort=-count")
    assert [group[-1] for group in groups("by=type&sort=count")] == sorted(group[-1] for group in groups("by=type"))
    assert [group[0] for group in groups("by=type&sort=value")] == sorted(group[0] for group in groups("by=type"))


def test_a_month_finds_what_lies_in_it_or_possibly_does(client: FlaskClient) -> None:
    june = {d["id"]: d["date"] for d in client.get("/v1/events?month=2021-06&limit=500").get_json()["data"]}
    assert "2021-06-16-geneva-summit" in june
    assert all(date["earliest"] <= "2021-06-30" and date["latest"] >= "2021-06-01" for date in june.values())
    assert {d["id"] for d in client.get("/v1/events?month=2021-06&date_precision=day&limit=500").get_json()["data"]} < set(june)
    assert client.get("/v1/events?month=1907-02").get_json()["meta"]["total"] == 0, "a month without events is no fault"
    assert "is not a month" in client.get("/v1/events?month=2021-13").get_json()["errors"][0]["detail"]


def test_every_facet_says_when_it_was_cut(
    client: FlaskClient, documents: dict[str, list[Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "MOST_VALUES", 3)
    monkeypatch.setattr(aggregation, "MOST_PERIODS", 4)
    oracle = Oracle(documents)
    for kind, names in {
        "events": ("actor", "topic", "year", "month"),
        "agreements": ("did", "year"),
        "sources": ("kind",),
    }.items():
        meta = client.get(f"/v1/{kind}?facets={','.join(names)}&limit=0").get_json()["meta"]
        for name in names:
            values = set().union(*(oracle.values(kind, name, d) for d in documents[kind]))
            shown = [entry["value"] for entry in meta["facets"][name]]
            most = 4 if name in ("year", "month") else 3
            assert len(shown) == min(most, len(values))
            assert meta["facets_cut"][name] == {"shown": most, "values": len(values)}
            if most == 4:
                assert shown == sorted(values)[:4]


def test_a_facet_that_is_whole_says_nothing_of_a_cut(client: FlaskClient) -> None:
    meta = client.get("/v1/events?facets=year,month&limit=0").get_json()["meta"]
    assert "facets_cut" not in meta
    assert [entry["value"] for entry in meta["facets"]["year"]] == sorted(entry["value"] for entry in meta["facets"]["year"])


@pytest.mark.parametrize(
    "path",
    [
        "events?type=summit&facets=place",
        "search?q=russia",
        "timeline?topic=ukraine",
        "changes?kind=events",
        "actors",
        "events?on=2021-06-16",
    ],
)
def test_a_limit_of_nothing_only_counts(client: FlaskClient, path: str) -> None:
    separator = "&" if "?" in path else "?"
    whole, none = (client.get(f"/v1/{path}{separator}limit={limit}").get_json() for limit in (2, 0))
    assert none["data"] == []
    assert none["links"]["next"] is None
    assert none["meta"]["total"] == whole["meta"]["total"] > 2
    for name in ("facets", "date_match"):
        assert none["meta"].get(name) == whole["meta"].get(name) or name == "facets"


def test_counting_alone_reads_no_documents(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    release, seen = client.application.extensions["store"].current(), []
    fetch = type(release)._fetch
    monkeypatch.setattr(release, "_cache", Recent(1000, lambda value: 1))
    monkeypatch.setattr(type(release), "_fetch", lambda self, *args: seen.append(args[0]) or fetch(self, *args))
    assert client.get("/v1/events?topic_not=sanctions&limit=0").get_json()["meta"]["total"] > 0
    assert seen
    assert not any("document" in statement for statement in seen)

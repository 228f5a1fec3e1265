"""No route leaves out a step between a query string and the database: parse, resolve the release, check the values."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT
from flask.testing import FlaskClient
from support import declared

from api.query.parameters import arguments
from api.query.parsing import InvalidParameters
from api.query.query import Query
from api.resources import BY_KIND, RESOURCES, filters
from api.resources.resource import Resource
from api.storage.store import Store
from api.web import openapi

UNKNOWN = "nobody-at-all"
OPERATIONS = {path: item["get"] for path, item in openapi.contract()["paths"].items()}


def open_parameters(resource: Resource) -> Iterator[str]:
    """The parameters whose values are those of the release, not a vocabulary of the schema."""
    for filter in resource.filters:
        match filter:
            case filters.Ids(name=name):
                yield name
            case filters.OnDay(word=word) if word:
                yield word
            case filters.Terms(choices=(), term=None):
                yield from filters.names(filter)


def routes_of(resource: Resource) -> Iterator[str]:
    """Every path of the contract that takes the filters of a kind."""
    mine = set(open_parameters(resource))
    for path in OPERATIONS:
        if path.endswith(f"/{resource.kind}") or (path == "/v1/network" and resource.kind == "events"):
            assert mine <= {parameter["name"] for parameter in declared(path)}, path
            yield path


def refused(client: FlaskClient, path: str, query: dict[str, str], **headers: str) -> dict[str, Any]:
    response = client.get(path, query_string=query, headers=headers)
    assert response.status_code == 400, (path, query, response.text)
    return {error["parameter"]: error for error in response.get_json()["errors"]}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
def test_every_route_refuses_a_value_that_the_release_does_not_know(client: FlaskClient, resource: Resource) -> None:
    routes = list(routes_of(resource))
    assert {f"/v1/{resource.kind}", f"/v1/cite/{resource.kind}", f"/v1/aggregates/{resource.kind}"} <= set(routes)
    names = list(open_parameters(resource))
    assert names
    for path in routes:
        by = {"by": next(f.name for f in resource.filters if isinstance(f, filters.Terms))} if "aggregates" in path else {}
        for name in names:
            errors = refused(client, path, {name: UNKNOWN, **by})
            assert set(errors) == {name}, path
            assert re.fullmatch(rf"{UNKNOWN!r} is not among the [a-z-]+|no record has {UNKNOWN!r}", errors[name]["detail"]), path
        everything = refused(client, path, {**dict.fromkeys(names, UNKNOWN), "colour": "red", **by})
        assert set(everything) == {*names, "colour"}, "unknown values are told with all other errors"


@pytest.mark.parametrize("name", ["csv", "ndjson", "jsonld", "atom", "ics", "geojson", "graphml"])
def test_every_format_refuses_it_too_and_a_validator_does_not_hide_it(client: FlaskClient, name: str) -> None:
    assert set(refused(client, "/v1/events", {"actor": UNKNOWN, "format": name})) == {"actor"}
    assert set(refused(client, "/v1/events", {"actor": UNKNOWN, "format": name}, **{"If-None-Match": "*"})) == {"actor"}


@pytest.mark.parametrize("path", ["/v1/cite", "/v1/cite/verify"])
def test_a_cited_query_is_checked_as_well(client: FlaskClient, path: str) -> None:
    sums = {"sha256": "0" * 64} if "verify" in path else {}
    assert set(refused(client, path, {"query": f"events?actor={UNKNOWN}&colour=red", **sums})) == {"actor", "colour"}


@pytest.mark.parametrize("path", [path for path in OPERATIONS if path.startswith("/v1")])
def test_every_route_refuses_a_parameter_that_it_does_not_have(client: FlaskClient, path: str) -> None:
    address = path.replace("{id}", "x").replace("{version}", "1.0.0").replace("{name}", "x")
    assert "colour" in refused(client, address, {"colour": "red"})


def test_errors_of_all_steps_are_told_at_once(client: FlaskClient) -> None:
    query = {"actor": UNKNOWN, "limit": "-1", "colour": "red", "date_from": "2022", "date_to": "2021", "release": "9.9.9"}
    assert set(refused(client, "/v1/events", query)) == {"limit", "colour", "date_to", "release"}, "no release knows any actor"
    del query["release"]
    assert set(refused(client, "/v1/events", query)) == {"limit", "colour", "date_to", "actor"}


def test_a_query_cannot_be_made_without_the_check(client: FlaskClient) -> None:
    store: Store = client.application.extensions["store"]
    events = BY_KIND["events"]
    with pytest.raises(InvalidParameters) as refusal:
        Query(events, arguments(events), {"actor": [UNKNOWN], "limit": ["x"]}, store)
    assert {error.path[0] for error in refusal.value.errors} == {"actor", "limit"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/events?actor=joe-biden&facets=type&include=actors&cite=true",
        "/v1/events?format=csv",
        "/v1/events?format=atom",
        "/v1/events/2021-06-16-geneva-summit",
        "/v1/search?q=geneva",
        "/v1/suggest?q=put",
        "/v1/resolve?id=vladimir-putin",
        "/v1/network?place=geneva",
        "/v1/aggregates/events?by=type",
        "/v1/timeline?topic=ukraine",
        "/v1/changes",
        "/v1/quality",
        "/v1/cite?query=events?place=geneva",
        "/readyz",
    ],
)
def test_the_served_release_is_resolved_once_a_request(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    store: Store = client.application.extensions["store"]
    current, calls = store.current, []
    monkeypatch.setattr(store, "known", lambda: None)  # what finished answers are looked for in, and nothing is made of
    monkeypatch.setattr(store, "current", lambda: calls.append(path) or current())
    response = client.get(path, headers={"Host": "resolved-once.example"})
    assert response.status_code in (200, 303), response.text
    assert calls == [path]


def test_a_validator_depends_on_every_parameter(client: FlaskClient) -> None:
    plain = "/v1/events?limit=2"
    following = client.get(plain).get_json()["links"]["next"].removeprefix("http://localhost")
    addresses = [
        plain,
        following,
        *(f"{plain}&{more}" for more in ("cite=true", "fields=title", "include=actors", "facets=type", "sort=date")),
        *(f"{plain}&{more}" for more in ("actor=joe-biden", "format=atom")),
        "/v1/events?limit=3",
        "/v1/statements?limit=2",
    ]
    tags = {client.get(address).headers["ETag"] for address in addresses}
    tags.add(client.get(plain, headers={"Host": "elsewhere.example"}).headers["ETag"])
    assert len(tags) == len(addresses) + 1
    ordered = client.get("/v1/events?actor=joe-biden&limit=2").headers["ETag"]
    assert client.get("/v1/events?limit=2&actor=joe-biden").headers["ETag"] == ordered, "one canonical address"


def test_serving_does_not_import_what_builds_a_release() -> None:
    code = "import sys, api.web.app; print([name for name in sys.modules if name.startswith('api.releases')])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(eval(result.stdout))  # a list of our own names
    assert modules
    assert not modules & {"api.releases.build", "api.releases.load", "api.releases.publish"}

"""Below a path of a server that others share: every address in every answer begins with it, and leads somewhere."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from conftest import ROOT, SMALL, running
from nginx import proxied
from support import addresses_in, guarded, run
from werkzeug.test import Client, TestResponse

from api.config import Settings
from api.formats import formats_of
from api.resources import RESOURCES
from api.server.stack import application
from api.web import openapi

Get = Callable[..., TestResponse]
EXAMPLES = {
    "/v1/search": "q=geneva&limit=2",
    "/v1/suggest": "q=puti",
    "/v1/resolve": "id=iso3166:USA",
    "/v1/cite": "query=events?type=summit",
    "/v1/cite/verify": f"query=events?type=summit&sha256={'0' * 64}",
    "/v1/changes": "limit=2",
    "/v1/network": "type=summit",
    "/v1/export": "query=events%3Ftype%3Dsummit&format=csv",
    "/v1/threads/{id}": "",
    "/v1/aggregates/events": "by=type",
}
STATEMENT = "2021-06-16-putin-denies-cyber-attacks"


def public() -> list[tuple[str, int]]:
    """Addresses of every route, and the status of the answer."""
    found = [
        ("/", 200),
        ("/docs", 200),
        ("/docs/try", 200),
        ("/pictures", 200),
        ("/pictures/map?type=summit", 200),
        ("/problems/unknown-record", 200),
        (f"/v1/threads/{STATEMENT}", 200),
        (f"/threads/{STATEMENT}", 200),
    ]
    for path in openapi.contract()["paths"]:
        if "{" not in path and "aggregates" not in path:
            status = {"/v1/resolve": 303, "/v1/export": 307}.get(path, 200)
            found.append((f"{path}?{EXAMPLES.get(path, '')}".rstrip("?"), status))
    for resource in RESOURCES:
        id, _ = resource.example
        by = next(f.name for f in resource.filters if hasattr(f, "reverse"))
        found += [
            (f"/v1/{resource.kind}/{id}", 200),
            (f"/v1/{resource.kind}/{id}?fields=links", 200),
            (f"/v1/{resource.kind}/x", 404),
        ]
        found += [(f"/{resource.kind}/{id}", 200), (f"/{resource.kind}?limit=2&facets={by}", 200), (f"/{resource.kind}/x", 404)]
        found += [
            (f"/v1/{resource.kind}/{id}?format=jsonld", 200),
            (f"/v1/{resource.kind}?limit=2", 200),
            (f"/v1/aggregates/{resource.kind}?by={by}", 200),
        ]
        found += [(f"/v1/{resource.kind}?format={word}&ids={id}", 200) for word in formats_of(resource.kind)]
    found += [(path, 200) for path in ("/search?q=geneva", "/timeline?limit=2", "/changes?limit=2", "/releases")]
    found += [("/v1/events?limit=1&include=actors&facets=type&cite=true", 200), ("/v1/events?limit=1&format=atom", 200)]
    found += [(f"/v1/timeline?format={word}&on=2021-06-16", 200) for word in ("ndjson", "csv", "atom", "ics")]
    found += [("/v1/changes?format=atom&limit=1", 200), ("/v1/releases/latest", 404), ("/v1/evens", 404), ("/v1/events?x=1", 400)]
    return found


@pytest.fixture(scope="module", params=["own", pytest.param("forwarded", marks=pytest.mark.trials)])
def get(request: pytest.FixtureRequest, settings: Settings) -> Get:
    """Asks for an address as clients see it, /data/v1/...; a proxy passes it on without the prefix."""
    if request.param == "own":
        own = Client(application(replace(settings, prefix="/data")))
        return lambda address, method="GET", **headers: own.open(address, method=method, headers=headers)
    behind = Client(application(replace(settings, trusted_proxies=1)))

    def forwarded(address: str, method: str = "GET", **headers: str) -> TestResponse:
        assert address.startswith("/data/"), "a proxy has nothing there"
        return behind.open(address.removeprefix("/data"), method=method, headers={"X-Forwarded-Prefix": "/data", **headers})

    return forwarded


@pytest.mark.parametrize(("path", "status"), public())
def test_every_address_begins_with_the_prefix(get: Get, path: str, status: int) -> None:
    for _ in range(2):  # from the application and from memory
        answer = get(f"/data{path}")
        assert answer.status_code == status, answer.text
        if path.startswith("/openapi"):
            assert [server["url"] for server in yaml.safe_load(answer.text)["servers"]] == ["/data"]
            continue
        for address in addresses_in(answer):
            assert urlsplit(address).path.startswith("/data/"), address


def test_every_address_leads_somewhere(get: Get) -> None:
    """From the front page, the index and a record of each kind, and from there some steps on."""
    new, seen = {"/data/", "/data/docs", "/data/v1", *(f"/data/v1/{r.kind}/{r.example[0]}" for r in RESOURCES)}, set()
    for most in (100, 40):
        found = set()
        for path in sorted(new)[:: max(1, len(new) // most)]:
            answer = get(path)
            assert answer.status_code < 400, path
            seen.add(path)
            if answer.mimetype in ("text/html", "application/json") and "openapi" not in path:
                found |= {urlsplit(address)._replace(scheme="", netloc="").geturl() for address in addresses_in(answer)}
        new = found - seen - {"/data/v1/search"}  # the form, which wants a word
    assert len(seen) > 50


def test_the_documents_hold_no_address_but_in_their_last_key(client: Any, kind: str) -> None:
    """What the prefix is written into."""
    for document in client.get(f"/v1/{kind}?limit=500").get_json()["data"]:
        assert list(document)[-1] == "links"
        assert all(href.startswith("/v1/") for href in document["links"].values())


@pytest.mark.parametrize("prefix", ["data", "//evil.example", "/a b", "/a//b", "/<script>", "/a?b", "/" + "a" * 300])
def test_a_prefix_that_is_no_path_is_refused(settings: Settings, prefix: str) -> None:
    behind = Client(application(replace(settings, trusted_proxies=1)))
    answer = behind.get("/v1/topics?limit=1", headers={"X-Forwarded-Prefix": prefix})
    assert answer.status_code == 400
    assert "X-Forwarded-Prefix" in answer.get_json()["detail"]
    assert answer.get_json()["instance"] == "/v1/topics?limit=1"


def test_the_prefix_that_a_proxy_tells_is_in_every_link(settings: Settings) -> None:
    behind = Client(application(replace(settings, trusted_proxies=1)))
    for path in (
        "/",
        "/v1",
        "/v1/events?limit=1",
        "/v1/events?limit=1&format=ndjson",
        "/v1/search?q=geneva",
        "/v1/nothing",
        "/docs",
    ):
        for prefix in ("/data", "/data/", "/a/b-c_d.e"):
            answer = behind.get(path, headers={"X-Forwarded-Prefix": prefix})
            found = addresses_in(answer)
            assert found
            assert all(urlsplit(address).path.startswith(f"{prefix.rstrip('/')}/") for address in found), found


def test_of_several_proxies_the_last_is_believed(settings: Settings) -> None:
    behind = Client(application(replace(settings, trusted_proxies=1)))
    answer = behind.get("/v1/topics?limit=1", headers={"X-Forwarded-Prefix": "/forged, /data"})
    assert answer.get_json()["links"]["self"] == "http://localhost/data/v1/topics?limit=1"


def test_a_rate_limit_leaves_out_the_health_checks_below_the_prefix(settings: Settings) -> None:
    limited = Client(application(replace(settings, prefix="/data", rate_limit="2/day")))
    assert {limited.get("/data/healthz").status_code for _ in range(5)} == {200}
    assert [limited.get("/data/v1/topics?limit=1").status_code for _ in range(3)] == [200, 200, 429]
    assert limited.get("/elsewhere").status_code == 429, "what is outside is limited, too"


def test_a_prefix_that_nobody_vouches_for_is_ignored(settings: Settings) -> None:
    answer = Client(application(settings)).get("/v1/topics?limit=1", headers={"X-Forwarded-Prefix": "/data"})
    assert answer.get_json()["links"]["self"] == "http://localhost/v1/topics?limit=1"


def test_a_setting_that_is_no_path_is_refused_and_a_slash_at_its_end_does_not_count() -> None:
    for value in ("data", "//a", "/a b"):
        with pytest.raises(ValueError, match=r"DIPLOMATIC_EVENTS_PREFIX=.* is not a path such as /data"):
            Settings.read({"DIPLOMATIC_EVENTS_PREFIX": value})
        with pytest.raises(ValueError, match=r"SCRIPT_NAME=.* is not a path"):
            Settings.read({"SCRIPT_NAME": value})
    assert Settings.read({"SCRIPT_NAME": "/data/"}).prefix == "/data"
    assert Settings.read({"SCRIPT_NAME": "/data", "DIPLOMATIC_EVENTS_PREFIX": "/own"}).prefix == "/own"
    assert Settings.read({"SCRIPT_NAME": "/"}).prefix == ""


@pytest.mark.parametrize("variable", [pytest.param("SCRIPT_NAME", marks=pytest.mark.trials), "DIPLOMATIC_EVENTS_PREFIX"])
def test_outside_of_the_prefix_is_a_problem_document_that_says_where_to_look(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, **{variable: "/data"}) as (url, _):
        assert url.endswith("/data")
        inside = requests.get(f"{url}/v1/topics?limit=1", timeout=60)
        assert inside.json()["links"]["self"] == f"{url}/v1/topics?limit=1"
        server = url.removesuffix("/data")
        for path in ("/", "/v1/topics", "/datax/v1/topics", "/healthz"):
            answer = requests.get(server + path, timeout=60)
            assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
            assert answer.json()["detail"] == "There is nothing here. All addresses begin with /data/."
            guarded(answer)
        headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
        asked = requests.options(f"{server}/v1/topics", headers=headers, timeout=60)
        assert asked.status_code == 200
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        port = server.rpartition(":")[2]
        assert run("health", "--port", port).exit_code == 1, "there is nothing at /readyz"
        monkeypatch.setenv(variable, "/data")
        assert run("health", "--port", port).exit_code == 0


@pytest.mark.needs("nginx")
def test_the_nginx_that_is_deployed_serves_below_a_path(tmp_path: Path) -> None:
    """As docs/operating.md has it; what a client says of a prefix ends there."""
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    served = running(*options, cwd=ROOT, DIPLOMATIC_EVENTS_TRUSTED_PROXIES="1")
    with served as (api, _), proxied(api[7:], tmp_path, prefix="/data") as url:
        for _ in range(2):  # from the server and from the cache
            page = requests.get(f"{url}/v1/events?limit=1", headers={"X-Forwarded-Prefix": "/forged"}, timeout=60)
            links = page.json()["links"]
            assert links["self"] == f"{url}/v1/events?limit=1"
            assert links["next"].startswith(f"{url}/v1/events?limit=1&cursor=")
            assert requests.get(links["next"], timeout=60).status_code == 200
            assert page.json()["data"][0]["links"]["self"].startswith("/data/v1/events/")
        assert requests.get(f"{url}/docs/start.js", timeout=60).text.count('url: "/data/openapi.json"') == 1
        outside = requests.get(url.removesuffix("/data") + "/v1/events", timeout=60)
        assert (outside.status_code, outside.headers["Content-Type"]) == (404, "application/problem+json")

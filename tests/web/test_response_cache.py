"""Finished answers: given again byte for byte, from memory, and only while they hold."""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL
from flask.testing import FlaskClient

from api.config import Settings
from api.releases import load
from api.resources import RESOURCES
from api.web.app import create_app
from api.web.response_cache import ResponseCache


class Counted:
    """A client of an application, and how often its Flask part was called."""

    def __init__(self, settings: Settings) -> None:
        self.settings, app = settings, create_app(settings)
        front: Any = app.wsgi_app
        assert isinstance(front, ResponseCache)
        self.front, self.forwarded, inner = front, 0, front.inner

        def count(environ: Any, start_response: Any) -> Iterable[bytes]:
            self.forwarded += 1
            return inner(environ, start_response)

        front.inner = count
        self.client: FlaskClient = app.test_client()


@pytest.fixture
def counted(settings: Settings) -> Iterator[Counted]:
    counted = Counted(settings)
    yield counted
    counted.front.store.close()


PATHS = [
    *(f"/v1/{resource.kind}?limit=2" for resource in RESOURCES),
    "/v1/actors/vladimir-putin",
    "/v1",
    "/",
    "/v1/search?q=geneva",
    "/v1/suggest?q=put",
    "/v1/aggregates/events?by=type",
    "/v1/aggregates/events?by=type&format=csv",
    "/v1/network?place=geneva",
    "/v1/changes",
    "/v1/quality",
    "/v1/cite/events?place=geneva",
    "/openapi.json",
    "/openapi.yaml",
    "/docs",
    "/docs/start.js",
    "/docs/index.css",
    "/problems/not-ready",
    "/v1/actors/vladimir-putin?format=jsonld",
    "/v1/events?place=geneva&facets=topic,actor&include=actors,places",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("codings", ["", "br", "gzip", "zstd"])
def test_what_was_answered_once_is_answered_again_from_memory(counted: Counted, path: str, codings: str) -> None:
    headers = {"Accept-Encoding": codings} if codings else {}
    first = counted.client.get(path, headers=headers)
    assert counted.forwarded == 1
    again = counted.client.get(path, headers=headers)
    assert counted.forwarded == 1
    assert (again.status, list(again.headers), again.data) == (first.status, list(first.headers), first.data)
    head = counted.client.head(path, headers=headers)
    assert counted.forwarded == 1
    assert list(head.headers) == list(first.headers)
    assert head.data == b""


def test_headers_that_lead_to_one_coding_share_an_answer(counted: Counted) -> None:
    for header in ("br", "gzip, deflate, br", "br;q=1.0, gzip;q=0.5", "BR ; q=.3", "gzip;q=0, br"):
        assert counted.client.get("/v1/events", headers={"Accept-Encoding": header}).headers["Content-Encoding"] == "br"
    assert counted.forwarded == 1


@pytest.mark.parametrize("codings", ["", "br"])
def test_a_client_that_has_an_answer_gets_304_from_memory_as_from_flask(counted: Counted, codings: str) -> None:
    headers = {"Accept-Encoding": codings, "Origin": "https://example.org"}
    etag = counted.client.get("/v1/events?limit=5", headers=headers).headers["ETag"]
    for tags in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        warm = counted.client.get("/v1/events?limit=5", headers={**headers, "If-None-Match": tags})
        assert counted.forwarded == 1
        cold = Counted(counted.settings)
        fresh = cold.client.get("/v1/events?limit=5", headers={**headers, "If-None-Match": tags})
        assert (warm.status_code, warm.data) == (fresh.status_code, fresh.data) == (304, b"")
        shown = ("Cache-Control", "Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
        assert [warm.headers[name] for name in shown] == [fresh.headers[name] for name in shown]
    other = counted.client.get("/v1/events?limit=5", headers={**headers, "If-None-Match": '"nothing"'})
    assert other.status_code == 200
    assert counted.forwarded == 1


def test_a_tag_of_a_coding_that_the_client_no_longer_takes_is_not_enough(counted: Counted) -> None:
    etag = counted.client.get("/v1/events", headers={"Accept-Encoding": "br"}).headers["ETag"]
    counted.client.get("/v1/events")
    assert counted.client.get("/v1/events", headers={"If-None-Match": etag}).status_code == 200
    assert counted.client.get("/v1/events", headers={"If-None-Match": etag, "Accept-Encoding": "br"}).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/v1/events?typ=x", "/v1/events/nothing", "/nothing", "/healthz", "/readyz", "/v1/events?format=ndjson", "/v1/releases"],
)
def test_errors_streams_and_what_depends_on_more_than_the_release_are_made_anew(counted: Counted, path: str) -> None:
    counted.client.get(path)
    counted.client.get(path)
    assert counted.forwarded == 2


def test_other_methods_hosts_shapes_and_ranges_are_answers_of_their_own(counted: Counted) -> None:
    counted.client.get("/v1/events?limit=1")
    assert (
        counted.client.get("/v1/events?limit=1", headers={"Host": "example.org"})
        .get_json()["links"]["self"]
        .startswith("http://example.org/")
    )
    part = counted.client.get("/v1/events?limit=1", headers={"Range": "bytes=0-5"})
    assert (part.status_code, len(part.data) > 6) == (200, True), "ranges are for published files"
    assert counted.client.get("/v1/events", headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert counted.client.get("/v1/events", headers={"Accept": "text/plain"}).status_code == 406
    assert counted.client.options("/v1/events?limit=1").status_code == 200
    assert counted.client.post("/v1/events?limit=1").status_code == 405


def test_a_switch_of_the_release_drops_everything(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    settings = Settings(dataset=small, data_dir=tmp_path / "data")
    load.load(settings)
    counted = Counted(settings)
    before = counted.client.get("/v1/topics/security").get_json()["data"]["definition"]
    edit("topics/security.yaml", "definition: ", "definition: Now ")
    load.load(settings)
    assert counted.client.get("/v1/topics/security").get_json()["data"]["definition"] == f"Now {before}"
    assert len(counted.front._kept[1]) == 1


def test_no_more_bytes_are_kept_than_set(tmp_path: Path) -> None:
    load.load(Settings(dataset=SMALL, data_dir=tmp_path))
    counted = Counted(Settings(dataset=SMALL, data_dir=tmp_path, cache_bytes=100_000))
    for n in range(1, 101):
        counted.client.get(f"/v1/events?limit={n}")
    kept = counted.front._kept[1]
    assert 0 < kept.currsize <= 100_000
    assert len(kept) < 100
    off = Counted(Settings(dataset=SMALL, data_dir=tmp_path, cache_bytes=0))
    assert [off.client.get("/v1/events").status_code for _ in range(2)] == [200, 200]
    assert off.forwarded == 2


def test_threads_share_answers_without_a_fault(counted: Counted) -> None:
    found: list[bytes] = []

    def ask() -> None:
        client = counted.client.application.test_client()
        found.extend(client.get(f"/v1/topics?limit={1 + n % 7}").data for n in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert len(set(found)) == 7
    assert counted.forwarded <= 4 * 7


def test_what_an_answer_is_kept_by_counts_as_well(counted: Counted) -> None:
    """A stranger may send long headers with each request."""
    sent = 0
    for n in range(50):
        accept = f"application/json, {'x' * 6000}/{n}"
        assert counted.client.get("/v1/topics?limit=1", headers={"Accept": accept}).status_code == 200
        sent += len(accept)
    assert counted.front._kept[1].currsize > sent

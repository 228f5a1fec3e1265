"""Compression, caching and conditional requests, with the validators that belong to each coding."""

import gzip
from typing import Any

import brotli
import pytest
from flask import Request
from flask.testing import FlaskClient
from support import unchanged
from werkzeug.test import create_environ, run_wsgi_app

from api.problems import Problem
from api.web.application import Asked
from api.web.headers import EXPOSED, outside

JSON_ROUTES = [
    "/v1", "/v1/events", "/v1/actors/vladimir-putin", "/v1/search?q=a", "/v1/suggest?q=a", "/v1/quality", "/v1/changes",
    "/v1/cite/events", "/v1/network", "/v1/aggregates/events?by=type", "/v1/releases",
]  # fmt: skip
CODINGS = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("path", ["/v1/events", "/v1/events?format=csv", "/openapi.json", "/"])
def test_an_answer_is_compressed_as_the_client_likes(client: FlaskClient, path: str, coding: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    if coding in CODINGS:
        assert CODINGS[coding](packed.data) == plain.data


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("gzip;q=0", None),
        ("gzip; q=1.0", "gzip"),
        ("br;q=0, gzip;q=.5", "gzip"),
        ("identity;q=1, gzip;q=0.5", None),
        ("x-gzip", "gzip"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/topics", "/v1/topics?format=ndjson", "/openapi.json", "/", "/v1/releases/nothing"])
def test_a_coding_is_used_as_far_as_it_is_wanted(client: FlaskClient, path: str, asked: str, expected: str | None) -> None:
    for _ in range(2):  # from the application and from memory
        answer = client.get(path, headers={"Accept-Encoding": asked})
        packed = answer.headers.get("Content-Encoding")
        assert packed == (expected if answer.status_code == 200 else None)
        assert (gzip.decompress(answer.data) if packed else answer.data)[:1] in (b"{", b"<")


def test_a_route_of_json_takes_any_parameter_of_a_media_type(client: FlaskClient) -> None:
    for path in JSON_ROUTES:
        for accept in ("application/json; charset=utf-8", "application/json;version=1", "text/html, */*; q=.2"):
            answer = client.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.mimetype) == (200, "application/json"), (path, accept)


def test_each_coding_has_an_etag_of_its_own_and_any_of_them_is_known(client: FlaskClient) -> None:
    tags = {
        coding: client.get("/v1/events", headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("identity", "gzip", "br")
    }
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        answer = client.get("/v1/events", headers={"Accept-Encoding": coding, "If-None-Match": tag})
        assert answer.status_code == 304
        assert answer.data == b""


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize(
    "path", ["/openapi.json", "/openapi.yaml", "/docs", "/docs/start.js", "/docs/swagger-ui.css", "/docs/favicon-32x32.png",
             "/problems/unknown-record", "/", "/v1", "/v1/releases", "/v1/topics", "/v1/topics?format=csv"]
)  # fmt: skip
def test_every_answer_has_an_etag_and_is_not_sent_twice(client: FlaskClient, path: str, coding: str) -> None:
    first = client.get(path, headers={"Accept-Encoding": coding})
    again = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": first.headers["ETag"]})
    unchanged(again, first)
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name", ["nothing", "a" * 3000, "%00", "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", ".", "index.css/x"]
)
def test_a_file_of_the_documentation_that_is_none_is_a_404(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/docs/{name}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_compressed_copy_is_not_current_for_a_client_that_cannot_read_it(client: FlaskClient) -> None:
    tag = client.get("/v1/events", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    answer = client.get("/v1/events", headers={"Accept-Encoding": "identity", "If-None-Match": tag})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_weak_tags_and_the_star_are_compared_as_the_standard_has_it(client: FlaskClient) -> None:
    tag = client.get("/v1/events").headers["ETag"]
    for path, known, status in (
        ("/v1/events", f"W/{tag}", 304),
        ("/v1/events", f'"x", {tag}', 304),
        ("/v1/events", "*", 304),
        ("/v1/actors/vladimir-putin", "*", 304),
        ("/v1/actors/nobody", "*", 404),
        ("/v1/threads/nothing", "*", 404),
    ):
        assert client.get(path, headers={"If-None-Match": known}).status_code == status, (path, known)


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/search?q=a", "/v1/suggest?q=a", "/v1/quality", "/v1/changes", "/v1/cite/events", "/v1/network"]
)
def test_every_route_refuses_media_types_that_cannot_be_had(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "application/json" in answer.get_json()["available"]


@pytest.mark.parametrize("path", ["/v1", "/v1/releases", "/v1/threads/x", "/v1/quality"])
def test_no_route_ignores_a_parameter(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?colour=red")
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["parameter"] == "colour"


def test_shared_caches_are_told_what_to_keep_and_what_it_depends_on(client: FlaskClient) -> None:
    answer = client.get("/v1/events")
    assert "public" in answer.headers["Cache-Control"]
    assert {"Accept", "Accept-Encoding"} <= {name.strip() for name in answer.headers["Vary"].split(",")}
    assert client.get("/v1/events?x=1").headers["Cache-Control"] == "no-store"
    assert client.get("/readyz").headers["Cache-Control"] == "no-store"


def test_link_headers_lead_to_the_licence_the_contract_and_themselves(client: FlaskClient) -> None:
    relations: Any = client.get("/v1/events?limit=1").headers["Link"]
    for relation in ("self", "next", "describedby", "license"):
        assert f'rel="{relation}"' in relations


@pytest.mark.parametrize("path", ["/v1/events", "/v1/search", "/v1/network", "/v1/aggregates/events", "/v1"])
def test_options_tells_the_methods(client: FlaskClient, path: str) -> None:
    answer = client.options(path)
    assert {method.strip() for method in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("host", ['a"b<c>', "x>; rel=evil", "a b", "a/b"])
def test_a_host_that_is_none_is_refused_and_no_link_leads_there(client: FlaskClient, host: str) -> None:
    answer = client.get("/v1/events?limit=1", headers={"Host": host})
    assert answer.status_code == 400
    assert "Host" in answer.get_json()["detail"]
    assert "rel" not in answer.headers.get("Link", "")


def test_parameters_beyond_measure_are_refused_in_few_words(client: FlaskClient) -> None:
    answer = client.get(f"/v1/events?{'&'.join(f'x{n}=1' for n in range(500))}")
    assert answer.status_code == 400
    assert "more than 100 parameters" in answer.get_json()["detail"]
    assert answer.get_json()["errors"] == []


def test_pages_elsewhere_may_read_when_to_come_back_whoever_refuses(client: FlaskClient) -> None:
    for exposed in (
        client.get("/v1/events").headers["Access-Control-Expose-Headers"],
        outside(Problem(429, "x"))[0]["Access-Control-Expose-Headers"],
    ):
        assert {name.strip() for name in exposed.split(",")} == set(EXPOSED)


@pytest.mark.parametrize("host", ["a..b", ".a", f"{'a' * 64}.b"])
def test_a_host_that_can_be_none_is_refused_at_every_route(client: FlaskClient, host: str) -> None:
    for path in ("/v1/events", "/v1/events/", "/v1/events/x"):
        assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/v1/events", "/events", "/"])
def test_a_host_that_encodes_no_name_is_refused(client: FlaskClient, path: str) -> None:
    environ = create_environ(path) | {"HTTP_HOST": "xn--a.example"}  # the client would look for the name itself
    chunks, status, _ = run_wsgi_app(client.application, environ, buffered=True)
    assert status.startswith("400 "), b"".join(chunks)


@pytest.mark.parametrize("text", ["", "a=1", "a=1&b=2,3&a=", "a", "a=1&&b=2", "=1", "a=b=c", "a=+x", "a=%C3%A9&b=%ff", "a=1;b=2"])
def test_parameters_are_read_as_werkzeug_reads_them(text: str) -> None:
    environ = create_environ("/", query_string=text)
    assert list(Asked(environ).args.items(multi=True)) == list(Request(environ).args.items(multi=True))

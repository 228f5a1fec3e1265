"""What every kind promises over HTTP, checked for each of them, and against the contract that is published."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from support import conforms, declared, unchanged, vocabulary

from api.config import Settings
from api.resources import BY_KIND
from api.web import openapi
from api.web.app import create_app


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = openapi.contract()["paths"][path]["get"]
    return found


def schema_of(path: str, status: int = 200) -> dict[str, Any]:
    responses = operation(path)["responses"]
    response = responses.get(str(status), responses["default"])
    if "$ref" in response:
        response = openapi.contract()["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    media = next(iter(response["content"].values()))  # JSON comes first
    found: dict[str, Any] = media["schema"]
    return found


def whole(kind: str) -> dict[str, Any]:
    """The schema of a kind's documents with all their keys."""
    return {"$ref": f"#/components/schemas/{BY_KIND[kind].model.__name__}Record"}


def test_a_list_is_as_the_contract_says(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/v1/{kind}?limit=500")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    body = answer.get_json()
    assert list(body) == ["data", "meta", "links"]
    assert body["data"], "an empty list shows nothing"
    conforms(body, schema_of(f"/v1/{kind}"))
    for document in body["data"]:
        conforms(document, whole(kind))


def test_an_item_is_the_same_bytes_as_in_its_list(client: FlaskClient, kind: str) -> None:
    listed = client.get(f"/v1/{kind}?limit=3").text
    for document in client.get(f"/v1/{kind}?limit=3").get_json()["data"]:
        answer = client.get(document["links"]["self"])
        conforms(answer.get_json(), schema_of(f"/v1/{kind}/{{id}}"))
        conforms(answer.get_json()["data"], whole(kind))
        data = re.match(r'\{"data":(.*),"meta":', answer.text)
        assert data
        assert data[1] in listed


def test_every_link_of_an_item_leads_somewhere(client: FlaskClient, kind: str) -> None:
    for document in client.get(f"/v1/{kind}?limit=5").get_json()["data"]:
        for name, href in document["links"].items():
            answer = client.get(href)
            assert answer.status_code == 200, (name, href, answer.text)


def test_an_unknown_id_is_a_404_that_knows_the_nearest(client: FlaskClient, kind: str) -> None:
    id = client.get(f"/v1/{kind}?limit=1").get_json()["data"][0]["id"]
    answer = client.get(f"/v1/{kind}/{id}x")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["suggestion"] == id
    conforms(answer.get_json(), schema_of(f"/v1/{kind}/{{id}}", 404))


def test_what_is_not_understood_is_a_400_as_the_contract_says(client: FlaskClient, kind: str) -> None:
    for url, path in ((f"/v1/{kind}?colour=red", f"/v1/{kind}"), (f"/v1/{kind}/x?colour=red", f"/v1/{kind}/{{id}}")):
        answer = client.get(url)
        assert answer.status_code == 400
        conforms(answer.get_json(), schema_of(path, 400))


@pytest.mark.parametrize("path", ["", "?limit=2", "?sort={sort}"])
def test_a_known_answer_is_a_304_and_another_query_is_not(client: FlaskClient, kind: str, path: str) -> None:
    url = f"/v1/{kind}" + path.format(sort=next(iter(BY_KIND[kind].sorts)))
    first = client.get(url)
    etag = first.headers["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(f"/v1/{kind}?limit=3", headers={"If-None-Match": etag}).status_code == 200
    assert client.get(f"/v1/{kind}/nothing-here", headers={"If-None-Match": "*"}).status_code == 404


def test_head_is_get_without_a_body(client: FlaskClient, kind: str) -> None:
    get, head = client.get(f"/v1/{kind}"), client.head(f"/v1/{kind}")
    assert head.data == b""
    assert {k: v for k, v in head.headers.items() if k != "Date"} == {k: v for k, v in get.headers.items() if k != "Date"}


def test_the_next_page_is_linked_in_body_and_header(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/v1/{kind}?limit=1")
    body = answer.get_json()
    following = body["links"]["next"]
    assert following.startswith("http://localhost/v1/")
    assert f'<{following}>; rel="next"' in answer.headers["Link"]
    assert 'rel="describedby"' in answer.headers["Link"]
    assert 'rel="license"' in answer.headers["Link"]
    last = client.get(f"/v1/{kind}?limit=1&ids={body['data'][0]['id']}")
    assert last.get_json()["links"]["next"] is None
    assert 'rel="next"' not in last.headers["Link"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/events", 200),
        ("GET", "/v1/events?x=1", 400),
        ("GET", "/v1/events/x", 404),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/events", 405),
        ("DELETE", "/v1/events/x", 405),
        ("OPTIONS", "/v1/events", 200),
        ("GET", "/nowhere", 404),
    ],
)
def test_anybody_may_read_any_answer_from_anywhere(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method, headers={"Origin": "https://example.org"})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert {"Link", "ETag", "Retry-After"} <= exposed
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_is_answered(client: FlaskClient) -> None:
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "If-None-Match",
    }
    answer = client.options("/v1/events", headers=headers)
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"].lower()


@pytest.mark.parametrize(("path", "method", "status"), [("/v1/nothing", "GET", 404), ("/v1/events", "PUT", 405)])
def test_every_error_is_a_problem_document(client: FlaskClient, path: str, method: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status


def test_a_405_says_what_is_allowed(client: FlaskClient) -> None:
    allowed = {method.strip() for method in client.post("/v1/events").headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "OPTIONS"}


def test_a_media_type_that_cannot_be_had_is_a_406_that_lists_what_can(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/v1/{kind}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.get_json()["available"][:1] == ["application/json"]
    assert client.get(f"/v1/{kind}", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200


def test_our_own_fault_is_a_500_without_a_trace(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(settings)
    app.add_url_rule("/broken", "broken", lambda: 1 // 0)
    answer = app.test_client().get("/broken")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ZeroDivisionError" in caplog.text


def test_without_a_release_every_kind_is_a_503(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    client = create_app(Settings(data_dir=tmp_path_factory.mktemp("empty"))).test_client()
    for path in (f"/v1/{kind}", f"/v1/{kind}/x", "/v1", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.get_json()["type"] == "/problems/not-ready"
    for path in ("/", f"/{kind}", f"/{kind}/x"):
        page = client.get(path)
        assert (page.status_code, page.headers["Retry-After"], page.mimetype) == (503, "5", "text/html")
    assert client.get("/healthz").status_code == 200


def test_the_index_leads_to_every_kind(client: FlaskClient) -> None:
    body = client.get("/v1").get_json()
    assert set(BY_KIND) <= set(body["links"])
    release = body["meta"]["release"]
    assert body["data"]["citation"].endswith(f"CC-BY-4.0. {release['url']}")
    assert client.get(release["url"]).get_json()["data"]["version"] == release["version"]
    for href in body["links"].values():
        assert client.get(href).status_code == 200


def test_a_problem_type_leads_to_what_it_means(client: FlaskClient) -> None:
    kind = client.get("/v1/events?x=1").get_json()["type"]
    assert "parameter" in client.get(kind).text


def test_every_route_is_in_the_contract_and_nothing_else(client: FlaskClient) -> None:
    rules = {re.sub(r"<[^>]*?(\w+)>", r"{\1}", rule.rule) for rule in client.application.url_map.iter_rules()}
    paths = set(openapi.contract()["paths"])
    pages = {path.removeprefix("/v1") for path in paths} - paths  # each of these is that of a path
    unlisted = {
        "/",
        "/style.css",
        "/suggest.js",
        "/png.js",
        "/llms.txt",
        "/mcp",
        "/docs",
        "/docs/texts/{name}.md",
        "/docs/{name}",
        "/pictures",
        "/problems/{kind}",
    } | pages
    unlisted |= {rule for rule in rules if rule.startswith("/pictures/")}
    unlisted |= {"/.well-known/api-catalog", "/releases/{version}/linkset"}  # for programs that know their standards
    assert rules - unlisted == paths


def test_every_status_that_is_answered_is_in_the_contract(client: FlaskClient, kind: str) -> None:
    for path in (
        f"/v1/{kind}",
        "/v1",
        "/v1/search?q=russia",
        "/v1/network",
        "/v1/quality",
        "/v1/changes",
        f"/v1/aggregates/{kind}?by=BY",
    ):
        by = next(p for p in declared(f"/v1/aggregates/{kind}") if p["name"] == "by")
        url = path.replace("BY", vocabulary(by["schema"])[0])
        first = client.get(url)
        assert first.status_code == 200, first.text
        again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
        unchanged(again, first)
        assert operation(path.split("?")[0])["responses"]["default"] == {"$ref": "#/components/responses/Refused"}
    assert "- 304: " in openapi.contract()["components"]["responses"]["Refused"]["description"]

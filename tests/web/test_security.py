"""What strangers get to see and to do: headers, refusals, whom the server believes, how much one may ask."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from conftest import ROOT, SMALL, running, wait_for
from nginx import proxied
from postgresql import free_port
from programs import need
from support import guarded, raw_answer, unchanged

from api.server.rate_limit import client_of
from api.web.headers import ASKED, CLOSED

PATHS = [
    "/", "/docs", "/docs/try", "/docs/start.js", "/docs/swagger-ui.css", "/docs/texts/asking.md", "/openapi.json", "/v1",
    "/v1/events?limit=2", "/v1/events?format=csv",
    "/v1/events?colour=red", "/v1/actors/nobody", "/nothing", "/docs/nothing", "/healthz", "/readyz", "/v1/search?q=geneva",
    "/events?limit=2", "/actors/russia", "/pictures", "/pictures/years.svg", "/releases", "/network", "/style.css", "/llms.txt",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_tells_browsers_what_they_may_do_with_it(server: str, path: str) -> None:
    for method in ("GET", "GET", "GET", "HEAD", "OPTIONS", "POST"):  # from Flask, from memory, and refused
        answer = requests.request(method, f"{server}{path}", timeout=10)
        guarded(answer)
        if tag := answer.headers.get("ETag"):
            again = requests.get(f"{server}{path}", headers={"If-None-Match": tag}, timeout=10)
            if answer.ok and method != "OPTIONS":
                unchanged(again, answer)
            guarded(again)
        if path.startswith(("/v1", "/docs/s", "/openapi", "/nothing")):
            assert answer.headers["Content-Security-Policy"] == CLOSED


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "FOO"])
def test_what_is_no_reading_is_refused_everywhere(server: str, method: str) -> None:
    for path in ("/", "/v1", "/v1/events", "/v1/events/x", "/docs", "/openapi.yaml", "/readyz", "/v1/search"):
        answer = requests.request(method, f"{server}{path}", data=b"x" * 10_000, timeout=10)
        assert answer.status_code == 405, (method, path)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 405
        assert {name.strip() for name in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}
        guarded(answer)


def test_pages_elsewhere_may_read_and_nothing_else(server: str) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    answer = requests.options(f"{server}/v1/events", headers=headers, timeout=10)
    assert "POST" not in answer.headers.get("Access-Control-Allow-Methods", "")
    headers["Access-Control-Request-Method"] = "GET"
    answer = requests.options(f"{server}/v1/events", headers=headers, timeout=10)
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    guarded(answer)
    read = requests.get(f"{server}/v1/events?limit=1", headers={"Origin": "https://example.org", "Cookie": "a=b"}, timeout=10)
    guarded(read)
    assert "X-Request-ID" in read.headers["Access-Control-Expose-Headers"]


REFUSED = {
    "a line that is too long": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
    "a field that is too long": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "fields that are too many": (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 200 + b"\r\n", 431),
    "no request": (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
    "a line of two words": (b"GET /\r\n\r\n", 400),
    "another protocol": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "a field without a name": (b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", 400),
    "a field that goes on": (b"GET / HTTP/1.1\r\nHost: x\r\nA: y\r\n z\r\n\r\n", 400),
    "two lengths": (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    "a length and chunks": (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "a coding that nobody knows": (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", 501),
    "an expectation": (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 417),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_before_the_application_is_a_problem_document_too(server: str, what: str) -> None:
    sent, status = REFUSED[what]
    answer = raw_answer(server, sent)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    guarded(answer)
    assert requests.get(f"{server}/healthz", timeout=10).status_code == 200


FORWARDED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org", "SCRIPT_NAME": "/x"}
FORGED = {**FORWARDED, "X-Forwarded-Ssl": "on", "Forwarded": "host=example.org;proto=https", "X-Forwarded-Prefix": "/x"}


def test_nobody_is_believed_about_who_asks_and_where_unless_it_is_said(server: str) -> None:
    """From this very machine, whose word gunicorn by itself would take."""
    answer = requests.get(f"{server}/v1/topics?limit=1", headers=FORGED, timeout=10).json()
    assert answer["links"]["self"] == f"{server}/v1/topics?limit=1"


def test_so_many_proxies_are_believed_as_are_there(tmp_path: Path) -> None:
    log = tmp_path / "log"
    forged = {name: f"203.0.113.9, {value}" for name, value in FORWARDED.items() if name.startswith("X-")}
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, log=log, DIPLOMATIC_EVENTS_TRUSTED_PROXIES="1") as (url, _):
        answer = requests.get(f"{url}/v1/topics?limit=1", headers=forged, timeout=10).json()
        assert answer["links"]["self"] == "https://example.org/v1/topics?limit=1"
        assert answer["links"]["next"].startswith("https://example.org/v1/topics?limit=1&cursor=")
    assert '"client":"192.0.2.7"' in log.read_text(), "the last proxy's word, not what it was told"


@pytest.mark.parametrize(
    ("target", "host", "status", "expected"),
    [
        ("http://a.example/v1/topics?limit=1", "b.example", 200, "http://a.example/v1/topics?limit=1"),
        ("HTTP://a.example:81/v1/topics?limit=1", "b.example", 200, "http://a.example:81/v1/topics?limit=1"),
        ("/v1/topics?limit=1", "b.example", 200, "http://b.example/v1/topics?limit=1"),
        ("/v1/topics?q=http://a.example/", "b.example", 200, "http://b.example/v1/topics?q=http://a.example/"),
        ("http://user@a.example/v1/topics", "b.example", 400, ""),
        ("http:///v1/topics", "b.example", 400, ""),
    ],
)
def test_the_host_of_an_absolute_target_is_that_of_the_request(
    server: str, target: str, host: str, status: int, expected: str
) -> None:
    """RFC 9112, 3.2.2: the received Host is ignored."""
    answer = raw_answer(server, f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.status_code == status
    if expected:
        assert answer.json()["links"]["self"] == expected


@pytest.mark.needs("nginx")
def test_the_host_of_an_absolute_target_passes_the_nginx_that_is_deployed(tmp_path: Path) -> None:
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, DIPLOMATIC_EVENTS_TRUSTED_PROXIES="1") as (api, _), proxied(api[7:], tmp_path) as front:
        for asked, host in (
            ("http://a.example/v1/topics", "b.example"),
            ("/v1/topics", "a.example"),
            ("/v1/topics", "b.example"),
        ):
            answer = raw_answer(front, f"GET {asked} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            right = "b.example" if (asked, host) == ("/v1/topics", "b.example") else "a.example"
            assert answer.json()["links"]["self"] == f"http://{right}/v1/topics", "and nobody else gets it from the cache"


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/v1/events/nobody", "/v1/events", "/docs/nothing"])
def test_a_browser_that_asks_first_is_let_through_to_the_404(server: str, path: str) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-a"}
    answer = requests.options(f"{server}{path}", headers=headers, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == ASKED
    assert answer.content == b""
    guarded(answer)
    assert requests.options(f"{server}/nothing", timeout=10).status_code == 404, "who is no browser is told"


def limited(url: str, client: str = "192.0.2.1", path: str = "/v1/topics") -> requests.Response:
    return requests.get(f"{url}{path}", headers={"X-Forwarded-For": client}, timeout=10)


def test_there_is_no_limit_unless_one_is_set(server: str) -> None:
    answers = [requests.get(f"{server}/v1/topics", timeout=10) for _ in range(100)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


LIMIT = {"DIPLOMATIC_EVENTS_RATE_LIMIT": "5/day", "DIPLOMATIC_EVENTS_TRUSTED_PROXIES": "1", "DIPLOMATIC_EVENTS_WORKERS": "1"}


def test_a_client_that_asks_too_much_is_told_when_to_come_back(tmp_path: Path) -> None:
    with running("--dataset", str(SMALL), "--data-dir", str(tmp_path), cwd=ROOT, **LIMIT) as (url, _):
        answers = [limited(url) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert answers[0].headers["RateLimit-Policy"] == '"client";q=5;w=86400'
        assert [answer.headers["RateLimit"].split(";")[1] for answer in answers[:5]] == [f"r={n}" for n in (4, 3, 2, 1, 0)]
        refused = answers[-1]
        assert 1 <= int(refused.headers["Retry-After"]) <= 86400
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["status"] == 429
        guarded(refused)
        assert limited(url, "192.0.2.2").status_code == 200, "others are not to blame"
        assert {limited(url, path=path).status_code for path in ("/healthz", "/readyz") for _ in range(9)} == {200}


def test_an_address_of_ipv6_stands_for_its_network() -> None:
    assert client_of("2001:db8:1:2:3::4") == client_of("2001:db8:1:2:ffff::1") != client_of("2001:db8:1:3::4")
    assert client_of("fe80::1%eth0") == client_of("fe80::2%eth0")
    assert client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of("a:b:nonsense")


def test_an_address_of_ipv4_stands_for_itself_however_it_is_written() -> None:
    assert client_of("::ffff:192.0.2.1") == client_of("::FFFF:c000:201") == client_of("192.0.2.1")
    assert client_of("::ffff:192.0.2.1") != client_of("::ffff:192.0.2.2")


def test_what_a_browser_asks_by_itself_before_a_request_is_not_limited(tmp_path: Path) -> None:
    with running("--dataset", str(SMALL), "--data-dir", str(tmp_path), cwd=ROOT, **LIMIT) as (url, _):
        headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET", "X-Forwarded-For": "192.0.2.1"}
        answers = [requests.options(f"{url}/v1/topics", headers=headers, timeout=10) for _ in range(9)]
        assert {answer.status_code for answer in answers} == {200}
        assert [limited(url).status_code for _ in range(6)] == [200] * 5 + [429], "nor counted"


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A real Redis: its address and its process."""
    program, port = need("redis-server"), free_port()
    process = subprocess.Popen([program, "--port", str(port), "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    wait_for(lambda: is_open(port))
    yield f"redis://127.0.0.1:{port}", process
    process.kill()
    process.wait()


def test_several_servers_count_together_in_redis_and_go_on_without_it(
    redis: tuple[str, "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    storage, process = redis
    environ = {**LIMIT, "DIPLOMATIC_EVENTS_WORKERS": "2", "DIPLOMATIC_EVENTS_RATE_LIMIT_STORAGE": storage}
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, **environ) as (one, _), running(*options, cwd=ROOT, **environ) as (two, _):
        statuses = [limited(url).status_code for _ in range(4) for url in (one, two)]
        assert statuses == [200] * 5 + [429] * 3
        process.kill()
        process.wait()
        assert {limited(url).status_code for _ in range(4) for url in (one, two)} == {200}

"""Hostile requests, over raw sockets: each ends in a problem document or a clean close, and everybody else is served meanwhile."""

import base64
import http.client
import io
import json
import random
import select
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import requests
from conftest import DATASET, keep_manifest, running, wait_for
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from postgresql import Cluster

from api.config import Settings
from api.releases import load

from .contract import published
from .trial import ROOT, Figures, session, within

SECONDS = 120  # in which any answer has come, or the connection is closed
SECRETS = (b"Traceback", b"gunicorn", b"werkzeug", b"root:x:", b"/site-packages/")


class Given:
    """Where the tests have loaded the bundled dataset already: in SQLite, and in PostgreSQL. Trials read it only."""

    settings: tuple[Settings, Settings] | None = None


@cache
def loaded(database_url: str = "") -> str:
    """The data directory of the bundled dataset, loaded once for all trials of a run."""
    if Given.settings:
        return str(Given.settings[bool(database_url)].data_dir)
    folder = session.enter_context(tempfile.TemporaryDirectory(prefix="diplomatic-events-trial-"))
    with tempfile.TemporaryDirectory(prefix="diplomatic-events-trial-") as copy:
        dataset = keep_manifest(Path(shutil.copytree(DATASET, Path(copy) / "dataset")))
        load.load(Settings(dataset=dataset, data_dir=Path(folder), database_url=database_url))[0].close()
    return folder


@contextmanager
def serving(database_url: str = "") -> Iterator[str]:
    """A server of the bundled dataset."""
    environ = {
        "DIPLOMATIC_EVENTS_LOG": "off",
        "DIPLOMATIC_EVENTS_DATASET": str(DATASET),
        "DIPLOMATIC_EVENTS_DATA_DIR": loaded(database_url),
        "DIPLOMATIC_EVENTS_DATABASE_URL": database_url,
    }
    with running("--no-load", cwd=ROOT, **environ) as (url, _):
        yield url


@cache
def both() -> tuple[str, str]:
    """Servers of the same on SQLite and on PostgreSQL, for all trials of a run that only read."""
    if Given.settings:
        url = Given.settings[1].database_url
    else:
        cluster = Cluster().start()
        session.callback(cluster.remove)
        url = cluster.url()
    return session.enter_context(serving()), session.enter_context(serving(url))


def connected(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def said(url: str, data: bytes) -> bytes:
    """Everything that the server says to some bytes before it closes, or falls silent."""
    with connected(url) as client:
        with suppress(OSError):  # closed while more was being sent
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        return heard(client)


def heard(client: socket.socket) -> bytes:
    """Everything until the server closes."""
    found = b""
    with suppress(ConnectionError):
        while more := client.recv(1 << 16):
            found += more
    return found


class Bytes(io.BytesIO):
    """What was said, as http.client reads it."""

    def makefile(self, *args: Any, **kwargs: Any) -> io.BytesIO:
        return self

    def close(self) -> None:
        """It goes on with the next answer."""


def answers(found: bytes, method: str = "GET") -> list[tuple[int, dict[str, str], bytes]]:
    """The answers in what was said; nothing may stand between them."""
    stream, out = Bytes(found), []
    while stream.tell() < len(found):
        answer = http.client.HTTPResponse(stream, method=method)  # type: ignore[arg-type]
        answer.begin()
        body = answer.read()
        out.append((answer.status, {name.lower(): value for name, value in answer.getheaders()}, body))
    return out


def proper(status: int, headers: dict[str, str], body: bytes, bodiless: bool = False) -> None:
    """That an answer is one of ours: no trace, and a problem document where it is none of success."""
    assert not any(secret in body for secret in SECRETS), body[:500]
    assert status < 500 or status in (501, 503), (status, body[:500])
    assert headers["access-control-allow-origin"] == "*"
    assert not any("gunicorn" in value.lower() for value in headers.values())
    if status >= 400 and not bodiless:
        assert headers["content-type"] == "application/problem+json", (status, headers)
        assert json.loads(body)["status"] == status


def request(line: bytes, *fields: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([line, b"Host: localhost", *fields, b"", body])


GET = b"GET /v1/topics?limit=1 HTTP/1.1"
REQUESTS: dict[str, tuple[bytes, set[int]]] = {  # each with the statuses that are right
    "a long line": (request(b"GET /v1/events?q=" + b"a" * 9000 + b" HTTP/1.1"), {414}),
    "a line without end": (b"GET /" + b"a" * 2_000_000, {414, 431}),
    "a long field": (request(GET, b"X-A: " + b"a" * 9000), {431}),
    "many fields": (request(GET, *(b"X-%d: a" % n for n in range(300))), {431}),
    "a megabyte of fields": (request(GET, *(b"X-%d: %s" % (n, b"a" * 8000) for n in range(130))), {431}),
    "a name without a colon": (request(GET, b"X-A"), {400}),
    "a space before the colon": (request(GET, b"X-A : b"), {400}),
    "a folded field": (request(GET, b"X-A: b\r\n c"), {400}),
    "a bare line feed": (GET + b"\nHost: x\n\n", {400, 200}),
    "NUL in a field": (request(GET, b"X-A: a\0b"), {400}),
    "NUL in the line": (request(b"GET /v1\0 HTTP/1.1"), {400}),
    "a carriage return in a field": (request(GET, b"X-A: a\rb"), {400}),
    "no version": (b"GET /v1/topics\r\n\r\n", {400}),
    "HTTP/0.9": (b"GET /\r\n", {400}),
    "HTTP/1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", {200}),
    "HTTP/9.9": (request(b"GET / HTTP/9.9"), {400, 505}),
    "HTTP/2 out of nowhere": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9, {400, 505}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2, {400}),
    "garbage": (bytes(range(256)) * 40 + b"\r\n\r\n", {400, 414, 431}),
    "only line breaks": (b"\r\n" * 200, {400}),
    "a method in small letters": (request(b"get /v1/topics HTTP/1.1"), {400, 405}),
    "an unknown method": (request(b"BREW /v1/topics HTTP/1.1"), {405}),
    "a long method": (request(b"A" * 300 + b" /v1 HTTP/1.1"), {400, 405}),
    "TRACE": (request(b"TRACE /v1/topics HTTP/1.1"), {405}),
    "CONNECT": (request(b"CONNECT example.org:443 HTTP/1.1"), {400, 404, 405}),
    **{
        method: (request(f"{method} /v1/topics HTTP/1.1".encode(), b"Content-Length: 2", body=b"{}"), {405})
        for method in ("POST", "PUT", "PATCH", "DELETE")
    },
    "OPTIONS *": (request(b"OPTIONS * HTTP/1.1"), {200, 400, 404}),
    "an absolute address": (request(b"GET http://elsewhere.example/v1/topics HTTP/1.1"), {200, 400, 404}),
    "another scheme": (request(b"GET ftp://elsewhere.example/v1 HTTP/1.1"), {200, 400, 404}),
    "no path": (request(b"GET v1 HTTP/1.1"), {200, 400, 404}),
    "two slashes": (request(b"GET //v1//topics HTTP/1.1"), {308, 400, 404}),
    "no host": (b"GET /v1/topics HTTP/1.1\r\n\r\n", {200, 400}),
    "two hosts": (request(GET, b"Host: elsewhere.example"), {400}),
    "an empty host": (b"GET /v1/topics HTTP/1.1\r\nHost:\r\n\r\n", {200, 400}),
    **{
        f"a host of {host!r}": (b"GET /v1/topics HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", {200, 400})
        for host in (
            b'a"b',
            b"<script>",
            b"a b",
            b"a/b",
            b"a:b:c",
            b"x>; rel=evil",
            b"\xff",
            b"a" * 5000,
            b"a:99999",
            b"[::1",
            b"a@b",
        )
    },
    "a negative length": (request(GET, b"Content-Length: -1"), {400}),
    "a length in words": (request(GET, b"Content-Length: ten"), {400}),
    "a length with a sign": (request(GET, b"Content-Length: +5", body=b"12345"), {400}),
    "a huge length": (request(GET, b"Content-Length: " + b"9" * 30), {200, 400, 413}),
    "two lengths": (request(GET, b"Content-Length: 1", b"Content-Length: 2", body=b"ab"), {400}),
    "a length and chunks": (request(GET, b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {400}),
    "an unknown coding": (request(GET, b"Transfer-Encoding: sideways"), {400, 501}),
    "chunks twice": (request(GET, b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), {400, 501}),
    "a chunk of words": (request(GET, b"Transfer-Encoding: chunked", body=b"zz\r\nab\r\n"), {200, 400}),
    "a chunk without end": (request(GET, b"Transfer-Encoding: chunked", body=b"f" * 5000), {200, 400}),
    "an expectation": (request(GET, b"Expect: 100-continue", b"Content-Length: 2", body=b"{}"), {100, 200, 417}),
    "another expectation": (request(GET, b"Expect: miracles"), {417}),
    "an upgrade": (request(GET, b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"), {200, 400}),
    "ranges": (request(GET, b"Range: bytes=" + b"0-1," * 1000 + b"5-6"), {200, 206, 416}),
    "many media types": (request(GET, b"Accept: " + b"a/b;q=0.1," * 700 + b"*/*"), {200, 400, 406}),
    "an odd media type": (request(GET, b"Accept: ;;;q=,,\xff/\xfe"), {200, 400, 406}),
    "odd codings": (request(GET, b"Accept-Encoding: " + b"gzip;q=nan,*;q=-1,," * 300), {200, 400}),
    "odd tags": (request(GET, b"If-None-Match: " + b'W/"x",' * 1000 + b'"'), {200, 400}),
    "a request id that breaks out": (request(GET, b"X-Request-ID: a\tb; \xff"), {200, 400}),
    "a forwarded address": (request(GET, b"X-Forwarded-For: 1.2.3.4", b"X-Forwarded-Host: evil.example"), {200}),
    "thousands of values": (request(b"GET /v1/events?actor=" + b"a," * 4000 + b"a HTTP/1.1"), {400}),
    "thousands of parameters": (request(b"GET /v1/events?" + b"a=1&" * 2000 + b" HTTP/1.1"), {400}),
    "one parameter a thousand times": (request(b"GET /v1/events?" + b"q=1&" * 1900 + b" HTTP/1.1"), {400}),
    "a deep include": (request(b"GET /v1/events?include=" + b"actors." * 1000 + b"actors HTTP/1.1"), {400}),
    "a deep path of fields": (request(b"GET /v1/events?fields=" + b"a." * 3000 + b"a HTTP/1.1"), {400}),
    "bad escapes": (request(b"GET /v1/events?q=%zz%&%=%%% HTTP/1.1"), {400}),
    "escapes that are not UTF-8": (request(b"GET /v1/events?q=%ff%fe%c0%af HTTP/1.1"), {200, 400}),
    "bytes that are not ASCII": (request(b"GET /v1/\xff\xfe?q=\xff HTTP/1.1"), {400, 404}),
    "NUL in a parameter": (request(b"GET /v1/events?q=a%00b&place=%00 HTTP/1.1"), {400}),
    "a header by way of a parameter": (request(b"GET /v1/events?q=a%0d%0aX-Evil:%20yes HTTP/1.1"), {200}),
    "a message that is too long": (
        request(b"POST /mcp HTTP/1.1", b"Content-Type: application/json", b"Content-Length: 99999", body=b"{" * 99999),
        {413},
    ),
    "a message of unknown length": (
        request(
            b"POST /mcp HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"
        ),
        {411},
    ),
    "a message of another type": (request(b"POST /mcp HTTP/1.1", b"Content-Length: 2", body=b"{}"), {415}),
    "a message from another page": (request(b"POST /mcp HTTP/1.1", b"Origin: http://evil.example", b"Content-Length: 0"), {403}),
    "a header by way of a path": (request(b"GET /v1/events/%0d%0aX-Evil:%20yes HTTP/1.1"), {404}),
}
UP = ("..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "....//", "..;", "%ff%0e%ff%0e")
SLASH = ("/", "%2f", "%252f", "\\", "%5c", "%c0%af", "//")
BASES = ("/v1/releases/1.0.0/", "/v1/releases/", "/docs/", "/v1/events/", "/problems/", "/")


def traversals() -> Iterator[str]:
    """Ways out of every folder that files are served from."""
    for base in BASES:
        for up in UP:
            for slash in SLASH:
                yield base + (up + slash) * 6 + f"etc{slash}passwd"
        yield from (f"{base}/etc/passwd", f"{base}%2fetc%2fpasswd", f"{base}file:///etc/passwd", f"{base}~root", f"{base}.%00")


def malformed(times: int, folder: Path) -> Figures:
    """Every hostile request `times` times, from several clients at once, with a well-behaved one beside them."""
    told = {"requests": 0, "kinds": len(REQUESTS), "paths": 0, "closed": 0}
    with serving() as url, polite(url) as waits:

        def ask(name: str) -> None:
            data, statuses = REQUESTS[name]
            found = answers(said(url, data), name)
            told["closed"] += not found
            assert found or b"\r\n\r\n" not in data, f"{name}: nothing was said"
            for status, headers, body in found[:1]:
                proper(status, headers, body)
                assert status in statuses, (name, status, body[:300])
                assert "x-evil" not in headers, name
            told["requests"] += 1

        everybody([name for name in REQUESTS for _ in range(times)], ask)
        for path in traversals():
            for status, headers, body in answers(said(url, request(f"GET {path} HTTP/1.1".encode(), b"Connection: close"))):
                proper(status, headers, body)
                assert status in (308, 400, 404), (path, status)
            told["paths"] += 1
    return {**told, **waits}


def everybody(names: list[str], ask: Callable[[str], None], clients: int = 4) -> None:
    """Asks from several threads; the first assertion that fails is raised here."""
    faults: list[BaseException] = []
    waiting = list(reversed(names))

    def work() -> None:
        while waiting and not faults:
            name = waiting.pop()
            try:
                ask(name)
            except BaseException as fault:  # noqa: BLE001  # told by the thread that waits
                fault.add_note(name)
                faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise AssertionError(f"{type(faults[0]).__name__}: {faults[0]} {getattr(faults[0], '__notes__', '')}") from faults[0]


@contextmanager
def polite(url: str) -> Iterator[dict[str, Any]]:
    """A well-behaved client meanwhile: how often it was served, and how long it had to wait at most."""
    told = {"served": 0, "longest": 0.0}
    stop, faults = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            began = time.monotonic()
            try:
                requests.get(f"{url}/v1/events?limit=2", timeout=SECONDS).raise_for_status()
            except requests.RequestException as fault:
                faults.append(fault)
            told["served"] += 1
            told["longest"] = max(told["longest"], round(time.monotonic() - began, 2))
            stop.wait(0.05)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()
    assert not faults, faults[:3]


def slow(times: int, folder: Path) -> Figures:
    """`times` clients at once of each kind that dawdles; the others do not wait for them."""
    head = b"GET /v1/topics HTTP/1.1\r\nHost: x\r\n"
    length, chunked = head + b"Content-Length: 1000\r\n\r\n", head + b"Transfer-Encoding: chunked\r\n\r\n"
    message = b"POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    kinds = {  # each with what comes at once, and what comes again and again
        "say nothing": (b"", b""),
        "stop in the line": (head[:9], b""),
        "stop in a field": (head + b"X-A: ", b""),
        "announce a body": (length + b"abc", b""),
        "stop in a chunk": (chunked + b"ff\r\nabc", b""),
        "stop in the second request": (head + b"\r\n" + head, b""),
        "never hang up": (head + b"Connection: close\r\n\r\n", b""),
        "never hang up after nonsense": (b"NONSENSE\r\n\r\n", b""),
        "drip a line": (b"GET /", b"a"),
        "drip fields": (head, b"X-A: b\r\n"),
        "drip a body": (length, b"a"),
        "drip the name of a chunk": (chunked + b"f;", b"a"),
        "drip chunks": (chunked, b"1\r\na\r\n"),
        "stop in a message": (message + b"{", b""),
        "drip a message": (message, b" "),
        "drip trailers": (chunked + b"0\r\n", b"X-A: b\r\n"),
    }
    with serving() as url:
        longest = 0.0
        for kind, (data, more) in kinds.items():
            with ExitStack() as stack:
                clients = [stack.enter_context(connected(url)) for _ in range(times)]
                for client in clients:
                    client.sendall(data)
                with polite(url) as waits:
                    wait_for(lambda waits=waits: waits["served"] >= 1)
                    if kind in UNFINISHED:
                        assert any(map(is_open, clients)), f"nobody was served before clients that {kind} were given up"
                    drip(clients, more, 1)
                    wait_for(lambda waits=waits: waits["served"] >= 3)
            within(3, waits["longest"], f"somebody waited for clients that {kind}")
            longest = max(longest, waits["longest"])
        with connected(url) as client:
            client.sendall(head)
            ((status, headers, body),) = answers(heard(client))
            proper(status, headers, body)
            assert status == 408
        with connected(url) as client:
            for byte in request(b"GET /healthz HTTP/1.1", b"Connection: close"):
                client.sendall(bytes([byte]))
            assert answers(heard(client))[0][0] == 200, "slow is not wrong"
    return {"clients": times, "kinds": len(kinds), "longest": longest}


UNFINISHED = (
    "say nothing", "stop in the line", "stop in a field", "drip a line", "drip fields", "stop in a message", "drip a message"
)  # fmt: skip  # they have no answer yet


def is_open(client: socket.socket) -> bool:
    """Whether the server has neither answered nor closed."""
    poll = select.poll()
    poll.register(client, select.POLLIN)
    return not poll.poll(0)


def drip(clients: list[socket.socket], data: bytes, seconds: float) -> None:
    """Sends a little to each client's connection, again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for client in clients if data else ():
            with suppress(OSError):  # it may have been given up
                client.send(data, socket.MSG_DONTWAIT)
        time.sleep(0.02)


def crowd(times: int, folder: Path) -> Figures:
    """`times` clients that begin a request each, at a server that has room for few: a whole request is answered all the same."""
    few = 150
    command = ("sh", "-c", f'ulimit -n {few} && exec "$0" -m api "$@"', sys.executable)
    options = ("--no-load", "--data-dir", loaded())
    quiet = {"DIPLOMATIC_EVENTS_LOG": "off"}
    with running(*options, cwd=ROOT, command=command, **quiet) as (url, process), ExitStack() as stack:
        requests.get(f"{url}/healthz", timeout=SECONDS).raise_for_status()
        wait_for(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        clients: list[socket.socket] = []
        with polite(url) as waits:
            for _ in range(20):  # some come while others, that have to make room for them, go on
                clients += [stack.enter_context(connected(url)) for _ in range(times // 20)]
                drip(clients, b"GET /v1/topics", 0.1)
            drip(clients, b"a", 1)
            served = waits["served"]
            wait_for(lambda: waits["served"] >= served + 3)
            given_up = [not is_open(client) for client in clients]
            assert any(given_up), "there was room for all of them: it was no trial"
            assert not all(given_up), "nobody was served before all of them were given up"
        within(3, waits["longest"], "somebody waited")
        assert children(process.pid) == workers, f"no process dies of it: {workers}, then {children(process.pid)}"
    return {"clients": times, "descriptors": few, **waits}


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def unread(times: int, folder: Path) -> Figures:
    """How long somebody waits beside clients that ask for much and read nothing, or little: they hold a connection each, and no thread."""
    longest = 0.0
    paths = ("/openapi.json", "/v1/sources?format=ndjson", "/v1/releases/latest/diplomatic-events.sqlite")
    with published(folder) as url:
        for path in paths:  # finished in memory, made as it goes, a file
            assert len(requests.get(f"{url}{path}", timeout=SECONDS).content) > 100_000, "what fits into buffers is no trial"
            for sip in (0, 1000):  # bytes, twenty times a second
                clients = [connected(url) for _ in range(times)]
                for client in clients:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20)
                time.sleep(0.3)
                with polite(url) as waits:
                    for _ in range(60):
                        for client in clients if sip else ():
                            with suppress(OSError):
                                client.recv(sip, socket.MSG_DONTWAIT)
                        time.sleep(0.05)
                for client in clients:
                    client.close()
                within(8, waits["longest"], f"somebody waited for clients that read {20 * sip} bytes a second of {path}")
                longest = max(longest, waits["longest"])
    return {"clients": times, "kinds": 2 * len(paths), "longest": longest}


def pipelined(times: int, folder: Path) -> Figures:
    """`times` requests in one go: as many answers, in their order; what is a body is never a request."""
    with serving() as url:
        lines = [request(b"GET /v1/topics?fields=id&limit=%d HTTP/1.1" % (1 + n % 400)) for n in range(times)]
        found = answers(said(url, b"".join(lines)))
        limits = [json.loads(body)["meta"]["query"]["limit"] for _, _, body in found]
        assert limits == [1 + n % 400 for n in range(times)]
        inner = request(b"GET /v1/smuggled HTTP/1.1")
        hidden = request(GET, b"Content-Length: %d" % len(inner), b"Connection: keep-alive", body=inner)
        assert [status for status, _, _ in answers(said(url, hidden + request(GET, b"Connection: close")))] in ([200], [200, 200])
    return {"requests": times}


def cursors(times: int, folder: Path) -> Figures:
    """Cursors that were tampered with: a page of this query, 400 or 410, and nothing else."""
    told = {"cursors": 0, "pages": 0, "refused": 0}
    chance = random.Random(6)
    lists = (
        "events?sort=-date",
        "actors?sort=name",
        "statements?speaker=vladimir-putin",
        "search?q=nuclear",
        "changes?kind=events",
    )
    for url in both():
        real = {}
        for asked in lists:
            following = requests.get(f"{url}/v1/{asked}&limit=2", timeout=SECONDS).json()["links"]["next"]
            real[asked] = following.split("cursor=")[1].split("&")[0]
        for n in range(times):
            asked = lists[n % len(lists)]
            cursor = tampered(chance, real[chance.choice(lists)] if n % 3 else real[asked])
            answer = requests.get(f"{url}/v1/{asked}&limit=2", params={"cursor": cursor}, timeout=SECONDS)
            assert answer.status_code in (200, 400, 410, 414), (cursor[:200], answer.text)
            told["cursors"] += 1
            told["pages" if answer.ok else "refused"] += 1
    return told


def tampered(chance: random.Random, cursor: str) -> str:
    """A cursor with a bit turned, a part exchanged, or made up."""
    data = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    odd = [
        None,
        True,
        -1,
        0,
        1,
        1 << 31,
        1 << 63,
        1 << 70,
        1.5,
        "1",
        "",
        [],
        {},
        "\0",
        "2021-02-30",
        "9" * 5000,
        "../x",
        [[[]]],
        float("inf"),
    ]
    how = chance.randrange(5)
    if how == 0:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif how == 1:
        parts = json.loads(data)
        parts[chance.randrange(len(parts))] = chance.choice(odd)
        data = bytearray(json.dumps(parts).encode())
    elif how == 2:
        parts = json.loads(data)
        data = bytearray(json.dumps(chance.sample(parts, len(parts)) + [chance.choice(odd)] * chance.randrange(2)).encode())
    elif how == 3:
        del data[chance.randrange(len(data)) :]
    else:
        return chance.choice(
            ["", "x", "=" * 50, "é", "\0", "[" * 5000, cursor * 20, base64.urlsafe_b64encode(b"[" * 4000).decode()]
        )
    return base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


# What FTS5 or tsquery would take for more than words.
SYNTAX = st.sampled_from(
    [
        '"', '""', "'", "''", "*", "**", "-", "--", "+", "^", ":", "::", "(", ")", "((", "{", "}", "[", "]", "&", "|", "!", "!!", "<->", "<3>", "<", ">",
        "AND", "OR", "NOT", "NEAR", "NEAR(", "NEAR/3", "name:", "name :", "{name}:", "rowid:", "search", "ROWID", ":*", ":A", ":*A", "\\", "\\\\", "%", "_",
        ";", "--", "/*", "*/", "$$", "\0", "\n", "\t", "\u2028", "\ufeff", "\u200b", "nuclear", "trea*", "Putin", "putin's", "geneva", "new-start", "I", "İ", "ß",
        "ﬁ", "é", "e\u0301", "Путин", "日本", "😀", "a" * 290, "x" * 60, "1", "2021", "16", "٣", "½", "²", "true", "null", "the", "a", "'; DROP TABLE events; --",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    ["nuclear", "Putin", "biden", "geneva", "new start", "summit*", "talk", "missile", "treat", "arms control", "us", "1991"]
)
QUERIES = st.lists(
    WORDS | WORDS | SYNTAX | st.text(st.characters(exclude_categories=("Cs",)), max_size=12), min_size=1, max_size=4
).flatmap(lambda parts: st.sampled_from(["", " ", " ", '"']).map(lambda glue: glue.join(parts)[:320]))


def texts(times: int, folder: Path) -> Figures:
    """Any text at all is 200 or 400 on both databases, and both find the same records."""
    told = {"texts": 0, "found": 0, "refused": 0}
    urls = both()
    with requests.Session() as client:

        @seed(6)
        @settings(
            max_examples=times, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
        )
        @given(QUERIES)
        def same(text: str) -> None:
            for path in ("search?limit=100", "events?fields=id&limit=500"):
                found = [client.get(f"{url}/v1/{path}", params={"q": text}, timeout=SECONDS) for url in urls]
                statuses = {answer.status_code for answer in found}
                assert statuses in ({200}, {400}), (text, [answer.text[:300] for answer in found])
                one, two = (sought(answer) for answer in found)
                assert one == two, text
            told["texts"] += 1
            told["found"] += bool(one[0])
            told["refused"] += statuses == {400}

        same()
    return told


def sought(answer: requests.Response) -> tuple[int, list[str]]:
    """How many records a search found, and the first of them, in their order."""
    if not answer.ok:
        return 0, []
    body = answer.json()
    total = body["meta"]["total"]
    return total, [f"{hit.get('kind')}/{hit['id']}" for hit in body["data"]]

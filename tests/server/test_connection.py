"""A connection on the event loop, with one thread behind it and applications that are made for the occasion."""

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.utils import send_file

from api.config import Settings
from api.server import Server, heads
from api.server.connection import LARGEST_BODY, Connection, Wait
from api.server.threads import Threads
from api.web.response_cache import Later

PIECE = b"x" * 100_000
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Others(Threads):
    """Does each thing in another thread."""

    def call(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        with ThreadPoolExecutor(1) as once:
            return asyncio.wrap_future(once.submit(call))


def tried(application: Application, ask: Callable[..., Awaitable[None]], pool: type[Threads] = Threads) -> None:
    """Lets `ask` ask a server of the application: by a function that sends bytes and gives what to read from, of its worker."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        connections, writers = set(), []

        def connection() -> Connection:
            connections.add(one := Connection(worker, ("192.0.2.1", 1), ("192.0.2.2", 80)))
            return one

        def forget(one: Connection) -> None:
            one.wait(None)
            connections.discard(one)

        with pool(1) as threads:
            worker = SimpleNamespace(
                cfg=Server(Settings()).cfg, wsgi=application, alive=True, loop=loop, pool=threads,
                connections=connections, forget=forget, waiting={what: {} for what in Wait},
                log=SimpleNamespace(record=lambda *_: None, error=lambda *_, **__: None),
            )  # fmt: skip
            server = await loop.create_server(connection, "127.0.0.1", 0)

            async def sent(data: bytes) -> Streams:
                client = socket.socket()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.setblocking(False)
                await loop.sock_connect(client, server.sockets[0].getsockname())
                streams = await asyncio.open_connection(sock=client, limit=2000)
                streams[1].write(data)
                writers.append(streams[1])
                return streams

            try:
                await asyncio.wait_for(ask(sent, worker), 60)
            finally:
                server.close()
                for writer in writers:
                    writer.transport.abort()
                while connections or len(asyncio.all_tasks()) > 1:
                    await asyncio.sleep(0.01)

    asyncio.run(run())


def asked(path: str, *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *fields, "", ""]).encode()


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def ok(start: Any, *fields: tuple[str, str]) -> None:
    start("200 OK", [("Content-Type", "text/plain"), *fields])


def test_clients_that_read_slowly_hold_no_thread_and_get_all_of_it() -> None:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/short":
            return Later(lambda: ok(start) or [b"short"])
        ok(start, ("Content-Length", str(30 * len(PIECE))))
        return Later(lambda: iter([PIECE] * 30))

    async def ask(sent: Any, _worker: Any) -> None:
        slow = [(await sent(asked("/long")))[0] for _ in range(5)]
        begun = [await reader.readexactly(1000) for reader in slow]
        assert body(await (await sent(asked("/short")))[0].read()) == b"5\r\nshort\r\n0\r\n\r\n"
        for beginning, reader in zip(begun, slow, strict=True):
            assert len(body(beginning + await reader.read())) == 30 * len(PIECE)

    tried(application, ask)


def test_a_client_that_leaves_ends_what_is_made_for_it() -> None:
    closed = threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield PIECE
        finally:
            closed.set()

    async def ask(sent: Any, _worker: Any) -> None:
        reader, writer = await sent(asked("/"))
        await reader.readexactly(1000)
        writer.transport.abort()
        while not closed.is_set():  # set by a thread
            await asyncio.sleep(0.01)

    tried(lambda _environ, start: ok(start) or Later(endless), ask)


def test_the_steps_of_an_answer_share_their_context_whatever_thread_makes_them() -> None:
    number: ContextVar[int] = ContextVar("number")

    def counting() -> Iterator[bytes]:
        token = number.set(1)
        for _ in range(5):
            yield PIECE
            assert number.get() == 1
        number.reset(token)

    async def ask(sent: Any, _worker: Any) -> None:
        assert (await (await sent(asked("/")))[0].read()).endswith(b"\r\n0\r\n\r\n"), "it was not cut off"

    tried(lambda _environ, start: ok(start) or Later(counting), ask, Others)


def test_a_body_is_there_as_a_whole_before_the_application_is_asked() -> None:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        ok(start)
        return [environ["wsgi.input"].read()]

    async def ask(sent: Any, _worker: Any) -> None:
        reader, writer = await sent(asked("/", "Content-Length: 9", "Expect: 100-continue", method="POST"))
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"in ")
        await asyncio.sleep(0)
        writer.write(b"pieces")
        assert body(await reader.read()) == b"9\r\nin pieces\r\n0\r\n\r\n"
        reader, _ = await sent(asked("/", f"Content-Length: {LARGEST_BODY + 1}", method="POST"))
        assert body(await reader.read()) == b"0\r\n\r\n", "a body that is too long is not waited for"

    tried(application, ask)


TARGETS = (
    "/", "/v1/events", "/v1/events?actor=a,b&q=%C3%A9+x", "/v1//events", "//v1/events?x", "/v1/%C3%A9?a=%2", "/a?b?c=/d/../e",
    "/a/./../b", "/v1/events?", "/a;b=1?c", "http://b.example/v1/events?x=1", "/~x_y.z-1?!$&'()*,:;=@[]\\^`{|}~",
)  # fmt: skip


def test_a_request_that_differs_in_its_address_alone_is_read_as_if_it_were_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        seen.append({name: value for name, value in environ.items() if isinstance(value, str) and name != "REMOTE_PORT"})
        ok(start, ("Content-Length", "0"))
        return [b""]

    async def ask(sent: Any, _worker: Any) -> None:
        for target in TARGETS:
            requests = (f"GET {each} HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n\r\n" for each in ("/other?than=this", target))
            reader, _ = await sent("".join(requests).encode())
            for _ in range(2):
                await reader.readuntil(b"\r\n\r\n")

    tried(application, ask)
    again, seen[:] = list(seen), []
    monkeypatch.setattr(heads, "LINE", re.compile(b"(?!)"))
    tried(application, ask)
    assert again == seen
    assert [one["RAW_URI"] for one in seen[1::2]] == list(TARGETS)


def test_what_would_be_another_field_is_never_sent() -> None:
    async def ask(sent: Any, _worker: Any) -> None:
        answer = await (await sent(asked("/")))[0].read()
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"evil" not in answer

    tried(lambda _environ, start: ok(start, ("X-A", "a\r\nX-B: evil")) or [b""], ask)


def test_a_part_of_a_file_is_sent_from_where_it_begins(tmp_path: Path) -> None:
    whole = bytes(range(256)) * 4000
    (tmp_path / "file").write_bytes(whole)

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return send_file(tmp_path / "file", environ, conditional=True)(environ, start)

    async def ask(sent: Any, _worker: Any) -> None:
        for fields, part in (((), whole), (("Range: bytes=300-900000",), whole[300:900_001]), (("Range: bytes=-5",), whole[-5:])):
            assert body(await (await sent(asked("/file", *fields)))[0].read()) == part
        assert body(await (await sent(asked("/file", method="HEAD")))[0].read()) == b""

    tried(application, ask)


def test_one_client_cannot_fill_the_memory_with_requests_it_sends_ahead() -> None:
    """Of those that it sends while its first is answered, only so many are taken from it."""
    go_on = threading.Event()

    def application(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        ok(start)
        return Later(lambda: go_on.wait(60) and [b""])

    async def ask(sent: Any, worker: Any) -> None:
        _, writer = await sent(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        writer.write(b"GET / HTTP/1.1\r\n" * (1 << 18))
        while not worker.connections or any(one.transport.is_reading() for one in worker.connections):
            await asyncio.sleep(0.01)
        (one,) = worker.connections
        assert len(one.buffer) < 1 << 20
        go_on.set()
        writer.transport.abort()

    tried(application, ask)

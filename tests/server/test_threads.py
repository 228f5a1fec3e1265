"""Threads of which one computes at a time, and processes that leave connections to each other."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from threading import Event, get_ident
from typing import Any

import pytest

from api.config import Settings
from api.server import Server, threads, worker
from api.server.shares import Shares
from api.server.threads import Threads


def tried(what: Callable[[Callable[..., Awaitable[Any]]], Awaitable[None]], count: int = 3) -> None:
    """Lets something be done by a function that makes a call in a thread."""

    async def run() -> None:
        with Threads(count) as pool:
            await asyncio.wait_for(what(lambda *call: pool.call(partial(*call))), 60)

    asyncio.run(run())


def test_one_thread_makes_all_calls_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "PATIENCE", 3600)
    seen: list[tuple[int, int]] = []

    async def many(called: Callable[..., Awaitable[Any]]) -> None:
        await asyncio.gather(*(called(lambda number=number: seen.append((number, get_ident()))) for number in range(50)))

    tried(many)
    assert [number for number, _ in seen] == list(range(50))
    assert len({thread for _, thread in seen}) == 1


def test_calls_that_take_long_keep_nobody_waiting_as_long_as_there_are_threads() -> None:
    ended = [Event(), Event()]

    async def some(called: Callable[..., Awaitable[Any]]) -> None:
        for _ in range(3):  # what was slow once is as good as any afterwards
            slow = [asyncio.ensure_future(called(one.wait, 60)) for one in ended]
            assert await asyncio.gather(*(called(int, number) for number in "123")) == [1, 2, 3]
            assert not any(one.done() for one in slow)
            for one in ended:
                one.set()
            assert await asyncio.gather(*slow) == [True, True]
            for one in ended:
                one.clear()

    tried(some)


def test_more_calls_that_take_long_than_threads_are_all_made_before_the_end() -> None:
    ended = Event()

    async def many(called: Callable[..., Awaitable[Any]]) -> None:
        slow = [asyncio.ensure_future(called(ended.wait, 60)) for _ in range(7)]
        await asyncio.sleep(5 * threads.PATIENCE)
        ended.set()
        assert await asyncio.gather(*slow) == [True] * 7

    tried(many)


def test_a_call_that_fails_fails_alone() -> None:
    async def some(called: Callable[..., Awaitable[Any]]) -> None:
        failed, fine = await asyncio.gather(called(int, "x"), called(int, "1"), return_exceptions=True)
        assert (type(failed), fine) == (ValueError, 1)

    tried(some)


def test_the_fewest_connections_are_those_of_a_process_that_accepts() -> None:
    shares = Shares()
    assert shares.least() == 0
    shares.set(1, 3)
    shares.set(300, 1)
    assert shares.least() == 1
    shares.set(300)
    assert shares.least() == 3


def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.mark.parametrize("seconds", [0, 3600])
def test_a_process_with_more_connections_lets_another_one_accept_first(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    monkeypatch.setattr(worker, "YIELD", seconds)
    monkeypatch.setattr(worker.Worker, "shares", Shares())

    async def run(listener: socket.socket) -> None:
        async def answered() -> asyncio.StreamWriter:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert await asyncio.wait_for(reader.readuntil(b"ok"), 60)
            return writer

        one.loop = asyncio.get_running_loop()
        one.shares.set(2, 0)  # another process, which has no connection yet
        one.listen()
        writers = [await answered()]
        if seconds:
            with socket.create_connection(listener.getsockname()):
                for _ in range(100):
                    await asyncio.sleep(0)
                listener.accept()[0].close()  # as the other process does
            assert len(one.connections) == 1
            one.shares.set(2, 1)
            one.listen()
        writers.append(await answered())
        for connection in list(one.connections):
            connection.abort()
        for writer in writers:
            writer.transport.abort()
        one.loop.remove_reader(listener)
        await asyncio.sleep(0)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        settings = Server(Settings()).cfg
        one = worker.Worker(1, 0, [listener], None, 30, settings, settings.logger_class(settings))
        one.alive, one.wsgi = True, application
        asyncio.run(run(listener))
        one.tmp.close()

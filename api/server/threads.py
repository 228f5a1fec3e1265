"""Threads of which one computes, and others while that takes long.

Threads of one process that compute at the same time take the interpreter's lock from each other at each call of SQLite and
zlib, which costs more than it gains: decisions/002-gunicorn-worker-and-connection.md.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Self, TypeVar

PATIENCE = 0.01  # seconds in which a call has to be begun, or another thread begins it
Call = tuple["asyncio.Future[Any]", Callable[[], Any]] | None  # None ends a thread
T = TypeVar("T")


class Threads:
    """Makes calls of an event loop in their order: in one thread of `count`, and in another whenever that takes long.

    If `together`, all threads make them at the same time.
    """

    def __init__(self, count: int, together: bool = False) -> None:
        self.pool, self.calls, self.together = ThreadPoolExecutor(count), SimpleQueue[Call](), together
        self.made: deque[tuple[asyncio.Future[Any], Callable[[Any], None], Any]] = deque()  # futures, and what they are told
        self.begun, self.watching, self.telling = 0, False, False
        self.runner: object = None
        for _ in range(count if together else 1):
            self.start()

    def start(self) -> None:
        """Lets another thread make the calls from now on; the one that did ends with what it is doing."""
        self.starting = True
        self.pool.submit(self.run)

    def call(self, call: Callable[[], T]) -> "asyncio.Future[T]":
        self.loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = self.loop.create_future()
        self.calls.put((future, call))
        if not (self.watching or self.together):
            self.watch(begun=-1)
        return future

    def watch(self, begun: int) -> None:
        """Looks again while calls wait; if none was begun since the last time, another thread makes them."""
        self.watching = not self.calls.empty()
        if self.watching:
            if begun == self.begun and not self.starting:
                self.start()
            self.loop.call_later(PATIENCE, self.watch, self.begun)

    def run(self) -> None:
        own = self.runner = object()
        self.starting = False
        while self.together or self.runner is own:
            if not (waiting := self.calls.get()):
                self.calls.put(None)  # for the other threads
                return
            self.begun += 1
            future, call = waiting
            if not future.cancelled():
                try:
                    self.made.append((future, future.set_result, call()))
                except BaseException as error:  # noqa: BLE001  # whoever waits for the result is told
                    self.made.append((future, future.set_exception, error))
                if not self.telling:  # once for all that is made until the loop comes to it
                    self.telling = True
                    with suppress(RuntimeError):  # the loop has ended
                        self.loop.call_soon_threadsafe(self.tell)

    def tell(self) -> None:
        self.telling = False
        while self.made:
            future, tell, result = self.made.popleft()
            if not future.done():
                tell(result)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Ends the threads once all calls were made."""
        self.calls.put(None)
        self.pool.shutdown()

"""Threads of which one computes, and others while that takes long.

Threads of one process that compute at the same time take the interpreter's lock from each other at each call of SQLite and
zlib, which costs more than it gains: decisions/002-gunicorn-worker-and-connection.md.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

PATIENCE = 0.01  # seconds in which a call has to be begun, or another thread begins it
Call = tuple["Future[Any]", Callable[[], Any]] | None  # None ends a thread
T = TypeVar("T")


class Threads(Executor):
    """Makes calls of an event loop in their order: in one thread of `count`, and in another whenever that takes long."""

    def __init__(self, count: int) -> None:
        self.pool, self.calls = ThreadPoolExecutor(count), SimpleQueue[Call]()
        self.begun, self.watching = 0, False
        self.runner: object = None
        self.start()

    def start(self) -> None:
        """Lets another thread make the calls from now on; the one that did ends with what it is doing."""
        self.starting = True
        self.pool.submit(self.run)

    def submit(self, call: Callable[..., T], /, *args: Any, **options: Any) -> "Future[T]":
        future: Future[T] = Future()
        self.calls.put((future, partial(call, *args, **options)))
        if not self.watching:
            self.watch(begun=-1)
        return future

    def watch(self, begun: int) -> None:
        """Looks again while calls wait; if none was begun since the last time, another thread makes them."""
        self.watching = not self.calls.empty()
        if self.watching:
            if begun == self.begun and not self.starting:
                self.start()
            asyncio.get_running_loop().call_later(PATIENCE, self.watch, self.begun)

    def run(self) -> None:
        own = self.runner = object()
        self.starting = False
        while self.runner is own:
            if not (waiting := self.calls.get()):
                self.calls.put(None)  # for the other threads
                return
            self.begun += 1
            future, call = waiting
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001  # whoever waits for the result is told
                    future.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the threads once all calls were made."""
        self.calls.put(None)
        self.pool.shutdown(wait)

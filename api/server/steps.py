"""The body of a response as a thread makes it, a step at a time, between which nobody holds a thread."""

from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from ..web.response_cache import Later
from .threads import Threads

wsgi: Any = import_module("gunicorn.http.wsgi")  # the stubs are of an older version
STEP = 64 << 10  # bytes that are made before the client has to take them
T = TypeVar("T")


class Steps:
    """The body of a response while it is made, by one thread after the other, in one context of variables."""

    def __init__(self, chunks: Iterable[bytes], pool: Threads) -> None:
        self.chunks, self.pool, self.context = chunks, pool, copy_context()

    async def in_thread(self, step: Callable[[], T]) -> T:
        return await self.pool.call(partial(self.context.run, step))

    def next(self) -> tuple[list[bytes], bool]:
        """About STEP bytes more, and whether there may be others; of a file nothing."""
        while isinstance(self.chunks, Later):
            self.chunks = self.chunks.make()
        if self.file():
            return [], False
        if not hasattr(self, "rest"):
            self.rest = iter(self.chunks)
        made: list[bytes] = []
        size = 0
        for chunk in self.rest:
            made.append(chunk)
            size += len(chunk)
            if size >= STEP:
                return made, True
        self.close()
        return made, False

    def file(self) -> tuple[Any, int] | None:
        """The file that the body is, and the byte where it begins."""
        inner = getattr(self.chunks, "iterable", self.chunks)  # of a range, werkzeug keeps the file and the first byte
        return (inner.filelike, getattr(self.chunks, "start_byte", 0)) if isinstance(inner, wsgi.FileWrapper) else None

    def close(self) -> None:
        """Closes what the application returned, once."""
        chunks, self.chunks = self.chunks, []
        if close := getattr(chunks, "close", None):
            close()

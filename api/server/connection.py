"""A client's connection, by which answers go out: it is given up when the client takes too little of them."""

import errno
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

SEND_SECONDS = 1  # until a thread that waits for a client to take more looks up
STALLED_SECONDS, CROWDED_SECONDS = 30, 2  # that a client may take nothing of an answer; too little, while others wait
SLOWEST = 32 << 10  # bytes of an answer that a client takes in a second, while others wait for its thread


class Client(socket.socket):
    """A connection whose answers are given up when the client takes nothing of them, or, if others wait, too little.

    `left` is for how many seconds more it may take too little.
    """

    crowded: Callable[[], bool]
    left: float = CROWDED_SECONDS

    def sendall(self, data: Any, flags: int = 0) -> None:
        if self.gettimeout() == 0:
            return super().sendall(data, flags)
        rest = memoryview(data)
        while rest:
            rest = rest[self.taken(partial(self.send, rest, flags)) :]
        return None

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """As of old, which would wait without end for a client that takes nothing."""
        end = os.fstat(file.fileno()).st_size if count is None else offset + count
        start = offset
        while offset < end and (sent := self.taken(partial(os.sendfile, self.fileno(), file.fileno(), offset, end - offset))):
            offset += sent
        return offset - start

    def taken(self, send: Callable[[], int]) -> int:
        """What a client takes next. Raises BrokenPipeError if that is too little for too long."""
        began, sent = time.monotonic(), None
        while sent is None:
            with suppress(BlockingIOError):  # SEND_SECONDS have gone by
                sent = send()
            waited = time.monotonic() - began
            left = min(self.left - waited + (sent or 0) / SLOWEST, CROWDED_SECONDS)
            if (left < 0 and self.crowded()) or (sent is None and waited > STALLED_SECONDS):
                raise BrokenPipeError(errno.EPIPE, "The client takes too little.")
        self.left = max(left, 0)
        return sent

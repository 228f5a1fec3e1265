"""A client socket that aborts a response when the client reads too slowly."""

import errno
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

SEND_SECONDS = 1  # between two checks of a client that reads nothing
STALLED_SECONDS, CROWDED_SECONDS = 30, 2  # without reading anything; below the slowest rate, while others wait
SLOWEST = 32 << 10  # bytes a second that a client must read while others wait for its thread


class Client(socket.socket):
    """A socket whose responses are aborted when the client reads nothing or, while others wait, too slowly.

    `left` is the number of seconds that it may still read too slowly.
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
        """As socket.sendfile, which would wait without end for a client that reads nothing."""
        end = os.fstat(file.fileno()).st_size if count is None else offset + count
        start = offset
        while offset < end and (sent := self.taken(partial(os.sendfile, self.fileno(), file.fileno(), offset, end - offset))):
            offset += sent
        return offset - start

    def taken(self, send: Callable[[], int]) -> int:
        """The bytes that a client took next. Raises BrokenPipeError if it reads too slowly for too long."""
        began, sent = time.monotonic(), None
        while sent is None:
            with suppress(BlockingIOError):  # SEND_SECONDS have gone by
                sent = send()
            waited = time.monotonic() - began
            left = min(self.left - waited + (sent or 0) / SLOWEST, CROWDED_SECONDS)
            if (left < 0 and self.crowded()) or (sent is None and waited > STALLED_SECONDS):
                raise BrokenPipeError(errno.EPIPE, "The client reads too slowly.")
        self.left = max(left, 0)
        return sent

"""A gunicorn worker on asyncio: an event loop for all clients, and threads for answers that are not finished yet.

Why none of gunicorn's own workers: decisions/002-gunicorn-worker-and-connection.md.
"""

import asyncio
import errno
import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers import base

from .access_log import AccessLog
from .connection import Connection, Wait
from .shares import Shares
from .threads import Threads

FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)  # no descriptors, no memory
TICK, GRACE, PAUSE = 0.5, 0.5, 0.05  # seconds between two looks; for a request that is on its way at the end; without accepting
YIELD = 0.002  # seconds in which a process with fewer connections may accept one first
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def hold_signals_at_fork() -> None:
    """Blocks the signals that end a process while it forks; a worker unblocks them once it handles them.

    gunicorn's worker begins with the handlers of its parent, where the signal is lost: the server would wait 30 s for it.
    """
    hold, release = (partial(signal.pthread_sigmask, how, ENDING) for how in (signal.SIG_BLOCK, signal.SIG_UNBLOCK))
    os.register_at_fork(before=hold, after_in_parent=release)


class Worker(base.Worker):
    """Serves connections: `waiting` has those that wait for their clients, the longest wait first."""

    log: AccessLog
    loop: asyncio.AbstractEventLoop
    shares = Shares()  # made before the processes are
    together = True  # whether threads work at the same time: where a database of its own computes

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.waiting: dict[Wait, dict[Connection, float]] = {what: {} for what in Wait}

    def init_signals(self) -> None:
        """Handles signals from here on, and those that came since the fork."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def run(self) -> None:
        with Threads(self.cfg.threads, self.together) as self.pool:
            asyncio.run(self.serve())

    async def serve(self) -> None:
        """Serves until a signal, then finishes what is under way; at once where the signal is not SIGTERM."""
        self.loop, self.told, self.left = asyncio.get_running_loop(), asyncio.Event(), self.cfg.graceful_timeout
        for number in ENDING:
            self.loop.add_signal_handler(number, self.end, self.left if number == signal.SIGTERM else 0)
        self.share()
        self.listen()
        while self.alive and not self.told.is_set() and self.ppid == os.getppid():
            self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), TICK)
        self.alive = False
        self.shares.set(self.age)
        for listener in self.sockets:
            self.loop.remove_reader(listener)
            listener.close()
        began = time.monotonic()
        while self.connections and time.monotonic() < began + self.left:
            self.look()
            await asyncio.sleep(PAUSE)
            if time.monotonic() > began + GRACE:
                for quiet in [one for one in self.connections if one.waiting in (Wait.IDLE, Wait.HEAD) and not one.buffer]:
                    quiet.abort()
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # a second one must not disturb the end

    def end(self, seconds: int) -> None:
        """Serves nobody new, and those that are here for so many seconds at most."""
        self.left = min(self.left, seconds)
        self.told.set()

    def listen(self) -> None:
        if self.alive:
            for listener in self.sockets:
                self.loop.add_reader(listener, self.offered, listener)

    def offered(self, listener: Any) -> None:
        """Accepts a connection that is offered to all processes; where another has fewer, that one may take it first."""
        if len(self.connections) <= self.shares.least():
            self.accept(listener)
        else:
            self.loop.remove_reader(listener)
            self.loop.call_later(YIELD, self.insist, listener)

    def insist(self, listener: Any) -> None:
        """Accepts somebody whom nobody else has taken meanwhile."""
        if self.alive:
            self.listen()
            self.accept(listener)

    def accept(self, listener: Any) -> None:
        """Accepts a connection. Where there are too many, the one that has waited longest is closed for it."""
        if len(self.connections) >= self.cfg.worker_connections and not self.make_room():
            self.pause(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in FULL:
                self.make_room()
                self.pause(listener)
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        client.setblocking(False)
        connection = Connection(self, address, client.getsockname())
        self.connections.add(connection)
        self.share()
        connecting = self.loop.connect_accepted_socket(lambda: connection, client)
        connection.connecting = self.loop.create_task(connecting)  # a task that nobody refers to may be lost

    def pause(self, listener: Any) -> None:
        """Accepts nobody for a moment."""
        self.loop.remove_reader(listener)
        self.loop.call_later(PAUSE, self.listen)

    def make_room(self) -> bool:
        """Closes the oldest connection of the longest queue, if there is one."""
        queue = max(self.waiting.values(), key=len)
        for connection in queue:
            connection.abort()
            return True
        return False

    def look(self) -> None:
        """Tells the arbiter that this process lives, and gives up clients that were waited for long enough."""
        self.notify()
        now = time.monotonic()
        for queue in self.waiting.values():
            while queue and next(iter(queue.values())) <= now:
                next(iter(queue)).expire()

    def forget(self, connection: Connection) -> None:
        """Counts a connection no longer."""
        connection.wait(None)
        self.connections.discard(connection)
        self.share()

    def share(self) -> None:
        """Tells the other processes how many connections are here, as long as others are accepted."""
        if self.alive:
            self.shares.set(self.age, len(self.connections))

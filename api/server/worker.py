"""A gunicorn worker for slow clients: a thread gets a request once its head is complete; the poller waits for the rest.

Why it stands on gunicorn's internals: decisions/002-gunicorn-worker-and-connection.md.
"""

import errno
import os
import re
import signal
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from functools import partial
from importlib import import_module
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from .connection import SEND_SECONDS, Client

errors: Any = import_module("gunicorn.http.errors")
LARGEST_HEAD = 64 << 10  # bytes of a request line and its header fields; README.md and the contract say so
HEAD_SECONDS = 10  # until a request's head must be complete
LINGER_SECONDS, MOST_DRAINED = 2, 1 << 20  # seconds and bytes that a client may still send after its last response
FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)  # no descriptors, no memory
BODY = ("CONTENT-LENGTH", "TRANSFER-ENCODING")
END = b"\r\n\r\n"
LONGEST_BODY = 32 << 10  # bytes; head and body are not longer than LARGEST_HEAD, where the head is not very long
# The head of a request whose body is read, and the length of that; api/web/mcp refuses one without a length, or too long.
MESSAGE = re.compile(rb"POST [^\r\n]*/mcp/?[ ?].*?\r\ncontent-length: *(\d{1,5})\r\n", re.IGNORECASE | re.DOTALL)
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class TooSlow(errors.ParseException):  # type: ignore[misc]
    """The head of a request was not complete in time."""


def hold_signals_at_fork() -> None:
    """Blocks the signals that end a process while it forks; a worker unblocks them once it handles them.

    gunicorn's worker begins with the handlers of its parent, where the signal is lost: the server would wait 30 s for it.
    """
    hold, release = (partial(signal.pthread_sigmask, how, ENDING) for how in (signal.SIG_BLOCK, signal.SIG_UNBLOCK))
    os.register_at_fork(before=hold, after_in_parent=release)


class Patient(ThreadWorker):
    """gunicorn's threaded worker, whose poller waits for the heads of requests, for thousands of clients at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leaving: deque[Any] = deque()

    def init_signals(self) -> None:
        """Handles signals from here on, and those that came since the fork."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def accept(self, listener: socket.socket) -> None:
        """Accepts a connection and waits for its request. Where there are too many, an idle one is closed for it."""
        try:
            taken, address = listener.accept()
        except OSError as error:
            if error.errno in FULL:
                self.make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        if self.nr_conns >= self.worker_connections - 1:
            self.make_room()
        client = Client(fileno=taken.detach())
        client.crowded = self.crowded
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", HEAD_SECONDS, 0))
        self.nr_conns += 1
        conn: Any = TConn(self.cfg, client, address, listener.getsockname())
        conn.begun = b""
        self.wait(conn)

    def make_room(self) -> None:
        """Closes the oldest connection of the longest queue."""
        queue = max(self.leaving, self.pending_conns, self.keepalived_conns, key=len)
        if queue:
            self.close(queue, queue[0])

    def close(self, queue: Any, conn: Any) -> None:
        """Closes a connection that waits in a queue."""
        queue.remove(conn)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def crowded(self) -> bool:
        """Whether requests wait for a thread."""
        return not self.tpool._work_queue.empty()

    def wait(self, conn: Any) -> None:
        """Waits for the head of a connection's request, or for the rest of one that has begun."""
        conn.seen = 0
        conn.timeout = time.monotonic() + HEAD_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Gives a thread to the request if its head is there, and waits for more of it otherwise."""
        if client.fileno() >= 0 and come(conn, client):
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """The same for a connection that is used again."""
        if client.fileno() < 0:  # it was closed, for another, since the poller told of it
            return
        conn.seen = 0
        if come(conn, client):
            super().on_client_socket_readable(conn, client)
        else:
            self.poller.unregister(client)
            self.keepalived_conns.remove(conn)
            self.wait(conn)

    def murder_pending(self) -> None:
        """Closes connections that waited too long; a request that had begun is answered with 408."""
        now: Any = time.monotonic()
        while self.pending_conns and self.pending_conns[0].timeout <= now:
            conn: Any = self.pending_conns[0]
            if conn.seen or conn.begun:
                with suppress(OSError):
                    conn.sock.recv(LARGEST_HEAD)  # what is left unread would break the connection before the answer is
                self.handle_error(None, conn.sock, conn.client, TooSlow())
            self.close(self.pending_conns, conn)
        while self.leaving and self.leaving[0].timeout <= now:
            self.close(self.leaving, self.leaving[0])

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keeps the connection for another request, or closes it without waiting for the client."""
        if not fs.cancelled() and not fs.exception() and fs.result():
            if conn.begun:
                conn.sock.setblocking(False)
                self.wait(conn)
            else:
                super().finish_request(conn, fs)
            return
        conn.seen, conn.timeout = 0, time.monotonic() + LINGER_SECONDS
        self.leaving.append(conn)
        try:
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self.drain, conn))
            conn.sock.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):  # it is gone already
            self.close(self.leaving, conn)

    def drain(self, conn: Any, client: socket.socket) -> None:
        """Discards what a client sends after its last response: unread bytes would reset the connection too early."""
        if client.fileno() < 0:
            return
        try:
            data = client.recv(LARGEST_HEAD)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.seen += len(data)
        if not data or conn.seen > MOST_DRAINED:
            self.close(self.leaving, conn)

    def handle(self, conn: Any) -> Any:
        """Answers a request. An incomplete second one behind it is left to the poller."""
        if len(conn.begun) + conn.seen >= LARGEST_HEAD:
            conn.sock.setblocking(True)
            self.handle_error(None, conn.sock, conn.client, errors.LimitRequestHeaders("limit request headers"))
            return False
        kept = super().handle(conn)
        more = conn.parser.unreader.buf.getvalue() if kept else b""
        conn.begun = more if END not in more else b""
        return kept

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answers. Few request bodies are read, so a request that has one is the last of its connection."""
        if any(name in BODY and value != "0" for name, value in req.headers):
            req.force_close()
        return super().handle_request(req, conn)


def come(conn: Any, client: socket.socket) -> bool:
    """Whether a thread can take the request: it is complete or its head too long, or the client sends no more.

    Otherwise the poller reports the socket only when more than now has arrived.
    """
    try:
        data = client.recv(LARGEST_HEAD, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    ended = len(data) <= conn.seen  # woken by nothing new
    whole = complete(conn.begun + data)
    conn.seen = 0 if whole else len(data)
    done = whole or ended or len(conn.begun) + len(data) >= LARGEST_HEAD
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1 if done else len(data) + 1)
    return done


def complete(data: bytes) -> bool:
    """Whether the head of a request is there, and where its body is read, that too."""
    head, end, body = data.partition(END)
    message = MESSAGE.match(head + b"\r\n") if end else None
    return bool(end) and (message is None or not len(body) < int(message[1]) <= LONGEST_BODY)

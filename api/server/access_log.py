"""Request ids, a log line for each request, and log messages, written to standard output and error by a thread."""

import json
import logging
import os
import queue
import re
import select
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from json.encoder import encode_basestring_ascii as quoted  # the C function: a line costs microseconds
from random import getrandbits
from typing import Any
from wsgiref.types import WSGIEnvironment

from gunicorn.glogging import Logger

from ..metrics import State
from ..web.response_cache import CACHE_RESULT, REQUEST_ID, ROUTE

VALID_ID = re.compile(r"[A-Za-z0-9._~+/=:@-]{1,128}")
NO_ROUTE = "(none)"
MAX_WAITING = 10_000  # lines; while nobody reads, later ones are dropped
DELAY, LAST = 0.1, 2.0  # seconds that a line waits for others; that a process waits at its end for its lines to be read
MAX_TEXT, MAX_AGENT = 700, 250  # characters of a path, a query, a user agent: a line must fit into one write to a pipe


def request_id(given: str = "") -> str:
    """The id that a client or a proxy gave, if it is safe in a header and a line; a new one otherwise."""
    return given if given and VALID_ID.fullmatch(given) else f"{getrandbits(64):016x}"  # seeded anew in each process


def stamp(seconds: float) -> str:
    """A Unix time as ISO 8601 in UTC, to the millisecond."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{int(seconds * 1000) % 1000:03}Z"


def short(text: str, most: int = MAX_TEXT) -> str:
    """A client's text as a JSON string of bounded length."""
    return quoted(text[:most].encode("ascii", "replace").decode())


def as_json(environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> str:
    """The line of a request, for programs."""
    path, _, query = environ.get("RAW_URI", "").partition("?")
    return (
        f'{{"time":"{stamp(time.time())}","request_id":{quoted(environ.get(REQUEST_ID, ""))}'
        f',"client":{quoted(environ.get("REMOTE_ADDR", ""))},"method":{quoted(environ.get("REQUEST_METHOD", ""))}'
        f',"path":{short(path)},"query":{short(query)},"status":{status},"bytes":{sent}'
        f',"duration_ms":{seconds * 1000:.2f},"user_agent":{short(environ.get("HTTP_USER_AGENT", ""), MAX_AGENT)}}}\n'
    )


def as_text(environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> str:
    """The line of a request, for people; escaped, so that no client can move the cursor or forge a line."""
    request = short(f"{environ.get('REQUEST_METHOD', '')} {environ.get('RAW_URI', '')}")[1:-1]
    return f"{time.strftime('%H:%M:%S')} {status} {request} {seconds * 1000:.1f} ms {sent} bytes\n"


LINES: dict[str, Callable[[WSGIEnvironment, str, int, float], str] | None] = {"json": as_json, "text": as_text, "off": None}


def form_of(wanted: str) -> str:
    """The format of the log: `wanted`, or for `auto` text on a terminal and JSON elsewhere."""
    if wanted != "auto":
        return wanted
    return "text" if sys.stdout.isatty() else "json"


class LineWriter(logging.Handler):
    """Writes lines and log messages to a file descriptor in a thread, several in one write that a pipe takes whole.

    Nothing waits for a reader: while nobody reads, further lines are dropped. Why not QueueHandler and QueueListener:
    decisions/007-access-log.md.
    """

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # the parent writes what waits in the parent

    def _begin(self) -> None:
        self._queue: queue.Queue[bytes] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def add(self, line: str) -> None:
        """Takes a line that ends with a line break."""
        with suppress(queue.Full):
            self._queue.put_nowait(line.encode(errors="backslashreplace"))
        if not self._thread.ident:
            with suppress(RuntimeError):  # another thread has started it
                self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        self.add(f"{self.format(record)}\n")

    def _run(self) -> None:
        batch = b""
        while True:
            line = self._queue.get()
            if len(batch) + len(line) > select.PIPE_BUF:
                self._write(batch)
                batch = b""
            batch += line
            if self._queue.empty():
                time.sleep(DELAY)  # to write each line by itself would cost more than to make it
            if self._queue.empty():
                self._write(batch)
                batch = b""
            self._queue.task_done()

    def _write(self, batch: bytes) -> None:
        with suppress(OSError):  # nobody will read any more
            select.select([], [self._fd], [])  # a full pipe may be set not to block
            os.write(self._fd, batch)

    def flush(self) -> None:
        """Waits until everything is written, for LAST seconds at most."""
        end = time.monotonic() + LAST
        while self._queue.unfinished_tasks and time.monotonic() < end:
            time.sleep(DELAY / 10)


class JsonFormatter(logging.Formatter):
    """A log message as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        members = {"time": stamp(record.created), "level": record.levelname.lower(), "logger": record.name}
        members |= {"message": record.getMessage()}
        if id := getattr(record, "request_id", None):
            members["request_id"] = id
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members)


def formatter(form: str) -> logging.Formatter:
    """The formatter of messages on standard error."""
    if form == "json":
        return JsonFormatter()
    return logging.Formatter("%(asctime)s %(levelname)s %(message)s (request %(request_id)s)", defaults={"request_id": "-"})


class AccessLog(Logger):
    """gunicorn's log: a line for each request once its response has been sent, with the size that was really sent."""

    form = "off"

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        handler = LineWriter(2)
        handler.setFormatter(formatter(self.form))
        self.error_log.handlers[:] = logging.getLogger().handlers[:] = [handler]
        self.error_log.propagate = False
        self.line = LINES[self.form]
        self.lines = LineWriter(1)

    def record(self, environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> None:
        """Writes the line of a request, and counts it."""
        if State.recorder:
            method, route = environ.get("REQUEST_METHOD", ""), environ.get(ROUTE, NO_ROUTE)
            State.recorder.count(method, route, status, seconds, environ.get(CACHE_RESULT))
        if self.line:
            self.lines.add(self.line(environ, status, sent, seconds))

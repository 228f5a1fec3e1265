"""Requests as an operator sees them: the id that each has, the line that is written of it, what is counted."""

import json
import logging
import os
import re
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from json.encoder import encode_basestring_ascii as quoted  # the C function: a line costs microseconds
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn.glogging import Logger

from ..metrics import State
from ..web.response_cache import FOUND, REQUEST_ID, ROUTE

SANE = re.compile(r"[A-Za-z0-9._~+/=:@-]{1,128}")
NO_ROUTE = "(none)"
MOST_WAITING = 10_000
TOGETHER, LAST = 0.1, 2.0  # seconds that a line waits for others; that a process waits for its last lines to be read
LONGEST, LONGEST_AGENT = 700, 250  # characters of a path, a query, a client's name in a line: a pipe takes lines whole


def request_id(given: str = "") -> str:
    """The id that a client or a proxy gave, if it can stand in a header and a line; a new one otherwise."""
    return given if given and SANE.fullmatch(given) else os.urandom(8).hex()


class Observed:
    """A WSGI application whose every answer tells the request's id."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        id = environ[REQUEST_ID] = request_id(environ.get("HTTP_X_REQUEST_ID", ""))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, ("X-Request-ID", id)], exc_info)

        return self.inner(environ, start)


def stamp(seconds: float) -> str:
    """A moment in UTC, to the millisecond."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{int(seconds * 1000) % 1000:03}Z"


def short(text: str, most: int = LONGEST) -> str:
    """A text of a client as JSON, of a length that is known."""
    return quoted(text[:most].encode("ascii", "replace").decode())


def as_json(environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> str:
    path, _, query = environ.get("RAW_URI", "").partition("?")
    return (
        f'{{"time":"{stamp(time.time())}","request_id":{quoted(environ.get(REQUEST_ID, ""))}'
        f',"client":{quoted(environ.get("REMOTE_ADDR", ""))},"method":{quoted(environ.get("REQUEST_METHOD", ""))}'
        f',"path":{short(path)},"query":{short(query)},"status":{status},"bytes":{sent}'
        f',"duration_ms":{seconds * 1000:.2f},"user_agent":{short(environ.get("HTTP_USER_AGENT", ""), LONGEST_AGENT)}}}\n'
    )


def as_text(environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> str:
    """For a person; whatever a client sent cannot move the cursor or write a line of its own."""
    asked = short(f"{environ.get('REQUEST_METHOD', '')} {environ.get('RAW_URI', '')}")[1:-1]
    return f"{time.strftime('%H:%M:%S')} {status} {asked} {seconds * 1000:.1f} ms {sent} bytes\n"


LINES: dict[str, Callable[[WSGIEnvironment, str, int, float], str] | None] = {"json": as_json, "text": as_text, "off": None}


def form_of(wanted: str) -> str:
    """How requests are logged: as wanted, or as suits what reads standard output."""
    if wanted != "auto":
        return wanted
    return "text" if sys.stdout.isatty() else "json"


class Lines:
    """Lines on their way to a file, written together by a thread: writing each by itself costs a request more than making it.

    What is written at once goes through a pipe whole. Where nobody reads, requests go on and the oldest lines are lost.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # what waits there is written there

    def _begin(self) -> None:
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._writing = False
        self._some = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def add(self, line: str) -> None:
        self._waiting.append(line.encode(errors="backslashreplace"))
        if not self._some.is_set():
            self._some.set()
            self._start()

    def _start(self) -> None:
        with self._starting:
            if not self._thread:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._some.wait():
            time.sleep(TOGETHER)
            self._some.clear()
            self._writing = True
            with suppress(OSError):  # nobody will read any more
                self._write()
            self._writing = False

    def _write(self) -> None:
        while self._waiting:
            size, batch = 0, list[bytes]()
            while self._waiting and (not batch or size + len(self._waiting[0]) <= select.PIPE_BUF):
                batch.append(self._waiting.popleft())
                size += len(batch[-1])
            try:
                os.write(self._fd, b"".join(batch))
            except BlockingIOError:  # a pipe that is full and was made so that it does not wait
                self._waiting.extendleft(reversed(batch))
                self._some.set()
                return

    def flush(self) -> None:
        """Waits until what there is has been written; not long, as nobody may read it."""
        end = time.monotonic() + LAST
        while (self._waiting or self._writing) and time.monotonic() < end:
            time.sleep(TOGETHER / 10)


class Through(logging.Handler):
    """Gives messages to the thread that writes them."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.add(f"{self.format(record)}\n")

    def flush(self) -> None:
        self.lines.flush()


class AsJson(logging.Formatter):
    """A message of ours or of the server as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        members = {"time": stamp(record.created), "level": record.levelname.lower(), "logger": record.name}
        members |= {"message": record.getMessage()}
        if id := getattr(record, "request_id", None):
            members["request_id"] = id
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members)


def formatter(form: str) -> logging.Formatter:
    """How messages are written to standard error."""
    if form == "json":
        return AsJson()
    return logging.Formatter("%(asctime)s %(levelname)s %(message)s (request %(request_id)s)", defaults={"request_id": "-"})


class Log(Logger):
    """gunicorn's log: it tells of each request when its answer has been sent, with what was really sent."""

    form = "off"

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        handler = Through(Lines(2))
        handler.setFormatter(formatter(self.form))
        self.error_log.handlers[:] = logging.getLogger().handlers[:] = [handler]
        self.error_log.propagate = False
        self.line = LINES[self.form]
        self.lines = Lines(1)

    def access(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> None:
        self.tell(environ, resp.status[:3], resp.sent, request_time.total_seconds())

    def tell(self, environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> None:
        """Writes the line of a request, and counts it."""
        if State.recorder:
            method, route = environ.get("REQUEST_METHOD", ""), environ.get(ROUTE, NO_ROUTE)
            State.recorder.count(method, route, status, seconds, environ.get(FOUND))
        if self.line:
            self.lines.add(self.line(environ, status, sent, seconds))

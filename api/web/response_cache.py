"""In front of Flask: finished answers of the served release, kept as they went out, compressed forms and all.

An answer is kept only where the view says that it follows from the release and the request alone (`keep`).
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cachetools import LRUCache
from flask import request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

from ..problems import Problem
from ..storage.store import Store

KEPT = "diplomatic_events.kept"
# What is told of a request to those who observe it from outside.
REQUEST_ID, ROUTE, FOUND = "diplomatic_events.request_id", "diplomatic_events.route", "diplomatic_events.found"
# What an answer may depend on besides the release.
VARYING = (
    "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_HOST", "wsgi.url_scheme", "SCRIPT_NAME",
)  # fmt: skip
OVERHEAD = 4096  # bytes that an answer takes beside what it says, about
# What describes a body, and is not said where there is none.
OF_BODY = ("Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Link")


def keep() -> None:
    """Marks the answer to this request as one that holds for the release."""
    request.environ[KEPT] = True


def known(asked: str, etag: str, codings: str) -> str | None:
    """The tag in `If-None-Match` that stands for this answer, in a coding that the client takes; None if there is none.

    A compressed answer's ETag is the plain one with its coding behind a colon. `*` stands for any answer.
    """
    tags = parse_etags(asked)
    if tags.star_tag:
        return etag
    accepted = parse_accept_header(codings, Accept)
    for tag in sorted(tags.as_set(include_weak=True)):
        plain, _, coding = tag.partition(":")
        if plain == etag and (not coding or accepted.quality(coding) > 0):
            return tag
    return None


@dataclass(frozen=True)
class Finished:
    """An answer as it went out: its headers, its body, and its ETag without the coding."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    route: str
    size: int

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer again, or 304 to a client that has it."""
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked and (tag := known(asked, self.etag, environ.get("HTTP_ACCEPT_ENCODING", ""))):
            kept = [(name, value) for name, value in self.headers if name not in OF_BODY]
            start_response("304 NOT MODIFIED", [*kept, ("ETag", f'"{tag}"')])
            return []
        start_response("200 OK", self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


class Front:
    """A WSGI application that answers from memory what was answered before in the served release.

    Holds at most `most_bytes` in each process; threads share it; a switch of the release drops it.
    """

    def __init__(self, inner: WSGIApplication, store: Store, most_bytes: int) -> None:
        self.inner, self.store, self.most_bytes = inner, store, most_bytes
        self._lock = threading.Lock()
        self._kept: tuple[str, LRUCache[Any, Finished]] = ("", self._empty())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_RANGE" in environ:
            return self.inner(environ, start_response)
        try:
            kept = self._of(self.store.current().id)
        except Problem:
            return self.inner(environ, start_response)
        key = tuple([environ.get(name, "") for name in VARYING])
        with self._lock:
            finished = kept.get(key)
        if finished:
            environ[ROUTE], environ[FOUND] = finished.route, "hit"
            return finished.send(environ, start_response)
        return self._ask(environ, start_response, lambda finished: self._keep(kept, key, finished))

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse, keep: Callable[[Finished], None]) -> Iterable[bytes]:
        """The application's own answer; a full one that holds for the release is kept."""
        began: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            began[:] = status, headers
            return start_response(status, headers, exc_info)

        body = self.inner(environ, start)
        if not environ.get(KEPT) or environ["REQUEST_METHOD"] != "GET" or not began or not began[0].startswith("200"):
            return body
        whole = b"".join(body)
        if closing := getattr(body, "close", None):
            closing()
        etag = next(value for name, value in began[1] if name == "ETag")
        environ[FOUND] = "miss"
        described = sum(len(environ.get(name, "")) for name in VARYING) + sum(len(value) for _, value in began[1])
        size = OVERHEAD + described + len(whole)
        keep(Finished(began[1], whole, etag.strip('"').partition(":")[0], environ.get(ROUTE, ""), size))
        return [whole]

    def _of(self, release: str) -> LRUCache[Any, Finished]:
        """The answers of a release; those of another are forgotten."""
        if self._kept[0] != release:
            self._kept = (release, self._empty())
        return self._kept[1]

    def _keep(self, kept: LRUCache[Any, Finished], key: Any, finished: Finished) -> None:
        if finished.size <= self.most_bytes // 8:  # one giant does not drive out all others
            with self._lock:
                kept[key] = finished

    def _empty(self) -> LRUCache[Any, Finished]:
        return LRUCache(self.most_bytes, getsizeof=lambda finished: finished.size)

"""A cache of finished responses in front of Flask, one entry for each content coding; a switch of the release empties it.

A response is cached only if the view says that it depends on the release and the request alone (`keep`).
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cachetools import LRUCache
from flask import request
from werkzeug.http import parse_etags

from ..formats.accept import accepts_coding, best_coding
from ..problems import Problem
from ..storage.release import Release
from ..storage.store import Store

# Keys of the WSGI environ: the served release, resolved once a request; whether the response may be cached.
SERVED, KEPT = "diplomatic_events.served", "diplomatic_events.kept"
# Keys of the WSGI environ for the access log.
REQUEST_ID, ROUTE, CACHE_RESULT = "diplomatic_events.request_id", "diplomatic_events.route", "diplomatic_events.cache_result"
# What a response may depend on besides the release and the content coding.
VARYING = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_HOST", "wsgi.url_scheme", "SCRIPT_NAME")
OVERHEAD = 4096  # bytes of an entry besides its headers and body, about
# Headers that describe a body, left out of a 304.
OF_BODY = ("Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Link")


def keep() -> None:
    """Marks the response to this request as one that may be cached as long as the release is served."""
    request.environ[KEPT] = True


def matching_tag(header: str, etag: str, codings: str) -> str | None:
    """The tag in `If-None-Match` that matches a response, in a content coding that the client accepts; None if none does.

    A compressed response's ETag is the plain one, a colon, and the coding. `*` matches any response.
    """
    tags = parse_etags(header)
    if tags.star_tag:
        return etag
    for tag in sorted(tags.as_set(include_weak=True)):
        plain, _, coding = tag.partition(":")
        if plain == etag and (not coding or accepts_coding(codings, coding)):
            return tag
    return None


class Later:
    """A response that is made only when it is iterated, as WSGI has it.

    What answers many clients at once has a thread call `make`, as that may take time, and sends any other response as it is.
    """

    def __init__(self, make: Callable[[], Iterable[bytes]]) -> None:
        self.make = make
        self.made: Iterable[bytes] = ()

    def __iter__(self) -> Iterator[bytes]:
        self.made = self.make()
        return iter(self.made)

    def close(self) -> None:
        """Closes what was made. A method from the beginning, as some look for it before they iterate."""
        if close := getattr(self.made, "close", None):
            close()


def later(application: WSGIApplication) -> WSGIApplication:
    """An application whose every response is made only when it is iterated."""
    return lambda environ, start_response: Later(partial(application, environ, start_response))


@dataclass(frozen=True)
class Finished:
    """A response as it was sent: its headers, its body, its ETag without the coding, its route, its size in bytes."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    route: str
    size: int

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The same response, or a 304 if the client has it."""
        environ[ROUTE], environ[CACHE_RESULT] = self.route, "hit"
        header = environ.get("HTTP_IF_NONE_MATCH")
        if header and (tag := matching_tag(header, self.etag, environ.get("HTTP_ACCEPT_ENCODING", ""))):
            kept = [(name, value) for name, value in self.headers if name not in OF_BODY]
            start_response("304 NOT MODIFIED", [*kept, ("ETag", f'"{tag}"')])
            return []
        start_response("200 OK", self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


def _finished(key: Any, route: str, headers: list[tuple[str, str]], body: bytes) -> Finished:
    etag = dict(headers)["ETag"].strip('"').partition(":")[0]
    return Finished(headers, body, etag, route, OVERHEAD + len(f"{key}{headers}") + len(body))


class ResponseCache:
    """A WSGI application that repeats from memory what `inner` answered before for the served release.

    Holds at most `most_bytes` in each process; shared by its threads.
    """

    def __init__(self, inner: WSGIApplication, store: Store, most_bytes: int) -> None:
        self.inner, self.store, self.most_bytes = inner, store, most_bytes
        self._lock = threading.Lock()
        self._kept: tuple[str, LRUCache[Any, Finished]] = ("", self._empty())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return Later(partial(self.inner, environ, start_response))
        coding = best_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        key = (coding, *[environ.get(name, "") for name in VARYING])
        if (release := self.store.known()) and (finished := self._found(release, key)):
            return finished.send(environ, start_response)
        return Later(partial(self._make, key, environ, start_response))

    def _make(self, key: Any, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer to a request that may have to wait: for the database, or for Flask."""
        try:
            release = environ[SERVED] = self.store.current()  # what is known may be a release that is gone
        except Problem:
            return self.inner(environ, start_response)
        if finished := self._found(release, key):
            return finished.send(environ, start_response)
        kept, started = self._of(release.id), list[Any]()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = status, headers
            return start_response(status, headers, exc_info)

        chunks = self.inner(environ, start)
        if not environ.get(KEPT) or environ["REQUEST_METHOD"] != "GET" or not started or not started[0].startswith("200"):
            return chunks
        body = b"".join(chunks)
        if close := getattr(chunks, "close", None):
            close()
        environ[CACHE_RESULT] = "miss"
        finished = _finished(key, environ.get(ROUTE, ""), started[1], body)
        if finished.size <= self.most_bytes // 8:  # one large response does not displace all others
            with self._lock:
                kept[key] = finished
        return [body]

    def _found(self, release: Release, key: Any) -> Finished | None:
        kept = self._of(release.id)
        with self._lock:
            return kept.get(key)

    def _of(self, release: str) -> LRUCache[Any, Finished]:
        """The responses of a release; those of any other are dropped."""
        if self._kept[0] != release:
            self._kept = (release, self._empty())
        return self._kept[1]

    def _empty(self) -> LRUCache[Any, Finished]:
        return LRUCache(self.most_bytes, getsizeof=lambda finished: finished.size)

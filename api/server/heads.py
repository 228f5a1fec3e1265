"""The heads of requests, as gunicorn reads them; of one that differs from others in its address alone, only that is read."""

import re
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from .errors import LARGEST_HEAD, errors, refuse_fragment

http: Any = import_module("gunicorn.http")  # the stubs are of an older version
LARGEST_BODY = 64 << 10  # bytes of a request's body that are read; a request with a longer one is answered without it
SHORT = 1000  # bytes of a head that is worth remembering
# The first line of a request for an address that is what it says: no escape in its path, nothing that HTTP forbids in its query.
LINE = re.compile(rb'GET ((/(?:[A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*)?)(?:\?([!"$-~]*))?) HTTP/1\.1\r\n')
OTHER = b"GET / HTTP/1.1\r\n"


class RequestHead(NamedTuple):
    """A request, and the length of its body, None of one that is not read.

    `target` is its address, path and query, where `request` is one with another address.
    """

    request: Any
    length: int | None
    target: tuple[str, str, str] | None = None


def read(settings: Any, head: bytes) -> RequestHead:
    """The request with this head. Raises an error of gunicorn's if it is none."""
    if len(head) >= LARGEST_HEAD:
        raise errors.LimitRequestHeaders("limit request headers")
    if len(head) > SHORT:
        return parsed(settings, head)
    if not (line := LINE.match(head)):
        return often(settings, head)
    target, path, query = line.groups(b"")
    like = often(settings, OTHER + head[line.end() :])
    return RequestHead(like.request, like.length, (target.decode(), path.decode(), query.decode()))


def parsed(settings: Any, head: bytes) -> RequestHead:
    """As gunicorn reads it. Whether a proxy is believed is not gunicorn's to say, so it is told of no client."""
    request = next(http.RequestParser(settings, [head], None))
    refuse_fragment(request)
    fields = dict(request.headers)
    length = int(fields.get("CONTENT-LENGTH", 0))
    return RequestHead(request, None if "TRANSFER-ENCODING" in fields or length > LARGEST_BODY else length)


often = lru_cache(maxsize=1000)(parsed)  # clients that ask again do so in the same words

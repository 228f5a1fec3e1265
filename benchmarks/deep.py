"""Pages far into a long list: cursors are collected on a walk through all of it, then each is followed once."""

import http.client
import json
import time
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from .asks import RECORDS
from .processes import PATIENCE, get

LONGEST = 500  # records a page, the most that is allowed
SORTS = ("-date", "title")


def cursors(port: int, events: int, count: int) -> list[str]:
    """About `count` pages all over the list, in each order, none of them asked for yet."""
    pages = [page for sort in SORTS for page in walked(port, events, sort, max(count // len(SORTS), 1))]
    return pages[::2] + pages[1::2]


def walked(port: int, events: int, sort: str, count: int) -> list[str]:
    """Evenly spaced pages of one walk, those left out whose end is the list's end."""
    limit = min(max(events // count, 1), LONGEST)
    limit += limit == RECORDS  # pages of the size that is measured later would be asked for now
    path: str | None = f"/v1/events?{urlencode({'sort': sort, 'limit': limit})}"
    found: list[str] = []
    seen = 0
    while path:
        status, body, _ = get(port, path)
        if status != 200:
            raise RuntimeError(f"{path} was answered with {status}: {body[:500]!r}")
        following = json.loads(body)["links"]["next"]
        seen += limit
        path = following and f"/v1/events?{urlsplit(following).query}"
        if path and seen <= events - RECORDS:
            found.append(resized(path))
    return found[:: max(len(found) // count, 1)]


def resized(path: str) -> str:
    address, _, query = path.partition("?")
    return f"{address}?{urlencode([(name, RECORDS if name == 'limit' else value) for name, value in parse_qsl(query)])}"


def timed(port: int, paths: Sequence[str]) -> list[float]:
    """Milliseconds of each page, one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    found = []
    for path in paths:
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        found.append((time.perf_counter() - start) * 1e3)
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}: {body[:500]!r}")
    connection.close()
    return found

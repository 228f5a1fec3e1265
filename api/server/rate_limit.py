"""A limit of requests per client, checked before anything that costs time; off unless a rate is set.

Why not Flask-Limiter or nginx alone: decisions/006-rate-limit.md.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Iterable
from functools import cached_property, partial
from importlib import import_module
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from ..problems import Problem
from ..web.headers import outside
from ..web.response_cache import Later

EXEMPT = ("/healthz", "/readyz")  # a load balancer must not take a limit for an outage
STORAGE_SECONDS = 1  # timeout of the storage
PAUSE = 10  # seconds without a limit after the storage failed
log = logging.getLogger(__name__)


def client_of(address: str) -> str:
    """The key of a client: its IPv4 address, or its IPv6 network (/64), which one customer has."""
    if ":" not in address:
        return address
    try:
        six = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(six.ipv4_mapped or ipaddress.IPv6Network((six, 64), strict=False))


def opened(address: str) -> Storage:
    """The storage of the counts at a URL; it need not be reachable yet."""
    if address.startswith("memory:"):
        return MemoryStorage()
    times = {"socket_timeout": STORAGE_SECONDS, "socket_connect_timeout": STORAGE_SECONDS}
    storage: Storage = storage_from_string(address, wrap_exceptions=True, **times)  # type: ignore[assignment]
    return storage


class RateLimited:
    """A WSGI application that answers 429 beyond `rate` requests of one client; without a limit while the storage fails."""

    def __init__(self, inner: WSGIApplication, rate: str, storage: str, prefix: str = "") -> None:
        self.inner, self.rate, self.storage = inner, parse(rate), storage
        self.exempt = tuple(prefix + path for path in EXEMPT)
        self.policy = f'"client";q={self.rate.amount};w={self.rate.get_expiry()}'
        if not storage.startswith("memory:"):
            import_module("redis")  # ModuleNotFoundError is fields before anybody is served
        self._resume = 0.0

    @cached_property
    def limiter(self) -> SlidingWindowCounterRateLimiter:
        """Created in the process that uses it: threads and connections do not survive a fork."""
        return SlidingWindowCounterRateLimiter(opened(self.storage))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # A browser sends OPTIONS before a page's request (CORS preflight), which must not count twice.
        exempt = environ["REQUEST_METHOD"] == "OPTIONS" or environ["PATH_INFO"] in self.exempt
        if exempt or time.monotonic() < self._resume:
            return self.inner(environ, start_response)
        if self.storage.startswith("memory:"):
            return self._limit(environ, start_response)
        return Later(partial(self._limit, environ, start_response))

    def _limit(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        client = client_of(environ.get("REMOTE_ADDR", ""))
        try:
            allowed = self.limiter.hit(self.rate, client)
            stats = self.limiter.get_window_stats(self.rate, client)
        except StorageError as error:
            self._resume = time.monotonic() + PAUSE
            log.warning("requests are not limited for %s seconds: %s", PAUSE, error.storage_error)
            return self.inner(environ, start_response)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        fields = [("RateLimit-Policy", self.policy), ("RateLimit", f'"client";r={stats.remaining};t={seconds}')]
        if not allowed:
            problem = Problem(429, f"More than {self.rate} from one client.", headers={"Retry-After": str(seconds)})
            headers, body = outside(problem)
            start_response("429 TOO MANY REQUESTS", [*headers.items(), *fields])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            return start_response(status, [*headers, *fields], exc_info)  # type: ignore[arg-type]

        return self.inner(environ, start)  # type: ignore[arg-type]

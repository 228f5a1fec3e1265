"""gunicorn, configured: the application served over real sockets by several processes."""

import os
import resource
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import click
from gunicorn import util
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.proxy_fix import ProxyFix

from .. import metrics
from ..config import Settings
from ..formats import dumps
from ..problems import Problem
from ..storage import open_store
from ..web.app import create_app
from ..web.headers import outside
from ..web.response_cache import REQUEST_ID
from .access_log import Log, Observed, form_of, request_id
from .rate_limit import Limited
from .worker import HEAD_SECONDS, LARGEST_HEAD, Patient, TooSlow

gunicorn: Any = import_module("gunicorn.http.wsgi")  # its stubs are of an older one
errors: Any = import_module("gunicorn.http.errors")
TRY = """\
Serving http://{address}/ (stop with Ctrl-C). Try:
  curl 'http://{address}/v1/events?place=geneva&date_from=2021-06&date_to=2021-06'
  curl 'http://{address}/v1/statements?speaker=sergei-ryabkov'
  curl 'http://{address}/v1/agreements?in_force_on=2021-06-16'"""
# What a request may be at most; README.md and the contract say so.
LONGEST_LINE, MOST_FIELDS, LONGEST_FIELD = 8190, 100, 8190
MOST_CONNECTIONS, OTHER_DESCRIPTORS = 1000, 60
MEMORY = Path("/dev/shm")  # noqa: S108  # where there is a place to write even if the file system is read-only
REFUSED: dict[type[BaseException], tuple[int, str]] = {
    errors.LimitRequestLine: (414, f"The request line is longer than {LONGEST_LINE} bytes."),
    errors.LimitRequestHeaders: (
        431,
        f"There are more than {MOST_FIELDS} header fields, one is longer than {LONGEST_FIELD} bytes, or all than {LARGEST_HEAD}.",
    ),
    TooSlow: (408, f"The header fields did not come within {HEAD_SECONDS} seconds."),
    errors.ExpectationFailed: (417, "The expectation cannot be met."),
    errors.UnsupportedTransferCoding: (501, "The transfer coding is unknown here."),
}
OURS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


def address(host: str, port: int) -> str:
    """A place to listen at as addresses have it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def application(settings: Settings) -> WSGIApplication:
    """The application as strangers meet it: whom they are, what is told of them, how much they may ask; then the answers."""
    app: Any = create_app(settings)
    if settings.rate_limit:
        app = Limited(app, settings.rate_limit, settings.rate_limit_storage)
    app = Observed(app)
    if hops := settings.trusted_proxies:
        app = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops)
    found: WSGIApplication = app
    return found


class Worker(Patient):
    """gunicorn's threads, whose own refusals are problem documents too."""

    log: Log

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers a request that cannot be understood, or that failed outside the application."""
        if isinstance(exc, errors.ParseException) and not isinstance(exc, OURS):
            problem = Problem(*REFUSED.get(type(exc), (400, f"This is not a request of HTTP/1.1: {str(exc)[:200]}")))
        else:
            self.log.exception("unexpected error outside the application")
            problem = Problem(500, "Something went wrong here; it was logged.")
        id, body = request_id(), f"{dumps(problem.body)}\n".encode()
        fields = {**outside(problem), "X-Request-ID": id, "Content-Length": len(body)}
        fields |= {"Connection": "close", "Date": util.http_date()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with suppress(OSError):  # the client may be gone
            util.write_nonblock(client, f"HTTP/1.1 {problem.status} {problem.body['title']}\r\n{head}\r\n".encode() + body)
        about = {REQUEST_ID: id, "REMOTE_ADDR": addr[0] if addr else ""}
        self.log.tell(about, str(problem.status), len(body), 0.0)


class Server(BaseApplication):
    """gunicorn with our settings and without a configuration file."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": address(self.settings.host, self.settings.port),
            # Measured with wrk on two cores, eight clients, a list from memory: threads keep connections open between
            # requests, which is worth half as much again (6,900 requests a second against 4,000); four threads a process
            # are as good as eight and better than one (2,800), as a client that waits holds one. Processes use the cores
            # that Python's threads share; what is loaded before they are forked is in memory once. SQLite needs no more.
            "worker_class": Worker,
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "worker_connections": connections(self.settings.threads),
            "keepalive": 15,
            "preload_app": True,
            "limit_request_line": LONGEST_LINE,
            "limit_request_fields": MOST_FIELDS,
            "limit_request_field_size": LONGEST_FIELD,
            # Whom to believe about X-Forwarded-* is said by `trusted_proxies`; gunicorn itself believes nobody.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket_disable": True,
            "worker_tmp_dir": scratch(),
            "loglevel": "warning",
            "logger_class": type("Log", (Log,), {"form": form_of(self.settings.log)}),
            "when_ready": self.ready,
            "worker_exit": lambda server, worker: worker.log.lines.flush(),
            "child_exit": lambda server, worker: metrics.dead(worker.pid),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application(self.settings)

    def ready(self, server: Any) -> None:
        if self.settings.metrics_port:
            metrics.serve(self.settings.metrics_host, self.settings.metrics_port, lambda: gauges(self.settings))
        click.echo(TRY.format(address=address(*server.LISTENERS[0].sock.getsockname()[:2])), err=True)


def gauges(settings: Settings) -> Iterable[tuple[str, str, dict[str, str], float]]:
    """What is so now, whoever served how much: the release, and how old and how long in loading it is."""
    store = open_store(settings)
    try:
        about = store.current().about
        when, seconds = store.loaded()
    except Exception:  # noqa: BLE001  # there are metrics of a server without a database, too
        return
    finally:
        store.close()
    labels = {"version": about["version"], "digest": about["digest"]}
    yield "release_info", "The served release.", labels, 1
    yield "release_loaded_timestamp_seconds", "When the served release was loaded.", {}, when
    yield "release_age_seconds", "Seconds since the served release was loaded.", {}, time.time() - when
    if seconds is not None:
        yield "release_load_duration_seconds", "Seconds that the load of the served release took.", {}, seconds


def connections(threads: int) -> int:
    """How many clients a process has at a time: databases, files and lines need descriptors, too."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(threads + 2, min(MOST_CONNECTIONS, descriptors - OTHER_DESCRIPTORS - 8 * threads))


def scratch() -> str | None:
    """A folder in memory where there is one; None for the system's own choice."""
    return str(MEMORY) if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None


@contextmanager
def counting(settings: Settings) -> Iterator[None]:
    """A private folder in which the processes count for Prometheus, if they are to."""
    if not settings.metrics_port:
        yield
        return
    folder, master = tempfile.mkdtemp(prefix="diplomatic-events-metrics-", dir=scratch()), os.getpid()
    try:
        metrics.start(folder)
        yield
    finally:
        if os.getpid() == master:  # the other processes leave by this way too
            shutil.rmtree(folder, ignore_errors=True)


def run(settings: Settings) -> None:
    """Serves until a signal ends it. Raises OSError that names the address that cannot be listened on."""
    gunicorn.SERVER = "diplomatic-events"  # which software and version serves is nobody's business
    places = [(settings.host, settings.port)]
    if settings.metrics_port:
        places.append((settings.metrics_host, settings.metrics_port))
    # gunicorn would try again and again; a person wants to know at once. Both are held together: they may be the same.
    with ExitStack() as held:
        for place in places:
            try:
                held.enter_context(socket.create_server(place, family=socket.AF_INET6 if ":" in place[0] else socket.AF_INET))
            except (OSError, UnicodeError) as error:
                reason = getattr(error, "strerror", None) or error
                raise OSError(f"cannot listen on {address(*place)}: {reason}") from None
    with counting(settings):
        Server(settings).run()

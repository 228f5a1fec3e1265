"""gunicorn, configured: the application on real sockets, in several processes."""

import os
import resource
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from .. import metrics
from ..config import Settings
from ..storage import open_store
from .access_log import AccessLog, form_of
from .errors import LONGEST_FIELD, LONGEST_LINE, MOST_FIELDS
from .stack import application
from .worker import Worker, hold_signals_at_fork

TRIED = 3  # questions of the dataset that are shown as addresses to try
MAX_CONNECTIONS, OTHER_DESCRIPTORS = 1000, 60
MEMORY = Path("/dev/shm")  # noqa: S108  # a place to write even where the file system is read-only


def address(host: str, port: int) -> str:
    """Host and port as one text; an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class EmbeddedWorker(Worker):
    """A worker whose database computes in the worker's own threads."""

    together = False


class Server(BaseApplication):
    """gunicorn with these settings, and without a configuration file."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": address(self.settings.host, self.settings.port),
            # Processes use all cores; preloading shares the code between them. Threads: those that may wait at the same time.
            "worker_class": Worker if self.settings.database_url else EmbeddedWorker,
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "worker_connections": connections(self.settings.threads),
            "keepalive": self.settings.keep_alive,
            "preload_app": True,
            "limit_request_line": LONGEST_LINE,
            "limit_request_fields": MOST_FIELDS,
            "limit_request_field_size": LONGEST_FIELD,
            # `trusted_proxies` says whose X-Forwarded-* headers count (ProxyFix); gunicorn itself trusts none.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket_disable": True,
            "worker_tmp_dir": scratch(),
            "loglevel": "warning",
            "logger_class": type("Log", (AccessLog,), {"form": form_of(self.settings.log)}),
            "when_ready": self.ready,
            "worker_exit": lambda server, worker: worker.log.lines.flush(),
            "pre_fork": lambda server, worker: metrics.before_fork(worker),
            "post_fork": lambda server, worker: metrics.after_fork(worker),
            "child_exit": ended,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application(self.settings)

    def ready(self, server: Any) -> None:
        if self.settings.metrics_port:
            metrics.serve(self.settings.metrics_host, self.settings.metrics_port, lambda: gauges(self.settings))
        here = f"http://{address(*server.LISTENERS[0].sock.getsockname()[:2])}"
        click.echo(f"Serving {here}{self.settings.prefix}/ (stop with Ctrl-C). Try:", err=True)
        for one in self.settings.each().values():
            click.echo("\n".join(to_try(one, here + one.prefix)), err=True)


def ended(_server: Any, worker: Worker) -> None:
    """A process has ended, in whatever way."""
    worker.shares.set(worker.age)
    metrics.ended(worker)


def to_try(settings: Settings, here: str) -> list[str]:
    """Lines to copy: the first questions of the dataset, or its index."""
    store = open_store(settings)
    try:
        questions = [asked["address"] for asked in store.current().about["questions"][:TRIED]]
    except Exception:  # noqa: BLE001  # it serves without a database, too
        questions = []
    finally:
        store.close()
    return [f"  curl '{here}{question}'" for question in questions or ["/v1"]]


def gauges(settings: Settings) -> Iterable[tuple[str, str, dict[str, str], float]]:
    """Name, help, labels and value of the gauges: the served release of each dataset, its age, and the duration of its load.

    Of several datasets, `dataset` is among the labels.
    """
    for name, one in settings.each().items():
        own, store = {"dataset": name} if name else {}, open_store(one)
        try:
            about = store.current().about
            when, seconds = store.loaded()
        except Exception:  # noqa: BLE001, S112  # metrics are served without a database, too
            continue
        finally:
            store.close()
        labels = {**own, "version": about["version"], "digest": about["digest"]}
        yield "release_info", "The served release.", labels, 1
        yield "release_loaded_timestamp_seconds", "When the served release was loaded.", own, when
        yield "release_age_seconds", "Seconds since the served release was loaded.", own, time.time() - when
        if seconds is not None:
            yield "release_load_duration_seconds", "Seconds that the load of the served release took.", own, seconds


def connections(threads: int) -> int:
    """The number of client connections of a process: databases and files need descriptors, too."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(threads + 2, min(MAX_CONNECTIONS, descriptors - OTHER_DESCRIPTORS - 8 * threads))


def scratch() -> str | None:
    """A folder in memory where there is one, else None: the default of the system."""
    return str(MEMORY) if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None


@contextmanager
def counting(settings: Settings) -> Iterator[None]:
    """Provides a private folder for the counters of all processes, where metrics are served."""
    if not settings.metrics_port:
        yield
        return
    folder, master = tempfile.mkdtemp(prefix="diplomatic-events-metrics-", dir=scratch()), os.getpid()
    try:
        metrics.start(folder)
        yield
    finally:
        if os.getpid() == master:  # the worker processes pass here as well
            shutil.rmtree(folder, ignore_errors=True)


def run(settings: Settings) -> None:
    """Serves until a signal ends it. Raises OSError naming the address where it cannot listen."""
    os.environ.pop("SCRIPT_NAME", None)  # it is a setting; gunicorn would answer with 500 outside of it
    places = [(settings.host, settings.port)]
    if settings.metrics_port:
        places.append((settings.metrics_host, settings.metrics_port))
    # gunicorn would retry for seconds instead of failing at once. Both are held together: they may be the same address.
    with ExitStack() as held:
        for place in places:
            try:
                held.enter_context(socket.create_server(place, family=socket.AF_INET6 if ":" in place[0] else socket.AF_INET))
            except (OSError, UnicodeError) as error:
                reason = getattr(error, "strerror", None) or error
                raise OSError(f"cannot listen on {address(*place)}: {reason}") from None
    hold_signals_at_fork()
    with counting(settings):
        Server(settings).run()

"""What is counted for Prometheus: nothing unless the server was told to serve it."""

import os
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.simple_server import ServerHandler

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ADDING = threading.Lock()  # nobody reads the files while what is in one moves to another


class Recorder:
    """The counters of all server processes, in files of `folder`."""

    def __init__(self, folder: str) -> None:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        self.folder = Path(folder)
        client = import_module("prometheus_client")  # only now: it decides at its import to count in files
        self.requests = client.Counter(
            "diplomatic_events_http_requests", "Requests answered.", ("method", "route", "status"), registry=None
        )
        self.seconds = client.Histogram(
            "diplomatic_events_http_request_duration_seconds",
            "From a request's arrival until its answer was sent.",
            ("route",),
            buckets=BUCKETS,
            registry=None,
        )
        self.cache = client.Counter(
            "diplomatic_events_cache_requests", "Requests looked up among the finished answers.", ("result",), registry=None
        )
        self.database_errors = client.Counter(
            "diplomatic_events_database_errors", "Reads of the database that failed.", registry=None
        )
        self.answered = cache(self._answered)
        self.looked_up = cache(self.cache.labels)

    def _answered(self, method: str, route: str, status: str) -> tuple[Any, Any]:
        return self.requests.labels(method, route, status), self.seconds.labels(route)

    def count(self, method: str, route: str, status: str, seconds: float, result: str | None) -> None:
        """Counts an answer. A route is a rule of the application and a method one of a few: never what a client made up."""
        requests, duration = self.answered(method if method in METHODS else "other", route, status)
        requests.inc()
        duration.observe(seconds)
        if result:
            self.looked_up(result).inc()

    def bury(self, pid: int) -> None:
        """Adds what a dead process counted to what all dead ones did, and removes its files."""
        values = import_module("prometheus_client.mmap_dict").MmapedDict
        with ADDING:
            for path in self.folder.glob(f"*_{pid}.db"):
                kind = path.name.partition("_")[0]
                with suppress(RuntimeError, struct.error), closing(values(path.with_name(f"{kind}_dead.db"))) as kept:
                    for key, value, *_ in values.read_all_values_from_file(path):
                        kept.write_value(key, kept.read_value(key)[0] + value, 0.0)
                path.unlink()  # even if it cannot be read, as when the process was killed while it began


class State:
    """The recorder of this server, if there is one."""

    recorder: Recorder | None = None


def start(folder: str) -> None:
    """From now on, and in the processes that are started later, everything is counted."""
    State.recorder = Recorder(folder)


def database_error() -> None:
    if State.recorder:
        State.recorder.database_errors.inc()


def dead(pid: int) -> None:
    """What a process counted outlives it; its files do not."""
    if State.recorder:
        State.recorder.bury(pid)


Gauges = Callable[[], Iterable[tuple[str, str, dict[str, str], float]]]


def serve(host: str, port: int, gauges: Gauges) -> int:
    """Serves what was counted, and gauges that are read when they are asked for, in a thread; returns the port."""
    client, core = import_module("prometheus_client"), import_module("prometheus_client.core")
    multiprocess = import_module("prometheus_client.multiprocess").MultiProcessCollector(None)

    class Now:
        def collect(self) -> Iterable[Any]:
            for name, text, labels, value in gauges():
                family = core.GaugeMetricFamily(f"diplomatic_events_{name}", text, labels=list(labels))
                family.add_metric(list(labels.values()), value)
                yield family

    class Counted:
        def collect(self) -> Iterable[Any]:
            with ADDING:
                found: Iterable[Any] = multiprocess.collect()
            return found

    registry = client.CollectorRegistry()
    registry.register(Counted())
    registry.register(Now())
    server, _ = client.start_http_server(port, host, registry)
    # Which software and version serves is nobody's business.
    ServerHandler.server_software = "diplomatic-events"
    server.RequestHandlerClass.version_string = lambda handler: "diplomatic-events"
    return int(server.server_port)

"""Metrics for Prometheus: nothing is counted unless the server was told to serve them.

Every process counts in files of its own, named after a slot. A new process reuses the slot and files of an ended process
and continues its counts: see decisions/008-metrics-over-processes.md.
"""

import os
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from wsgiref.simple_server import ServerHandler

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MAIN = 0  # the slot of the process that starts the others


class Recorder:
    """The counters of all server processes, in files of `folder`."""

    def __init__(self, folder: str) -> None:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        self.folder = Path(folder)
        self.slot = MAIN
        self._taken = {MAIN}
        client = import_module("prometheus_client")  # only now: at its import it decides to count in files
        values: Any = import_module("prometheus_client.values")
        values.ValueClass = values.MultiProcessValue(process_identifier=lambda: self.slot)
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
        """Counts an answer. Labels are bounded: a route of the application, a known method, never a text of the client."""
        requests, duration = self.answered(method if method in METHODS else "other", route, status)
        requests.inc()
        duration.observe(seconds)
        if result:
            self.looked_up(result).inc()

    def take_slot(self) -> int:
        """The lowest slot that no running process has."""
        slot = next(number for number in count() if number not in self._taken)
        self._taken.add(slot)
        return slot

    def free_slot(self, slot: int) -> None:
        """Leaves the slot of a process that has ended to the next one, without files that cannot be read."""
        merge = import_module("prometheus_client.multiprocess").MultiProcessCollector.merge
        for path in self.folder.glob(f"*_{slot}.db"):
            try:
                merge([str(path)])
            except Exception:  # noqa: BLE001  # whatever a process leaves that was killed while it created the file
                path.unlink()
        self._taken.discard(slot)


class State:
    """The recorder of this server, if there is one."""

    recorder: Recorder | None = None


def start(folder: str) -> None:
    """Counts from now on, in this process and in those that it starts."""
    State.recorder = Recorder(folder)


def database_error() -> None:
    """Counts a failed read of the database."""
    if State.recorder:
        State.recorder.database_errors.inc()


def before_fork(worker: Any) -> None:
    """Gives a process that is about to be started a slot."""
    if State.recorder:
        worker.slot = State.recorder.take_slot()


def after_fork(worker: Any) -> None:
    """Counts in the slot of this new process."""
    if State.recorder:
        State.recorder.slot = worker.slot


def ended(worker: Any) -> None:
    """Frees the slot of a process that has ended; what it counted stays."""
    if State.recorder:
        State.recorder.free_slot(worker.slot)


Gauges = Callable[[], Iterable[tuple[str, str, dict[str, str], float]]]


def serve(host: str, port: int, gauges: Gauges) -> int:
    """Serves the counters, and `gauges` as they are at each request, in a thread. Returns the port."""
    client, core = import_module("prometheus_client"), import_module("prometheus_client.core")

    class Now:
        def collect(self) -> Iterable[Any]:
            for name, text, labels, value in gauges():
                family = core.GaugeMetricFamily(f"diplomatic_events_{name}", text, labels=list(labels))
                family.add_metric(list(labels.values()), value)
                yield family

    registry = client.CollectorRegistry()
    registry.register(import_module("prometheus_client.multiprocess").MultiProcessCollector(None))
    registry.register(Now())
    server, _ = client.start_http_server(port, host, registry)
    # The software and its version are not disclosed.
    ServerHandler.server_software = "diplomatic-events"
    server.RequestHandlerClass.version_string = lambda handler: "diplomatic-events"
    return int(server.server_port)

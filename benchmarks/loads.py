"""Loads a server with requests for some seconds and says what came back: by wrk, or by Python where wrk is missing."""

import http.client
import json
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

SCRIPT = Path(__file__).with_name("wrk.lua")
LONGEST = 60.0  # seconds after which a burst ends without an answer
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Burst:
    """What some seconds of load gave; latencies in milliseconds."""

    requests: int
    seconds: float
    bytes: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def flow(self) -> float:
        """Bytes a second."""
        return self.bytes / self.seconds


@dataclass(frozen=True)
class Target:
    """What to ask: paths, each once if there are several, over so many connections that stay open."""

    port: int
    paths: Sequence[str]
    connections: int
    headers: Mapping[str, str]


class Generator(Protocol):
    @property
    def name(self) -> str: ...

    def burst(self, target: Target, seconds: float) -> Burst:
        """Goes on until there is an answer. Raises RuntimeError if one is an error, or if paths to be asked once run out."""
        ...


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def interrupted(command: list[str], seconds: float) -> str:
    """What a program printed that was told to stop after some time: wrk's own clock knows whole seconds only.

    It is told again, as wrk does not listen before all of its threads are there.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        time.sleep(seconds)
        while True:
            process.send_signal(signal.SIGINT)
            try:
                return process.communicate(timeout=1)[0]
            except subprocess.TimeoutExpired:
                continue


class Wrk:
    name = "wrk"

    def burst(self, target: Target, seconds: float) -> Burst:
        url = f"http://127.0.0.1:{target.port}"
        headers = [part for name, value in target.headers.items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", f"-c{target.connections}", "-d1h", "--timeout", "60s", *headers]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            if len(target.paths) == 1:
                command += ["-s", str(SCRIPT), url + target.paths[0]]
            else:
                file.write("\n".join(target.paths) + "\n")
                file.flush()
                command += ["-s", str(SCRIPT), url, "--", file.name, "1"]
            output = interrupted(command, seconds)
        found = json.loads(output.strip().splitlines()[-1])
        if found.pop("failed"):
            raise RuntimeError(f"{target.paths[0]} was answered with errors:\n{output}")
        if not found["requests"] and seconds < LONGEST:
            return self.burst(target, seconds * 4)
        if found.pop("exhausted"):
            raise RuntimeError(f"{len(target.paths)} pages were too few to ask each once")
        return Burst(**found)


_start: Any = None  # in a process of `Processes`: where all wait for each other


def _set_start(barrier: Any) -> None:
    global _start  # noqa: PLW0603  # a pool has no other way to hand a barrier to its processes
    _start = barrier


def ask_on(port: int, paths: Sequence[str], headers: Mapping[str, str], seconds: float) -> tuple[list[float], float, int]:
    """One connection's worth of load: latencies, seconds, bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    latencies: list[float] = []
    _start.wait()
    received, start = 0, time.perf_counter()
    while (begin := time.perf_counter()) - start < seconds:
        if len(paths) > 1 and len(latencies) == len(paths):
            raise RuntimeError(f"{len(paths)} pages were too few to ask each once")
        path = paths[len(latencies) % len(paths)]
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        while piece := answer.read(1 << 20):
            received += len(piece)
        if answer.status >= 400:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        latencies.append((time.perf_counter() - begin) * 1e3)
    return latencies, time.perf_counter() - start, received


class Processes:
    """A process for each connection; it takes more of the machine than wrk, so every server looks slower."""

    name = "Python, a process a connection"

    def burst(self, target: Target, seconds: float) -> Burst:
        count = target.connections
        parts = [target.paths if len(target.paths) == 1 else target.paths[n::count] for n in range(count)]
        context = get_context("forkserver")
        with ProcessPoolExecutor(count, context, _set_start, (context.Barrier(count),)) as pool:
            jobs = [pool.submit(ask_on, target.port, part, target.headers, seconds) for part in parts]
            found = [job.result() for job in jobs]
        latencies = [latency for some, _, _ in found for latency in some]
        spent = max(seconds for _, seconds, _ in found)
        received = sum(count for _, _, count in found)
        return Burst(len(latencies), spent, received, percentile(latencies, 0.5), percentile(latencies, 0.99))


def generator(wanted: str | None = None) -> Generator:
    """wrk if it is there (or wanted), else Python."""
    if wanted == "wrk" or (wanted is None and shutil.which("wrk")):
        return Wrk()
    return Processes()

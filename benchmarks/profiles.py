"""Where the time goes: the application called in this process, without a server around it, under cProfile."""

import cProfile
import pstats
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from werkzeug.test import create_environ

from api.config import Settings
from api.web.app import create_app

from .servers import ROOT

TOP = 12


@dataclass(frozen=True)
class Line:
    """One function: its own time as a share of all, and how often a call of the whole calls it."""

    function: str
    share: float
    calls: float


@dataclass(frozen=True)
class Profile:
    """What took the time of `what`; `milliseconds` each, measured without the profiler, None where only shares are known."""

    what: str
    milliseconds: float | None
    lines: list[Line]


def requests(what: str, settings: Settings, paths: Iterator[str], count: int) -> Profile:
    """The application's own time for one request of these, timed first, then profiled on others."""
    app = create_app(settings)
    for environ in environs(paths, 5):
        call(app, environ)
    timed, profiled = environs(paths, count), environs(paths, count)
    start = time.perf_counter()
    for environ in timed:
        call(app, environ)
    milliseconds = (time.perf_counter() - start) / count * 1e3
    profiler = cProfile.Profile()
    profiler.enable()
    for environ in profiled:
        call(app, environ)
    profiler.disable()
    return Profile(what, milliseconds, top(pstats.Stats(profiler), count))


def environs(paths: Iterator[str], count: int) -> list[dict[str, Any]]:
    """Requests as a server gives them. A file is taken over unread, as gunicorn does, which lets the kernel send it."""
    made = [create_environ(path, "http://127.0.0.1:8000") for path in islice(paths, count)]
    return [{**environ, "wsgi.file_wrapper": taken_over} for environ in made]


def taken_over(file: Any, size: int = 0) -> list[bytes]:
    file.close()
    return []


def call(app: Any, environ: dict[str, Any]) -> None:
    """One request, read to its end. Raises RuntimeError if it fails."""
    told: list[str] = []
    answer = app(environ, lambda status, headers, exc_info=None: told.append(status))
    for _ in answer:
        pass
    getattr(answer, "close", lambda: None)()
    if not told[0].startswith("200"):
        raise RuntimeError(f"{environ['PATH_INFO']} was answered with {told[0]}")


def load(what: str, dataset: Path, data_dir: Path) -> Profile:
    """The load of a dataset in a process of its own; what further processes do is not seen."""
    output = data_dir.with_suffix(".prof")
    command = [sys.executable, "-m", "cProfile", "-o", str(output), "-m", "api", "load"]
    subprocess.run([*command, "--dataset", str(dataset), "--data-dir", str(data_dir)], check=True, cwd=ROOT, capture_output=True)
    return Profile(what, None, top(pstats.Stats(str(output)), 1))


def top(stats: Any, count: int) -> list[Line]:
    """The functions with the most time of their own."""
    rows = [(own, calls, function) for function, (_, calls, own, _, _) in stats.stats.items()]
    whole = sum(own for own, _, _ in rows) or 1
    return [Line(named(function), own / whole, calls / count) for own, calls, function in sorted(rows, reverse=True)[:TOP]]


def named(function: tuple[str, int, str]) -> str:
    """`api/query.py:42 page`, without what is particular to one machine."""
    file, line, name = function
    if file == "~":
        return name.strip("<>")
    for before in ("site-packages/", f"{ROOT}/", f"python{sys.version_info.major}.{sys.version_info.minor}/"):
        if before in file:
            file = file.rpartition(before)[2]
            break
    return f"{file}:{line} {name}"

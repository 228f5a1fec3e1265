"""What a trial is, its figures, and the table in docs/reliability.md that is derived from them."""

import json
import os
import platform
import re
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = Path(__file__).parent / "figures.json"
TABLE = ROOT / "docs" / "reliability.md"
MARK = "<!-- figures -->"
Figures = dict[str, Any]


session = ExitStack()  # what trials of a run share: whoever runs them closes it
measures = False  # whether clocks are judged: by `make fuzz` and `make faults`, on a machine that does nothing else


def within(limit: float, seconds: float, what: str) -> None:
    """That something took no longer than it may, where clocks are judged; elsewhere the machine may be busy with other things."""
    assert not measures or seconds < limit, f"{what}: {seconds} s, more than {limit} s"


@dataclass(frozen=True)
class Trial:
    """A promise, how it is tried, and the function that tries it `times` times in a folder and tells the figures.

    The function raises AssertionError where the promise does not hold. `shown` is the figures in words. `make test` tries it
    `few` times, `make trials` `some` times (none of them where that is 0), `make fuzz` and `make faults` `many` times.
    """

    name: str
    group: str
    promise: str
    how: str
    run: Callable[[int, Path], Figures]
    shown: str
    few: int
    some: int
    many: int


def read() -> dict[str, Figures]:
    """The figures of the last whole runs, by trial."""
    found: dict[str, Figures] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    return found


def machine() -> str:
    """Where figures are measured: cores that may be used, operating system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}"
    return f"{cores} cores, {system}, {platform.python_implementation()} {platform.python_version()}"


def record(trial: Trial, found: Figures) -> None:
    """Writes the figures of a whole run down, with where it ran, and counts it."""
    about = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "times": trial.many}
    held = read().get(trial.name, {}).get("held", 0) + 1
    _write({**read(), trial.name: {**found, **about, "held": held}})


def record_broken(trial: Trial) -> None:
    """Writes down that a promise did not hold in the last whole run; its last figures stay beside that."""
    if figures := read().get(trial.name):
        _write({**read(), trial.name: {**figures, "held": 0}})


def _write(figures: dict[str, Figures]) -> None:
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def broken(error: BaseException) -> str:
    """What did not hold: the error, and each line of the tests on the way to it with the values of the names in it."""
    lines = [f"{type(error).__name__}: {error}"]
    for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
        if frame.line and Path(frame.filename).is_relative_to(ROOT / "tests"):
            names = dict.fromkeys(re.findall(r"\b[a-z_]\w*", frame.line))
            values = [f"{name} = {frame.locals[name][:500]}" for name in names if name in (frame.locals or {})]
            lines += [
                f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}: {frame.line}",
                *(f"  {value}" for value in values),
            ]
    return "\n".join([*lines, *getattr(error, "__notes__", ())])


def table(trials: tuple[Trial, ...], figures: dict[str, Figures]) -> str:
    """The table of docs/reliability.md: a promise is in it once it has figures. Below it, the machines that they were measured on."""
    rows = ["| promise | how it is tried | last figures | last whole run | run it again |", "| --- | --- | --- | --- | --- |"]
    machines = sorted({found["machine"] for found in figures.values()})
    for trial in trials:
        if found := figures.get(trial.name):
            where = f"{found['day']}, machine {machines.index(found['machine']) + 1}, {found['times']:,} times in {found['seconds']} s"
            held = f"held {found['held']} runs in a row" if found["held"] > 1 else "held" if found["held"] else "**broken since**"
            shown = trial.shown.format(**found)
            again = f"`make {trial.group} ONLY={trial.name}`"
            rows.append(f"| {trial.promise} | {trial.how} | {shown} | {where}; {held} | {again} |")
    return "\n".join([*rows, "", *(f"Machine {number}: {machine}." for number, machine in enumerate(machines, 1))])


def derive(trials: tuple[Trial, ...]) -> str:
    """docs/reliability.md as its prose and the figures give it."""
    before, _, after = re.split(f"({MARK}).*?{MARK}", TABLE.read_text(encoding="utf-8"), maxsplit=1, flags=re.DOTALL)
    return f"{before}{MARK}\n{table(trials, read())}\n{MARK}{after}"

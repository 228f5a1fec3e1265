"""What a trial is, its figures, and the table in docs/reliability.md that is derived from them."""

import json
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = Path(__file__).parent / "figures.json"
TABLE = ROOT / "docs" / "reliability.md"
MARK = "<!-- figures -->"
Figures = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """A promise, how it is tried, and the function that tries it `times` times in a folder and tells the figures.

    The function raises AssertionError where the promise does not hold. `shown` is the figures in words.
    """

    name: str
    group: str
    promise: str
    how: str
    run: Callable[[int, Path], Figures]
    shown: str
    few: int
    many: int


def read() -> dict[str, Figures]:
    """The figures of the last whole runs, by trial."""
    found: dict[str, Figures] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    return found


def record(trial: Trial, found: Figures) -> None:
    """Writes the figures of a whole run down."""
    about = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "python": platform.python_version()}
    everything = {**read(), trial.name: {**found, **about}}
    FIGURES.write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def table(trials: tuple[Trial, ...], figures: dict[str, Figures]) -> str:
    """The rows of docs/reliability.md: a promise is in it once it has figures."""
    rows = ["| promise | how it is tried | last figures | run it again |", "| --- | --- | --- | --- |"]
    for trial in trials:
        if found := figures.get(trial.name):
            shown = f"{trial.shown.format(**found)} ({found['day']})"
            rows.append(f"| {trial.promise} | {trial.how} | {shown} | `make {trial.group} ONLY={trial.name}` |")
    return "\n".join(rows)


def derive(trials: tuple[Trial, ...]) -> str:
    """docs/reliability.md as its prose and the figures give it."""
    before, _, after = re.split(f"({MARK}).*?{MARK}", TABLE.read_text(encoding="utf-8"), maxsplit=1, flags=re.DOTALL)
    return f"{before}{MARK}\n{table(trials, read())}\n{MARK}{after}"

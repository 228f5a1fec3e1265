"""`python -m trials fuzz|faults [name ...]`: runs trials many times, writes their figures down and docs/reliability.md anew."""

import sys
import tempfile
import time
from pathlib import Path

from .every import TRIALS
from .trial import TABLE, derive, record


def main(group: str, *names: str) -> int:
    """The number of promises that did not hold."""
    broken = 0
    for trial in TRIALS:
        if trial.group != group or (names and trial.name not in names):
            continue
        print(f"{trial.name}: {trial.promise}", flush=True)
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="diplomatic-events-trial-") as folder:
                found = trial.run(trial.many, Path(folder))
        except AssertionError as error:
            broken += 1
            print(f"  BROKEN: {error}", flush=True)
            continue
        found["seconds"] = round(time.monotonic() - began)
        record(trial, found)
        print(f"  {trial.shown.format(**found)} in {found['seconds']} s", flush=True)
    TABLE.write_text(derive(TRIALS), encoding="utf-8")
    return broken


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""`python -m trials fuzz|faults [name ...]`: runs trials many times, writes their figures down and docs/reliability.md anew."""

import sys
import tempfile
import time
from pathlib import Path

from . import trial as trial_module
from .every import TRIALS
from .trial import TABLE, broken, derive, record, record_broken, session


def main(group: str, *names: str) -> int:
    """The number of promises that did not hold."""
    failed = 0
    trial_module.measures = True
    for trial in TRIALS:
        if trial.group != group or (names and trial.name not in names):
            continue
        print(f"{trial.name}: {trial.promise}", flush=True)
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="diplomatic-events-trial-") as folder:
                found = trial.run(trial.many, Path(folder))
        except Exception as error:  # noqa: BLE001  # whatever it is, the promise did not hold, and the others are still tried
            failed += 1
            record_broken(trial)
            print("  BROKEN: " + broken(error).replace("\n", "\n  "), flush=True)
            continue
        found["seconds"] = round(time.monotonic() - began)
        record(trial, found)
        print(f"  {trial.shown.format(**found)} in {found['seconds']} s", flush=True)
    TABLE.write_text(derive(TRIALS), encoding="utf-8")
    session.close()
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The contract tried by Schemathesis: everything that it allows and forbids, against a running server, with all checks."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commands import finished
from conftest import DATASET, running
from postgresql import Cluster
from support import script

from .trial import ROOT, Figures

CONFIG = Path(__file__).parent / "schemathesis.toml"
FEW = 10  # with fewer examples than this the slow phases are left out: every boundary of every parameter, and chains of requests


@contextmanager
def published(folder: Path, database_url: str = "") -> Iterator[str]:
    """A server of the bundled dataset, loaded and published as if for the first time."""
    dataset = Path(shutil.copytree(DATASET, folder / "dataset", ignore=shutil.ignore_patterns("releases")))
    environ = {
        "DIPLOMATIC_EVENTS_DATASET": str(dataset),
        "DIPLOMATIC_EVENTS_DATA_DIR": str(folder / "data"),
        "DIPLOMATIC_EVENTS_RELEASES_DIR": str(folder / "releases"),
        "DIPLOMATIC_EVENTS_DATABASE_URL": database_url,
        "DIPLOMATIC_EVENTS_LOG": "off",
    }
    finished("release", env={**os.environ, **environ}, quick=True, check=True)
    with running(cwd=ROOT, **environ) as (url, _):
        yield url


def conformance(url: str, examples: int, folder: Path) -> Figures:
    """What Schemathesis makes of a running server; every failure that is not explained fails the trial."""
    report = folder / "report.json"
    phases = "examples,fuzzing" if examples < FEW else "examples,coverage,fuzzing,stateful"
    command = [
        script("schemathesis"),
        "--config-file",
        CONFIG,
        "run",
        ROOT / "openapi.yaml",
        "--url",
        url,
    ]
    options = ["--phases", phases, "--max-examples", examples, "--workers", 2, "--report", "json", "--report-json-path", report]
    options += ["--suppress-health-check", "all", "--request-timeout", 60]  # a busy machine is no fault of the contract
    if examples < FEW:
        options += ["--seed", 1]
    environ = {**os.environ, "SCHEMATHESIS_HOOKS": "trials.explained", "PYTHONPATH": str(ROOT / "tests")}
    line = [str(word) for word in [*command, *options, "--continue-on-failure", "--no-color"]]
    done = subprocess.run(line, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, output_of(done)
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["complete"], told["stop_reason"]
    assert not told["errors"], told["errors"]
    return {
        "operations": told["operations"]["tested"],
        "requests": told["test_cases"]["generated"],
        "failures": told["test_cases"]["unique_failures"],
        "explained": told["filtered"],
        "seed": told["seed"],
    }


def output_of(done: subprocess.CompletedProcess[str]) -> str:
    """The output of a run that failed, from the heading of its failures or errors on; all of it if there is none."""
    heading = re.search(r"=+ (FAILURES|ERRORS) =+", done.stdout)
    shown = re.sub(r"(.{2000}).*", r"\1...", done.stdout[heading.start() if heading else 0 :])
    return f"exit code {done.returncode}\n{shown[:20_000]}\n{done.stderr[-2000:]}"


def embedded(times: int, folder: Path) -> Figures:
    """SQLite."""
    with published(folder) as url:
        return conformance(url, times, folder)


def postgresql(times: int, folder: Path) -> Figures:
    """PostgreSQL."""
    cluster = Cluster().start()
    try:
        with published(folder, cluster.url()) as url:
            return conformance(url, times, folder)
    finally:
        cluster.remove()

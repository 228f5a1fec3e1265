"""Independent readers of the files of a release: what they cannot read, or count otherwise, is not published."""

import json
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ..dataset.findings import DatasetError, Finding
from ..resources import RESOURCES

Counts = dict[str, int]
R_SCRIPT = """
archive <- commandArgs(TRUE)[1]
for (kind in commandArgs(TRUE)[-1]) {
  cat(nrow(read.csv(unz(archive, paste0(kind, ".csv")), na.strings = "", encoding = "UTF-8")), "")
}
"""


def _pandas(folder: Path, kinds: list[str]) -> Counts:
    pandas = import_module("pandas")
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        return {kind: len(pandas.read_csv(archive.open(f"{kind}.csv"), dtype=str)) for kind in kinds}


def _pyarrow(folder: Path, kinds: list[str]) -> Counts:
    read = import_module("pyarrow.parquet").read_table
    return {kind: sum(read(path, columns=["id"]).num_rows for path in _parquet(folder, kind)) for kind in kinds}


def _duckdb(folder: Path, kinds: list[str]) -> Counts:
    with import_module("duckdb").connect() as database:
        query = "SELECT count(*) FROM read_parquet(?)"
        return {kind: database.execute(query, [[str(path) for path in _parquet(folder, kind)]]).fetchone()[0] for kind in kinds}


def _parquet(folder: Path, kind: str) -> list[Path]:
    """The Parquet files of a kind: one, or one a year."""
    whole = folder / f"{kind}.parquet"
    return [whole] if whole.exists() else sorted(folder.glob(f"{kind}-[0-9u]*.parquet"))


def _frictionless(folder: Path, kinds: list[str]) -> Counts:
    """Validates the data package: types, required values, keys and references of every table."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        with zipfile.ZipFile(folder / "csv.zip") as archive:
            archive.extractall(scratch)
        package = import_module("frictionless").Package(str(Path(scratch) / "datapackage.json"))
        report = package.validate()
        if not report.valid:
            raise ValueError(report.flatten(["title", "note"])[:3])
        rows = {task.name: task.stats.get("rows", 0) for task in report.tasks}
    return {kind: rows[kind] for kind in kinds}


def _sqlite(folder: Path, kinds: list[str]) -> Counts:
    path = next(folder.glob("*.sqlite"))
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return {
            kind: database.execute(f'SELECT count(*) FROM "{kind.replace("-", "_")}_readable"').fetchone()[0]  # noqa: S608
            for kind in kinds
        }


def _r(folder: Path, kinds: list[str]) -> Counts:
    command = ["Rscript", "-e", R_SCRIPT, str(folder / "csv.zip"), *kinds]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # a fixed script
    return dict(zip(kinds, map(int, answer.split()), strict=True))


Reader = Callable[[Path, list[str]], Counts]
# Those in Python come with the extra `release` and are required; R is a program of the machine, used where it is there.
READERS: dict[str, Reader] = {
    "SQLite": _sqlite,
    "pyarrow": _pyarrow,
    "pandas": _pandas,
    "DuckDB": _duckdb,
    "frictionless": _frictionless,
    "R": _r,
}
MODULES = ("pyarrow", "pandas", "duckdb", "frictionless")


def require(readers: Sequence[str] = ()) -> None:
    """Raises ModuleNotFoundError where one of these readers, otherwise of all, is in Python and not installed."""
    for module in (name.lower() for name in readers or READERS):
        if module in MODULES and not find_spec(module):
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def verify(folder: Path, counts: Counts, required: Sequence[str] = ()) -> list[str]:
    """Reads the files of a release with the `required` readers, otherwise with all; returns a line about each, of R also where
    it is neither required nor installed.

    Raises DatasetError with a finding for each reader that fails, or counts other than `counts`, records by kind.
    """
    lines, findings = [], []
    kinds = [resource.kind for resource in RESOURCES]
    for name in required or READERS:
        if name == "R" and not required and not shutil.which("Rscript"):
            lines.append("R is not installed: nothing was read with it")
            continue
        try:
            read = READERS[name](folder, kinds)
        except Exception as error:  # noqa: BLE001  # whatever stops a reader would stop a researcher
            findings.append(Finding(folder.name, 0, "", f"{name} cannot read the release: {error}"))
            continue
        different = {kind: read[kind] for kind in kinds if read[kind] != counts[kind]}
        if different:
            findings.append(Finding(folder.name, 0, "", f"{name} counts other records: {json.dumps(different)}"))
        lines.append(f"{name} read {sum(read.values())} records")
    if findings:
        raise DatasetError(findings)
    return lines

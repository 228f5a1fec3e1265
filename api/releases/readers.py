"""Independent readers of the files of a release: what they cannot read, or count otherwise, is not published."""

import json
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ..dataset.findings import DatasetError, Finding
from ..resources import RESOURCES
from .files.datapackage import all_tables
from .files.sqlite import view_name
from .files.tables import tables

Counts = dict[str, int]
R_SCRIPT = """
archive <- commandArgs(TRUE)[1]
for (name in commandArgs(TRUE)[-1]) {
  cat(nrow(read.csv(unz(archive, paste0(name, ".csv")), na.strings = "", encoding = "UTF-8")), "")
}
"""
PIECE = 100_000  # rows that are in memory at a time


def _pandas(folder: Path, kinds: list[str]) -> Counts:
    """Reads every table of the data package."""
    read = import_module("pandas").read_csv
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        return {
            name: sum(len(piece) for piece in read(archive.open(f"{name}.csv"), dtype=str, chunksize=PIECE))
            for name in all_tables()
        }


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
        return {task.name: task.stats.get("rows", 0) for task in report.tasks}


def _sqlite(folder: Path, kinds: list[str]) -> Counts:
    """Counts the rows of every view."""
    path = next(folder.glob("*.sqlite"))
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return {
            name: database.execute(f'SELECT count(*) FROM "{view_name(table)}"').fetchone()[0]  # noqa: S608
            for name, table in tables().items()
        }


def _r(folder: Path, kinds: list[str]) -> Counts:
    """Reads the tables of the records, and those made for analysis."""
    names = [*kinds, *(name for name in all_tables() if name not in tables())]
    command = ["Rscript", "-e", R_SCRIPT, str(folder / "csv.zip"), *names]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # a fixed script
    return dict(zip(names, map(int, answer.split()), strict=True))


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


def require() -> None:
    """Raises ModuleNotFoundError where a reader is in Python and not installed."""
    for module in map(str.lower, READERS):
        if module in MODULES and not find_spec(module):
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def verify(folder: Path, counts: Counts) -> list[str]:
    """Reads the files of a release with every reader; returns a line about each, of R also where it is not installed.

    Raises DatasetError with a finding for each reader that fails, or counts other than `counts`, records by kind, or than the
    rows that the data package tells of its other tables.
    """
    lines, findings = [], []
    kinds = [resource.kind for resource in RESOURCES]
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        described = json.loads(archive.read("datapackage.json"))["resources"]
    expected = {table["name"]: table["rowCount"] for table in described} | counts
    for name, reader in READERS.items():
        if name == "R" and not shutil.which("Rscript"):
            lines.append("R is not installed: nothing was read with it")
            continue
        try:
            read = reader(folder, kinds)
        except Exception as error:  # noqa: BLE001  # whatever stops a reader would stop a researcher
            findings.append(Finding(folder.name, 0, "", f"{name} cannot read the release: {error}"))
            continue
        different = {table: read.get(table) for table in {*kinds, *read} if read.get(table) != expected.get(table)}
        if different:
            told = json.dumps(different, sort_keys=True)
            findings.append(Finding(folder.name, 0, "", f"{name} counts other records: {told}"))
        more = f" and {rows} rows of other tables" if (rows := sum(read.values()) - sum(read[kind] for kind in kinds)) else ""
        lines.append(f"{name} read {sum(read[kind] for kind in kinds)} records{more}")
    if findings:
        raise DatasetError(findings)
    return lines

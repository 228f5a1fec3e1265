"""Double codings: reads and checks the CSV files in which two or more coders coded the same units independently."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import marshmallow as ma

from ..problems import nearest
from ..resources.events import STATUSES
from ..resources.lifecycle import ACTIONS
from ..resources.statements import ACTS
from ..schema import edtf
from ..schema.fields import Country
from .findings import DatasetError, Finding
from .os_errors import FileError, file_errors

FOLDER, UNITS, CODERS = "reliability", "units.csv", "coder_*.csv"
UNIT_COLUMNS = ("unit", "source", "locator")
NOT_APPLICABLE, UNKNOWN, NONE = "na", "unknown", "none"
KINDS = ("event", "statement", "agreement_act", "office", NONE)
OTHER_SIDES = ("both", "third", NONE)  # besides those of the dataset
# The kinds of units for which a column is coded; for the others its cells are `na`.
CODED_FOR = {
    "type": ("event", "agreement_act"),
    "status": ("event",),
    "date": ("event", "statement", "agreement_act", "office"),
    "source": ("event", "statement", "agreement_act", "office"),
    "target": ("event", "statement"),
    "place": ("event", "agreement_act"),
    "one_sided": ("event", "statement", "agreement_act"),
    "act": ("statement",),
    "form": ("statement",),
}
WORDS = {
    "kind": KINDS,
    "status": STATUSES,
    "one_sided": ("yes", "no"),
    "act": ACTS,
    "form": ("quote", "paraphrase"),
}
COLUMNS = ("unit", "kind", *CODED_FOR)
Words = Mapping[str, Iterable[str]]  # column -> what may stand in it
Coding = Mapping[str, Mapping[str, str]]  # unit -> column -> value


@dataclass(frozen=True)
class Codings:
    """The units, in their order, and one coding of them for each coder."""

    units: list[str]
    coders: list[Coding]


def folders(root: Path) -> list[Path]:
    """The folders that hold the coding of anybody: `root` itself, and those in it, each for other units."""
    with file_errors("read", root):
        return sorted({path.parent for pattern in (CODERS, f"*/{CODERS}") for path in root.glob(pattern)})


def read_codings(folder: Path, types: Collection[str], sides: Iterable[str]) -> Codings:
    """The codings in a folder; `types` are the ids of event types, `sides` the words for the sides of the dataset.

    Raises DatasetError with every faulty value, FileError.
    """
    words = {**WORDS, "type": sorted(types), **dict.fromkeys(("source", "target"), (*sides, *OTHER_SIDES))}
    findings: list[Finding] = []
    with file_errors("read", folder):
        paths = sorted(folder.glob(CODERS))
    if len(paths) < 2:
        message = f"codings ({CODERS}) found: {len(paths)}; reliability needs those of two coders at least"
        findings.append(Finding(_name(folder), 0, "", message))
    units: dict[str, int] = {}
    for line, row in _rows(folder / UNITS, UNIT_COLUMNS, findings):
        findings += (Finding(_name(folder / UNITS), line, column, "is empty") for column, value in row.items() if not value)
        if row["unit"] in units:
            findings.append(_twice(folder / UNITS, line, row["unit"], units[row["unit"]]))
        units.setdefault(row["unit"], line)
    coders = [_coding(path, units, words, findings) for path in paths]
    if findings:
        raise DatasetError(findings)
    return Codings(list(units), coders)


def _coding(path: Path, units: Mapping[str, int], words: Words, findings: list[Finding]) -> Coding:
    """One coder's rows by unit; what is wrong with them is added to `findings`."""
    coding: dict[str, Mapping[str, str]] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(path, COLUMNS, findings):
        unit = row["unit"]
        if unit in coding:
            findings.append(_twice(path, line, unit, lines[unit]))
        elif units and unit not in units:
            findings.append(Finding(_name(path), line, "unit", f"{unit!r} is not in {UNITS}{_meant(unit, units)}"))
        findings += (Finding(_name(path), line, column, message) for column, message in _wrong(row, words))
        lines.setdefault(unit, line)
        coding.setdefault(unit, row)
    if lines:
        findings += (Finding(_name(path), 0, "unit", f"{unit!r} is not coded") for unit in units if unit not in coding)
    return coding


def _wrong(row: Mapping[str, str], words: Words) -> Iterator[tuple[str, str]]:
    """The faulty columns of a row, each with a message; where the kind is wrong, nothing is said of what depends on it."""
    kind = row["kind"]
    if kind not in KINDS:
        yield "kind", _not_one_of(kind, KINDS)
        return
    for column, kinds in CODED_FOR.items():
        value = row[column]
        if kind not in kinds:
            if value != NOT_APPLICABLE:
                yield column, f"{value!r}: of the kind {kind!r} it is {NOT_APPLICABLE!r}"
        elif value in ("", NOT_APPLICABLE):
            yield column, f"{value!r}: of the kind {kind!r} it has a value"
        elif message := _fault(column, value, kind, words):
            yield column, message


def _fault(column: str, value: str, kind: str, words: Words) -> str | None:
    """What is wrong with a value that the column needs."""
    if column in OTHERWISE:
        return OTHERWISE[column](value)
    allowed = ACTIONS if column == "type" and kind != "event" else words[column]
    return None if value in allowed else _not_one_of(value, allowed)


def _date_fault(value: str) -> str | None:
    if value == UNKNOWN:
        return None
    try:
        edtf.read(value)
    except ValueError as error:
        return f"{error}; {UNKNOWN!r} where nothing bounds it"
    return None


def _place_fault(value: str) -> str | None:
    if value in (UNKNOWN, NONE):
        return None
    try:
        Country("The country.").deserialize(value)
    except ma.ValidationError as error:
        meant = Country.meant(value)
        return f"{error.messages[0]}, {UNKNOWN!r} or {NONE!r}" + (f"; did you mean {meant!r}?" if meant else "")
    return None


OTHERWISE: dict[str, Callable[[str], str | None]] = {"date": _date_fault, "place": _place_fault}


def _rows(path: Path, columns: tuple[str, ...], findings: list[Finding]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with exactly these columns, each with its line. Nothing is read under a wrong header."""
    with file_errors("read", path):
        try:
            reader = csv.reader(StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        except UnicodeDecodeError:
            raise FileError("read", path, "is not UTF-8") from None
    try:
        header = next(reader, [])
        if wrong := list(_header_faults(header, columns)):
            findings += (Finding(_name(path), 1, column, message) for column, message in wrong)
            return
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, dict(zip(header, cells, strict=True))
            elif cells:
                findings.append(Finding(_name(path), reader.line_num, "", f"has {len(cells)} cells instead of {len(header)}"))
    except csv.Error as error:
        findings.append(Finding(_name(path), reader.line_num, "", f"is not CSV: {error}"))


def _header_faults(header: list[str], columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for column in columns:
        if header.count(column) != 1:
            yield column, "is missing" if column not in header else "is there twice"
    for column in header:
        if column not in columns:
            yield column, f"is not a column{_meant(column, columns)}"


def _twice(path: Path, line: int, unit: str, first: int) -> Finding:
    return Finding(_name(path), line, "unit", f"{unit!r} stands in line {first}, too")


def _not_one_of(value: str, words: Iterable[str]) -> str:
    return f"{value!r} is not one of {', '.join(words)}{_meant(value, words)}"


def _meant(value: str, words: Iterable[str]) -> str:
    close = nearest(value, words)
    return f"; did you mean {close!r}?" if close else ""


def _name(path: Path) -> str:
    return str(path.absolute())

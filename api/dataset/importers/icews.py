"""The tab-separated files of ICEWS coded event data, as published at the Harvard Dataverse, with their header."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from .coded import BadLine, Category, Coded, CodedParty, country, is_country, names

NEEDED = (
    "Event ID", "Event Date", "Source Name", "Source Country", "Event Text", "CAMEO Code", "Intensity", "Target Name",
    "Target Country", "Story ID", "Sentence Number", "Publisher",
)  # fmt: skip
NONE = ("", "NA", "NULL")


def read(lines: Iterable[str]) -> Iterator[Coded | BadLine]:
    """The events of a file, and the lines that are none; a file without the header's columns has no events."""
    rest = iter(lines)
    header = next(rest, "").rstrip("\r\n").split("\t")
    if missing := [name for name in NEEDED if name not in header]:
        yield BadLine(1, f"is not the header of ICEWS: it has no {', '.join(missing)}")
        return
    for number, line in enumerate(chain(rest), 2):
        values = line.rstrip("\r\n").split("\t")
        if len(values) != len(header):
            yield BadLine(number, f"has {len(values)} columns, where the header has {len(header)}")
            continue
        try:
            yield _event(number, {name: "" if value in NONE else value for name, value in zip(header, values, strict=True)})
        except ValueError as error:
            yield BadLine(number, str(error))


def _event(number: int, row: dict[str, str]) -> Coded:
    """Raises ValueError with what is wrong with the row."""
    if not row["Event ID"].isdecimal():
        raise ValueError(f"Event ID {row['Event ID']!r} is not a number")
    try:
        day = date.fromisoformat(row["Event Date"])
    except ValueError:
        raise ValueError(f"Event Date {row['Event Date']!r} is not a day") from None
    if not row["CAMEO Code"].isdecimal():
        raise ValueError(f"CAMEO Code {row['CAMEO Code']!r} is not a CAMEO code")
    category = Category("CAMEO", row["CAMEO Code"], row["Event Text"], float(row["Intensity"]) if row["Intensity"] else None)
    where = f"Event ID {row['Event ID']}: story {row['Story ID']}, sentence {row['Sentence Number']}, {row['Publisher']}"
    return Coded(number, row["Event ID"], day, _parties(row, "Source"), _parties(row, "Target"), category, where)


def _parties(row: dict[str, str], side: str) -> tuple[CodedParty, ...]:
    """One side of an event: the state, where the country itself is named; empty where nobody is."""
    name, known = row[f"{side} Name"], country(row[f"{side} Country"])
    if not name:
        return ()
    if known and is_country(name, known):
        return (CodedParty(names(known)[0], known, state=True),)
    sectors = row.get(f"{side} Sectors", "")
    return (CodedParty(name, known, state=False, about=f"Sectors: {sectors}." if sectors else ""),)

"""The tab-separated files of ICEWS coded event data, as published at the Harvard Dataverse, with their header."""

from collections.abc import Iterable, Iterator
from functools import partial

from .coded import BadLine, Category, Coded, CodedParty, checked, country, day_of, digits_of, is_country, names

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
    yield from checked(enumerate(rest, 2), partial(_events, header))


def _events(header: list[str], number: int, line: str) -> Iterator[Coded]:
    values = line.rstrip("\r\n").split("\t")
    if len(values) != len(header):
        raise ValueError(f"has {len(values)} columns, where the header has {len(header)}")
    row = {name: "" if value in NONE else value for name, value in zip(header, values, strict=True)}
    id = digits_of("Event ID", row["Event ID"], "a number")
    day = day_of("Event Date", row["Event Date"])
    code = digits_of("CAMEO Code", row["CAMEO Code"], "a CAMEO code")
    category = Category("CAMEO", code, row["Event Text"], float(row["Intensity"]) if row["Intensity"] else None)
    where = f"Event ID {id}: story {row['Story ID']}, sentence {row['Sentence Number']}, {row['Publisher']}"
    yield Coded(number, id, day, _parties(row, "Source"), _parties(row, "Target"), category, where)


def _parties(row: dict[str, str], side: str) -> tuple[CodedParty, ...]:
    """One side of an event: the state, where the country itself is named; empty where nobody is."""
    name, known = row[f"{side} Name"], country(row[f"{side} Country"])
    if not name:
        return ()
    if known and is_country(name, known):
        return (CodedParty(names(known)[0], known, state=True),)
    sectors = row.get(f"{side} Sectors", "")
    return (CodedParty(name, known, state=False, about=f"Sectors: {sectors}." if sectors else ""),)

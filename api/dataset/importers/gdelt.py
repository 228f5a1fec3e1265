"""GDELT's event exports: version 1 (57 columns, 58 with the report's address) and 2 (61), tab-separated, without a header.

The columns are those of GDELT's codebooks: http://data.gdeltproject.org/documentation/.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from .coded import BadLine, Category, Coded, CodedParty, country, names

COLUMNS = {57, 58, 61}
ACTORS = (5, 15)  # where the columns of each actor begin: code, name, country code, and seven more
CODE, GOLDSTEIN, REPORTED = 26, 30, (58, 61)


def read(lines: Iterable[str]) -> Iterator[Coded | BadLine]:
    """The events of an export, and the lines that are none."""
    for number, line in enumerate(lines, 1):
        values = line.rstrip("\r\n").split("\t")
        try:
            yield _event(number, values)
        except ValueError as error:
            yield BadLine(number, str(error))


def _event(number: int, values: list[str]) -> Coded:
    """Raises ValueError with what is wrong with the line."""
    if len(values) not in COLUMNS:
        raise ValueError(f"has {len(values)} columns, not 57, 58 or 61")
    if not values[0].isdecimal():
        raise ValueError(f"GLOBALEVENTID {values[0]!r} is not a number")
    try:
        day = date.fromisoformat(values[1])
    except ValueError:
        raise ValueError(f"SQLDATE {values[1]!r} is not a day") from None
    if not values[CODE].isdecimal():
        raise ValueError(f"EventCode {values[CODE]!r} is not a CAMEO code")
    score = float(values[GOLDSTEIN]) if values[GOLDSTEIN] else None
    report = values[-1] if len(values) in REPORTED else ""
    sources, targets = (_parties(*values[at : at + 3]) for at in ACTORS)
    category = Category("CAMEO", values[CODE], score=score)
    return Coded(number, values[0], day, sources, targets, category, f"GLOBALEVENTID {values[0]}", report)


def _parties(code: str, name: str, country_code: str) -> tuple[CodedParty, ...]:
    """The actor of one side, the state or somebody with a longer code; empty where the line names none."""
    known = country(country_code)
    if not code:
        return ()
    if known and code == country_code:
        return (CodedParty(names(known)[0], known, state=True),)
    return (CodedParty(f"{name.title()} ({code})", known, state=False, about=f"CAMEO actor code {code}."),)

"""GDELT's event exports: version 1 (57 columns, 58 with the report's address) and 2 (61), tab-separated, without a header.

The columns are those of GDELT's codebooks: http://data.gdeltproject.org/documentation/.
"""

from collections.abc import Iterable, Iterator

from .coded import BadLine, Category, Coded, CodedParty, checked, country, day_of, digits_of, names

COLUMNS = {57, 58, 61}
ACTORS = (5, 15)  # where the columns of each actor begin: code, name, country code, and seven more
CODE, GOLDSTEIN, REPORTED = 26, 30, (58, 61)


def read(lines: Iterable[str]) -> Iterator[Coded | BadLine]:
    """The events of an export, and the lines that are none."""
    return checked(enumerate(lines, 1), _events)


def _events(number: int, line: str) -> Iterator[Coded]:
    values = line.rstrip("\r\n").split("\t")
    if len(values) not in COLUMNS:
        raise ValueError(f"has {len(values)} columns, not 57, 58 or 61")
    id = digits_of("GLOBALEVENTID", values[0], "a number")
    day = day_of("SQLDATE", values[1])
    code = digits_of("EventCode", values[CODE], "a CAMEO code")
    score = float(values[GOLDSTEIN]) if values[GOLDSTEIN] else None
    report = values[-1] if len(values) in REPORTED else ""
    sources, targets = (_parties(*values[at : at + 3]) for at in ACTORS)
    yield Coded(number, id, day, sources, targets, Category("CAMEO", code, score=score), f"GLOBALEVENTID {id}", report)


def _parties(code: str, name: str, country_code: str) -> tuple[CodedParty, ...]:
    """The actor of one side, the state or somebody with a longer code; empty where the line names none."""
    known = country(country_code)
    if not code:
        return ()
    if known and code == country_code:
        return (CodedParty(names(known)[0], known, state=True),)
    return (CodedParty(f"{name.title()} ({code})", known, state=False, about=f"CAMEO actor code {code}."),)

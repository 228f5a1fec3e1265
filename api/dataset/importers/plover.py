"""Events in PLOVER's JSON, one a line, by the manual of PLOVER 2.0: `id`, `date`, `actor`, `event`, and `recipient`, `mode`."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ...resources.event_types import PLOVER
from .coded import BadLine, Category, Coded, CodedParty, checked, country, day_of, names


def read(lines: Iterable[str]) -> Iterator[Coded | BadLine]:
    """The events of a file, one for each category that a line has, and the lines that are none."""
    return checked(((number, line) for number, line in enumerate(lines, 1) if line.strip()), _events)


def _events(number: int, line: str) -> Iterator[Coded]:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(record, dict):
        raise ValueError("is not a JSON object")
    if missing := [key for key in ("id", "date", "actor", "event") if not record.get(key)]:
        raise ValueError(f"has no {', '.join(missing)}")
    day = day_of("date", record["date"])
    events = _several(record["event"])
    if unknown := [event for event in events if event not in PLOVER]:
        raise ValueError(f"event {unknown[0]!r} is not of PLOVER 2.0: {', '.join(PLOVER)}")
    modes = _several(record.get("mode"))
    sources, targets = (tuple(map(_party, _several(record.get(key)))) for key in ("actor", "recipient"))
    for nth, event in enumerate(events):
        code = f"{event} {modes[0]}" if len(events) == len(modes) == 1 else event  # of several, which goes with which is not told
        id = str(record["id"]) + (f"-{nth + 1}" if nth else "")
        yield Coded(number, id, day, sources, targets, Category("PLOVER", code), f"id {record['id']}", _address(record))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _address(record: dict[str, Any]) -> str:
    cited = record.get("cite_info")
    return str(cited.get("url") or "") if isinstance(cited, dict) else ""


def _party(entity: Any) -> CodedParty:
    """An entity of one side. Raises ValueError if it is no object with a code or a name."""
    entity = entity if isinstance(entity, dict) else {}
    code, sector = str(entity.get("code") or ""), str(entity.get("sector") or "")
    name = str(entity.get("identifier_text") or entity.get("entity_text") or "")
    known = country(code)
    if not (code or name):
        raise ValueError("names an actor without code, identifier_text and entity_text")
    if known and not sector and not name:
        return CodedParty(names(known)[0], known, state=True)
    return CodedParty(
        name or " ".join(filter(None, (code, sector))), known, state=False, about=f"Sector {sector}." if sector else ""
    )

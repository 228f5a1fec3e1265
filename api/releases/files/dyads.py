"""Directed dyads of events and of years, for analysis: a row is a pair of actors in an event, or of states in a year."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...formats.graphml import pairs
from ...resources import BY_KIND
from ...resources.actors import SYSTEMS, code_withdrawn
from ...resources.event_types import CLASSES, quad_class
from ...resources.events import CODINGS, STATUSES, with_records
from ...resources.filters import years
from ...schema.fields import Record
from .release_reader import ReleaseContent
from .tables import Cells, Column, Table

Days = tuple[str | None, str | None]  # first and last, None where open
FIRST, LAST = date.min.isoformat(), date.max.isoformat()


def _side(side: str) -> tuple[Column, ...]:
    """The columns of one side of a dyad."""
    return (
        Column(
            f"{side}_actor", "string", f"Id of the {side} actor; empty where the event has no pair of actors.", refers="actors"
        ),
        Column(f"{side}_kind", "string", f"What sort of actor the {side} is."),
        *_state(side),
    )


def _state(side: str) -> tuple[Column, ...]:
    return (
        Column(
            f"{side}_state",
            "string",
            f"Id of the state that the {side} is or belongs to, where it has a record.",
            refers="actors",
        ),
        Column(f"{side}_iso", "string", "ISO 3166-1 alpha-3 (or 3166-3) code of that state; empty where not valid on the day."),
        Column(f"{side}_cow", "integer", "Correlates of War code of that state on the day; empty where the list has none."),
        Column(f"{side}_gw", "integer", "Gleditsch-Ward code of that state on the day; empty where the list has none."),
    )


EVENTS = Table(
    "dyad_events",
    "Directed dyads of events: a row for each pair of actors in an event. Who acts is the source. Participants without a "
    "direction make one row, from the smaller id. An event without a pair has one row without a target: every event counts.",
    (
        Column("event_id", "string", "Id of the event.", required=True, refers="events"),
        Column("position", "integer", "The number of the pair within the event, from 1.", required=True),
        Column("directed", "boolean", "Whether the source acts on the target; false if they took part together.", required=True),
        *_side("source"),
        *_side("target"),
        Column("earliest", "date", "The earliest day that the date of the event can mean."),
        Column("latest", "date", "The latest day that the date of the event can mean."),
        Column("date_edtf", "string", "The date of the event as EDTF (ISO 8601-2).", required=True),
        Column("status", "string", "Whether it occurred, is announced or planned, or is only alleged.", STATUSES, required=True),
        Column("coding", "string", "Whether the event was coded by hand or is machine-made.", tuple(CODINGS), required=True),
        Column("disputed", "boolean", "Whether accounts of the event conflict.", required=True),
        Column("one_sided", "boolean", "Whether something in the event rests on one party's account alone.", required=True),
        Column("type_id", "string", "Type of the event in the codebook.", required=True, refers="event-types"),
        Column("plover_event", "string", "PLOVER event of the type; empty where it has none."),
        Column("plover_mode", "string", "PLOVER mode of the type; empty where it has none."),
        Column("cameo", "string", "CAMEO code of the type, with its leading zero; empty where it has none."),
        Column("quad", "integer", f"Quad class: {CLASSES}; empty where none applies."),
        Column("goldstein", "number", "Goldstein value of the CAMEO code; empty where the codebook gives none."),
    ),
    ("event_id", "position"),
)
COUNTED = tuple(f"quad_{number}" for number in (1, 2, 3, 4))
YEARS = Table(
    "dyad_years",
    "Directed dyads of states by year. An event counts once for a pair of states, in each year in which it may have happened.",
    (
        Column("source_state", "string", "Id of the source state.", required=True, refers="actors"),
        Column("target_state", "string", "Id of the target state.", required=True, refers="actors"),
        Column("year", "integer", "Year.", required=True),
        *_state("source")[1:],
        *_state("target")[1:],
        Column("events", "integer", "Events of every status that may have happened in the year.", required=True),
        Column("occurred", "integer", "Those of them whose status is `occurred`.", required=True),
        Column("certain", "integer", "Those that occurred and can only have happened in this year.", required=True),
        Column("curated", "integer", "Those that occurred and were coded by hand.", required=True),
        Column("disputed", "integer", "Those that occurred and of which accounts conflict.", required=True),
        Column("one_sided", "integer", "Those that occurred and rest in part on one party's account alone.", required=True),
        *(
            Column(name, "integer", f"Events that occurred, of quad class {quad_class(name[-1])}.", required=True)
            for name in COUNTED
        ),
        Column("goldstein_events", "integer", "Events that occurred and whose type has a Goldstein value.", required=True),
        Column("goldstein_sum", "number", "Sum of the Goldstein values of those."),
    ),
    ("source_state", "target_state", "year"),
)


@dataclass
class Codes:
    """The actors and types of a release, and the codes of states on a day."""

    actors: dict[str, Record]
    types: dict[str, Record]
    states: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for actor in self.actors.values():
            if actor["kind"] == "state" and actor["country"]:
                self.states[actor["country"]].append(actor)

    def state(self, actor: str | None, event: Record) -> tuple[Any, ...]:
        """The id, ISO, COW and Gleditsch-Ward code of the state of an actor, as far as they hold on the date of an event."""
        if actor is None:
            return None, None, None, None
        code = self.actors[actor]["country"]
        states = self.states[code] if code else [one for one in [self.actors[actor]] if one["kind"] == "state"]
        first, last = event["date"]["earliest"], event["date"]["latest"]
        existing = [state for state in states if _meets(state["founded"], state["dissolved"], (first, last))]
        if str(code_withdrawn(code)) < (first or FIRST) or (states and not existing):
            return None, None, None, None
        if not existing:
            return None, code, None, None
        return existing[0]["id"], code, *(_number(existing[0], system, first, last) for system in SYSTEMS)


def _number(state: Record, system: str, first: str | None, last: str | None) -> int | None:
    """The code of a state in a system on a date; None where it had none, or the date may be on either side of a change."""
    codes = (code for code in state["codes"] if code["system"] == system)
    held = {code["code"] for code in codes if _meets(code["from"], code["to"], (first, last))}
    return held.pop() if len(held) == 1 else None


def _meets(begin: Record | None, end: Record | None, days: Days) -> bool:
    """Whether what may have lasted from one date to another has a day in common with a range."""
    earliest, latest = (begin or {}).get("earliest"), (end or {}).get("latest")
    return (earliest or FIRST) <= (days[1] or LAST) and (latest or LAST) >= (days[0] or FIRST)


def codes(content: ReleaseContent) -> Codes:
    actors, types = ({d["id"]: d for d in content.documents(BY_KIND[kind])} for kind in ("actors", "event-types"))
    return Codes(actors, types)


def dyads(event: Record, known: Codes) -> Iterator[Cells]:
    type = known.types[event["type"]["id"]]
    plover, cameo = type["plover"] or {}, type["cameo"] or {}
    shared = {
        "event_id": event["id"],
        **{key: event["date"][key] for key in ("earliest", "latest")},
        "date_edtf": event["date"]["edtf"],
        **{key: event[key] for key in ("status", "coding", "disputed", "one_sided")},
        "type_id": type["id"],
        "plover_event": plover.get("event"),
        "plover_mode": plover.get("mode"),
        "cameo": cameo.get("code"),
        "quad": type["quad"],
        "goldstein": cameo.get("goldstein"),
    }
    participants = with_records(event)
    alone = (participants[0]["actor"]["id"] if participants else None, None)
    acting = {p["actor"]["id"] for p in participants if p["role"] == "source"}
    for position, pair in enumerate(dict.fromkeys(pairs(participants)) or [alone], 1):
        row: Cells = {**shared, "position": position, "directed": pair[1] is not None and pair[0] in acting}
        for side, actor in zip(("source", "target"), pair, strict=True):
            names = (f"{side}_actor", f"{side}_kind", *(column.name for column in _state(side)))
            values = (actor, known.actors[actor]["kind"] if actor else None, *known.state(actor, event))
            row.update(zip(names, values, strict=True))
        yield row


def dyad_rows(content: ReleaseContent) -> Iterator[tuple[str, Cells]]:
    """The rows of both tables, as (name of the table, cells by column); those of years last."""
    known = codes(content)
    sums: dict[tuple[str, str, int], Cells] = {}
    for event in content.documents(BY_KIND["events"]):
        rows = list(dyads(event, known))
        yield from ((EVENTS.name, row) for row in rows)
        states = {(row["source_state"], row["target_state"]): row for row in rows if row["source_state"] and row["target_state"]}
        in_years = list(years(event["date"]["edtf"]))
        certain = len(in_years) == 1 and not (event["date"]["uncertain"] or event["date"]["approximate"])
        for pair, row in states.items():
            for year in in_years if pair[0] != pair[1] else ():
                _count(sums.setdefault((*pair, int(year)), _empty(row, int(year))), row, certain)
    yield from ((YEARS.name, sums[key]) for key in sorted(sums))


def _empty(row: Cells, year: int) -> Cells:
    """A row of a year without events."""
    states = {name: value for name, value in row.items() if name.startswith(("source_", "target_"))}
    return {**dict.fromkeys((column.name for column in YEARS.columns), 0), **states, "year": year, "goldstein_sum": None}


def _count(total: Cells, row: Cells, certain: bool) -> None:
    """Adds an event to a row of its year."""
    total["events"] += 1
    if row["status"] != "occurred":
        return
    total["occurred"] += 1
    total["certain"] += certain
    total["curated"] += row["coding"] == "curated"
    for doubt in ("disputed", "one_sided"):
        total[doubt] += row[doubt]
    if row["quad"]:
        total[f"quad_{row['quad']}"] += 1
    if row["goldstein"] is not None:
        total["goldstein_events"] += 1
        total["goldstein_sum"] = round((total["goldstein_sum"] or 0) + row["goldstein"], 1)

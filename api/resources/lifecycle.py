"""The life of an agreement: from its dated actions to the periods in which it was in force, and each party bound.

Nothing here depends on the clock. Periods are mappings with the keys `start`, `end` (EDTF texts), `ended_by` (the kind of
the action that set the end), `by` (who did it) and `suspensions` (`by`, `start`, `end`). An end or a suspension's end is
None where nothing sets it. First and last days count.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ..schema import edtf
from ..schema.fields import Record

# In the order in which acts of one day follow each other.
ACTIONS = (
    "proposed", "announced", "opened_for_signature", "signed", "adopted", "approved", "ratified", "entered_into_force",
    "extended", "suspended", "resumed", "withdrawal_notified", "withdrawn", "expired", "superseded", "terminated",
)  # fmt: skip
ENDS = ("expired", "superseded", "terminated")
LEFT = "withdrawn"
SUCCEEDED = "succeeded"  # how a party's bond ends when a successor takes its place
_ORDER = (*ACTIONS, SUCCEEDED)
Existence = Mapping[str, edtf.Bounds]  # the days on which an actor may have existed


class Succession(NamedTuple):
    """A successor takes the place of a party on a date."""

    predecessor: str
    successor: str
    date: str


class Reach(NamedTuple):
    """The days of a period: `first` to `last` possibly, `surely_first` to `surely_last` certainly (none if these cross)."""

    first: date
    last: date
    surely_first: date
    surely_last: date

    def possible(self, day: date) -> bool:
        return self.first <= day <= self.last

    def certain(self, day: date) -> bool:
        return self.surely_first <= day <= self.surely_last


def reach(start: str | None, end: str | None) -> Reach:
    """The days between two dates that may be imprecise; None is open."""
    begun, over = edtf.bounds(start or "../.."), edtf.bounds(end) if end else edtf.Bounds(date.max, date.max)
    return Reach(begun.earliest, over.latest, begun.latest, over.earliest)


def in_order(actions: list[Record]) -> list[Record]:
    """Actions by their earliest day, then their latest, then the order of ACTIONS; of two alike, the later end counts."""
    return sorted(actions, key=_position)


def _position(action: Record) -> tuple[Any, ...]:
    until = edtf.bounds(action["until"]) if action["until"] else ()
    return edtf.bounds(action["date"]), _ORDER.index(action["kind"]), action["by"], until


class Lifecycle(NamedTuple):
    """The periods in force of an agreement, and the periods in which each of its parties was bound."""

    in_force: list[Record]
    bound: dict[str, list[Record]]


def lifecycle(agreement: Record, existence: Existence, successions: Iterable[Succession] = ()) -> Lifecycle:
    """The periods of an agreement and of its parties, from its `parties`, `actions` and `further_parties`.

    It is in force while at least two of its parties are bound; one suffices where it has further parties that the record
    does not list, and for an instrument of one party. An entry into force binds the parties that it names, or without names
    all that existed then, except for one that ratified certainly later: that one is bound from its ratification. A successor
    takes the place of a party that is bound on that day; one that never did is among `bound` only if it is a party itself.
    """
    course = _Course(agreement, existence)
    taken = [{"kind": SUCCEEDED, "date": s.date, "until": None, "by": [s.successor], "of": s.predecessor} for s in successions]
    for action in in_order([*agreement["actions"], *taken]):
        course.expire(action)
        course.apply(action)
    course.expire()
    return Lifecycle(course.in_force, course.bound)


@dataclass
class _Course:
    """Where an agreement stands between two of its actions."""

    agreement: Record
    existence: Existence
    until: str | None = None  # the last day that an entry into force or an extension has set
    consented: set[str] = field(default_factory=set)  # parties for which it is to be in force
    awaited: set[str] = field(default_factory=set)  # parties that ratify after the entry into force
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.parties: list[str] = list(self.agreement["parties"])
        self.needed = 1 if self.agreement["further_parties"] or len(self.parties) == 1 else 2
        self.in_force: list[Record] = []
        self.bound: dict[str, list[Record]] = {party: [] for party in self.parties}

    def apply(self, action: Record) -> None:
        """Goes past an action."""
        kind, acting = action["kind"], [party for party in self.parties if party in action["by"]]
        if kind == "entered_into_force":
            self._enter(action, acting)
        elif kind == "ratified":
            self._consent(action, self.awaited.intersection(acting))
        elif kind == "extended" and _open(self.in_force) and action["until"]:
            self.until = action["until"]
        elif kind == "suspended":
            self._suspend(action, acting)
        elif kind == "resumed":
            self._resume(action["by"], action["date"])
        elif kind == LEFT:
            self._leave(action, acting)
        elif kind == SUCCEEDED:
            self._succeed(action["of"], action)
        elif kind in ENDS:
            self._finish(action["date"], kind, action["by"])

    def expire(self, action: Record | None = None) -> None:
        """Ends it on the last day that was set, if the next action is certainly later or there is none."""
        if self.until and (not action or edtf.bounds(action["date"]).earliest > edtf.bounds(self.until).latest):
            self._finish(self.until, "expired", [])

    def _enter(self, action: Record, named: list[str]) -> None:
        entered = edtf.bounds(action["date"])
        existing = [party for party in self.parties if self.existence.get(party, edtf.EVER).meets(entered)]
        later = {party for party in existing if not named and self._ratified_after(party, entered)}
        self.left.difference_update(named)
        self.awaited |= later - self.left
        self._consent(action, {party for party in existing if party in named or not named} - later - self.left)
        if action["until"] and self.consented:
            self.until = action["until"]

    def _ratified_after(self, party: str, entered: edtf.Bounds) -> bool:
        """Whether the first ratification by a party is certainly later."""
        acts = (action for action in self.agreement["actions"] if action["kind"] == "ratified" and party in action["by"])
        return min((edtf.bounds(action["date"]) for action in acts), default=entered).earliest > entered.latest

    def _consent(self, action: Record, parties: set[str]) -> None:
        self.consented |= parties
        self.awaited -= parties
        if len(self.consented) < self.needed:
            return
        for periods in (self.in_force, *(self.bound[party] for party in self.parties if party in self.consented)):
            if not _open(periods):
                periods.append(_period(action["date"]))

    def _suspend(self, action: Record, acting: list[str]) -> None:
        for by in [action["by"]] if len(acting) < 2 else [[party] for party in acting]:
            for periods in (self.in_force, *(self.bound[party] for party in acting if party in by)):
                for period in _open(periods):
                    period["suspensions"].append({"by": by, "start": action["date"], "end": None})

    def _resume(self, by: list[str], day: str) -> None:
        """Ends the suspensions by some actors."""
        for periods in (self.in_force, *self.bound.values()):
            for period in _open(periods):
                for suspension in period["suspensions"]:
                    if suspension["end"] is None and set(suspension["by"]) & set(by):
                        suspension["end"] = day

    def _leave(self, action: Record, acting: list[str]) -> None:
        self._resume(action["by"], action["date"])
        for party in acting:
            _close(self.bound[party], action["date"], LEFT, action["by"])
        for of in (self.consented, self.awaited):
            of.difference_update(acting)
        self.left.update(acting)
        if len(self.consented) < self.needed and _open(self.in_force):
            self._finish(action["date"], LEFT, action["by"])

    def _succeed(self, predecessor: str, action: Record) -> None:
        """Binds the successor in the place of a party that is bound; what the party had suspended stays suspended.

        A successor that is bound already stays as it is: what it has suspended is for itself to say.
        """
        (successor,), day = action["by"], action["date"]
        for left in _open(self.bound.get(predecessor, [])):
            held = [one for one in left["suspensions"] if one["end"] is None]
            self._resume([predecessor], day)
            _close(self.bound[predecessor], day, SUCCEEDED, [successor])
            self.consented.discard(predecessor)
            self.consented.add(successor)
            if successor not in self.parties:
                self.parties.append(successor)
            if not _open(periods := self.bound.setdefault(successor, [])):
                periods.append(_period(day))
                for period in (*_open(self.in_force), *_open(periods)):
                    period["suspensions"].extend({"by": [successor], "start": day, "end": None} for _ in held[:1])
            if len(self.consented) < self.needed:
                self._finish(day, SUCCEEDED, [successor])

    def _finish(self, day: str, kind: str, by: list[str]) -> None:
        """Ends it for everybody."""
        for periods in (self.in_force, *self.bound.values()):
            _close(periods, day, kind, by)
        self.consented.clear()
        self.awaited.clear()
        self.until = None


def _period(start: str) -> Record:
    return {"start": start, "end": None, "ended_by": None, "by": [], "suspensions": []}


def _open(periods: list[Record]) -> list[Record]:
    """The last period, if it has not ended yet."""
    return [period for period in periods[-1:] if period["ended_by"] is None]


def _close(periods: list[Record], day: str, kind: str, by: list[str]) -> None:
    for period in _open(periods):
        period.update(end=day, ended_by=kind, by=by)
        for suspension in period["suspensions"]:
            suspension["end"] = suspension["end"] or day


def suspended(period: Record, day: date) -> Iterator[Record]:
    """The suspensions of a period that hold on a day, certainly or possibly."""
    return (one for one in period["suspensions"] if reach(one["start"], one["end"]).possible(day))

"""Any life of an agreement gives, day by day, what a plain simulation gives that knows only what happens on each day."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from api.resources.agreement_states import party_standing, standing
from api.resources.lifecycle import Lifecycle, Succession, lifecycle, reach
from api.schema.edtf import Bounds

Document = dict[str, Any]
FIRST, DAYS = date(2000, 1, 1), 30
WINDOW = [FIRST + timedelta(days=n) for n in range(DAYS)]
# In the order in which acts of one day follow each other.
KINDS = ("signed", "ratified", "entered_into_force", "extended", "suspended", "resumed", "withdrawn", "expired", "superseded",
         "terminated")  # fmt: skip
PARTIES = ("a", "b", "c")


class Day(NamedTuple):
    """Who was bound at some time of a day, and who had suspended; whether it was in force."""

    bound: frozenset[str]
    suspended: frozenset[str]
    in_force: bool


class Simulation:
    """Goes from day to day with sets of parties; what holds at any time of a day holds on that day."""

    def __init__(self, agreement: Document, existence: dict[str, Bounds], taken: list[Succession]) -> None:
        self.agreement, self.existence, self.taken = agreement, existence, taken
        self.parties = set(agreement["parties"])
        self.needed = 1 if agreement["further_parties"] or len(agreement["parties"]) == 1 else 2
        self.members: set[str] = set()
        self.waiting: set[str] = set()
        self.gone: set[str] = set()
        self.paused: set[str] = set()
        self.until: str | None = None

    def days(self) -> dict[date, Day]:
        return {day: self.day(day) for day in WINDOW}

    def day(self, day: date) -> Day:
        moments = [self.now()]
        today = [action for action in self.agreement["actions"] if action["date"] == str(day)]
        for action in sorted(today, key=lambda action: (KINDS.index(action["kind"]), action["by"], action["until"] or "")):
            self.step(action, day)
            moments.append(self.now())
        for succession in self.taken:
            if succession.date == str(day):
                self.take_over(succession)
                moments.append(self.now())
        if self.until and self.until <= str(day):
            self.over()
        bound, paused = (frozenset().union(*sets) for sets in zip(*moments, strict=True))
        return Day(bound, paused, bool(bound))

    def now(self) -> tuple[frozenset[str], frozenset[str]]:
        alive = len(self.members) >= self.needed
        return frozenset(self.members if alive else ()), frozenset(self.paused)

    def over(self) -> None:
        self.members, self.waiting, self.paused, self.until = set(), set(), set(), None

    def step(self, action: Document, day: date) -> None:
        by, alive = set(action["by"]), len(self.members) >= self.needed
        match action["kind"]:
            case "entered_into_force":
                self.enter(action, day)
            case "ratified":
                self.members |= self.waiting & by
                self.waiting -= by
            case "extended" if alive and action["until"]:
                self.until = action["until"]
            case "suspended" if alive:
                self.paused |= by & self.members
            case "resumed":
                self.paused -= by
            case "withdrawn":
                self.members, self.waiting, self.paused = self.members - by, self.waiting - by, self.paused - by
                self.gone |= by
                if alive and len(self.members) < self.needed:
                    self.over()
            case "expired" | "superseded" | "terminated":
                self.over()

    def take_over(self, succession: Succession) -> None:
        former, successor = succession.predecessor, succession.successor
        if len(self.members) < self.needed or former not in self.members:
            return
        self.parties.add(successor)
        if successor not in self.members and former in self.paused:
            self.paused.add(successor)
        self.paused.discard(former)
        self.members = self.members - {former} | {successor}
        if len(self.members) < self.needed:
            self.over()

    def enter(self, action: Document, day: date) -> None:
        self.gone -= set(action["by"])
        for party in self.parties - self.gone:
            lived = self.existence.get(party, Bounds(date.min, date.max))
            if not lived.earliest <= day <= lived.latest or (action["by"] and party not in action["by"]):
                continue
            acts = [a["date"] for a in self.agreement["actions"] if a["kind"] == "ratified" and party in a["by"]]
            late = not action["by"] and acts and min(acts) > str(day)
            (self.waiting if late else self.members).add(party)
        self.waiting -= self.members if action["by"] else set()
        if action["until"] and self.members:
            self.until = action["until"]


@st.composite
def lives(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> tuple[Document, dict[str, Bounds]]:
    """An agreement with acts in any order, and when its parties existed."""
    parties = list(PARTIES[: draw(st.integers(1, 3))])
    numbers = st.integers(0, DAYS - 1)
    actions = [{"kind": "entered_into_force", "date": day_text(0), "until": None, "by": []}] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 9))):
        kind, on = draw(st.sampled_from((*kinds, "entered_into_force"))), draw(numbers)
        until = draw(st.none() | st.integers(on, DAYS + 3)) if kind in ("entered_into_force", "extended") else None
        by = draw(st.lists(st.sampled_from(parties), max_size=3, unique=True).map(sorted))
        actions.append({"kind": kind, "date": day_text(on), "until": None if until is None else day_text(until), "by": by})
    lived = st.builds(lambda a, b: Bounds(*sorted((WINDOW[a], WINDOW[b]))), numbers, numbers)
    existence = draw(st.dictionaries(st.sampled_from(parties), lived, max_size=1))
    return record(parties, actions, draw(st.booleans())), existence


def day_text(number: int) -> str:
    return str(FIRST + timedelta(days=number))


def record(parties: list[str], actions: list[Document], further: bool) -> Document:
    about = {"kind": "treaty", "never_in_force": None, "further_parties": "Others." if further else None}
    return {"parties": parties, "actions": actions, **about}


def held(periods: list[Document], day: date, *, certain: bool = False) -> bool:
    reached = [reach(period["start"], period["end"]) for period in periods]
    return any(one.certain(day) if certain else one.possible(day) for one in reached)


def paused(periods: list[Document], day: date) -> bool:
    return any(reach(one["start"], one["end"]).possible(day) for period in periods for one in period["suspensions"])


successions = st.builds(
    lambda former, successor, on: [Succession(former, successor, day_text(on))],
    st.sampled_from(PARTIES),
    st.sampled_from(("d", *PARTIES)),
    st.integers(0, DAYS - 1),
)


@given(life=lives(), taken=st.just([]) | successions)
def test_every_day_is_as_the_simulation_has_it(life: tuple[Document, dict[str, Bounds]], taken: list[Succession]) -> None:
    agreement, existence = life
    assume(not taken or taken[0].predecessor != taken[0].successor)
    found = lifecycle(agreement, existence, taken)
    for day, expected in Simulation(agreement, existence, taken).days().items():
        assert {party for party, periods in found.bound.items() if held(periods, day)} == expected.bound
        assert held(found.in_force, day) == expected.in_force
        assert {party for party, periods in found.bound.items() if paused(periods, day)} == expected.suspended
        check_states(agreement, found, existence, day, expected)


def check_states(agreement: Document, found: Lifecycle, existence: dict[str, Bounds], day: date, expected: Day) -> None:
    state = standing(agreement, found, day).state
    assert (state in ("in_force", "suspended")) == expected.in_force
    assert (state == "suspended") >= bool(expected.suspended)
    for party in agreement["parties"]:
        own = party_standing(agreement, found, party, day, existence).state
        assert (own in ("in_force", "suspended")) == (party in expected.bound)
        assert (own == "suspended") == (party in expected.suspended)


@given(life=lives(), data=st.data())
def test_the_order_in_the_file_does_not_count(life: tuple[Document, dict[str, Bounds]], data: st.DataObject) -> None:
    agreement, existence = life
    shuffled = data.draw(st.permutations(agreement["actions"]))
    assert lifecycle({**agreement, "actions": shuffled}, existence) == lifecycle(agreement, existence)


@given(life=lives(("entered_into_force", "suspended", "resumed", "withdrawn", "terminated")), data=st.data())
def test_certain_is_what_every_resolution_has_and_possible_what_some_has(
    life: tuple[Document, dict[str, Bounds]], data: st.DataObject
) -> None:
    """Dates become ranges; days within them, in the order of the acts, are simulated."""
    agreement = {
        **life[0],
        "actions": sorted(life[0]["actions"], key=lambda a: (a["date"], KINDS.index(a["kind"]), a["by"], a["until"] or "")),
    }
    vague, resolved, last = [], [], FIRST
    for action in agreement["actions"]:
        begin = date.fromisoformat(action["date"])
        end = begin + timedelta(days=data.draw(st.integers(0, 3)))
        day = min(max(last, begin + timedelta(days=data.draw(st.integers(0, 3)))), end)
        assume(day >= last)  # a day of this act comes after the one before
        last = day
        vague.append({**action, "until": None, "date": f"{begin}/{end}"})
        resolved.append({**action, "until": None, "date": str(day)})
    assume(in_file_order(vague) and in_file_order(resolved))
    found = lifecycle({**agreement, "actions": vague}, {})
    for day, expected in Simulation({**agreement, "actions": resolved}, {}, []).days().items():
        for party, periods in {"": found.in_force, **found.bound}.items():
            is_bound = party in expected.bound if party else expected.in_force
            assert held(periods, day, certain=True) <= is_bound <= held(periods, day)


def in_file_order(actions: list[Document]) -> bool:
    """Whether actions are in the order in which they are gone through."""
    return actions == sorted(actions, key=lambda a: (a["date"], KINDS.index(a["kind"]), a["by"], a["until"] or ""))


def test_who_suspended_with_another_resumes_alone() -> None:
    acts = (("entered_into_force", 0, []), ("suspended", 3, ["a", "b"]), ("resumed", 5, ["a"]))
    actions = [{"kind": kind, "date": day_text(on), "until": None, "by": by} for kind, on, by in acts]
    agreement = record(["a", "b"], actions, further=False)
    found = lifecycle(agreement, {})
    assert standing(agreement, found, WINDOW[9]).by == ("b",)
    assert [party_standing(agreement, found, party, WINDOW[9], {}).state for party in "ab"] == ["in_force", "suspended"]


@pytest.mark.parametrize(("successor", "state"), [("b", "in_force"), ("d", "suspended")])
def test_a_suspension_goes_to_a_successor_that_was_no_party(successor: str, state: str) -> None:
    actions = [{"kind": "entered_into_force", "date": day_text(0), "until": None, "by": []},
               {"kind": "suspended", "date": day_text(3), "until": None, "by": ["a"]}]  # fmt: skip
    agreement = record(["a", "b", "c"], actions, further=False)
    found = lifecycle(agreement, {}, [Succession("a", successor, day_text(3))])
    assert party_standing(agreement, found, successor, WINDOW[9], {}).state == state
    assert party_standing(agreement, found, "c", WINDOW[9], {}).state == "in_force"


@pytest.mark.trials
@pytest.mark.parametrize(
    "promise",
    [
        test_every_day_is_as_the_simulation_has_it,
        test_the_order_in_the_file_does_not_count,
        test_certain_is_what_every_resolution_has_and_possible_what_some_has,
    ],
)
def test_so_it_is_of_many_lives(promise: Callable[[], None]) -> None:
    profile(max_examples=500)(promise)()

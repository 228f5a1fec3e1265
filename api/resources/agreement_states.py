"""The state of an agreement, or of one party to it, on a day: derived from its periods and actions, for any day."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from ..schema import edtf, public_date
from ..schema.fields import Record
from .lifecycle import ENDS, LEFT, Existence, Lifecycle, in_order, reach, suspended

STATES = {
    "never_in_force": "A source says that it never entered into force.",
    "not_yet_in_force": "Its entry into force is later.",
    "in_force": "In force, and nobody has suspended it.",
    "suspended": "In force, and suspended by at least one of those who are bound.",
    "ended": "No longer in force.",
    "unknown": "The sources read do not say; `detail` says what is missing.",
    "adopted": "A text that does not enter into force as a treaty does, such as a joint statement, was adopted.",
    "announced": "The same, as far as it was only announced.",
}
# Kinds of agreements that are made by being adopted or announced; an entry into force, if there is one, counts all the same.
WITHOUT_ENTRY = ("joint_statement", "communique", "understanding", "unilateral_instrument")
SIGNED = ("signed", "opened_for_signature", "ratified")
NO_ENTRY = "the sources cited here do not say whether and when it entered into force"
Names = Callable[[str], str]  # what an actor is called


class Standing(NamedTuple):
    """A state.

    `since` when (EDTF), `how` it ended, `by` whom it was suspended, ended or adopted, the `start` of the period in force that
    it belongs to, and in the state `unknown` what is `missing`.
    """

    state: str
    since: str | None = None
    how: str | None = None
    by: tuple[str, ...] = ()
    start: str | None = None
    missing: str = ""


def standing(agreement: Record, life: Lifecycle, day: date) -> Standing:
    """How an agreement stands on a day."""
    return _by_periods(life.in_force, day) or _by_actions(agreement, day)


def party_standing(agreement: Record, life: Lifecycle, party: str, day: date, existence: Existence) -> Standing:
    """How one party stands to an agreement on a day."""
    if found := _by_periods(life.bound[party], day):
        return found
    if life.in_force:
        days = [reach(period["start"], period["end"]) for period in life.in_force]
        existed = party not in existence or any(existence[party].meets(edtf.Bounds(d.first, d.last)) for d in days)
        return Standing("unknown", missing=f"{NO_ENTRY} for this party") if existed else Standing("never_in_force")
    whole = _by_actions(agreement, day)
    left = [action for action in _done(agreement, (LEFT,), day) if party in action["by"]]
    return Standing("ended", left[-1]["date"], LEFT, (party,)) if left and whole.state != "never_in_force" else whole


def _by_periods(periods: list[Record], day: date) -> Standing | None:
    """The state that periods show; None without any."""
    days = [reach(period["start"], period["end"]) for period in periods]
    for period, reached in zip(periods, days, strict=True):
        if reached.certain(day):
            return _within(period, day)
    for period, reached in zip(periods, days, strict=True):
        if reached.possible(day):
            early = day < reached.surely_first
            what = ("entry into force", period["start"]) if early else ("end", period["end"])
            return Standing("unknown", missing=f"the day of its {what[0]} is not known exactly ({words(what[1])})")
    past = [period for period, reached in zip(periods, days, strict=True) if reached.last < day]
    if past:
        last = past[-1]
        return Standing("ended", last["end"], last["ended_by"], tuple(last["by"]), last["start"])
    return Standing("not_yet_in_force", start=periods[0]["start"]) if periods else None


def _within(period: Record, day: date) -> Standing:
    """The state within a period: in force, or suspended."""
    held = list(suspended(period, day))
    sure = [one for one in held if reach(one["start"], one["end"]).certain(day)]
    if sure:
        by = tuple(dict.fromkeys(actor for one in sure for actor in one["by"]))
        return Standing("suspended", sure[0]["start"], by=by, start=period["start"])
    if held:
        return Standing("unknown", missing=f"the days of a suspension are not known exactly ({words(held[0]['start'])})")
    return Standing("in_force", period["start"], start=period["start"])


def _by_actions(agreement: Record, day: date) -> Standing:
    """The state of an agreement for which no period in force can be derived."""
    kinds = {action["kind"] for action in agreement["actions"]}
    if agreement["never_in_force"]:
        return Standing("never_in_force")
    if ended := _done(agreement, ENDS, day):
        return Standing("ended", ended[0]["date"], ended[0]["kind"], tuple(ended[0]["by"]))
    if agreement["kind"] not in WITHOUT_ENTRY and ("adopted" not in kinds or kinds.intersection(SIGNED)):
        return Standing("unknown", missing=NO_ENTRY)
    if "entered_into_force" in kinds:
        return Standing("unknown", missing="the sources cited here do not say when it entered into force between two parties")
    for state, making in (("adopted", ("adopted", *SIGNED)), ("announced", ("announced", "proposed"))):
        if made := _done(agreement, making, day):
            return Standing(state, made[0]["date"], by=tuple(made[0]["by"]))
    return Standing("unknown", missing="the sources cited here tell of no adoption up to this day")


def _done(agreement: Record, kinds: tuple[str, ...], day: date) -> list[Record]:
    """The actions of some kinds that were certainly done by the end of a day, in order."""
    actions = in_order(agreement["actions"])
    return [action for action in actions if action["kind"] in kinds and edtf.bounds(action["date"]).latest <= day]


def words(text: str | None) -> str:
    return str(public_date.render(text)["text"]) if text else "an open date"


def detail(agreement: Record, found: Standing, names: Names, day: date) -> str:
    """A state in words, with what has happened and what is missing."""
    whom = _whom(agreement, found.by, names)
    since = f"In force since {words(found.start)}"
    match found.state:
        case "in_force":
            text = since
        case "suspended":
            text = f"{since}; suspended{whom} since {words(found.since)}"
        case "ended" if found.start:
            text = f"In force from {words(found.start)} to {words(found.since)}; {_ending(found, whom)}"
        case "ended":
            text = f"{_ending(found, whom).capitalize()}: {words(found.since)}; {NO_ENTRY}"
        case "not_yet_in_force":
            text = f"Enters into force: {words(found.start)}"
        case "never_in_force":
            text = "Never entered into force"
        case "unknown":
            text = f"Unknown: {found.missing}"
        case made:
            never = "a text of this kind does not enter into force as a treaty does"
            missing = never if agreement["kind"] in WITHOUT_ENTRY else NO_ENTRY
            text = f"{made.capitalize()}: {words(found.since)}; {missing}"
    for action in _done(agreement, (LEFT,), day) if found.state != "ended" else ():
        text += f"; left{_whom(agreement, tuple(action['by']), names)}: {words(action['date'])}"
    return f"{text}."


def _ending(found: Standing, whom: str) -> str:
    """How it ended, in words: what expires or is superseded does so by itself, whoever took part."""
    return f"left{whom}" if found.how == LEFT else f"terminated{whom}" if found.how == "terminated" else str(found.how)


def _whom(agreement: Record, by: tuple[str, ...], names: Names) -> str:
    """` by Russia, ...`: the parties among those who acted, or all of them where none is a party."""
    parties = [actor for actor in by if actor in agreement["parties"]]
    return f" by {', '.join(_in_a_sentence(names(actor)) for actor in parties or by)}" if by else ""


def _in_a_sentence(name: str) -> str:
    """The name of a state with its article: `the United States`, `the Soviet Union`, `Russia`."""
    return f"the {name}" if name.startswith("United ") or name.endswith(" Union") else name

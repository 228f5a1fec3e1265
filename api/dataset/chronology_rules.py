"""Rules on lifecycles: the order of actions on agreements, and that actors existed on the dates on which they acted.

A rule reports only what is certain from the dates: a date that is a month may be any of its days.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from ..resources.actors import existence, tenure
from ..resources.agreements import life_of
from ..resources.events import with_records
from ..resources.lifecycle import ENDS, in_order, reach
from ..schema import edtf
from ..schema.fields import Record
from .dataset import Dataset
from .findings import Finding
from .record import Entry
from .yaml_files import Path_

RecordRule = Callable[[str, Entry, Dataset], Iterator[Finding]]  # a record's id, the record, the dataset around it
SIGNINGS = ("signed", "opened_for_signature", "adopted")
UNATTENDED = ("entered_into_force", "expired", "superseded")  # may follow from the terms of an agreement, without an actor
PRESENT = ("participant", "host", "guest")
OFFICE_ORDER = (  # keys of a role, the earlier first, and the later's name in the file
    ("appointed", "start", "from"), ("appointed", "credentials", "credentials"), ("credentials", "end", "to"),
)  # fmt: skip
MEETING = "CONSULT"  # PLOVER's event of the types that are meetings
PUBLIC = ("state", "government_body")  # where whoever holds an office stands for the state


def nothing_is_in_force_before_it_is_signed(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An agreement enters into force on the day of its first signature at the earliest."""
    yield from _too_early(entry, ("entered_into_force",), SIGNINGS, "enters into force", "was signed")


def nothing_ends_before_it_is_in_force(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An agreement that entered into force is left, terminated, superseded, or expires, after that."""
    yield from _too_early(entry, (*ENDS, "withdrawn"), ("entered_into_force",), "ends", "entered into force")


def nothing_is_announced_once_it_is_signed(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """The action `announced` is of the agreement itself; what is announced about one that was signed is an event alone."""
    signed = min((days.latest for _, _, days in _done(entry, SIGNINGS)), default=date.max)
    for index, action, days in _done(entry, ("announced",)):
        if days.earliest > signed:
            text = f"is announced ({action['date']}) after its signature: what is announced about it is an event, and no action"
            yield entry.finding(("actions", index), text)


def what_was_never_in_force_has_no_entry(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An agreement of which a source says that it never entered into force has no entry into force."""
    for index, action, _ in _done(entry, ("entered_into_force",)) if entry.record["never_in_force"] else ():
        text = (
            f"enters into force ({action['date']}), and `never_in_force` denies it: remove one, and keep the other as an account"
        )
        yield entry.finding(("actions", index), text)


def extensions_name_their_new_end(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An extension has its new end, and so has the entry into force of an agreement that extends another."""
    for index, action in enumerate(entry.record["actions"]):
        extends = entry.record["kind"] == "extension" and action["kind"] == "entered_into_force"
        if (extends or action["kind"] == "extended") and not action["until"]:
            yield entry.finding(("actions", index), "an extension needs its new end: add `until`")


def extensions_come_before_the_end(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An extension is agreed before the end that was set, or its note says how it revives what had ended."""
    until: str | None = None
    for action in in_order(entry.record["actions"]):
        late = until and edtf.bounds(action["date"]).earliest > edtf.bounds(until).latest
        if action["kind"] == "extended" and late and not action["note"]:
            text = f"is agreed ({action['date']}) after the end that was set ({until})"
            advice = "correct a date, or say in `note` what it revives"
            yield entry.finding(("actions", entry.record["actions"].index(action), "date"), f"{text}: {advice}")
        if action["kind"] in ("entered_into_force", "extended"):
            until = action["until"] or until


def treaties_in_force_were_ratified(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A treaty of two parties that entered into force after its signature was ratified before.

    A treaty that binds on signature needs no ratification, and an executive agreement is of another kind than `treaty`.
    Treaties of more than two parties are left out: ratifications by states outside the dataset may have counted.
    """
    treaty = entry.record
    if treaty["kind"] != "treaty" or len(treaty["parties"]) > 2:
        return
    signed = [days.latest for _, _, days in _done(entry, SIGNINGS)]
    ratified = [days.earliest for _, _, days in _done(entry, ("ratified",))]
    for index, action, days in _done(entry, ("entered_into_force",)):
        if signed and max(signed) < days.earliest and not any(day <= days.latest for day in ratified):
            yield entry.finding(
                ("actions", index),
                f"in force ({action['date']}) after its signature, and never ratified: add the action `ratified` "
                "(its date may be an interval), or correct the kind or the dates",
            )


def every_act_has_its_actor(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An action has an actor, unless it may happen without one: an entry into force, an expiry, a supersession."""
    for index, action in enumerate(entry.record["actions"]):
        if not action["by"] and action["kind"] not in UNATTENDED:
            yield entry.finding(("actions", index), f"does not say who did it ({action['kind']}): add `by`")


def acts_rest_on_what_occurred(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An action counts as done, so the event in which it was done has occurred: what is announced or planned is no act yet."""
    for index, action in enumerate(entry.record["actions"]):
        if action["event"] and (event := dataset.find("events", action["event"])) and event["status"] != "occurred":
            text = f"is {event['status']}, so nothing was done in it: remove the action, or cite a source that it occurred"
            yield entry.finding(("actions", index, "event"), text)


def what_has_not_occurred_is_no_act(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event that has not occurred has the date of an action on its agreement only if that action names another event."""
    if entry.record["status"] == "occurred":
        return
    for number, agreement in enumerate(entry.record["agreements"]):
        actions = (dataset.find("agreements", agreement) or {}).get("actions", ())
        for action in actions:
            if action["date"] == entry.record["date"] and not action["event"]:
                text = f"{agreement} has an action of this date ({action['kind']}) that names no event, and this one is "
                advice = "let the action name the event in which it was done, or remove it"
                yield entry.finding(("agreements", number), f"{text}{entry.record['status']}: {advice}")


def parties_existed_on_the_day(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Parties existed when the agreement was concluded, unless they acceded later; whoever acts existed then."""
    agreement, acted = entry.record, set()
    for index, action in enumerate(agreement["actions"]):
        acting = ((("actions", index, "by", number), actor) for number, actor in enumerate(action["by"]))
        yield from _nonexistent(dataset, entry, action["date"], acting)
        acted.update(action["by"])
    if concluded := min(_done(entry, SIGNINGS), key=lambda done: done[2], default=None):
        idle = ((("parties", number), party) for number, party in enumerate(agreement["parties"]) if party not in acted)
        yield from _nonexistent(dataset, entry, concluded[1]["date"], idle)


def no_party_is_bound_after_its_end(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A party that ceased to exist while it was bound has a successor, or an action ended the bond."""
    agreement = entry.record
    if any(dataset.find("actors", party) is None for party in agreement["parties"]):
        return
    bound = life_of(agreement, dataset).bound
    for number, party in enumerate(agreement["parties"]):
        last = existence(dataset.record("actors", party)).latest
        if any(reach(period["start"], period["end"]).last > last for period in bound[party]):
            text = f"{party} is still bound after its end ({last}): add `succeeded_by` to it, or the action that ended the bond"
            yield entry.finding(("parties", number), text)


def participants_existed_on_the_day(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Participants of an event existed on that day, except for those it is only about (role `subject`)."""
    acting = (
        (("participants", index, "actor"), participant["actor"])
        for index, participant in enumerate(entry.record["participants"])
        if participant["actor"] and participant["role"] != "subject"
    )
    yield from _nonexistent(dataset, entry, entry.record["date"], acting)


def speakers_existed_on_the_day(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Speakers existed on the day of their statement."""
    speaking = ((("speakers", index), speaker) for index, speaker in enumerate(entry.record["speakers"]))
    yield from _nonexistent(dataset, entry, entry.record["date"], speaking)


def codes_hold_while_the_state_exists(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Only states have codes, and each code begins and ends while the state may have existed."""
    actor, days = entry.record, existence(entry.record)
    for index, code in enumerate(actor["codes"]):
        place = ("codes", index)
        begin = edtf.bounds(code["start"]).latest if code["start"] else date.min
        end = edtf.bounds(code["end"]).earliest if code["end"] else date.max
        if actor["kind"] != "state":
            yield entry.finding(place, f"is a code of a state, and this is of the kind {actor['kind']}")
        elif begin < days.earliest:
            yield entry.finding(place, f"does not begin with the state: add `from`, {days.earliest} at the earliest")
        elif end > days.latest:
            yield entry.finding(place, f"does not end with the state: add `to`, {days.latest} at the latest")


def summits_have_two_leaders(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A summit that took place has participants from two countries, or an international organization whose leaders met."""
    event = entry.record
    if event["type"] != "summit" or event["status"] != "occurred":
        return
    present = {p["actor"]: dataset.find("actors", p["actor"]) for p in with_records(event) if p["role"] in PRESENT}
    countries = {actor["country"] or id for id, actor in present.items() if actor and actor["kind"] == "person"}
    if len(countries) < 2 and not any(actor and actor["kind"] == "international_organization" for actor in present.values()):
        yield entry.finding(("participants",), "a summit needs leaders of two countries: add them, or choose another type")


def leaders_stand_beside_their_states(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A meeting of leaders or officials of two countries that took place lists their states, where these are actors.

    At a summit everybody who is there counts as a leader; at another meeting whoever holds a public office on that day.
    """
    event = entry.record
    type = dataset.find("event-types", event["type"]) or {"plover": None}
    if event["status"] != "occurred" or not (type["plover"] and type["plover"]["event"] == MEETING):
        return
    there = [p["actor"] for p in with_records(event) if p["role"] in PRESENT and _acts_for_a_state(dataset, event, p["actor"])]
    countries = {dataset.record("actors", id)["country"]: id for id in reversed(there)}
    listed = {
        state["country"]
        for p in with_records(event)
        if (state := dataset.find("actors", p["actor"])) and state["kind"] == "state"
    }
    for country in sorted(countries.keys() - listed - {None}) if len(countries.keys() - {None}) > 1 else ():
        on = edtf.bounds(event["date"])
        states = [state for state in dataset.states(country) if existence(dataset.record("actors", state)).meets(on)]
        if states:
            text = f"{countries[country]} takes part for {country}, and the state is not listed: add {states[0]}"
            yield entry.finding(("participants",), text)


def actors_end_after_they_begin(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Nobody is dissolved before being founded, nor dies before being born."""
    span = existence(entry.record)
    if span.earliest > span.latest:
        yield entry.finding(("born" if entry.record["born"] else "founded",), f"is after the end ({span.latest})")


def persons_are_born_and_bodies_founded(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Persons are born and die; what is no person is founded and dissolved."""
    person = entry.record["kind"] == "person"
    for key in ("founded", "dissolved") if person else ("born", "died"):
        if entry.record[key]:
            yield entry.finding((key,), f"is not for the kind {entry.record['kind']}")


def offices_follow_their_appointment(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An office is taken up and credentials are presented after the appointment and before the end of the term."""
    for index, role in enumerate(entry.record["roles"]):
        for first, last, word in OFFICE_ORDER:
            if role[first] and role[last] and edtf.bounds(role[last]).latest < edtf.bounds(role[first]).earliest:
                yield entry.finding(("roles", index), f"{word} ({role[last]}) is before {first} ({role[first]})")


LIFECYCLE_RULES: tuple[tuple[str, RecordRule], ...] = (
    ("agreements", nothing_is_in_force_before_it_is_signed),
    ("agreements", nothing_ends_before_it_is_in_force),
    ("agreements", nothing_is_announced_once_it_is_signed),
    ("agreements", what_was_never_in_force_has_no_entry),
    ("agreements", extensions_name_their_new_end),
    ("agreements", treaties_in_force_were_ratified),
    ("agreements", every_act_has_its_actor),
    ("agreements", acts_rest_on_what_occurred),
    ("agreements", extensions_come_before_the_end),
    ("agreements", parties_existed_on_the_day),
    ("agreements", no_party_is_bound_after_its_end),
    ("events", what_has_not_occurred_is_no_act),
    ("events", participants_existed_on_the_day),
    ("events", summits_have_two_leaders),
    ("events", leaders_stand_beside_their_states),
    ("statements", speakers_existed_on_the_day),
    ("actors", actors_end_after_they_begin),
    ("actors", codes_hold_while_the_state_exists),
    ("actors", persons_are_born_and_bodies_founded),
    ("actors", offices_follow_their_appointment),
)


def _done(entry: Entry, kinds: tuple[str, ...]) -> Iterator[tuple[int, Record, edtf.Bounds]]:
    """The actions of some kinds, each with its index and the range of its date."""
    for index, action in enumerate(entry.record["actions"]):
        if action["kind"] in kinds:
            yield index, action, edtf.bounds(action["date"])


def _too_early(entry: Entry, later: tuple[str, ...], earlier: tuple[str, ...], does: str, after: str) -> Iterator[Finding]:
    """Findings on actions that are certainly before the first of those that they must follow."""
    first = min(_done(entry, earlier), key=lambda done: done[2], default=None)
    for index, action, days in _done(entry, later) if first else ():
        if first and days.latest < first[2].earliest:
            text = f"{does} ({action['kind']} {action['date']}) before it {after} ({first[1]['date']}): correct the wrong date"
            yield entry.finding(("actions", index, "date"), text)


def _acts_for_a_state(dataset: Dataset, event: Record, id: str) -> bool:
    """Whether a participant of an event is a person who takes part for a state."""
    actor = dataset.find("actors", id)
    if not actor or actor["kind"] != "person":
        return False
    on = edtf.bounds(event["date"])
    held = (role["organization"] for role in actor["roles"] if (span := tenure(role)) and span.meets(on))
    public = any(
        (body := organization and dataset.find("actors", organization)) and body["kind"] in PUBLIC for organization in held
    )
    return public or bool(event["type"] == "summit")


def _nonexistent(dataset: Dataset, entry: Entry, date: str, acting: Iterable[tuple[Path_, str]]) -> Iterator[Finding]:
    """Findings on actors that certainly did not exist on a date on which they acted."""
    on = edtf.bounds(date)
    for path, id in acting:
        if not dataset.exists(id).meets(on):
            yield entry.finding(path, f"{id} did not exist on {date!r}: correct the actor or the date")

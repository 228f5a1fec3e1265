"""Rules on what stands between records: the order in time of related records, sides of a dispute, and likely duplicates.

A relation is refused where the dates leave room for the wrong order: a record that answers another is dated not before it.
"""

from collections.abc import Iterator
from datetime import date

from ..resources.events import AFTER, BEFORE, WITHIN, who
from ..resources.keys import AGAINST
from ..schema import edtf
from ..schema.fields import Record
from .chronology_rules import RecordRule
from .dataset import Dataset
from .findings import Finding
from .record import Entry
from .statistics import Statistics

Related = Iterator[tuple[int, str, str, Record]]  # number, relation, id and record of the other


def answers_come_after_what_they_answer(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event that is prompted by, answers, carries out, follows or reverses another cannot have begun before it.

    What is only planned keeps the date of the plan.
    """
    for index, relation, other, event in _related(entry, dataset, AFTER):
        if entry.record["status"] != "planned" and _begins(entry.record) < _begins(event):
            yield _early(entry, ("related", index), relation, other, event)


def announcements_come_before_what_they_announce(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event that announces or proposes another cannot have begun after it."""
    for index, relation, other, event in _related(entry, dataset, BEFORE):
        if _begins(event) < _begins(entry.record):
            text = f"{relation} {other}, which may have begun before ({event['date']}): narrow or correct a date, or the relation"
            yield entry.finding(("related", index), text)


def parts_lie_within_the_whole(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event that is part of another, or was signed at it, lies within its time."""
    for index, relation, other, event in _related(entry, dataset, WITHIN):
        part, whole = edtf.bounds(entry.record["date"]), edtf.bounds(event["date"])
        if part.earliest < whole.earliest or whole.latest < part.latest:
            text = f"{relation} {other} ({event['date']}), but may lie outside it: narrow or correct a date, or the relation"
            yield entry.finding(("related", index), text)


def what_may_be_the_same_can_be(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Events that are perhaps the same have a day in common."""
    for index, _, other, event in _related(entry, dataset, ("same_as_perhaps",)):
        if not edtf.bounds(entry.record["date"]).meets(edtf.bounds(event["date"])):
            yield entry.finding(("related", index), f"cannot be the same as {other} ({event['date']}): no day in common")


def next_steps_are_of_one_procedure(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event that follows another shares an agreement, its type or its participants with it: a step of one series."""
    for index, _, other, event in _related(entry, dataset, ("follows",)):
        same = entry.record["type"] == event["type"] or who(entry.record) == who(event)
        if not same and not {*entry.record["agreements"]} & {*event["agreements"]}:
            text = f"shares no agreement, type or participants with {other}: choose a relation that says more, or remove it"
            yield entry.finding(("related", index), text)


def replies_come_after_what_they_reply_to(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A statement cannot have been made before one that it replies to."""
    for index, reply in enumerate(entry.record["replies_to"]):
        if (other := dataset.find("statements", reply["statement"])) and _begins(entry.record) < _begins(other):
            yield _early(entry, ("replies_to", index), "replies to", reply["statement"], other)


def disputes_have_two_sides(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An account that denies or disputes something stands beside one that says it."""
    said = {account["about"] for account in entry.record["accounts"] if account["stance"] not in AGAINST}
    for index, account in enumerate(entry.record["accounts"]):
        if account["stance"] in AGAINST and account["about"] not in said:
            text = f"no account says what this one {account['stance']} ({account['about']}): add the account of the other side"
            yield entry.finding(("accounts", index), text)


def nothing_is_recorded_twice(dataset: Dataset, statistics: Statistics) -> Iterator[Finding]:
    """No two events have day, type, participants and agreements in common, unless one names the other; nor sources an address."""
    for (kind, _), ids in statistics.alike.items():
        for number, id in enumerate(ids[1:], 1):
            entry = dataset.at(kind, id)
            for other in ids[:number]:
                if kind == "sources":
                    yield entry.finding(("url",), f"is the address of {other}, too: keep one of the two")
                elif other not in _names(entry.record) and id not in _names(dataset.record(kind, other)):
                    yield entry.finding(
                        (),
                        f"has day, type, participants and agreements of {other}: merge them, or say in `related` how they differ",
                    )


OF_RELATED: tuple[RecordRule, ...] = (
    answers_come_after_what_they_answer,
    announcements_come_before_what_they_announce,
    parts_lie_within_the_whole,
    what_may_be_the_same_can_be,
    next_steps_are_of_one_procedure,
)
ORDER_RULES: tuple[tuple[str, RecordRule], ...] = (
    *(("events", rule) for rule in OF_RELATED),
    ("events", disputes_have_two_sides),
    ("statements", replies_come_after_what_they_reply_to),
)


def _begins(record: Record) -> date:
    return edtf.bounds(record["date"]).earliest


def _early(entry: Entry, path: tuple[str | int, ...], relation: str, other: str, record: Record) -> Finding:
    text = f"{relation} {other}, but may have begun before it ({record['date']}): narrow or correct a date, or the relation"
    return entry.finding(path, text)


def _related(entry: Entry, dataset: Dataset, relations: tuple[str, ...]) -> Related:
    for index, related in enumerate(entry.record["related"]):
        if related["relation"] in relations and (event := dataset.find("events", related["event"])):
            yield index, related["relation"], related["event"], event


def _names(event: Record) -> set[str]:
    return {related["event"] for related in event["related"]}

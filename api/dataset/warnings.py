"""Warnings: what is probably a mistake, or worth another look, and no fault. Records of JSON Lines are left to their makers.

What a curator has judged stands in `acknowledged.yaml`, with the reason: that warning is told no more while it applies.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from ..resources import BY_KIND
from ..resources.events import ahead, who
from ..resources.keys import AGAINST
from ..resources.search_texts import other_names
from ..resources.sides import alone
from ..schema.fields import Record
from .dataset import Dataset
from .findings import Finding
from .record import Entry

MOST_READ = 20_000  # records that are read once more for a warning
ACKNOWLEDGED = "acknowledged.yaml"
WORDS = ("unused", "named", "older", "one_sided", "alike")  # a warning each, by which it is acknowledged
Warnings = Iterator[tuple[str, Entry, Finding]]


def warnings(dataset: Dataset) -> list[Finding]:
    """Every warning about the records that have a file each, by file; and what is acknowledged, and no longer so."""
    listed = ((kind, id, words) for kind, ids in dataset.acknowledged.items() for id, words in ids.items())
    judged = {(kind, id, word) for kind, id, words in listed for word, reason in words.items() if reason}
    found, met = [], set()
    for word, entry, finding in _warnings(dataset):
        met.add(key := (entry.resource.kind, entry.id, word))
        if key not in judged:
            found.append(replace(finding, message=f"{finding.message} [{word}]"))
    past = (Finding(ACKNOWLEDGED, 0, ".".join(key), "there is no such warning: remove it") for key in judged - met)
    return sorted([*found, *past])


def _warnings(dataset: Dataset) -> Warnings:
    entries = dataset.files.entries
    if sum(map(dataset.count, BY_KIND)) <= MOST_READ:
        yield from _of_actors(dataset)
    for entry in entries["events"].values():
        if entry.record["status"] == "occurred" and "all" in ahead(entry.record, dataset):
            text = "every source is older than the event: cite one that says it occurred"
            yield "older", entry, entry.finding(("citations",), text)
    for entry in (entry for kind in ("events", "statements", "agreements") for entry in entries[kind].values()):
        if _unanswered(entry.record, dataset):
            text = "rests in part on one party's account, which no other confirms or contradicts: is there another source?"
            yield "one_sided", entry, entry.finding((), text)
    yield from _alike(entries["events"])


def _unanswered(record: Record, dataset: Dataset) -> bool:
    """Whether something rests on one party's account alone, and neither the other side stands beside it nor is it alleged."""
    denied = {account["about"] for account in record["accounts"] if account["stance"] in AGAINST}
    others = [account for account in record["accounts"] if account["about"] not in denied]
    tellers = [] if denied else record.get("reported_by", [])
    return record.get("status") != "alleged" and alone({**record, "accounts": others, "reported_by": tellers}, dataset)


def _of_actors(dataset: Dataset) -> Warnings:
    """Actors that no record names, nor holds an office, nor published a source; and names that are those of an actor."""
    used: set[str] = set()
    called: dict[str, str] = {}
    for kind in BY_KIND:
        for item in dataset.ordered(kind):
            entry = dataset.entry(kind, item)
            used.update(id for _, of, id in entry.found.refs if of == "actors")
            if kind == "sources":
                used.update(dataset.outlets(entry.record["publisher"] or ""))
            if kind == "actors":
                names = (entry.record["name"], *other_names(entry.record))
                called.update((name.casefold(), item.id) for name in names)
    for id, entry in dataset.files.entries["actors"].items():
        if id not in used and not entry.record["roles"]:
            yield "unused", entry, entry.finding((), "no record names this actor: add what it did, or remove it")
    for event in dataset.files.entries["events"].values():
        for index, participant in enumerate(event.record["participants"]):
            if actor := called.get((participant["name"] or "").casefold()):
                text = f"is a name of the actor {actor}: write `actor: {actor}`, if it is the same"
                yield "named", event, event.finding(("participants", index, "name"), text)


def _alike(events: dict[str, Entry]) -> Warnings:
    """Events of one type and day, not about different agreements, where the participants of one are among those of the other."""
    groups = defaultdict(list)
    for id, entry in events.items():
        groups[entry.record["date"], entry.record["type"]].append((id, entry))
    for group in groups.values():
        for (one, first), (other, second) in combinations(group, 2):
            named = {related["event"] for entry in (first, second) for related in entry.record["related"]}
            here, there = who(first.record), who(second.record)
            acts = [set(entry.record["agreements"]) for entry in (first, second)]
            apart = all(acts) and not acts[0] & acts[1]
            if not (apart or named & {one, other}) and (here <= there or there <= here):
                text = f"has day, type and participants of {one}, or some of them: are the two the same?"
                yield "alike", second, second.finding((), text)

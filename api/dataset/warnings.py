"""Warnings: what is probably a mistake, or worth another look, and no fault. Records of JSON Lines are left to their makers."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from ..resources import BY_KIND
from ..resources.events import ahead
from ..resources.sides import alone
from .dataset import Dataset
from .findings import Finding
from .record import Entry

MOST_READ = 20_000  # records that are read once more for a warning


def warnings(dataset: Dataset) -> list[Finding]:
    """Every warning about the records that have a file each, by file."""
    entries = dataset.files.entries
    found = list(_unused(dataset))
    for entry in entries["events"].values():
        if entry.record["status"] == "occurred" and "all" in ahead(entry.record, dataset):
            found.append(entry.finding(("citations",), "every source is older than the event: cite one that says it occurred"))
    for entry in (entry for kind in ("events", "statements", "agreements") for entry in entries[kind].values()):
        if alone(entry.record, dataset):
            found.append(entry.finding((), "rests in part on one party's account alone: is there another source?"))
    return sorted([*found, *_alike(entries["events"])])


def _unused(dataset: Dataset) -> Iterator[Finding]:
    """Actors that no record names, nor holds an office, nor published a source; not looked for among very many records."""
    if sum(map(dataset.count, BY_KIND)) > MOST_READ:
        return
    used: set[str] = set()
    for kind in BY_KIND:
        for item in dataset.ordered(kind):
            entry = dataset.entry(kind, item)
            used.update(id for _, of, id in entry.found.refs if of == "actors")
            if kind == "sources":
                used.update(dataset.outlets(entry.record["publisher"] or ""))
    for id, entry in dataset.files.entries["actors"].items():
        if id not in used and not entry.record["roles"]:
            yield entry.finding((), "no record names this actor: add what it did, or remove it")


def _alike(events: dict[str, Entry]) -> Iterator[Finding]:
    """Events of one type that begin on one day, where the participants of one are among those of the other."""
    groups = defaultdict(list)
    for id, entry in events.items():
        groups[entry.record["date"], entry.record["type"]].append((id, entry))
    for group in groups.values():
        for (one, first), (other, second) in combinations(group, 2):
            named = {related["event"] for entry in (first, second) for related in entry.record["related"]}
            here, there = ({part["actor"] for part in entry.record["participants"]} for entry in (first, second))
            if not named & {one, other} and (here <= there or there <= here):
                yield second.finding((), f"has day, type and participants of {one}, or some of them: are the two the same?")

"""What is counted while records are walked, one by one or in parts that are added up: for rules and figures of the whole."""

from collections import Counter
from dataclasses import dataclass, field

from ..resources import BY_KIND
from ..resources.common import conflict
from ..schema import edtf
from ..schema.fields import Record
from .dataset import Dataset
from .record import Entry

OFFICIAL = "official_text"
DISPUTABLE = ("events", "statements", "agreements", "actors")
SHOWN = 100  # records named beside a paragraph that they cite; more are counted
ORDER = {kind: place for place, kind in enumerate(BY_KIND)}


@dataclass
class Cited:
    """The records that cite a paragraph: how many, and the first of them as `kind/id`."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, count: int, names: list[str]) -> None:
        self.count += count
        self.names += names
        if len(self.names) > 2 * SHOWN:
            self.names = self.first()

    def first(self) -> list[str]:
        return sorted(self.names, key=lambda name: (ORDER[name.partition("/")[0]], name))[:SHOWN]

    def shown(self) -> str:
        """The records, as far as they can be shown."""
        names = self.first()
        return " ".join([*names, *([f"... and {self.count - len(names):,} more"] if self.count > len(names) else [])])


@dataclass
class Tally:
    """Sums over records. `circles` are the parents of records that lie in others of their kind."""

    sums: Counter[str] = field(default_factory=Counter)
    citing: Counter[str] = field(default_factory=Counter)
    paragraphs: dict[tuple[str, int], Cited] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    parents: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        self.sums.update(other.sums)
        self.citing.update(other.citing)
        self.counted.update(other.counted)
        self.listed |= other.listed
        self.parents.update(other.parents)
        for place, cited in other.paragraphs.items():
            self.paragraphs.setdefault(place, Cited()).add(cited.count, cited.names)

    def take(self, id: str, entry: Entry, dataset: Dataset) -> None:
        """Counts one record."""
        kind, record = entry.resource.kind, entry.record
        self.citing[kind] += len(entry.citations)
        self._cite(f"{kind}/{id}", entry, dataset)
        for text in _dates(kind, record):
            first, last = edtf.bounds(text)
            self.sums["dates"] += 1
            self.sums["days"] += first == last
        if kind in DISPUTABLE and record["accounts"]:
            self.sums["accounts"] += len(record["accounts"])
            self.sums["disputed"] += conflict(record)
        if kind == "sources":
            self.sums["addressed"] += bool(record["url"])
            self.sums["official_sources"] += record["kind"] == OFFICIAL
            if record["paragraphs"]:
                self.counted[id] = record["paragraphs"]
            if record["not_coded"]:
                self.listed.add(id)
        if (parent := entry.resource.parent) and record[parent]:
            self.parents[kind, id] = record[parent]

    def _cite(self, name: str, entry: Entry, dataset: Dataset) -> None:
        places: set[tuple[str, int]] = set()
        for _, citation in entry.citations:
            source = _source(dataset, citation["source"])
            self.sums["official"] += source.get("kind") == OFFICIAL
            last = source.get("paragraphs") or 0
            places.update((citation["source"], number) for number in citation["paragraphs"] if number <= last)
        for place in places:
            self.paragraphs.setdefault(place, Cited()).add(1, [name])


def _dates(kind: str, record: Record) -> list[str]:
    """When a record came about: an event, a statement, each act upon an agreement."""
    if kind == "agreements":
        return [action["date"] for action in record["actions"]]
    return [record["date"]] if kind in ("events", "statements") else []


def _source(dataset: Dataset, id: str) -> Record:
    try:
        return dataset.record("sources", id)
    except KeyError:  # there is none, or it is faulty
        return {}

"""Totals counted while records are read, then merged across chunks: for rules and figures about the whole dataset."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cache

from ..resources import BY_KIND
from ..resources.events import who
from ..resources.resource import Resource
from ..resources.sides import conflict
from ..schema import edtf
from ..schema.fields import Edtf, Record
from ..schema.walk import steps
from .dataset import Dataset
from .record import Entry

OFFICIAL = "official_text"
SHOWN = 100  # records shown that cite a paragraph; more are only counted
YAML = ".yaml"  # one record a file; machine-made series repeat day, type and participants
ORDER = {kind: place for place, kind in enumerate(BY_KIND)}


@dataclass
class CitingRecords:
    """The records that cite a paragraph: their number, and the first of them as `kind/id`."""

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
        """The names of the first records, and the number of the others, as text."""
        names = self.first()
        return " ".join([*names, *([f"... and {self.count - len(names):,} more"] if self.count > len(names) else [])])


@dataclass
class Statistics:
    """Sums over records.

    `sums` are plain counts by name, `dates` counts of dates by kind, of events by their coding too, `places` counts by kind of
    place, `citing` citations by kind, `cited` citations by kind of source, `paragraphs` who cites
    paragraph n of a source, `counted` the number of paragraphs of a source, `listed` sources with `not_coded`, `parents` the
    parent of each record that has one, `alike` the ids of records that are perhaps the same.
    """

    sums: Counter[str] = field(default_factory=Counter)
    dates: dict[str, Counter[str]] = field(default_factory=dict)
    places: dict[str, Counter[str]] = field(default_factory=dict)
    citing: Counter[str] = field(default_factory=Counter)
    cited: Counter[str | None] = field(default_factory=Counter)
    paragraphs: dict[tuple[str, int], CitingRecords] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    parents: dict[tuple[str, str], str] = field(default_factory=dict)
    alike: dict[tuple[str, Hashable], list[str]] = field(default_factory=dict)

    def add(self, other: "Statistics") -> None:
        self.sums.update(other.sums)
        for mine, theirs in ((self.dates, other.dates), (self.places, other.places)):
            for group, counts in theirs.items():
                mine.setdefault(group, Counter()).update(counts)
        self.citing.update(other.citing)
        self.cited.update(other.cited)
        self.counted.update(other.counted)
        self.listed |= other.listed
        self.parents.update(other.parents)
        for likeness, ids in other.alike.items():
            self.alike.setdefault(likeness, []).extend(ids)
        for place, cited in other.paragraphs.items():
            self.paragraphs.setdefault(place, CitingRecords()).add(cited.count, cited.names)

    def count(self, id: str, entry: Entry, dataset: Dataset) -> None:
        """Counts one record."""
        kind, record = entry.resource.kind, entry.record
        self.citing[kind] += len(entry.citations)
        self.cite(f"{kind}/{id}", entry, dataset)
        groups = (kind, f"{record['coding']}_events") if kind == "events" else (kind,)
        for text in dates(entry.resource, record):
            self._date(edtf.read(text), groups)
        self.sums["open_dates"] += sum(edtf.is_open(value) for _, value in entry.found.dates)
        if record.get("accounts"):
            self.sums["accounts"] += len(record["accounts"])
            self.sums["disputed"] += conflict(record)
        if kind == "places":
            self.places.setdefault(record["kind"], Counter()).update(count=1, located=record["latitude"] is not None)
        if kind == "sources":
            self.sums["addressed"] += bool(record["url"])
            self.sums["official_sources"] += record["kind"] == OFFICIAL
            if record["paragraphs"]:
                self.counted[id] = record["paragraphs"]
            if record["not_coded"]:
                self.listed.add(id)
        if entry.file.endswith(YAML) and (likeness := _likeness(kind, record)):
            self.alike.setdefault((kind, likeness), []).append(id)
        if (parent := entry.resource.parent) and record[parent]:
            self.parents[kind, id] = record[parent]

    def _date(self, date: edtf.EdtfDate, groups: tuple[str, ...]) -> None:
        """Counts a date in each group: `day` if it is one day, `known` if it is that, or an extent between two days."""
        day = date.bounds.earliest == date.bounds.latest
        known = day or (date.sense == "extent" and all(end.days.earliest == end.days.latest for end in (date.first, date.last)))
        for group in groups:
            counts = self.dates.setdefault(group, Counter())
            counts["count"] += 1
            counts["day"] += day
            counts["known"] += known

    def cite(self, name: str, entry: Entry, dataset: Dataset) -> None:
        """Counts the citations of a record, `kind/id`."""
        places: set[tuple[str, int]] = set()
        for _, citation in entry.citations:
            source = dataset.find("sources", citation["source"]) or {}
            self.cited[source.get("kind")] += 1
            last = source.get("paragraphs") or 0
            places.update((citation["source"], number) for number in citation["paragraphs"] if number <= last)
        for place in places:
            self.paragraphs.setdefault(place, CitingRecords()).add(1, [name])


def _likeness(kind: str, record: Record) -> Hashable:
    """What two records of a kind have in common that are probably the same, or None."""
    if kind == "events" and edtf.read(record["date"]).precision == "day":
        return record["date"], record["type"], frozenset(who(record)), frozenset(record["agreements"])
    return record["url"] if kind == "sources" else None


def happens_on_a_date(resource: Resource) -> bool:
    """Whether records of a kind happen on a date of their own, `date`. When a source was published is no such date."""
    return resource.dated == "date"


def dates(resource: Resource, record: Record) -> Iterator[str]:
    """When what a record is about happened: its own date, or else that of each item of a list whose items are dated."""
    if happens_on_a_date(resource):
        if record["date"]:
            yield record["date"]
        return
    for key in _dated_lists(resource):
        yield from (item["date"] for item in record[key])


@cache
def _dated_lists(resource: Resource) -> tuple[str, ...]:
    """The keys of a kind that are lists of mappings with a required `date`."""
    lists = ((key, below) for key, _, _, many, below in steps(resource.schema) if many and below)
    return tuple(key for key, below in lists if any(s.key == "date" and _required_date(s.field) for s in steps(below)))


def _required_date(field: object) -> bool:
    return isinstance(field, Edtf) and field.required

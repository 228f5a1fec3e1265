"""Records that have a file each; those of JSON Lines (jsonl_index.py) have the same methods."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..resources import BY_KIND, RESOURCES
from ..resources.resource import Resource
from ..schema.fields import Record
from .record import Entry, FaultyRecord

CERTAIN_LAST = {1: "b", 2: "a"}  # in ascending order, as the default order of dates descends


class Location(NamedTuple):
    """The line and bytes of a record in a JSON Lines file; `series` is the number of the file."""

    series: int
    line: int
    start: int
    size: int


class Item(NamedTuple):
    """A record to work on: its id, the number of the part of the dataset that has it, and its location there, if any."""

    id: str
    part: int
    location: Location | None


@dataclass
class FileRecords:
    """Records that have a YAML file each, all in memory; `faulty` are files with faults, each with what could be read of it."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {r.kind: {} for r in RESOURCES})
    faulty: dict[tuple[str, str], Entry | None] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """How many sound records of a kind there are."""
        return len(self.entries[kind])

    def has(self, kind: str, id: str) -> bool:
        """Whether there is a record with this id, faulty ones included."""
        return id in self.entries[kind] or (kind, id) in self.faulty

    def near(self, kind: str, id: str) -> list[str]:
        """Ids that may have been meant by a wrong one."""
        return list(self.entries[kind])

    def ordered(self, kind: str) -> Iterator[tuple[str, str, None]]:
        """(sort value, id, location) of a kind's records, by sort value and id."""
        resource = BY_KIND[kind]
        rows = sorted((sort_value(resource, entry.record), id) for id, entry in self.entries[kind].items())
        faulty = sorted(id for (of, id), entry in self.faulty.items() if of == kind and entry)
        return ((value, id, None) for value, id in [*(("", id) for id in faulty), *rows])

    def entry(self, kind: str, id: str, location: Location | None = None) -> Entry:
        """The record with an id. Raises FaultyRecord with findings that were not told yet, KeyError if there is none."""
        if (kind, id) in self.faulty:
            raise FaultyRecord([], self.faulty[kind, id])
        return self.entries[kind][id]

    def record(self, kind: str, id: str) -> Record | None:
        """The values of a record; None if there is none, or a faulty one."""
        entry = self.entries[kind].get(id)
        return entry.record if entry else None

    def name(self, kind: str, id: str) -> str | None:
        """The name of a record; None if there is none."""
        entry = self.entries[kind].get(id)
        return BY_KIND[kind].name(entry.record) if entry else None

    def bytes_to_parse(self) -> int:
        """The size of what is parsed again each time that all records are walked."""
        return 0

    def close(self) -> None:
        pass


def sort_value(resource: Resource, record: Record) -> str:
    """The value that a record is sorted by in its kind's default order, as text.

    The newest come first in the default order of dates, and of those that begin on one day the certain ones.
    """
    columns = resource.columns(record)
    key = resource.sorts[resource.order.lstrip("-")].name
    return f"{columns[key]} {CERTAIN_LAST[columns['vague']]}" if key == "earliest" else str(columns[key])

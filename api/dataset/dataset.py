"""The dataset as a whole: its records, wherever they stand, what they know of each other, and how they are walked."""

import hashlib
import heapq
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..resources import BY_KIND, RESOURCES
from ..resources.actors import tenure
from ..schema import edtf
from ..schema.fields import Record
from ..schema.walk import plain, refs
from . import manifests, yaml_files
from .findings import DatasetError, Finding, Findings
from .jsonl_index import Bulk, Place, sort_key
from .process_pool import ordered
from .record import AboutSchema, Entry, checked

CHUNK = 250  # records that are worked on together
ALONE = 1 << 18  # bytes of JSON Lines up to which one process does the work
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]


def part(progress: Progress | None, first: int, last: int) -> Progress | None:
    """The progress of a part of the work, which takes the whole from `first` to `last` thousandths."""
    if progress is None:
        return None
    return lambda step, done, of: progress(step, first + (last - first) * done // max(of, 1), 1000)


Item = tuple[str, Place | None]  # a record's id, and its place if it stands in a JSON Lines file


class Sum:
    """The digest of a dataset in the making."""

    def __init__(self, first: bytes) -> None:
        self._total = hashlib.sha256(first)
        self.hexdigest = self._total.hexdigest

    def add(self, name: str, digest: str) -> None:
        """Adds a record by `kind/id`; records come in the order of these names."""
        self._total.update(f"\n{name} {digest}".encode())


class Chunk(NamedTuple):
    """Records of one kind that are worked on together, numbered from `first` on."""

    kind: str
    first: int
    items: list[Item]


@dataclass
class Dataset:
    """Everything read from one folder, with the faults met on the way. `entries` are the records that have files."""

    folder: Path
    about: Record = field(default_factory=dict)
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {r.kind: {} for r in RESOURCES})
    moved: dict[str, dict[str, Record]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    faulty: set[tuple[str, str]] = field(default_factory=set)
    bulk: Bulk | None = None
    at_hand: Entry | None = None  # the record that is rendered: nobody walks it again
    sealed: str | None = None  # the digest, where a load has come upon it

    def hold(self, bulk: Bulk) -> None:
        """Takes a catalogue, which goes when the dataset does."""
        self.bulk = bulk
        weakref.finalize(self, bulk.close)

    def close(self) -> None:
        """Removes the catalogue, if there is one."""
        if self.bulk:
            self.bulk.close()

    def count(self, kind: str) -> int:
        return len(self.entries[kind]) + (self.bulk.counts.get(kind, 0) if self.bulk else 0)

    def has(self, kind: str, id: str) -> bool:
        """Whether a record stands in the files, be it faulty."""
        return id in self.entries[kind] or (kind, id) in self.faulty or bool(self.bulk and self.bulk.has(kind, id))

    def near(self, kind: str, id: str) -> list[str]:
        """The ids among which a wrong one may have been meant."""
        return [*self.entries[kind], *(self.bulk.near(kind, id) if self.bulk else ())]

    def ordered(self, kind: str) -> Iterator[Item]:
        """A kind's records in its default order, wherever they stand."""
        resource = BY_KIND[kind]
        filed = sorted((sort_key(resource, entry.record), id) for id, entry in self.entries[kind].items())
        rest = self.bulk.ordered(kind) if self.bulk else iter(())
        rows = heapq.merge(((*row, None) for row in filed), rest, key=lambda row: row[:2])
        return ((id, place) for _, id, place in rows)

    def entry(self, kind: str, item: Item) -> Entry:
        """The record of an item. Raises DatasetError with its faults."""
        id, place = item
        if place is None or self.bulk is None:
            return self.entries[kind][id]
        name = self.bulk.series[place.series].name
        try:
            text = self.bulk.text(id, place)
        except yaml_files.Unreadable as error:
            raise DatasetError([Finding(name, place.line, "", str(error))]) from None
        record, found = checked(name, BY_KIND[kind].schema, text)
        if record is None or found:
            raise DatasetError(found)
        return Entry(name, record, text, BY_KIND[kind])

    def at(self, kind: str, id: str) -> Entry:
        """The record with an id."""
        return self.entry(kind, (id, self.bulk.place(kind, id) if self.bulk and id not in self.entries[kind] else None))

    def record(self, kind: str, id: str) -> Record:
        if id in self.entries[kind] or not self.bulk:
            return self.entries[kind][id].record
        return self.bulk.record(kind, id)

    def name(self, kind: str, id: str) -> str:
        if id in self.entries[kind] or not self.bulk:
            return BY_KIND[kind].name(self.entries[kind][id].record)
        return self.bulk.called(kind, id)

    def ancestors(self, kind: str, id: str) -> Iterator[str]:
        """The records of the same kind that `id` lies within, nearest first; a circle ends where it closes."""
        parent = BY_KIND[kind].parent
        seen = {id}
        while parent and (above := self.record(kind, id)[parent]) and above not in seen:
            yield above
            seen.add(above)
            id = above

    def sources(self, kind: str, record: Record) -> set[str]:
        """Every source that a record cites anywhere."""
        if self.at_hand and self.at_hand.record is record:
            return self.at_hand.sources
        return {id for _, target, id in refs(BY_KIND[kind].schema, record) if target == "sources"}

    def offices(self, actor: str, day: str) -> list[Record]:
        """The offices that an actor held on a date, as far as sources show, each with its organization."""
        on = edtf.bounds(day)
        held = (role for role in self.record("actors", actor)["roles"] if (span := tenure(role)) and span.meets(on))
        return [{"title": role["title"], "organization": self._organization(role)} for role in held]

    def _organization(self, role: Record) -> Record | None:
        id = role["organization"]
        return {"id": id, "name": self.name("actors", id)} if id else None

    def chunks(self) -> Iterator[Chunk]:
        """All records, kind by kind, each kind in its default order."""
        for kind in BY_KIND:
            items = self.ordered(kind)
            number = 1
            while chunk := list(islice(items, CHUNK)):
                yield Chunk(kind, number, chunk)
                number += len(chunk)

    def walk(self, work: Callable[["Dataset", Chunk], Result]) -> Iterator[Result]:
        """`work` of every chunk, in order: in several processes if there is much to do."""
        size = sum(series.size for series in self.bulk.series) if self.bulk else 0
        return ordered(lambda chunk: work(self, chunk), self.chunks(), None if size > ALONE else 0)

    def sum(self) -> Sum:
        """The digest of the dataset, to which every record is still to be added."""
        return Sum(yaml_files.canonical(plain(AboutSchema(), self.about)) + yaml_files.canonical(self.moved))

    @cached_property
    def manifest(self) -> manifests.Manifest:
        """The dataset as it stands, as the manifest of its version; faulty records are left out."""
        found: dict[str, manifests.Entry] = {}
        for part in self.walk(_manifest):
            found.update(part)
        total = self.sum()
        for name in sorted(found):
            total.add(name, found[name].digest)
        return manifests.Manifest(self.about["version"], self.about["released"], total.hexdigest(), found)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical content: the same facts give the same digest, however the files are laid out."""
        return self.sealed or self.manifest.digest

    @cached_property
    def published(self) -> list[Path]:
        """The manifests of the releases that were published before this version, oldest first."""
        return [path for path in manifests.manifests(self.folder) if path.stem != self.about["version"]]

    @cached_property
    def moves(self) -> dict[str, Record]:
        """`kind/id` of each record that is gone -> where it went, or why."""
        return {f"{kind}/{id}": move for kind, moves in self.moved.items() for id, move in moves.items()}

    @cached_property
    def earlier(self) -> dict[str, tuple[str, str]]:
        """`kind/id` -> the version in which a published record last changed, and its digest; with bulk data, the catalogue's."""
        rows = manifests.standing(self.published, self.moves)
        if self.bulk:
            self.bulk.keep_earlier(rows)
            return {}
        return {name: (version, digest) for name, version, digest in rows}

    def updated_in(self, name: str, digest: str) -> str:
        """The version in which the record `kind/id`, as it now stands, last changed."""
        if not self.published:
            return str(self.about["version"])
        known = self.bulk.earlier(name) if self.bulk else self.earlier.get(name)
        return known[0] if known and known[1] == digest else str(self.about["version"])


def _manifest(dataset: Dataset, chunk: Chunk) -> dict[str, manifests.Entry]:
    found = {}
    for item in chunk.items:
        try:
            found[f"{chunk.kind}/{item[0]}"] = dataset.entry(chunk.kind, item).manifest
        except DatasetError:
            continue
    return found

"""The dataset as a whole: all records behind one interface, wherever they are read from, and the walk over them."""

import hashlib
import heapq
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..resources import BY_KIND
from ..resources.actors import existence, is_bounded, tenure
from ..schema import edtf
from ..schema.fields import Record
from ..schema.versions import DRAFT, VERSION, version_key
from ..schema.walk import plain
from . import manifests
from .about import AboutSchema
from .findings import DatasetError, Findings
from .jsonl_index import JsonlRecords
from .process_pool import ordered
from .record import Entry
from .records import FileRecords, Item
from .yaml_files import canonical

CACHED = 1 << 14  # answers about other records that are kept
RECORDS = 1 << 12  # other records that are kept, which are larger than answers about them
CHUNK = 250  # records that are worked on together
SINGLE_PROCESS = 1 << 18  # bytes of JSON Lines up to which one process does the work
Result = TypeVar("Result")
Work = TypeVar("Work")
Progress = Callable[[str, int, int], None]


def part(progress: Progress | None, first: int, last: int) -> Progress | None:
    """Maps the progress of a part of the work to `first` to `last` thousandths of the whole."""
    if progress is None:
        return None
    return lambda step, done, of: progress(step, first + (last - first) * done // max(of, 1), 1000)


class Chunk(NamedTuple):
    """Records of one kind that are worked on together, numbered from `first` on.

    `published` has the version in which each of them last changed and its digest there, by id; `version` is that of others.
    """

    kind: str
    first: int
    items: list[Item]
    published: dict[str, tuple[str, str]] = {}
    version: str = ""

    def updated(self, id: str, digest: str) -> str:
        """The version in which the record that now has a digest last changed."""
        known, unchanged = self.published.get(id, ("", ""))
        return known if digest == unchanged else self.version


@dataclass(eq=False)
class Dataset:
    """What was read from one folder: its description, its records in one or more parts, and the findings so far."""

    folder: Path
    about: Record = field(default_factory=dict)
    moved: dict[str, dict[str, Record]] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, Record]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    files: FileRecords = field(default_factory=FileRecords)
    parts: list[FileRecords | JsonlRecords] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add(self.files)
        # What many records ask of others; nothing is asked before all are read.
        self.has = lru_cache(CACHED)(self._has)
        self.find = lru_cache(RECORDS)(self._find)
        self.record = lru_cache(RECORDS)(self._record)
        self.name = lru_cache(CACHED)(self._name)
        self.terms = lru_cache(CACHED)(self._terms)
        self.exists = lru_cache(CACHED)(self._exists)
        self.ancestors = lru_cache(CACHED)(self._ancestors)

    def add(self, records: FileRecords | JsonlRecords) -> None:
        """Adds a part, which is closed with the dataset."""
        self.parts.append(records)
        weakref.finalize(self, records.close)

    def close(self) -> None:
        """Frees what the parts hold."""
        for records in self.parts:
            records.close()

    def count(self, kind: str) -> int:
        """How many records of a kind there are, faulty files left out."""
        return sum(records.count(kind) for records in self.parts)

    def _has(self, kind: str, id: str) -> bool:
        """Whether there is a record with this id, faulty ones included."""
        return any(records.has(kind, id) for records in self.parts)

    def near(self, kind: str, id: str) -> list[str]:
        """Ids that may have been meant by a wrong one."""
        return [near for records in self.parts for near in records.near(kind, id)]

    def ordered(self, kind: str) -> Iterator[Item]:
        """A kind's records in its default order."""
        rows = heapq.merge(*(self._rows(number, kind) for number in range(len(self.parts))), key=lambda row: row[:2])
        return (Item(*row[1:]) for row in rows)

    def _rows(self, number: int, kind: str) -> Iterator[tuple[Any, ...]]:
        return ((value, id, number, location) for value, id, location in self.parts[number].ordered(kind))

    def entry(self, kind: str, item: Item) -> Entry:
        """The record of an item. Raises FaultyRecord."""
        return self.parts[item.part].entry(kind, item.id, item.location)

    def at(self, kind: str, id: str) -> Entry:
        """The record with an id. Raises FaultyRecord, KeyError if there is none."""
        for records in self.parts:
            if records.has(kind, id):
                return records.entry(kind, id)
        raise KeyError(kind, id)

    def _find(self, kind: str, id: str) -> Record | None:
        """The values of a record; None if there is none, or a faulty one."""
        return next((found for records in self.parts if (found := records.record(kind, id)) is not None), None)

    def _record(self, kind: str, id: str) -> Record:
        """The values of a record. Raises KeyError if there is none, or a faulty one."""
        if (found := self.find(kind, id)) is None:
            raise KeyError(kind, id)
        return found

    def _name(self, kind: str, id: str) -> str:
        """The name of a record. Raises KeyError if there is none."""
        if (name := next(filter(None, (records.name(kind, id) for records in self.parts)), None)) is None:
            raise KeyError(kind, id)
        return name

    def _ancestors(self, kind: str, id: str) -> tuple[str, ...]:
        """The records of the same kind that `id` lies within, nearest first; stops where a circle closes."""
        parent = BY_KIND[kind].parent
        seen = {id: None}
        while parent and (above := self.record(kind, id)[parent]) and above not in seen:
            seen[above] = None
            id = above
        return tuple(seen)[1:]

    def offices(self, actor: str, day: str) -> list[Record]:
        """The offices that an actor held on a date, each with its organization; none that may have been over for years."""
        terms = self.terms(actor)
        return [office for span, office in terms if span.meets(edtf.bounds(day))] if terms else []

    def _terms(self, actor: str) -> list[tuple[edtf.Bounds, Record]]:
        """When an actor held each office, with the office as documents have it."""
        terms = ((tenure(role), role) for role in filter(is_bounded, self.record("actors", actor)["roles"]))
        return [(span, {"title": role["title"], "organization": self._organization(role)}) for span, role in terms if span]

    def _exists(self, actor: str) -> edtf.Bounds:
        """The days on which an actor may have existed; all, where there is none or a faulty one."""
        return existence(record) if (record := self.find("actors", actor)) else edtf.EVER

    def _organization(self, role: Record) -> Record | None:
        id = role["organization"]
        return {"id": id, "name": self.name("actors", id)} if id else None

    @cached_property
    def _actors(self) -> dict[tuple[str, str], list[str]]:
        """The ids of states by country code, and of media outlets by each of their names."""
        found: dict[tuple[str, str], list[str]] = {}
        for item in self.ordered("actors"):
            with suppress(DatasetError):
                actor = self.entry("actors", item).record
                names = {actor["country"]} if actor["kind"] == "state" else set()
                if actor["kind"] == "media_outlet":
                    names = {name.casefold() for name in (actor["name"], *actor["also_known_as"])}
                for name in names:
                    found.setdefault((actor["kind"], name), []).append(item.id)
        return found

    def states(self, country: str) -> list[str]:
        """The states with a country code."""
        return self._actors.get(("state", country), [])

    def outlets(self, name: str) -> list[str]:
        """The media outlets that have a name, or are also known under it."""
        return self._actors.get(("media_outlet", name.casefold()), [])

    def chunks(self) -> Iterator[Chunk]:
        """All records, kind by kind, each kind in its default order."""
        for kind in BY_KIND:
            items = self.ordered(kind)
            number = 1
            while chunk := list(islice(items, CHUNK)):
                yield Chunk(kind, number, chunk)
                number += len(chunk)

    def walk(self, work: Callable[[Work], Result], chunks: Iterable[Work]) -> Iterator[Result]:
        """`work` of every chunk, in order; in several processes if there is much to parse."""
        size = sum(records.bytes_to_parse() for records in self.parts)
        return ordered(work, chunks, None if size > SINGLE_PROCESS else 0)

    def digest_of(self, digests: Iterable[tuple[str, str]]) -> str:
        """The digest of the dataset, given those of all records by their names, `kind/id`, in the order of these."""
        total = hashlib.sha256(canonical(plain(AboutSchema(), self.about)) + canonical(self.moved))
        for name, digest in digests:
            total.update(f"\n{name} {digest}".encode())
        return total.hexdigest()

    @cached_property
    def manifest(self) -> dict[str, manifests.ManifestEntry]:
        """The entries of the dataset's manifest by name, all in memory; faulty records are left out."""
        found = {}
        for chunk in self.chunks():
            for item in chunk.items:
                with suppress(DatasetError):
                    found[f"{chunk.kind}/{item.id}"] = self.entry(chunk.kind, item).manifest
        return dict(sorted(found.items()))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical content: it does not depend on how the files are laid out."""
        return self.digest_of((name, entry.digest) for name, entry in self.manifest.items())

    @cached_property
    def published(self) -> list[Path]:
        """The manifest files of the releases that were published up to this version, oldest first."""
        paths, version = manifests.manifests(self.folder), self.about.get("version") or ""
        return [path for path in paths if not VERSION.fullmatch(version) or version_key(path.stem) <= version_key(version)]

    def was_published(self, digest: str = "") -> bool:
        """Whether exactly the dataset with this digest, by default this one, was published as the version in dataset.yaml."""
        version = self.about.get("version")
        return any(path.stem == version and manifests.head(path)[2] == (digest or self.digest) for path in self.published)

    def loaded_version(self, digest: str) -> str:
        """The version that the dataset with this digest is loaded as: that of dataset.yaml, or a draft of it if it was not
        published."""
        version = str(self.about["version"])
        return version if self.was_published(digest) else version + DRAFT

    @cached_property
    def moves(self) -> dict[str, Record]:
        """`kind/id` of each removed record -> its new id, or the reason."""
        return {f"{kind}/{id}": move for kind, moves in self.moved.items() for id, move in moves.items()}

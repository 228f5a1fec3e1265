"""The dataset in memory: every file read and checked by its schema, and what records know of each other."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import marshmallow as ma
from marshmallow import validate

from . import dates, files, history
from .fields import Country, Edtf, Many, One, Record, Schema, Text, Url, faults, is_id, plain, refs
from .problems import Finding, nearest
from .resource import Resource
from .resources import BY_KIND, RESOURCES
from .resources.actors import tenure
from .resources.common import Citation

BESIDE = {history.FOLDER, "dataset.yaml", "schemas", "moved.yaml", "README.md", "CHANGELOG.md"}
SEMVER = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"
Progress = Callable[[str, int, int], None]


class Creator(Schema):
    name = Text("Name of the person or group.", required=True)
    orcid = Text("ORCID iD.")


class AboutSchema(Schema):
    """`dataset.yaml`: what the dataset as a whole is."""

    title = Text("Title of the dataset.", required=True)
    description = Text("What it holds.", required=True)
    version = Text("Data version, semver.", required=True, validate=validate.Regexp(SEMVER, error="{input!r} is not x.y.z"))
    released = Edtf("Day on which this version was made.", required=True)
    licence = Text("SPDX identifier of the data's licence.", required=True)
    licence_url = Url("Address of the licence.", required=True)
    creators = Many("Who made it.", One("A creator.", Creator), required=True)
    coverage = Edtf("The time it means to cover.", required=True)
    countries = Many("The countries it is about.", Country("ISO 3166-1 alpha-3 code."), required=True)
    keywords = Many("Words to find it by.", Text("A word."))


@dataclass(frozen=True)
class Entry:
    """One record as read: its values, and where they stand."""

    file: str
    record: Record
    text: files.Text

    def finding(self, path: files.Path_, message: str) -> Finding:
        return Finding(self.file, self.text.line(path), dotted(path), message)


@dataclass
class Dataset:
    """Everything read from one folder, with the faults met on the way."""

    folder: Path
    about: Record = field(default_factory=dict)
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {r.kind: {} for r in RESOURCES})
    moved: dict[str, dict[str, Record]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    faulty: set[tuple[str, str]] = field(default_factory=set)

    def has(self, kind: str, id: str) -> bool:
        """Whether a record stands in the files, be it faulty."""
        return id in self.entries[kind] or (kind, id) in self.faulty

    def record(self, kind: str, id: str) -> Record:
        return self.entries[kind][id].record

    def name(self, kind: str, id: str) -> str:
        return BY_KIND[kind].name(self.record(kind, id))

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
        return {id for _, target, id in refs(BY_KIND[kind].schema, record) if target == "sources"}

    def offices(self, actor: str, day: str) -> list[Record]:
        """The offices that an actor held on a date, as far as sources show, each with its organization."""
        on = dates.bounds(day)
        held = (role for role in self.record("actors", actor)["roles"] if (span := tenure(role)) and span.meets(on))
        return [{"title": role["title"], "organization": self._organization(role)} for role in held]

    def _organization(self, role: Record) -> Record | None:
        id = role["organization"]
        return {"id": id, "name": self.name("actors", id)} if id else None

    def citations(self) -> Iterator[tuple[str, str, Entry, files.Path_, Record]]:
        """Every citation, as (kind, id, entry, path, citation)."""
        for kind, entries in self.entries.items():
            for id, entry in entries.items():
                for path, citation in citations(BY_KIND[kind].schema, entry.record):
                    yield kind, id, entry, path, citation

    @cached_property
    def manifest(self) -> history.Manifest:
        """The dataset as it stands, as the manifest of its version."""
        found = {
            f"{kind}/{id}": history.Entry.of(plain(BY_KIND[kind].schema, entry.record))
            for kind, entries in self.entries.items()
            for id, entry in entries.items()
        }
        total = hashlib.sha256(files.canonical(plain(AboutSchema(), self.about)) + files.canonical(self.moved))
        for name, entry in sorted(found.items()):
            total.update(f"\n{name} {entry.digest}".encode())
        return history.Manifest(self.about["version"], self.about["released"], total.hexdigest(), found)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical content: the same facts give the same digest, however the files are laid out."""
        return self.manifest.digest

    @cached_property
    def releases(self) -> list[history.Manifest]:
        """The releases that were published before this version, oldest first, and this one as it stands."""
        earlier = [m for m in history.read(self.folder) if m.version != self.about["version"]]
        return [*earlier, self.manifest]

    @cached_property
    def moves(self) -> dict[str, Record]:
        """`kind/id` of each record that is gone -> where it went, or why."""
        return {f"{kind}/{id}": move for kind, moves in self.moved.items() for id, move in moves.items()}

    @cached_property
    def updated_in(self) -> dict[str, str]:
        """`kind/id` -> the version in which the record last changed."""
        return history.updated_in(self.releases, self.moves)


def dotted(path: files.Path_) -> str:
    """`participants[0].actor`"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def citations(schema: ma.Schema, value: Record, path: files.Path_ = ()) -> Iterator[tuple[files.Path_, Record]]:
    """Every citation anywhere in a record, as (path, citation)."""
    if isinstance(schema, Citation):
        yield path, value
    for key, inner in schema.load_fields.items():
        step = (*path, inner.data_key or key)
        if isinstance(inner, One) and value[key]:
            yield from citations(inner.schema, value[key], step)
        if isinstance(inner, Many) and isinstance(inner.inner, One):
            for index, element in enumerate(value[key]):
                yield from citations(inner.inner.schema, element, (*step, index))


def read(folder: Path, progress: Progress | None = None) -> Dataset:
    """The dataset in `folder`, with a finding for each fault that a file shows by itself."""
    dataset = Dataset(folder)
    if not folder.is_dir():
        dataset.findings.append(Finding(str(folder), 0, "", "no such folder"))
        return dataset
    _strays(dataset)
    dataset.about = _single(dataset, "dataset.yaml", AboutSchema()) or {}
    dataset.moved = _moved(dataset)
    for step, resource in enumerate(RESOURCES):
        if progress:
            progress(f"reading {resource.kind}", step, len(RESOURCES))
        for name, id, text in _texts(dataset, resource):
            _enter(dataset, resource, name, id, text)
    return dataset


def _strays(dataset: Dataset) -> None:
    known = BESIDE | set(BY_KIND) | {f"{kind}.jsonl" for kind in BY_KIND}
    for path in files.record_files(dataset.folder):
        if path.name not in known:
            close = nearest(path.name, known)
            hint = f"; did you mean {close!r}?" if close else ""
            dataset.findings.append(Finding(path.name, 0, "", f"is not part of a dataset{hint}"))


def _single(dataset: Dataset, name: str, schema: ma.Schema) -> Record | None:
    path = dataset.folder / name
    if not path.exists():
        dataset.findings.append(Finding(name, 0, "", "is missing"))
        return None
    try:
        text = files.parse_yaml(files.read_text(path))
    except files.Unreadable as error:
        dataset.findings.append(Finding(name, error.line, "", str(error)))
        return None
    return _checked(dataset, name, schema, text)


def _moved(dataset: Dataset) -> dict[str, dict[str, Record]]:
    """`moved.yaml`: kind -> old id -> `{to: new id}` or `{withdrawn: reason}`; absent where nothing ever moved."""
    path = dataset.folder / "moved.yaml"
    if not path.exists():
        return {}
    move = ma.Schema.from_dict({"to": Text("New id."), "withdrawn": Text("Why the record is gone.")})
    ids: Any = ma.fields.Dict(keys=Text("Old id."), values=ma.fields.Nested(move))
    schema = Schema.from_dict(dict.fromkeys(BY_KIND, ids))
    return {kind: ids for kind, ids in (_single(dataset, "moved.yaml", schema()) or {}).items() if ids}


def _texts(dataset: Dataset, resource: Resource) -> Iterator[tuple[str, str, files.Text]]:
    folder = dataset.folder / resource.kind
    for path in files.record_files(folder) if folder.is_dir() else ():
        name = f"{resource.kind}/{path.name}"
        if path.suffix != ".yaml" or not is_id(path.stem) or path.is_dir():
            dataset.findings.append(Finding(name, 0, "", "is not named <id>.yaml, with an id of a-z, 0-9 and hyphens"))
            continue
        try:
            yield name, path.stem, files.parse_yaml(files.read_text(path))
        except files.Unreadable as error:
            dataset.findings.append(Finding(name, error.line, "", str(error)))
            dataset.faulty.add((resource.kind, path.stem))
    bulk = dataset.folder / f"{resource.kind}.jsonl"
    if bulk.exists():
        with bulk.open(encoding="utf-8") as lines:
            try:
                for _, text in files.parse_jsonl(iter(lines)):
                    id = text.value.pop("id", None) if isinstance(text.value, dict) else None
                    yield bulk.name, str(id), text
            except files.Unreadable as error:
                dataset.findings.append(Finding(bulk.name, error.line, "", str(error)))


def _enter(dataset: Dataset, resource: Resource, name: str, id: str, text: files.Text) -> None:
    line = text.line(())
    if not is_id(id):
        dataset.findings.append(Finding(name, line, "id", f"{id!r} is not an id"))
    elif id in dataset.entries[resource.kind]:
        dataset.findings.append(Finding(name, line, "id", f"{id!r} stands twice"))
    elif (record := _checked(dataset, name, resource.schema, text)) is not None:
        dataset.entries[resource.kind][id] = Entry(name, record, text)
    else:
        dataset.faulty.add((resource.kind, id))


def _checked(dataset: Dataset, name: str, schema: ma.Schema, text: files.Text) -> Record | None:
    for path in text.twice:
        dataset.findings.append(Finding(name, text.line(path), dotted(path), "stands twice"))
    if not isinstance(text.value, dict):
        dataset.findings.append(Finding(name, text.line(()), "", "is not a mapping of keys"))
        return None
    try:
        return dict(schema.load(text.value))
    except ma.ValidationError as error:
        for fault in faults(schema, error.messages, text.value):
            dataset.findings.append(Finding(name, text.line(fault.path), dotted(fault.path), str(fault)))
        return None

"""Reading: a folder becomes a dataset, with a finding for each error visible without other files."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import gettempdir
from typing import Any

import marshmallow as ma

from ..problems import nearest
from ..resources import BY_KIND, RESOURCES
from ..resources.resource import Resource
from ..schema.fields import Record, Schema, Text, is_id
from ..schema.reading import PartialRecord
from . import codings, jsonl, manifests, official_rows, shipped, snapshot
from .about import AboutSchema
from .dataset import Dataset, Progress
from .findings import BULK, Finding
from .jsonl_index import ByteRange, JsonlRecords, scan
from .process_pool import ordered
from .record import FaultyRecord, entry_of, validated
from .snapshot import Snapshot
from .sqlite_errors import sqlite_errors
from .warnings import ACKNOWLEDGED, WORDS
from .yaml_files import YAML, Unreadable, parse_yaml

FOLDERS = {manifests.FOLDER, *BY_KIND}
OTHERS = {
    "dataset.yaml",
    "schemas",
    "moved.yaml",
    ACKNOWLEDGED,
    "README.md",
    "descriptor.md",
    "CHANGELOG.md",
    codings.FOLDER,
    official_rows.REASONS,
}
NO_MAPPING: Any = dict.fromkeys(("invalid", "null"), "is not a mapping of keys")
KNOWN = FOLDERS | OTHERS | snapshot.SERIES


def read(folder: Path, progress: Progress | None = None, scratch: Path | None = None) -> Dataset:
    """The dataset in a folder. See `read_snapshot`."""
    with closing(Snapshot(folder)) as files:
        return read_snapshot(files, progress, scratch)


def read_snapshot(files: Snapshot, progress: Progress | None = None, scratch: Path | None = None) -> Dataset:
    """The dataset in a snapshot of its files.

    YAML records are in memory; JSON Lines are only indexed, in a scratch folder below `scratch` that is removed with the
    dataset. Raises FileError if there is no room for the index.
    """
    dataset = Dataset(files.folder)
    dataset.findings.add(files.findings)
    if not files.listed:
        return dataset
    dataset.findings.add(_misplaced(files))
    dataset.about = _single(dataset, files, "dataset.yaml", AboutSchema()) or {}
    dataset.moved = _by_id(dataset, files, "moved.yaml", to=Text("New id."), withdrawn=Text("Why the record is gone."))
    dataset.acknowledged = _by_id(dataset, files, ACKNOWLEDGED, **{word: Text("Why it is so.") for word in WORDS})
    for step, resource in enumerate(RESOURCES):
        if progress:
            progress(f"reading {resource.kind}", step, len(RESOURCES))
        for folder in (name for name in files.names() if resource.kind in (name, nearest(name, KNOWN))):
            for name in files.names(folder):
                _read_record(dataset, files, resource, f"{folder}/{name}")
    if series := list(_series(dataset, files)):
        with sqlite_errors("write the index in", scratch or Path(gettempdir())):
            records = JsonlRecords(scratch)
            dataset.add(records)
            for kind, name, handle in series:
                dataset.findings.add(records.open(kind, name, handle))
            _index(dataset, records, progress)
    shipped.add_to(dataset)
    return dataset


def _misplaced(files: Snapshot) -> Iterator[Finding]:
    """What is not part of a dataset, and folders that are none."""
    for name in files.names():
        if name not in KNOWN:
            close = nearest(name, KNOWN)
            yield Finding(name, 0, "", "is not part of a dataset" + (f"; did you mean {close!r}?" if close else ""))
        elif name in FOLDERS and files.type(name) == snapshot.LINK:
            yield Finding(name, 0, "", "is a symbolic link; the dataset holds regular files only")
        elif name in FOLDERS and files.type(name) != snapshot.FOLDER:
            yield Finding(name, 0, "", "is not a folder")


def _single(dataset: Dataset, files: Snapshot, name: str, schema: ma.Schema) -> Record | None:
    if files.type(name) is None:
        dataset.findings.add([Finding(name, 0, "", "is missing")])
        return None
    try:
        text = files.take_text(name)
        if text is None:
            return None
        record, _, findings = validated(name, schema, parse_yaml(text))
    except Unreadable as error:
        record, findings = PartialRecord(), [Finding(name, error.line, "", str(error))]
    dataset.findings.add(findings)
    return None if isinstance(record, PartialRecord) else record


def _by_id(dataset: Dataset, files: Snapshot, name: str, **keys: Text) -> dict[str, dict[str, Record]]:
    """What a file says of records: kind -> id -> the keys that are given; empty if there is no such file."""
    if files.type(name) is None:
        return {}
    said = ma.fields.Nested(Schema.from_dict(dict(keys)), error_messages=NO_MAPPING)
    ids: Any = ma.fields.Dict(keys=Text("An id."), values=said, error_messages=NO_MAPPING)
    schema = Schema.from_dict(dict.fromkeys(BY_KIND, ids))
    return {kind: ids for kind, ids in (_single(dataset, files, name, schema()) or {}).items() if ids}


def _read_record(dataset: Dataset, files: Snapshot, resource: Resource, name: str) -> None:
    """Reads the file of a record; what lies in a wrong place or has a wrong name is read too, so that all its faults are told."""
    path = PurePosixPath(name)
    if files.type(name) == snapshot.FOLDER:
        dataset.findings.add([Finding(name, 0, "", f"is a folder: records lie in {resource.kind}/ itself")])
        for below in files.names(name):
            _read_record(dataset, files, resource, f"{name}/{below}")
        return
    if misnamed := path.suffix != ".yaml" or not is_id(path.stem):
        dataset.findings.add([Finding(name, 0, "", "is not named <id>.yaml, with an id of a-z, 0-9 and hyphens")])
    key, faulty = (resource.kind, path.stem), dataset.files.faulty
    if path.suffix not in YAML or dataset.files.has(*key) or not path.stem.isprintable():  # bytes that are no text are no id
        return
    faulty[key] = None
    try:
        if (content := files.take_text(name)) is not None:
            entry = entry_of(name, resource, parse_yaml(content))
            if misnamed or path.parent.name != resource.kind:
                faulty[key] = replace(entry, record=PartialRecord(entry.record))
            else:
                dataset.files.entries[resource.kind][path.stem] = entry
                del faulty[key]
    except FaultyRecord as error:
        dataset.findings.add(error.findings)
        faulty[key] = error.entry
    except Unreadable as error:
        dataset.findings.add([Finding(name, error.line, "", str(error))])


def _series(dataset: Dataset, files: Snapshot) -> Iterator[tuple[str, str, int]]:
    """Kind, name and open descriptor of the JSON Lines files."""
    for kind in BY_KIND:
        names = [name for ending in BULK if files.type(name := f"{kind}{ending}")]
        if len(names) > 1:
            dataset.findings.add([Finding(names[1], 0, "", f"duplicates {names[0]}: keep one of them")])
        for name in names[:1]:
            try:
                if (handle := files.take_handle(name)) is not None:
                    yield kind, name, handle
            except Unreadable as error:
                dataset.findings.add([Finding(name, error.line, "", str(error))])


def _index(dataset: Dataset, records: JsonlRecords, progress: Progress | None) -> None:
    """Adds every line to the index; findings get the line's number in the file."""
    pieces = [
        ByteRange(number, *piece) for number, series in enumerate(records.series) for piece in jsonl.byte_ranges(series.size)
    ]
    results = ordered(lambda piece: scan(records, piece), pieces, None if len(pieces) > 1 else 0)
    above, last = 0, -1
    for done, (piece, scanned) in enumerate(zip(pieces, results, strict=True)):
        if piece.series != last:
            above, last = 0, piece.series
        if progress:
            progress(f"reading {records.series[last].name}", done, len(pieces))
        records.add((*row[:5], row[5] + above, *row[6:]) for row in scanned.rows)
        dataset.findings.add(Finding(f.file, f.line + above, f.key, f.message) for f in scanned.findings)
        above += scanned.lines
    taken = [(kind, id) for kind, entries in dataset.files.entries.items() for id in entries]
    dataset.findings.add(records.finish([*taken, *dataset.files.faulty]))

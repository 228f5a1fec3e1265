"""Reading: a folder becomes a dataset, with a finding for each fault that a file shows by itself."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma

from ..problems import nearest
from ..resources import BY_KIND, RESOURCES
from ..resources.resource import Resource
from ..schema.fields import Record, Schema, Text, is_id
from . import jsonl, manifests, yaml_files
from .dataset import Dataset, Progress
from .findings import BULK, Finding
from .jsonl_index import Bulk, Span, look
from .process_pool import ordered
from .record import AboutSchema, Entry, checked
from .tempdir import as_files_say

BESIDE = {manifests.FOLDER, "dataset.yaml", "schemas", "moved.yaml", "README.md", "CHANGELOG.md"}
__all__ = ["Dataset", "Entry", "Progress", "inputs", "read"]


def inputs(folder: Path) -> str:
    """SHA-256 of the names and bytes of all files of a dataset: where it is the same, nothing has to be read anew."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("[!.]*") if path.is_symlink() or path.is_file()):
        name = path.relative_to(folder)
        if any(part.startswith(".") for part in name.parts):
            continue
        total.update(f"{name.as_posix()}\n".encode("utf-8", "surrogateescape"))
        if path.is_symlink():
            total.update(b"a link")
            continue
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


@as_files_say()
def read(folder: Path, progress: Progress | None = None, scratch: Path | None = None) -> Dataset:
    """The dataset in `folder`. JSON Lines are only catalogued, in a scratch folder below `scratch` that goes with the dataset."""
    dataset = Dataset(folder)
    if not folder.is_dir():
        dataset.findings.add([Finding(str(folder), 0, "", "no such folder")])
        return dataset
    dataset.findings.add(_strays(folder))
    dataset.about = _single(dataset, "dataset.yaml", AboutSchema()) or {}
    dataset.moved = _moved(dataset)
    for step, resource in enumerate(RESOURCES):
        if progress:
            progress(f"reading {resource.kind}", step, len(RESOURCES))
        for name, id, text in _texts(dataset, resource):
            _enter(dataset, resource, name, id, text)
    if found := list(_series(dataset)):
        dataset.hold(Bulk(scratch))
        _catalogue(dataset, found, progress)
    return dataset


def _strays(folder: Path) -> Iterator[Finding]:
    known = BESIDE | set(BY_KIND) | {f"{kind}{ending}" for kind in BY_KIND for ending in BULK}
    for path in yaml_files.record_files(folder):
        if path.name not in known:
            close = nearest(path.name, known)
            hint = f"; did you mean {close!r}?" if close else ""
            yield Finding(path.name, 0, "", f"is not part of a dataset{hint}")


def _single(dataset: Dataset, name: str, schema: ma.Schema) -> Record | None:
    path = dataset.folder / name
    if not path.exists():
        dataset.findings.add([Finding(name, 0, "", "is missing")])
        return None
    try:
        text = yaml_files.parse_yaml(yaml_files.read_text(path))
    except yaml_files.Unreadable as error:
        dataset.findings.add([Finding(name, error.line, "", str(error))])
        return None
    record, found = checked(name, schema, text)
    dataset.findings.add(found)
    return record


def _moved(dataset: Dataset) -> dict[str, dict[str, Record]]:
    """`moved.yaml`: kind -> old id -> `{to: new id}` or `{withdrawn: reason}`; absent where nothing ever moved."""
    path = dataset.folder / "moved.yaml"
    if not path.exists():
        return {}
    move = ma.Schema.from_dict({"to": Text("New id."), "withdrawn": Text("Why the record is gone.")})
    ids: Any = ma.fields.Dict(keys=Text("Old id."), values=ma.fields.Nested(move))
    schema = Schema.from_dict(dict.fromkeys(BY_KIND, ids))
    return {kind: ids for kind, ids in (_single(dataset, "moved.yaml", schema()) or {}).items() if ids}


def _texts(dataset: Dataset, resource: Resource) -> Iterator[tuple[str, str, yaml_files.Text]]:
    folder = dataset.folder / resource.kind
    for path in yaml_files.record_files(folder) if folder.is_dir() else ():
        name = f"{resource.kind}/{path.name}"
        if path.suffix != ".yaml" or not is_id(path.stem) or path.is_dir():
            dataset.findings.add([Finding(name, 0, "", "is not named <id>.yaml, with an id of a-z, 0-9 and hyphens")])
            continue
        try:
            yield name, path.stem, yaml_files.parse_yaml(yaml_files.read_text(path))
        except yaml_files.Unreadable as error:
            dataset.findings.add([Finding(name, error.line, "", str(error))])
            dataset.faulty.add((resource.kind, path.stem))


def _enter(dataset: Dataset, resource: Resource, name: str, id: str, text: yaml_files.Text) -> None:
    record, found = checked(name, resource.schema, text)
    dataset.findings.add(found)
    if record is None:
        dataset.faulty.add((resource.kind, id))
    else:
        dataset.entries[resource.kind][id] = Entry(name, record, text, resource)


def _series(dataset: Dataset) -> Iterator[tuple[str, Path]]:
    """The JSON Lines files, each with its kind."""
    for kind in BY_KIND:
        found = [path for ending in BULK if (path := dataset.folder / f"{kind}{ending}").exists() or path.is_symlink()]
        if len(found) > 1:
            dataset.findings.add([Finding(found[1].name, 0, "", f"stands beside {found[0].name}; one of them is enough")])
        for path in found[:1]:
            if path.is_symlink():
                dataset.findings.add([Finding(path.name, 0, "", "is a symbolic link; the dataset holds plain files only")])
            elif not path.is_file():
                dataset.findings.add([Finding(path.name, 0, "", "is not a file")])
            else:
                yield kind, path


def _catalogue(dataset: Dataset, found: list[tuple[str, Path]], progress: Progress | None) -> None:
    """Enters every line into the catalogue; what a line shows by itself is told, with its number in the file."""
    bulk = dataset.bulk
    assert bulk  # noqa: S101  # for mypy
    for kind, path in found:
        dataset.findings.add(bulk.open(kind, path))
    spans = [Span(number, *span) for number, series in enumerate(bulk.series) for span in jsonl.spans(series.size)]
    seen = ordered(lambda span: look(bulk, span), spans, None if len(spans) > 1 else 0)
    above, last = 0, -1
    for done, (span, part) in enumerate(zip(spans, seen, strict=True)):
        if span.series != last:
            above, last = 0, span.series
        if progress:
            progress(f"reading {bulk.series[last].name}", done, len(spans))
        bulk.add((*row[:5], row[5] + above, *row[6:]) for row in part.rows)
        dataset.findings.add(Finding(f.file, f.line + above, f.key, f.message) for f in part.findings)
        above += part.lines
    filed = [(kind, id) for kind, entries in dataset.entries.items() for id in entries]
    dataset.findings.add(bulk.settle([*filed, *dataset.faulty]))

"""Publishing: a dataset becomes the files of a version, which never change afterwards."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from ..dataset import manifests, quality
from ..dataset.dataset import Dataset, Progress, part
from ..dataset.file_errors import file_errors, sqlite_errors
from ..dataset.findings import DatasetError
from ..dataset.manifests import Change
from ..dataset.reader import read
from ..dataset.tempdir import Scratch
from ..storage.store import Changed, Release, in_file
from . import files
from .build import build

SUMS = "SHA256SUMS"
SUM = re.compile(r"([0-9a-f]{64})  ([^/\n]+)\n")


class VersionExists(Exception):
    """The version is already published with different bytes."""


def publish(folder: Path, output: Path, progress: Progress | None = None) -> tuple[Path, bool]:
    """Writes the files of the dataset's version below `output`, and its manifest into the dataset.

    Returns the version's folder, and whether it is new; it appears in one step, whole. Raises DatasetError if the dataset
    has faults or the gate refuses, VersionExists if the version is published with different bytes, FileError if a file
    cannot be written.
    """
    with (
        file_errors("write", output),
        closing(Scratch(output)) as scratch,
        closing(read(folder, part(progress, 0, 50), output)) as dataset,
    ):
        database, manifest = scratch.path / "release.sqlite", scratch.path / "manifest.tsv"
        content_digest = build(dataset, database, part(progress, 50, 600), manifest)
        with closing(in_file(database)) as release:
            if findings := quality.gate(dataset, content_digest, _changes(release)):
                raise DatasetError(findings)
            making = scratch.path / dataset.about["version"]
            making.mkdir()
            write(files.ReleaseContent(dataset, release), making, part(progress, 600, 1000))
        target, new = _put_in_place(making, output)
        _keep_manifest(manifest, dataset)
    return target, new


def _changes(release: Release) -> Iterator[Change]:
    """The changes of a release since the one before."""
    columns = (Changed.kind, Changed.id, Changed.change, Changed.reason)
    version, released = release.about["version"], release.about["released"]
    rows = release.rows(Changed.select(*columns).where(Changed.version == version))
    return (Change(version, released, f"{kind}/{id}", change, reason=reason) for kind, id, change, reason in rows)


def write(content: files.ReleaseContent, folder: Path, progress: Progress | None = None) -> None:
    """Writes every file of a release, and the sums of them all."""
    for step, (name, file) in enumerate(files.FILES.items()):
        if progress:
            progress(f"writing {name}", step, len(files.FILES))
        with sqlite_errors("write", folder / name):
            file.write(content, folder / name)
    lines = [f"{digest(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    with file_errors("write", folder / SUMS):
        (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o444)


def _put_in_place(made: Path, output: Path) -> tuple[Path, bool]:
    """Moves the files of a version into `output`, unless they are there already; returns their folder, and whether it is new."""
    target = output / made.name
    if not target.exists():
        os.replace(made, target)
        return target, True
    with file_errors("read", target):
        same = (target / SUMS).read_bytes() == (made / SUMS).read_bytes()
    if not same:
        raise VersionExists(f"{target} holds this version with different bytes")
    return target, False


def _keep_manifest(manifest: Path, dataset: Dataset) -> None:
    """Copies the manifest of the version into the dataset, once and whole."""
    path = dataset.folder / manifests.FOLDER / f"{dataset.about['version']}.tsv"
    if path.exists():
        return
    making = path.with_suffix(".tmp")
    with file_errors("write", path):
        path.parent.mkdir(exist_ok=True)
        try:
            shutil.copyfile(manifest, making)
            os.replace(making, path)
        finally:
            making.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file, read a piece at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_manifest(dataset: Dataset) -> None:
    """Writes the manifest of the version, once and whole."""
    path = dataset.folder / manifests.FOLDER / f"{dataset.about['version']}.tsv"
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    making = path.with_suffix(".tmp")
    try:
        making.write_text(dataset.manifest.text(), encoding="utf-8")
        os.replace(making, path)
    finally:
        making.unlink(missing_ok=True)


def sums(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 of a published folder. Raises OSError or ValueError if they are damaged."""
    text = (folder / SUMS).read_text(encoding="utf-8")
    listed = {name: sha256 for sha256, name in SUM.findall(text)}
    present = {path.name for path in folder.iterdir() if not path.name.startswith(".")} - {SUMS}
    if SUM.sub("", text) or not present <= set(listed):
        raise ValueError(f"{SUMS} does not list every file")
    return listed


def intact(path: Path, sha256: str | None) -> Path:
    """Verifies a published file; returns its path. Raises OSError or ValueError if it is missing or damaged.

    A file is hashed once; later only its inode, size and time are compared.
    """
    stat = path.stat()
    _compare(path, sha256, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    return path


@lru_cache(maxsize=10_000)
def _compare(path: Path, sha256: str | None, *stamp: int) -> None:
    if digest(path) != sha256:
        raise ValueError(f"{path} differs from what was published")


def draft(dataset: Dataset) -> str:
    """A draft of the data changelog, as Markdown: the changes since the last published version."""
    version, now = dataset.about["version"], sorted(dataset.manifest.entries.items())
    last = dataset.published[-1] if dataset.published else None
    before = manifests.lines(last) if last else ()
    changes = list(manifests.changes(before, now, version, dataset.about["released"], dataset.moves))
    lines = [f"## {version}", ""]
    for word in ("created", "changed", "renamed", "withdrawn"):
        for change in (c for c in changes if c.change == word):
            more = f" ({', '.join(change.keys)})" if change.keys else f" to `{change.to}`" if change.to else ""
            more += f": {change.reason}" if change.reason else ""
            lines.append(f"- {word} `{change.record}`{more}")
    step = quality.least(last.stem, quality.level(c.change for c in changes)) if last else version
    return "\n".join([*lines, "", f"Least version: {step}"]) + "\n"

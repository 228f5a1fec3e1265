"""Publishing: a dataset becomes the files of a version, which never change afterwards."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from ..dataset import manifests, quality
from ..dataset.dataset import Dataset, Progress, part
from ..dataset.findings import DatasetError
from ..dataset.manifests import Change
from ..dataset.os_errors import file_errors
from ..dataset.reader import read
from ..dataset.sqlite_errors import sqlite_errors
from ..dataset.tempdir import Scratch
from ..schema.versions import version_key
from ..storage.published import SUMS, digest
from ..storage.release import Release
from ..storage.sqlite import open_file
from ..storage.tables import Changed
from . import files
from .build import build
from .descriptions import PRINTED, describe


class VersionExists(Exception):
    """The folder of releases already contains the version, with different content."""


Check = Callable[[Path, dict[str, int]], object]


def publish(folder: Path, output: Path, progress: Progress | None = None, check: Check | None = None) -> tuple[Path, bool]:
    """Writes the files of the dataset's version below `output`, and its manifest into the dataset.

    Returns the version's folder, and whether it is new; it appears in one step, whole. `check` gets the folder before that,
    and the number of records of each kind; if it raises, nothing is published. Raises DatasetError if the dataset
    has errors or the gate refuses, VersionExists if the version is published with different bytes, FileError if a file
    cannot be written.
    """
    with (
        file_errors("write", output),
        closing(Scratch(output)) as scratch,
        closing(read(folder, part(progress, 0, 50), output)) as dataset,
    ):
        database, manifest = scratch.path / "release.sqlite", scratch.path / "manifest.tsv"
        content_digest = build(dataset, database, part(progress, 50, 600), manifest)
        with closing(open_file(database)) as release:
            if findings := quality.gate(dataset, content_digest, _changes(release)):
                raise DatasetError(findings)
            making = scratch.path / dataset.about["version"]
            making.mkdir()
            write(files.ReleaseContent(dataset, release), making, part(progress, 600, 1000))
            if check:
                check(making, release.about["counts"])
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
    named = files.files_of(content.release.about)
    for step, (name, file) in enumerate(named.items()):
        if progress:
            progress(f"writing {name}", step, len(named))
        with sqlite_errors("write", folder / name):
            file.write(content, folder / name)
    described = describe(content.release, files.parts(folder))
    for name, printed in PRINTED.items():
        with file_errors("write", folder / name):
            printed.write(described, folder / name)
    sums = {part.name: part.sha256 for part in described.parts} | {name: digest(folder / name) for name in PRINTED}
    lines = [f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())]
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
        raise VersionExists(f"already contains version {made.name} with different content; raise the version")
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


def draft(dataset: Dataset) -> str:
    """A draft of the data changelog, as Markdown: the changes since the last published version, and the least version for them.

    For a dataset that is the last published version, unedited, the draft is of that version.
    """
    version, now = dataset.about["version"], dataset.manifest.items()
    published = manifests.manifests(dataset.folder)
    if published and manifests.head(published[-1])[2] == dataset.digest:
        published.pop()
    last = published[-1] if published else None
    before = manifests.lines(last) if last else ()
    changes = list(manifests.changes(before, now, version, dataset.about["released"], dataset.moves))
    least = quality.least(last.stem, quality.level(c.change for c in changes)) if last else version
    lines = [f"## {max(version, least, key=version_key)}", ""]
    for word in ("created", "changed", "renamed", "withdrawn"):
        for change in (c for c in changes if c.change == word):
            more = f" ({', '.join(change.keys)})" if change.keys else f" to `{change.to}`" if change.to else ""
            more += f": {change.reason}" if change.reason else ""
            lines.append(f"- {word} `{change.record}`{more}")
    return "\n".join([*lines, "", f"Least version: {least}"]) + "\n"

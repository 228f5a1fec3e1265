"""Publishing: a checked dataset becomes the files of a version, which never change once they are there."""

import hashlib
import os
import re
import shutil
from functools import lru_cache
from pathlib import Path

from ..dataset import manifests, quality
from ..dataset.dataset import Dataset, Progress, part
from ..dataset.findings import DatasetError
from ..dataset.tempdir import as_files_say
from ..storage.sqlite import open_file
from . import files
from .build import build
from .load import checked

SUMS = "SHA256SUMS"
SUM = re.compile(r"([0-9a-f]{64})  ([^/\n]+)\n")


@as_files_say()
def publish(folder: Path, output: Path, progress: Progress | None = None) -> tuple[Path, bool]:
    """Writes the files of the dataset's version below `output` and its manifest into the dataset.

    Returns the folder, and whether it is new. Raises DatasetError if the gate refuses, FileExistsError if the version
    is there with other bytes. The folder appears in one step, whole.
    """
    dataset = checked(folder, part(progress, 0, 300), output)
    if faults := quality.gate(dataset):
        raise DatasetError(faults)
    version = dataset.about["version"]
    target, making = output / version, output / f".{version}.tmp"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        write(dataset, making, part(progress, 300, 1000))
        if target.exists():
            if (target / SUMS).read_bytes() != (making / SUMS).read_bytes():
                raise FileExistsError(f"{target} holds this version with other bytes")
            new = False
        else:
            os.replace(making, target)
            new = True
    finally:
        shutil.rmtree(making, ignore_errors=True)
    keep_manifest(dataset)
    return target, new


def write(dataset: Dataset, folder: Path, progress: Progress | None = None) -> None:
    """Writes every file of a release, and the sums of them all."""
    base = folder / ".base"
    build(dataset, base, part(progress, 0, 500))
    source = files.Source(dataset, open_file(base))
    show = part(progress, 500, 1000)
    for step, (name, file) in enumerate(files.FILES.items()):
        if show:
            show(f"writing {name}", step, len(files.FILES))
        file.write(source, folder / name)
    source.release.database.close()
    base.unlink()
    lines = [f"{digest(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o444)


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
    """The SHA-256 of every file of a published folder. Raises OSError or ValueError where they are damaged."""
    text = (folder / SUMS).read_text(encoding="utf-8")
    found = {name: sha256 for sha256, name in SUM.findall(text)}
    there = {path.name for path in folder.iterdir() if not path.name.startswith(".")} - {SUMS}
    if SUM.sub("", text) or not there <= set(found):
        raise ValueError(f"{SUMS} does not tell the sum of every file")
    return found


def intact(path: Path, sha256: str | None) -> Path:
    """A published file that holds what was published. Raises OSError or ValueError if it is gone or damaged.

    A file is read through once; from then on it is enough that it is the same file, of the same size and time.
    """
    stat = path.stat()
    _compare(path, sha256, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    return path


@lru_cache(maxsize=10_000)
def _compare(path: Path, sha256: str | None, *stamp: int) -> None:
    if digest(path) != sha256:
        raise ValueError(f"{path} holds other bytes than were published")


def draft(dataset: Dataset) -> str:
    """A draft of the data changelog for what changed since the last published version, as Markdown."""
    earlier = [m for m in manifests.read(dataset.folder) if m.version != dataset.about["version"]]
    last = earlier[-1] if earlier else None
    found = list(manifests.between(last, dataset.manifest, dataset.moves))
    lines = [f"## {dataset.about['version']}", ""]
    for word in ("created", "changed", "renamed", "withdrawn"):
        for change in (c for c in found if c.change == word):
            more = f" ({', '.join(change.keys)})" if change.keys else f" to `{change.to}`" if change.to else ""
            more += f": {change.reason}" if change.reason else ""
            lines.append(f"- {word} `{change.record}`{more}")
    step = quality.least(last.version, quality.level(found)) if last else dataset.about["version"]
    return "\n".join([*lines, "", f"Least version: {step}"]) + "\n"

"""Publishing: a checked dataset becomes the files of a version, which never change once they are there."""

import os
import shutil
from pathlib import Path

from ..dataset import manifests, quality
from ..dataset.dataset import Dataset, Progress, part
from ..dataset.findings import DatasetError
from ..dataset.tempdir import as_files_say
from ..storage.published import SUMS, digest
from ..storage.sqlite import open_file
from . import files
from .build import build
from .load import checked


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

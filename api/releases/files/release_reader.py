"""What the files of a release are written from, and how text files are written with reproducible bytes."""

import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...dataset.dataset import Dataset
from ...resources.resource import Resource
from ...schema.fields import Record
from ...storage.release import Release


@dataclass(frozen=True)
class ReleaseContent:
    """The dataset without faults, and the release that was built from it."""

    dataset: Dataset
    release: Release

    def documents(self, resource: Resource) -> Iterator[Record]:
        """A kind's public documents, in its default order."""
        return (json.loads(text) for text in self.texts(resource))

    def texts(self, resource: Resource) -> Iterator[str]:
        """A kind's public documents as JSON text, in its default order, 1,000 in memory at a time."""
        model, last = resource.model, 0
        while rows := self.release.rows(
            model.select(model.seq, model.document).where(model.seq > last).order_by(model.seq).limit(1000)
        ):
            yield from (document for _, document in rows)
            last = rows[-1][0]


Write = Callable[[ReleaseContent, Path], None]


def write_gzip(path: Path, lines: Iterator[str]) -> None:
    """Writes text gzipped, without a name or a time in the header."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        for line in lines:
            out.write(line.encode())


def zip_member(name: str) -> zipfile.ZipInfo:
    """A member of a zip archive with a fixed time, mode and system."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the earliest time that a zip can hold
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    return info


def write_json(path: Path, value: Any) -> None:
    """Writes JSON with sorted keys."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")

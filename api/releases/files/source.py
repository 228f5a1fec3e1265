"""What the files of a release are made from, and how plain files are written so that their bytes never vary."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...dataset.dataset import Dataset
from ...resources.resource import Resource
from ...schema.fields import Record
from ...storage.release import Release


@dataclass(frozen=True)
class Source:
    """What files are made from: the dataset as checked, and the release that was built from it."""

    dataset: Dataset
    release: Release

    def documents(self, resource: Resource) -> Iterator[Record]:
        """A kind's public documents, in its default order."""
        return (json.loads(text) for text in self.texts(resource))

    def texts(self, resource: Resource) -> Iterator[str]:
        """A kind's public documents as stored, in its default order, a chunk in memory at a time."""
        model, last = resource.model, 0
        while rows := self.release.rows(
            model.select(model.seq, model.document).where(model.seq > last).order_by(model.seq).limit(1000)
        ):
            yield from (document for _, document in rows)
            last = rows[-1][0]


Write = Callable[[Source, Path], None]


def packed(path: Path, lines: Iterator[str]) -> None:
    """Text, gzipped without a name or a time."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        for line in lines:
            out.write(line.encode())


def as_json(path: Path, value: Any) -> None:
    """JSON with its keys in order."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")

"""Manifests: one file a published release, with the digest of each record and of each of its keys.

`dataset/releases/<version>.tsv` is written once, when the release is published. All changes between releases are
computed from these files and the current dataset.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ..schema.fields import Record
from ..schema.versions import VERSION, version_key
from .findings import DatasetError, Finding
from .os_errors import dataset_errors

FOLDER = "releases"
SHORT = 12  # characters of a key's digest: enough to tell two values apart
OFTEN = 40  # characters of a text that may come again and again


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:SHORT]


_often = lru_cache(1 << 14)(_short)


@dataclass(frozen=True)
class ManifestEntry:
    """A record in a manifest: its digest, and a short one of each key's value, in the order of the keys."""

    digest: str
    keys: dict[str, str]

    @classmethod
    def of(cls, texts: dict[str, str]) -> "ManifestEntry":
        """The entry of a record, of which this is the canonical JSON of each key (see `walk.canonical`)."""
        whole = ",".join([f'"{key}":{text}' for key, text in texts.items()])
        keys = {key: _often(text) if len(text) < OFTEN else _short(text) for key, text in texts.items()}
        return cls(sha256(f"{{{whole}}}".encode()).hexdigest(), keys)

    def changed(self, other: "ManifestEntry") -> list[str]:
        """The keys whose values differ, in order."""
        return sorted(key for key in {*self.keys, *other.keys} if self.keys.get(key) != other.keys.get(key))


def header(version: str, released: str, digest: str) -> str:
    """The first line of a manifest file."""
    return f"#\t{version}\t{released}\t{digest}\n"


def line(name: str, digest: str, keys: str) -> str:
    """The line of a record in a manifest file."""
    return f"{name}\t{digest}\t{keys}\n"


def keys_text(entry: ManifestEntry) -> str:
    """The digests of an entry's keys as written: `key=digest,key=digest`."""
    return ",".join(f"{key}={value}" for key, value in entry.keys.items())


def manifests(folder: Path) -> list[Path]:
    """The manifest files of a dataset's releases, oldest first."""
    files = (path for path in (folder / FOLDER).glob("*.tsv") if VERSION.fullmatch(path.stem))
    return sorted(files, key=lambda path: version_key(path.stem))


def head(path: Path) -> tuple[str, str, str]:
    """Version, day and digest of a manifest file. Raises DatasetError if it is damaged or cannot be read."""
    try:
        with dataset_errors(path.parent.parent, path, "read"), path.open(encoding="utf-8") as file:
            mark, version, released, digest = file.readline().rstrip("\n").split("\t")
    except ValueError:
        raise damaged(path, 1) from None
    if mark != "#" or version != path.stem:
        raise damaged(path, 1)
    return version, released, digest


def lines(path: Path) -> Iterator[tuple[str, ManifestEntry]]:
    """The records of a manifest file, in order, one line in memory at a time.

    Raises DatasetError if the file is damaged or cannot be read.
    """
    number = 1
    try:
        with dataset_errors(path.parent.parent, path, "read"), path.open(encoding="utf-8") as file:
            next(file, "")
            for number, text in enumerate(file, 2):  # noqa: B007  # used in the handler
                name, digest, keys = text[: text.index("\n")].split("\t")
                yield name, ManifestEntry(digest, keys_of(keys))
    except ValueError:
        raise damaged(path, number) from None


def damaged(path: Path, line: int) -> DatasetError:
    message = "differs from what was published; restore it from version control"
    return DatasetError([Finding(f"{FOLDER}/{path.name}", line, "", message)])


def damages(folder: Path) -> Iterator[Finding]:
    """The findings about the manifest files of a dataset's releases."""
    for path in sorted((folder / FOLDER).glob("*.tsv")):
        if not VERSION.fullmatch(path.stem):
            yield Finding(f"{FOLDER}/{path.name}", 0, "", "is not named <version>.tsv")
            continue
        try:
            head(path)
            deque(lines(path), maxlen=0)
        except DatasetError as error:
            yield from error.findings


def keys_of(text: str) -> dict[str, str]:
    """The digests of keys, from `key=digest,key=digest`."""
    return dict([pair.split("=", 1) for pair in text.split(",")])


@dataclass(frozen=True)
class Change:
    """A change of a record in a release: `created`, `changed` (keys), `renamed` (to) or `withdrawn` (reason)."""

    version: str
    released: str
    record: str
    change: str
    keys: tuple[str, ...] = ()
    to: str | None = None
    reason: str | None = None


Entries = Iterable[tuple[str, ManifestEntry]]


def changes(older: Entries, newer: Entries, version: str, released: str, moved: dict[str, Record]) -> Iterator[Change]:
    """The changes from one release to the next, `version`; both are sorted by name. `moved` tells where a removed record went."""
    for name, old, new in _paired(older, newer):
        if new and not old:
            yield Change(version, released, name, "created")
        elif new and old and new.digest != old.digest:
            yield Change(version, released, name, "changed", tuple(new.changed(old)))
        elif old and not new:
            move = moved.get(name, {})
            kind = name.partition("/")[0]
            if move.get("to"):
                yield Change(version, released, name, "renamed", to=f"{kind}/{move['to']}")
            else:
                yield Change(version, released, name, "withdrawn", reason=move.get("withdrawn"))


def _paired(older: Entries, newer: Entries) -> Iterator[tuple[str, ManifestEntry | None, ManifestEntry | None]]:
    """Merges two sorted lists: every name with its old and its new entry."""
    named = heapq.merge(
        ((name, 0, entry) for name, entry in older), ((name, 1, entry) for name, entry in newer), key=itemgetter(0)
    )
    for name, group in groupby(named, key=itemgetter(0)):
        sides = {side: entry for _, side, entry in group}
        yield name, sides.get(0), sides.get(1)


def history(paths: list[Path], moved: dict[str, Record]) -> Iterator[Change]:
    """Every change of the releases with these manifest files, oldest first."""
    for older, path in zip([None, *paths], paths, strict=False):
        version, released, _ = head(path)
        yield from changes(lines(older) if older else (), lines(path), version, released, moved)


def last_changes(paths: list[Path], moved: dict[str, Record]) -> Iterator[tuple[str, str, str]]:
    """Name, version of the last change, and digest of each record in the last of these releases."""
    changed = {c.record: c.version for c in history(paths[:-1], moved) if c.change in ("created", "changed")}
    if paths:
        version, before = head(paths[-1])[0], lines(paths[-2]) if paths[1:] else ()
        for name, old, new in _paired(before, lines(paths[-1])):
            if new:
                yield name, changed[name] if old and old.digest == new.digest else version, new.digest

"""What changed when: one manifest a release, of each record's digest and the digest of each of its keys.

`dataset/releases/<version>.tsv` is written when a release is published and never again. Everything said about change
follows from these files and the dataset as it stands.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ..schema.fields import Record
from ..versions import VERSION, version_key
from .findings import DatasetError, Finding
from .yaml_files import canonical

FOLDER = "releases"
SHORT = 12  # characters of a key's digest: enough to tell two values apart


@dataclass(frozen=True)
class Entry:
    """A record in a manifest: its digest, and a short one of each key's value."""

    digest: str
    keys: dict[str, str]

    @classmethod
    def of(cls, plain: Record) -> "Entry":
        """The entry of a record as its file says it."""
        texts = {key: canonical(value) for key, value in plain.items()}
        keys = {key: sha256(text).hexdigest()[:SHORT] for key, text in texts.items()}
        whole = b",".join(canonical(key) + b":" + texts[key] for key in sorted(texts))  # what canonical(plain) says
        return cls(sha256(b"{" + whole + b"}").hexdigest(), keys)

    def changed(self, other: "Entry") -> list[str]:
        """The keys whose values differ, in order."""
        return sorted(key for key in {*self.keys, *other.keys} if self.keys.get(key) != other.keys.get(key))


@dataclass(frozen=True)
class Manifest:
    """A release: its version, day and digest, and an entry for each `kind/id`."""

    version: str
    released: str
    digest: str
    entries: dict[str, Entry] = field(default_factory=dict)

    def text(self) -> str:
        """The manifest as it is written."""
        lines = [f"#\t{self.version}\t{self.released}\t{self.digest}"]
        for name, entry in sorted(self.entries.items()):
            keys = ",".join(f"{key}={value}" for key, value in sorted(entry.keys.items()))
            lines.append(f"{name}\t{entry.digest}\t{keys}")
        return "\n".join(lines) + "\n"

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """A written manifest. Raises DatasetError if it is not one."""
        version, released, digest = head(path)
        return cls(version, released, digest, dict(lines(path)))


def manifests(folder: Path) -> list[Path]:
    """The files of the manifests of a dataset's releases, oldest first."""
    found = (path for path in (folder / FOLDER).glob("*.tsv") if VERSION.fullmatch(path.stem))
    return sorted(found, key=lambda path: version_key(path.stem))


def head(path: Path) -> tuple[str, str, str]:
    """Version, day and digest of a written manifest. Raises DatasetError if it is not one."""
    try:
        with path.open(encoding="utf-8") as file:
            mark, version, released, digest = file.readline().rstrip("\n").split("\t")
    except ValueError:
        raise damaged(path, 1) from None
    if mark != "#" or version != path.stem:
        raise damaged(path, 1)
    return version, released, digest


def lines(path: Path) -> Iterator[tuple[str, Entry]]:
    """The records of a written manifest, in order, a line in memory at a time. Raises DatasetError if it is not one."""
    number = 1
    try:
        with path.open(encoding="utf-8") as file:
            next(file, "")
            for number, line in enumerate(file, 2):  # noqa: B007  # told if the line is none
                name, whole, keys = line[: line.index("\n")].split("\t")
                yield name, Entry(whole, keys_of(keys))
    except ValueError:
        raise damaged(path, number) from None


def damaged(path: Path, line: int) -> DatasetError:
    message = "is not as it was published; take it back from the history of the files"
    return DatasetError([Finding(f"{FOLDER}/{path.name}", line, "", message)])


def faults(folder: Path) -> Iterator[Finding]:
    """What is wrong with the manifests of a dataset's releases."""
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
    """The keys of an entry as they are written: `key=digest,key=digest`."""
    return dict([pair.split("=", 1) for pair in text.split(",")])


def read(folder: Path) -> list[Manifest]:
    """The manifests of a dataset's releases, oldest first."""
    return [Manifest.read(path) for path in manifests(folder)]


@dataclass(frozen=True)
class Change:
    """What happened to a record in a release: `created`, `changed` (which keys), `renamed` (to what), `withdrawn` (why)."""

    version: str
    released: str
    record: str
    change: str
    keys: tuple[str, ...] = ()
    to: str | None = None
    reason: str | None = None


Entries = Iterable[tuple[str, Entry]]


def between(older: Manifest | None, newer: Manifest, moved: dict[str, Record]) -> Iterator[Change]:
    """The changes from one release to the next, by record; `moved` says where records that are gone went."""
    before = sorted(older.entries.items()) if older else ()
    return changes(before, sorted(newer.entries.items()), newer.version, newer.released, moved)


def changes(older: Entries, newer: Entries, version: str, released: str, moved: dict[str, Record]) -> Iterator[Change]:
    """The changes from the records of one release to those of the next, `version`; both come by name."""
    for name, old, new in _pairs(older, newer):
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


def _pairs(older: Entries, newer: Entries) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Every name, with what it was and what it is."""
    named = heapq.merge(
        ((name, 0, entry) for name, entry in older), ((name, 1, entry) for name, entry in newer), key=itemgetter(0)
    )
    for name, group in groupby(named, key=itemgetter(0)):
        found = {side: entry for _, side, entry in group}
        yield name, found.get(0), found.get(1)


def published(paths: list[Path], moved: dict[str, Record]) -> Iterator[Change]:
    """Every change of the releases with these manifests, oldest first."""
    for older, path in zip([None, *paths], paths, strict=False):
        version, released, _ = head(path)
        yield from changes(lines(older) if older else (), lines(path), version, released, moved)


def standing(paths: list[Path], moved: dict[str, Record]) -> Iterator[tuple[str, str, str]]:
    """The records of the last of these releases: name, version in which it last changed, digest."""
    changed = {c.record: c.version for c in published(paths[:-1], moved) if c.change in ("created", "changed")}
    if paths:
        version, before = head(paths[-1])[0], lines(paths[-2]) if paths[1:] else ()
        for name, old, new in _pairs(before, lines(paths[-1])):
            if new:
                yield name, changed[name] if old and old.digest == new.digest else version, new.digest

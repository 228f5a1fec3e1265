"""What changed when: one manifest a release, of each record's digest and the digest of each of its keys.

`dataset/releases/<version>.tsv` is written when a release is published and never again. Everything said about change
follows from these files and the dataset as it stands.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .fields import Record
from .files import canonical

FOLDER = "releases"
SHORT = 12  # characters of a key's digest: enough to tell two values apart


def version_key(version: str) -> tuple[int, ...]:
    """A semver version as something that sorts."""
    return tuple(int(part) for part in version.split("."))


def sortable(version: str) -> str:
    """A semver version as text that sorts as versions do."""
    return ".".join(f"{part:05}" for part in version_key(version))


@dataclass(frozen=True)
class Entry:
    """A record in a manifest: its digest, and a short one of each key's value."""

    digest: str
    keys: dict[str, str]

    @classmethod
    def of(cls, plain: Record) -> "Entry":
        """The entry of a record as its file says it."""
        keys = {key: hashlib.sha256(canonical(value)).hexdigest()[:SHORT] for key, value in plain.items()}
        return cls(hashlib.sha256(canonical(plain)).hexdigest(), keys)

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
        """A written manifest. Raises ValueError if it is not one."""
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        mark, version, released, digest = first.split("\t")
        if mark != "#" or version != path.stem:
            raise ValueError(f"{path.name} is not the manifest of a release")
        entries = {}
        for line in lines:
            name, whole, keys = line.split("\t")
            entries[name] = Entry(whole, dict(pair.split("=", 1) for pair in keys.split(",")))
        return cls(version, released, digest, entries)


def read(folder: Path) -> list[Manifest]:
    """The manifests of a dataset's releases, oldest first."""
    found = (Manifest.read(path) for path in (folder / FOLDER).glob("*.tsv"))
    return sorted(found, key=lambda manifest: version_key(manifest.version))


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


def between(older: Manifest | None, newer: Manifest, moved: dict[str, Record]) -> Iterator[Change]:
    """The changes from one release to the next, by record; `moved` says where records that are gone went."""
    before = older.entries if older else {}
    for name in sorted({*before, *newer.entries}):
        old, new = before.get(name), newer.entries.get(name)
        if new and not old:
            yield Change(newer.version, newer.released, name, "created")
        elif new and old and new.digest != old.digest:
            yield Change(newer.version, newer.released, name, "changed", tuple(new.changed(old)))
        elif old and not new:
            move = moved.get(name, {})
            kind = name.partition("/")[0]
            if move.get("to"):
                yield Change(newer.version, newer.released, name, "renamed", to=f"{kind}/{move['to']}")
            else:
                yield Change(newer.version, newer.released, name, "withdrawn", reason=move.get("withdrawn"))


def changes(manifests: Iterable[Manifest], moved: dict[str, Record]) -> Iterator[Change]:
    """Every change of every release, oldest first."""
    older: Manifest | None = None
    for manifest in manifests:
        yield from between(older, manifest, moved)
        older = manifest


def updated_in(manifests: Iterable[Manifest], moved: dict[str, Record]) -> dict[str, str]:
    """`kind/id` -> the version in which the record last changed."""
    return {c.record: c.version for c in changes(manifests, moved) if c.change in ("created", "changed")}

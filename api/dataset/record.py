"""One record as read: its values, the lines of its keys, and what was found while it was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

import marshmallow as ma

from ..resources.resource import Resource
from ..schema.fields import Record
from ..schema.reading import PartialRecord, Path, Reading, read
from ..schema.walk import canonical
from .findings import DatasetError, Finding
from .manifests import ManifestEntry
from .yaml_files import ParsedText

MOST_OF_ONE = 50  # findings reported of one record and rule


@dataclass(eq=False)
class Entry:
    """One record: its file, its values, the lines of its keys, and what was found while it was read.

    The values of a faulty record are PartialRecord: they lack what is faulty.
    """

    file: str
    record: Record
    text: ParsedText
    resource: Resource
    found: Reading

    def finding(self, path: Path, message: str) -> Finding:
        return Finding(self.file, self.text.line(path), dotted(path), message)

    @property
    def id(self) -> str:
        """The id of a record that has a file of its own."""
        return PurePosixPath(self.file).stem

    @property
    def is_partial(self) -> bool:
        return isinstance(self.record, PartialRecord)

    @property
    def sources(self) -> list[str]:
        """Every source that the record cites anywhere, as often as it does."""
        return [id for _, target, id in self.found.refs if target == "sources"]

    @property
    def citations(self) -> list[tuple[Path, Record]]:
        """Every sound citation anywhere in the record, as (path, citation)."""
        return (
            [noted for noted in self.found.noted if not isinstance(noted[1], PartialRecord)]
            if self.is_partial
            else self.found.noted
        )

    @cached_property
    def manifest(self) -> ManifestEntry:
        """The digests of the record and of its keys."""
        return ManifestEntry.of(canonical(self.resource.schema, self.record))


class FaultyRecord(DatasetError):
    """A record with faults; `entry` is what can be examined of it, if anything."""

    def __init__(self, findings: Iterable[Finding], entry: Entry | None = None) -> None:
        super().__init__(findings)
        self.entry = entry


def dotted(path: Path) -> str:
    """`participants[0].actor`"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def entry_of(name: str, resource: Resource, text: ParsedText) -> Entry:
    """The record that a parsed text is. Raises FaultyRecord."""
    record, found, findings = validated(name, resource.schema, text)
    entry = Entry(name, record, text, resource, found)
    if findings:
        raise FaultyRecord(findings, entry)
    return entry


def validated(name: str, schema: ma.Schema, text: ParsedText) -> tuple[Record, Reading, list[Finding]]:
    """Reads a parsed text by its schema: the record, what was found in it, and a finding for each fault."""
    findings = [Finding(name, text.line(path), dotted(path), "duplicate key") for path in text.duplicates]
    if not isinstance(text.value, dict):
        return PartialRecord(), Reading(), [*findings, Finding(name, text.line(()), "", "is not a mapping of keys")]
    record, found = read(schema, text.value)
    findings += (Finding(name, text.line(f.path), dotted(f.path), str(f)) for f in found.faults[:MOST_OF_ONE])
    return record, found, findings

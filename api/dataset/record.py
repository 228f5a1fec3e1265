"""One record as read: its values, the lines of its keys, and what is collected by walking it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import marshmallow as ma
from marshmallow import validate

from ..resources.common import Citation
from ..resources.resource import Resource
from ..schema import fast_path
from ..schema.errors import faults
from ..schema.fields import Country, Edtf, Many, One, Record, Ref, Schema, Text, Url
from ..schema.walk import Leaf, leaves, plain, steps
from .findings import Finding
from .manifests import ManifestEntry
from .yaml_files import ParsedText, Path_

MOST_OF_ONE = 50  # findings reported of one record and rule
SEMVER = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"


class Creator(Schema):
    name = Text("Name of the person or group.", required=True)
    orcid = Text("ORCID iD.")


class AboutSchema(Schema):
    """`dataset.yaml`: what the dataset as a whole is."""

    title = Text("Title of the dataset.", required=True)
    description = Text("What it holds.", required=True)
    version = Text("Data version, semver.", required=True, validate=validate.Regexp(SEMVER, error="{input!r} is not x.y.z"))
    released = Edtf("Day on which this version was made.", required=True)
    licence = Text("SPDX identifier of the data's licence.", required=True)
    licence_url = Url("Address of the licence.", required=True)
    creators = Many("Who made it.", One("A creator.", Creator), required=True)
    coverage = Edtf("The time it means to cover.", required=True)
    countries = Many("The countries it is about.", Country("ISO 3166-1 alpha-3 code."), required=True)
    keywords = Many("Words to find it by.", Text("A word."))
    equivalents = Many("Words that search takes for each other.", Text("Two or more, with = between them."))
    url = Url("Address of a server that offers the releases for good; that of each release follows from it.")
    doi = Text("DOI of this version.", validate=validate.Regexp(r"10\.\d{4,9}/\S+\Z", error="{input!r} is not a DOI: 10.x/y"))


@dataclass(frozen=True)
class Entry:
    """One record: its file, its values, and the lines of its keys. What a walk over it collects is computed once."""

    file: str
    record: Record
    text: ParsedText
    resource: Resource

    def finding(self, path: Path_, message: str) -> Finding:
        return Finding(self.file, self.text.line(path), dotted(path), message)

    @cached_property
    def leaves(self) -> list[Leaf]:
        return leaves(self.resource.schema, self.record)

    @cached_property
    def refs(self) -> list[tuple[Path_, str, str]]:
        """Every reference, as (path, kind of its target, id of its target)."""
        return [(path, field.kind, value) for path, field, value in self.leaves if isinstance(field, Ref)]

    @cached_property
    def sources(self) -> set[str]:
        """Every source that the record cites anywhere."""
        return {id for _, target, id in self.refs if target == "sources"}

    @cached_property
    def citations(self) -> list[tuple[Path_, Record]]:
        """Every citation anywhere in the record, as (path, citation)."""
        return list(_citations(self.resource.schema, self.record))

    @cached_property
    def manifest(self) -> ManifestEntry:
        """The digests of the record and of its keys."""
        return ManifestEntry.of(plain(self.resource.schema, self.record))


def dotted(path: Path_) -> str:
    """`participants[0].actor`"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _citations(schema: ma.Schema, value: Record, path: Path_ = ()) -> Iterator[tuple[Path_, Record]]:
    """Every citation anywhere in a record, as (path, citation)."""
    if isinstance(schema, Citation):
        yield path, value
    for key, name, _, many, below in steps(schema):
        if below and many:
            for index, element in enumerate(value[key]):
                yield from _citations(below, element, (*path, name, index))
        elif below and value[key]:
            yield from _citations(below, value[key], (*path, name))


def validated(name: str, schema: ma.Schema, text: ParsedText) -> tuple[Record | None, list[Finding]]:
    """Loads a parsed text by its schema; returns the record, or None if it is invalid, and the findings."""
    findings = [Finding(name, text.line(path), dotted(path), "duplicate key") for path in text.duplicates]
    if not isinstance(text.value, dict):
        return None, [*findings, Finding(name, text.line(()), "", "is not a mapping of keys")]
    try:
        return fast_path.load(schema, text.value), findings
    except ma.ValidationError as error:
        invalid = islice(faults(schema, error.messages, text.value), MOST_OF_ONE)
        return None, [*findings, *(Finding(name, text.line(f.path), dotted(f.path), str(f)) for f in invalid)]

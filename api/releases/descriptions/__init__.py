"""A release in the words of catalogues, repositories and tools: one description, and a short mapping for each vocabulary."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from ...schema.fields import Record
from .cff import cff
from .croissant import croissant
from .datacite import datacite
from .dcat import dcat
from .description import Description, PublishedFile, describe, page_url
from .ro_crate import ro_crate
from .schema_org import schema_org

__all__ = ["PRINTED", "Description", "Printed", "PublishedFile", "describe", "page_url", "schema_org"]


@dataclass(frozen=True)
class Printed:
    """A file that is printed from the description of a release; `profile` says what its media type does not."""

    mapping: Callable[[Description], Record]
    media_type: str
    what: str
    profile: str | None = None

    def write(self, described: Description, path: Path) -> None:
        value = self.mapping(described)
        if self.media_type == "application/yaml":
            text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        else:
            text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        path.write_text(text, encoding="utf-8")


PRINTED: dict[str, Printed] = {
    "dataset.jsonld": Printed(
        schema_org, "application/ld+json", "The release in the words of schema.org.", "https://schema.org/"
    ),
    "dcat.jsonld": Printed(
        dcat, "application/ld+json", "The release for data catalogues, in DCAT-AP 3.", "http://data.europa.eu/r5r/"
    ),
    "croissant.json": Printed(
        croissant,
        "application/ld+json",
        "The release for machine learning, in Croissant 1.1.",
        "http://mlcommons.org/croissant/1.1",
    ),
    "ro-crate-metadata.json": Printed(
        ro_crate, "application/ld+json", "The release as an RO-Crate 1.2.", "https://w3id.org/ro/crate/1.2"
    ),
    "datacite.json": Printed(
        datacite, "application/vnd.datacite.datacite+json", "The release in DataCite's metadata schema 4.5, to register a DOI."
    ),
    "CITATION.cff": Printed(cff, "application/yaml", "How to cite the release, in the Citation File Format."),
}

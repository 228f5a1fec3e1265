"""A release as a Citation File Format 1.2 file, which repositories and reference managers read."""

from ...schema.fields import Record
from .description import Agent, Description, without_nulls


def cff(described: Description) -> Record:
    return without_nulls(
        {
            "cff-version": "1.2.0",
            "message": "Please cite the release that you used.",
            "type": "dataset",
            "title": described.title,
            "abstract": described.text,
            "authors": [without_nulls(author(creator)) for creator in described.creators],
            "version": described.version,
            "date-released": described.released,
            "license": described.licence,
            "doi": described.doi,
            "url": described.cite_as,
            "identifiers": [{"type": "other", "value": described.identifier, "description": "SHA-256 of the content"}],
            "keywords": list(described.keywords),
        }
    )


def author(creator: Agent) -> Record:
    orcid = creator.identifier if creator.orcid else None
    website = creator.url or (None if orcid else creator.identifier)
    return {"name": creator.name, "orcid": orcid, "website": website, "email": creator.email}

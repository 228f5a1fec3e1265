"""A release as an RO-Crate 1.2: the folder of its files is the crate."""

from typing import Any

from ...schema.fields import Record
from .description import Description, without_nulls

NAME = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.2/context", {"sha256": "https://schema.org/sha256"}]  # the first has no such term


def ro_crate(described: Description) -> Record:
    creators = {creator.address or f"#creator-{place}": creator for place, creator in enumerate(described.creators, 1)}
    made_by = single([{"@id": id} for id in creators])
    identifier = f"https://doi.org/{described.doi}" if described.doi else f"#{described.identifier}"
    nodes: list[Record] = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "name": "RO-Crate metadata",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": described.title,
            "description": described.text,
            "identifier": {"@id": identifier},
            "cite-as": described.cite_as,
            "version": described.version,
            "datePublished": described.released,
            "license": {"@id": described.licence_url},
            "author": made_by,
            "publisher": made_by,
            "keywords": ", ".join(described.keywords),
            "temporalCoverage": described.coverage,
            "hasPart": single([{"@id": part.name} for part in described.parts]),
        },
        {
            "@id": identifier,
            "@type": "PropertyValue",
            "name": "DOI" if described.doi else "SHA-256 of the content",
            "propertyID": "https://registry.identifiers.org/registry/doi" if described.doi else "SHA-256",
            "value": f"doi:{described.doi}" if described.doi else described.identifier,
            "url": described.cite_as,
        },
        {
            "@id": described.licence_url,
            "@type": "CreativeWork",
            "name": described.licence,
            "description": "The licence of the data.",
        },
        *(
            {
                "@id": id,
                "@type": creator.kind,
                "name": creator.name,
                "url": creator.url,
                "contactPoint": creator.email and {"@id": f"mailto:{creator.email}"},
            }
            for id, creator in creators.items()
        ),
        *(
            {"@id": f"mailto:{email}", "@type": "ContactPoint", "name": "Questions", "contactType": "authors", "email": email}
            for email in sorted({creator.email for creator in creators.values() if creator.email})
        ),
        *(
            {
                "@id": part.name,
                "@type": "File",
                "name": part.name,
                "description": part.what,
                "encodingFormat": part.media_type,
                "contentSize": str(part.bytes),
                "sha256": part.sha256,
            }
            for part in described.parts
        ),
    ]
    return {"@context": CONTEXT, "@graph": [without_nulls(node) for node in nodes]}


def single(values: list[Any]) -> Any:
    """A value alone instead of a list of one, as RO-Crate wants it."""
    return values[0] if len(values) == 1 else values

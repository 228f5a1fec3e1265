"""A release as a Dataset of schema.org, with its provenance in PROV."""

from ...schema.fields import Record
from .description import Agent, Description, variables, without_nulls

CONTEXT = {"@vocab": "https://schema.org/", "prov": "http://www.w3.org/ns/prov#"}
OPEN = "http://purl.org/coar/access_right/c_abf2"  # open access, in the vocabulary of COAR


def schema_org(described: Description) -> Record:
    creators = [agent(creator) for creator in described.creators]
    return without_nulls(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": described.address or "./",
            "name": described.title,
            "description": described.text,
            "url": described.page,
            "identifier": [described.identifier, *([f"https://doi.org/{described.doi}"] if described.doi else [])],
            "version": described.version,
            "datePublished": described.released,
            "license": described.licence_url,
            "creator": creators,
            "publisher": {"@type": "Organization", "name": described.publisher},
            "keywords": list(described.keywords),
            "temporalCoverage": described.coverage,
            "spatialCoverage": [{"@type": "Country", "identifier": country} for country in described.countries],
            "isAccessibleForFree": True,
            "conditionsOfAccess": OPEN,
            "citation": described.citation,
            "includedInDataCatalog": described.home and {"@type": "DataCatalog", "@id": described.home, "url": described.home},
            "subjectOf": {"@type": "CreativeWork", "@id": described.of("codebook.html"), "name": "Codebook"},
            "variableMeasured": [
                {"@type": "PropertyValue", "name": f"{kind}.{node.name}", "description": node.description}
                for kind, node in variables()
                if described.parts
            ],
            "distribution": [
                without_nulls(
                    {
                        "@type": "DataDownload",
                        "name": part.name,
                        "description": part.what,
                        "contentUrl": described.of(part.name),
                        "encodingFormat": part.media_type,
                        "contentSize": str(part.bytes),
                        "sha256": part.sha256,
                    }
                )
                for part in described.parts
            ],
            "prov:wasAttributedTo": creators,
            "prov:generatedAtTime": described.released,
            "prov:wasRevisionOf": described.previous and {"@id": described.previous},
        }
    )


def agent(creator: Agent) -> Record:
    """A person or a group, as schema.org has them."""
    known = {"@type": creator.kind, "@id": creator.address, "name": creator.name, "url": creator.url, "email": creator.email}
    return without_nulls(known)

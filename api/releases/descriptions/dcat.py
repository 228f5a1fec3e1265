"""A release as a dataset of DCAT-AP 3, in the catalogue of its server."""

from ...schema.fields import Record
from .description import Description, PublishedFile, without_nulls

AUTHORITY = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def dcat(described: Description) -> Record:
    catalogue, dataset, agent = described.home or "../../../", described.address or "./", "#publisher"
    licence = {"@id": described.licence_url, "@type": "dct:LicenseDocument"}
    first, last = described.coverage_days
    nodes: list[Record] = [
        {
            "@id": catalogue,
            "@type": "dcat:Catalog",
            "dct:title": described.title,
            "dct:description": described.text,
            "dct:publisher": {"@id": agent},
            "dct:license": licence,
            "dcat:dataset": {"@id": dataset},
        },
        {"@id": agent, "@type": "foaf:Agent", "foaf:name": described.publisher},
        {
            "@id": dataset,
            "@type": "dcat:Dataset",
            "dct:title": described.title,
            "dct:description": described.text,
            "dct:identifier": described.identifier,
            "adms:identifier": described.doi
            and {
                "@type": "adms:Identifier",
                "@id": f"https://doi.org/{described.doi}",
                "adms:schemaAgency": "DOI",
            },
            "dcat:version": described.version,
            "dct:issued": typed(described.released, "date"),
            "dct:license": licence,
            "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/PUBLIC", "@type": "dct:RightsStatement"},
            "dct:publisher": {"@id": agent},
            "dct:creator": [
                without_nulls({"@id": c.address, "@type": "foaf:Agent", "foaf:name": c.name}) for c in described.creators
            ],
            "dcat:contactPoint": [
                {"@type": "vcard:Kind", "vcard:fn": c.name, "vcard:hasEmail": {"@id": f"mailto:{c.email}"}}
                for c in described.creators
                if c.email
            ],
            "dcat:keyword": list(described.keywords),
            "dct:spatial": [{"@id": f"{AUTHORITY}/country/{code}", "@type": "dct:Location"} for code in described.countries],
            "dct:temporal": {
                "@type": "dct:PeriodOfTime",
                "dcat:startDate": typed(first, "date"),
                "dcat:endDate": typed(last, "date"),
            },
            "dcat:landingPage": described.page and {"@id": described.page, "@type": "foaf:Document"},
            "foaf:page": {"@id": described.of("codebook.html"), "@type": "foaf:Document"},
            "prov:wasRevisionOf": described.previous and {"@id": described.previous},
            "dcat:distribution": [distribution(described, part, licence) for part in described.parts],
        },
    ]
    return {"@context": CONTEXT, "@graph": [without_nulls(node) for node in nodes]}


def distribution(described: Description, part: PublishedFile, licence: Record) -> Record:
    address = {"@id": described.of(part.name)}
    return {
        "@id": f"{described.of(part.name)}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": part.name,
        "dct:description": part.what,
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{part.media_type}",
            "@type": "dct:MediaType",
        },
        "dcat:byteSize": typed(str(part.bytes), "nonNegativeInteger"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": typed(part.sha256, "hexBinary"),
        },
        "dct:license": licence,
        "dct:issued": typed(described.released, "date"),
    }


def typed(value: str, type: str) -> Record:
    return {"@value": value, "@type": f"xsd:{type}"}

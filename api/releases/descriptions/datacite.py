"""A release as the JSON of DataCite's metadata schema 4.5, with which a DOI is registered."""

from ...schema.fields import Record
from .description import Agent, Description, without_nulls


def datacite(described: Description) -> Record:
    return without_nulls(
        {
            "doi": described.doi,
            "url": described.page,
            "alternateIdentifiers": [{"alternateIdentifier": described.identifier, "alternateIdentifierType": "SHA-256"}],
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Dataset"},
            "creators": [creator(each) for each in described.creators],
            "titles": [{"title": described.title}],
            "publisher": {"name": described.publisher},
            "publicationYear": described.released[:4],
            "subjects": [{"subject": word} for word in described.keywords],
            "dates": [
                {"date": described.released, "dateType": "Issued"},
                {"date": described.coverage, "dateType": "Other", "dateInformation": "The time that the data covers."},
            ],
            "relatedIdentifiers": [
                {"relatedIdentifier": described.previous, "relatedIdentifierType": "URL", "relationType": "IsNewVersionOf"}
            ]
            if described.previous
            else [],
            "sizes": [f"{sum(part.bytes for part in described.parts)} bytes"],
            "formats": sorted({part.media_type for part in described.parts}),
            "version": described.version,
            "rightsList": [
                {
                    "rights": described.licence,
                    "rightsUri": described.licence_url,
                    "rightsIdentifier": described.licence.lower(),
                    "rightsIdentifierScheme": "SPDX",
                }
            ],
            "descriptions": [{"description": described.text, "descriptionType": "Abstract"}],
            "geoLocations": [{"geoLocationPlace": country} for country in described.countries],
            "schemaVersion": "http://datacite.org/schema/kernel-4",
        }
    )


def creator(agent: Agent) -> Record:
    named = {"name": agent.name, "nameType": "Personal" if agent.orcid else "Organizational"}
    scheme = {"nameIdentifierScheme": "ORCID" if agent.orcid else "ROR"}
    scheme |= {"schemeUri": "https://orcid.org" if agent.orcid else "https://ror.org"}
    return named | ({"nameIdentifiers": [{"nameIdentifier": agent.identifier, **scheme}]} if agent.identifier else {})

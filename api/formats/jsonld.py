"""JSON-LD: records in the words of schema.org."""

from collections.abc import Callable, Iterator
from typing import Any

from ..schema.fields import Record
from .result import Listing, dumps

# Inline, so that no reader has to fetch anything.
CONTEXT = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}, "sameAs": {"@type": "@id"}}
PERSONS = "person"
ORGANIZATIONS = {"media_outlet": "NewsMediaOrganization", "research_body": "ResearchOrganization", "company": "Corporation"}


def jsonld(listing: Listing) -> Iterator[str]:
    """One graph of nodes, each with its address as `@id`."""
    yield f'{{"@context":{dumps(CONTEXT)},"@graph":['
    separator = ""
    for document in listing.documents():
        yield separator + dumps(node(listing, document))
        separator = ","
    yield "]}\n"


def node(listing: Listing, document: Record) -> Record:
    """A document as a schema.org node; what is null or empty is left out."""
    described = NODES[listing.resource.kind](document, lambda kind, ref: reference(listing, kind, ref))
    whole = {"@id": listing.url(document), "name": listing.title(document), "url": listing.url(document), **described}
    return {key: value for key, value in whole.items() if value not in (None, [], "")}


Refer = Callable[[str, Record | None], Record | None]


def reference(listing: Listing, kind: str, ref: Record | None) -> Record | None:
    return ref and {"@id": f"{listing.base}/v1/{kind}/{ref['id']}", "name": ref["name"]}


def dated(date: Record | None) -> tuple[str | None, str | None]:
    return (date["earliest"], date["latest"]) if date else (None, None)


def event(d: Record, refer: Refer) -> Record:
    start, end = dated(d["date"])
    return {
        "@type": "Event",
        "description": d["summary"],
        "startDate": start,
        "endDate": end,
        "temporalCoverage": d["date"]["edtf"],
        "location": refer("places", d["place"]),
        "additionalType": d["type"]["id"],
        "attendee": [refer("actors", p["actor"]) for p in d["participants"]],
        "about": [refer("topics", topic) for topic in d["topics"]],
        "superEvent": [refer("events", r["event"]) for r in d["related"] if r["relation"] == "part_of"],
        "citation": cited(d, refer),
    }


def statement(d: Record, refer: Refer) -> Record:
    return {
        "@type": "Quotation" if d["quote"] else "Claim",
        "text": d["quote"] or d["paraphrase"],
        "abstract": d["paraphrase"],
        "temporalCoverage": d["date"]["edtf"],
        "spokenByCharacter" if d["quote"] else "author": [refer("actors", speaker) for speaker in d["speakers"]],
        "about": [refer(kind, ref) for kind in ("topics", "actors", "events", "agreements") for ref in d["about"][kind]],
        "citation": cited(d, refer),
    }


def agreement(d: Record, refer: Refer) -> Record:
    return {
        "@type": "CreativeWork",
        "additionalType": d["kind"],
        "alternateName": d["also_known_as"],
        "abstract": d["summary"],
        "contributor": [refer("actors", party) for party in d["parties"]],
        "about": [refer("topics", topic) for topic in d["topics"]],
        "temporalCoverage": [f"{p['from']['edtf']}/{p['to']['edtf'] if p['to'] else '..'}" for p in d["in_force"]],
        "citation": cited(d, refer),
    }


def actor(d: Record, refer: Refer) -> Record:
    kinds = {"person": "Person", "state": "Country", "government_body": "GovernmentOrganization", **ORGANIZATIONS}
    return {
        "@type": kinds.get(d["kind"], "Organization"),
        "alternateName": d["also_known_as"],
        "description": d["description"],
        "sameAs": f"https://www.wikidata.org/entity/{d['wikidata']}" if d["wikidata"] else None,
        "jobTitle" if d["kind"] == PERSONS else "disambiguatingDescription": [role["title"] for role in d["roles"]],
        "parentOrganization": [refer("actors", body) for body in d["part_of"]],
    }


def source(d: Record, refer: Refer) -> Record:
    return {
        "@type": {"news_report": "NewsArticle", "news_analysis": "AnalysisNewsArticle", "opinion": "OpinionNewsArticle"}.get(
            d["kind"], "CreativeWork"
        ),
        "publisher": {"@type": "Organization", "name": d["publisher"]},
        "author": [{"@type": "Person", "name": name} for name in d["authors"]],
        "temporalCoverage": d["published"] and d["published"]["edtf"],
        "inLanguage": d["language"],
        "sameAs": d["url"],
    }


def place(d: Record, refer: Refer) -> Record:
    geo = {"@type": "GeoCoordinates", "latitude": d["latitude"], "longitude": d["longitude"]}
    return {
        "@type": "Place",
        "alternateName": d["also_known_as"],
        "geo": geo if d["latitude"] is not None else None,
        "containedInPlace": refer("places", d["within"]),
        "sameAs": f"https://sws.geonames.org/{d['geonames']}/" if d["geonames"] else None,
    }


def topic(d: Record, refer: Refer) -> Record:
    return {"@type": "DefinedTerm", "description": d["definition"], "isPartOf": refer("topics", d["broader"])}


def event_type(d: Record, refer: Refer) -> Record:
    codes = [d["plover"] and f"PLOVER {d['plover']['event']}", d["cameo"] and f"CAMEO {d['cameo']['code']}"]
    return {"@type": "DefinedTerm", "description": d["definition"], "termCode": [code for code in codes if code]}


def cited(d: Record, refer: Refer) -> list[Any]:
    return [refer("sources", citation["source"]) for citation in d["citations"]]


NODES: dict[str, Callable[[Record, Refer], Record]] = {
    "events": event,
    "statements": statement,
    "agreements": agreement,
    "actors": actor,
    "sources": source,
    "places": place,
    "topics": topic,
    "event-types": event_type,
}

"""JSON-LD mappings to schema.org: the default of a kind, and what the others share."""

from collections.abc import Callable
from typing import Any

from ..schema import edtf
from ..schema.fields import Record
from .doubt import calendar_dates, remarks, terms

# Turns (kind, reference of a document or None) into a schema.org node: `@id` and `name`.
Refer = Callable[[str, Record | None], Record | None]

# EventScheduled says that it took place or takes place as scheduled: for what was only announced or planned there is no word.
EVENT_STATUSES = {"occurred": "https://schema.org/EventScheduled", "cancelled": "https://schema.org/EventCancelled"}


def thing(document: Record, refer: Refer) -> Record:
    """The default mapping, to a schema.org Thing: it uses the common keys that the document has."""
    descriptions = (document.get(key) for key in ("summary", "definition", "description"))
    return {
        "@type": "Thing",
        "alternateName": document.get("also_known_as"),
        "description": next(filter(None, descriptions), None),
        "subjectOf": cited_sources(document, refer) if "citations" in document else None,
    }


def cited_sources(document: Record, refer: Refer) -> list[Any]:
    """The sources that the document as a whole cites."""
    return [refer("sources", citation["source"]) for citation in document["citations"]]


def doubts(document: Record) -> Record:
    """When a document's event or statement was, and what is doubtful in it: schema.org has no words for most of that."""
    keys = [key for key in ("status", "disputed", "one_sided") if key in document]
    texts: Record = {key: document[key]["state"] if isinstance(document[key], dict) else document[key] for key in keys}
    if "date" in document:
        texts = {"date_text": document["date"]["text"], **texts}
    return {
        "dcterms:temporal": document["date"]["edtf"] if "date" in document else None,
        **{f"record:{key}": text for key, text in texts.items()},
        "disambiguatingDescription": remarks(document) if terms(document) else None,
    }


def coverage(start: Record, end: Record | None) -> str | None:
    """A period as an EDTF interval; None where an end cannot be said in one.

    An end that is itself a range becomes the month or year in which all of it lies.
    """
    texts = [date["edtf"] if date else ".." for date in (start, end)]
    ends = [edtf.certain_prefix(edtf.bounds(text)) if set(text) & set("/[") else text for text in texts]
    return "/".join(ends) if all(ends) else None


def event_node(event: Record, refer: Refer) -> Record:
    """The schema.org node of a public document: an Event, or the Claim that there was one if it is only alleged."""
    return {
        **(allegation(event, refer) if event["status"] == "alleged" else happening(event, refer)),
        "description": event["summary"],
        "additionalType": event["type"]["id"],
        "about": [refer("topics", topic) for topic in event["topics"]],
        "citation" if event["status"] == "alleged" else "subjectOf": cited_sources(event, refer),
        **doubts(event),
    }


def happening(event: Record, refer: Refer) -> Record:
    """The keys of a schema.org Event. EventScheduled means that it took place or takes place."""
    start, end = calendar_dates(event["date"])
    return {
        "@type": "Event",
        "eventStatus": EVENT_STATUSES.get(event["status"]),
        "startDate": start,
        "endDate": end,
        "location": [refer("places", place) for place in event["places"]],
        "attendee": present(event, refer),
        "superEvent": [refer("events", r["event"]) for r in event["related"] if r["relation"] == "part_of"],
    }


def allegation(event: Record, refer: Refer) -> Record:
    """The keys of a schema.org Claim: what is claimed, and whose account it is."""
    holders = [
        holder for account in event["accounts"] if account["stance"] in ("reports", "confirms") for holder in account["holders"]
    ]
    return {
        "@type": "Claim",
        "text": event["title"],
        "author": [refer("actors", holder) for holder in {holder["id"]: holder for holder in holders}.values()],
        "spatialCoverage": [refer("places", place) for place in event["places"]],
        "mentions": present(event, refer),
    }


def present(event: Record, refer: Refer) -> list[Record | None]:
    """The participants of an event; of those who are no actor the name alone."""
    return [refer("actors", p["actor"]) if p["actor"] else {"name": p["name"]} for p in event["participants"]]

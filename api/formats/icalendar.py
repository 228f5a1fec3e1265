"""iCalendar files (RFC 5545) of events and of the days on which agreements expire."""

from collections.abc import Iterator
from datetime import date, timedelta

from icalendar import Event as CalendarEvent

from ..schema.fields import Record
from .result import AUTHORITY, Listing


def ics(listing: Listing) -> Iterator[str]:
    """Whole days, never midnights; events that may have begun at any time are left out, as a calendar cannot hold them.

    Of an agreement stand the days on which it expires or expired.
    """
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    yield f"PRODID:-//{AUTHORITY}//{listing.resource.kind}//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n"
    for document in listing.documents():
        for suffix, title, days in occasions(listing, document):
            yield occasion(listing, document, suffix, title, days).to_ical().decode()
    yield "END:VCALENDAR\r\n"


def occasions(listing: Listing, document: Record) -> Iterator[tuple[str, str, Record]]:
    """What of a document has a day: (suffix of the UID, title, date)."""
    if listing.resource.kind == "events":
        if document["date"]["earliest"]:
            yield "", listing.title(document), document["date"]
    else:
        for period in document["in_force"]:
            if period["ended_by"] == "expired" and period["to"]["earliest"]:
                yield "-expiry", f"{listing.title(document)}: expiry", period["to"]


def occasion(listing: Listing, document: Record, suffix: str, title: str, days: Record) -> CalendarEvent:
    """A VEVENT of whole days; DTEND is the day after the last, as the standard has it."""
    found = CalendarEvent()
    found.add("uid", f"{document['id']}{suffix}@{AUTHORITY}")
    found.add("dtstamp", date.fromisoformat(listing.stamp))
    found.add("dtstart", date.fromisoformat(days["earliest"]))
    if days["latest"] and days["latest"] < date.max.isoformat():
        found.add("dtend", date.fromisoformat(days["latest"]) + timedelta(days=1))
    found.add("summary", title)
    found.add("description", document["summary"])
    found.add("url", listing.url(document))
    found.add("transp", "TRANSPARENT")
    if document.get("status") in ("planned", "announced"):
        found.add("status", "TENTATIVE")
    if document.get("place"):
        found.add("location", document["place"]["name"])
    return found

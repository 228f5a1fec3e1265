"""iCalendar files (RFC 5545) of events and of the days on which agreements expire."""

from collections.abc import Iterator
from datetime import date, timedelta

from icalendar import Event as CalendarEvent

from ..schema.fields import Record
from .result import AUTHORITY, Listing


def ics(listing: Listing) -> Iterator[str]:
    """A VCALENDAR of all-day entries: events with a known earliest day, and the days on which agreements expire."""
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    yield f"PRODID:-//{AUTHORITY}//{listing.resource.kind}//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n"
    for document in listing.documents():
        for suffix, title, days in occasions(listing, document):
            yield occasion(listing, document, suffix, title, days).to_ical().decode()
    yield "END:VCALENDAR\r\n"


def occasions(listing: Listing, document: Record) -> Iterator[tuple[str, str, Record]]:
    """The calendar entries of a document, as (suffix of the UID, title, date)."""
    if listing.resource.kind == "events":
        if document["date"]["earliest"]:
            yield "", listing.title(document), document["date"]
    else:
        for period in document["in_force"]:
            if period["ended_by"] == "expired" and period["to"]["earliest"]:
                yield "-expiry", f"{listing.title(document)}: expiry", period["to"]


def occasion(listing: Listing, document: Record, suffix: str, title: str, days: Record) -> CalendarEvent:
    """An all-day VEVENT; DTEND is exclusive (RFC 5545), so it is the day after the last."""
    entry = CalendarEvent()
    entry.add("uid", f"{document['id']}{suffix}@{AUTHORITY}")
    entry.add("dtstamp", date.fromisoformat(listing.stamp))
    entry.add("dtstart", date.fromisoformat(days["earliest"]))
    if days["latest"] and days["latest"] < date.max.isoformat():
        entry.add("dtend", date.fromisoformat(days["latest"]) + timedelta(days=1))
    entry.add("summary", title)
    entry.add("description", document["summary"])
    entry.add("url", listing.url(document))
    entry.add("transp", "TRANSPARENT")
    if document.get("status") in ("planned", "announced"):
        entry.add("status", "TENTATIVE")
    if document.get("place"):
        entry.add("location", document["place"]["name"])
    return entry

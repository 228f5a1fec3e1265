"""Atom (RFC 4287) and iCalendar (RFC 5545): what readers and calendars subscribe to."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from icalendar import Event as CalendarEvent

from ..schema.fields import Record
from .result import Listing, xml

AUTHORITY = "diplomatic-events"


def atom(listing: Listing) -> Iterator[str]:
    """A page of entries; ids are tag URIs that outlive any address, times those of the release."""

    def entries() -> Iterator[str]:
        for document in listing.documents():
            topics = document.get("topics") or document.get("about", {}).get("topics", [])
            text = document.get("summary") or document.get("paraphrase")
            id, title = tag(listing.resource.kind, document["id"]), listing.title(document)
            yield entry(id, title, listing.stamp, listing.url(document), text, topics=topics)

    return feed(listing.release.about, listing.resource.kind, listing.address, listing.next, entries())


def feed(about: Record, subject: str, address: str, following: str | None, entries: Iterator[str]) -> Iterator[str]:
    """An Atom feed around entries."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{tag(subject)}</id><title>{xml(about['title'])}: {subject}</title>\n"
    yield f'<updated>{about["released"]}T00:00:00Z</updated><link rel="self" href="{xml(address)}"/>\n'
    if following:
        yield f'<link rel="next" href="{xml(following)}"/>\n'
    yield "".join(f"<author><name>{xml(creator['name'])}</name></author>" for creator in about["creators"])
    yield f"<rights>{xml(about['licence'])}</rights>\n"
    yield from entries
    yield "</feed>\n"


def entry(id: str, title: str, day: str, address: str, text: object, *, topics: Iterable[Record] = ()) -> str:
    """One Atom entry, last changed on `day`."""
    terms = "".join(f'<category term="{xml(term["id"])}" label="{xml(term["name"])}"/>' for term in topics)
    head = f"<id>{id}</id><title>{xml(title)}</title><updated>{day}T00:00:00Z</updated>"
    return f'<entry>{head}<link rel="alternate" href="{xml(address)}"/><summary>{xml(text)}</summary>{terms}</entry>\n'


def tag(kind: str, id: str = "") -> str:
    """A tag URI (RFC 4151) of a kind or of one of its records."""
    return f"tag:{AUTHORITY},2026:{kind}{'/' if id else ''}{id}"


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

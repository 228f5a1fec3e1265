"""iCalendar files (RFC 5545) of events and of the days on which agreements expire."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar
from icalendar import Event as CalendarEvent

from ..resources.doubt import date_words, exact, heading, remarks, some_day, terms
from ..schema.fields import Record
from .result import Listing

REFRESH = timedelta(days=1)  # after which a client may ask again
# STATUS of an event: CONFIRMED is what occurred.
STATUS = {"announced": "TENTATIVE", "planned": "TENTATIVE", "alleged": "TENTATIVE", "cancelled": "CANCELLED"}


END = "END:VCALENDAR\r\n"


class Occasion(NamedTuple):
    """A calendar entry of a document: the suffix of its UID, its title, its date, its STATUS."""

    suffix: str
    title: str
    date: Record
    status: str


def ics(listing: Listing) -> Iterator[str]:
    """A VCALENDAR of all-day entries: events with a known earliest day, and the days on which agreements expire."""
    yield calendar(listing).to_ical().decode().removesuffix(END)
    for document in listing.documents():
        for occasion in occasions(listing, document):
            yield entry(listing, document, occasion).to_ical().decode()
    yield END


def calendar(listing: Listing) -> Calendar:
    """The calendar without its entries: its name and how often it is worth asking, by RFC 7986 and as clients had it before."""
    head = Calendar()
    head.add("version", "2.0")
    head.add("prodid", f"-//{listing.release.about['name']}//{listing.resource.kind}//EN")
    head.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        head.add(name, listing.heading)
    head.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    head.add("x-published-ttl", "P1D")
    return head


def occasions(listing: Listing, document: Record) -> Iterator[Occasion]:
    """The calendar entries of a document: its day; of an agreement its expiries, tentative while the day has not passed."""
    title = listing.title(document)
    if "in_force" not in document:
        if document["date"]["earliest"]:
            yield Occasion("", title, document["date"], STATUS.get(document["status"], "CONFIRMED"))
        return
    for period in document["in_force"]:
        if period["ended_by"] == "expired" and period["to"]["earliest"]:
            passed = (period["to"]["latest"] or date.max.isoformat()) <= listing.stamp
            yield Occasion("-expiry", f"{title}: expiry", period["to"], "CONFIRMED" if passed else "TENTATIVE")


def entry(listing: Listing, document: Record, occasion: Occasion) -> CalendarEvent:
    """An all-day VEVENT; DTSTAMP is the beginning of the day of the release, in UTC."""
    event = CalendarEvent()
    event.add("uid", f"{document['id']}{occasion.suffix}@{listing.release.about['name']}")
    event.add("dtstamp", datetime.fromisoformat(listing.stamp).replace(tzinfo=UTC))
    first, after = days(occasion.date)
    event.add("dtstart", first)
    if after:
        event.add("dtend", after)
    when = "" if exact(occasion.date) else f" ({date_words(occasion.date)})"
    event.add("summary", f"{heading(occasion.title, document)}{when}")
    event.add("description", f"{remarks({**document, 'date': occasion.date})}\n{document['summary']}")
    event.add("url", listing.url(document))
    event.add("transp", "TRANSPARENT")
    event.add("status", occasion.status)
    if words := terms(document):
        event.add("categories", words)
    if places := document.get("places"):
        event.add("location", "; ".join(place["name"] for place in places))
    return event


def days(when: Record) -> tuple[date, date | None]:
    """The first day, and the day after the last: DTEND is exclusive (RFC 5545); None for one day.

    What lasted is a span. What happened on some day of a range is no span, and stands on the first possible day.
    """
    first = date.fromisoformat(when["earliest"])
    if some_day(when) or when["latest"] is None or when["latest"] == date.max.isoformat():
        return first, None
    return first, date.fromisoformat(when["latest"]) + timedelta(days=1)

"""iCalendar files (RFC 5545) of events and of the days on which agreements expire."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from icalendar import Calendar, vText

from ..resources.doubt import date_words, exact, heading, remarks, some_day, terms
from ..schema.fields import Record
from .result import Listing

REFRESH = timedelta(days=1)  # after which a client may ask again
# STATUS of an event: CONFIRMED is what occurred.
STATUS = {"announced": "TENTATIVE", "planned": "TENTATIVE", "alleged": "TENTATIVE", "cancelled": "CANCELLED"}
END = "END:VCALENDAR\r\n"
LINE, FOLD = 75, "\r\n "  # bytes of a content line that it must not have, and what goes between its pieces


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
            yield entry(listing, document, occasion)
    yield END


def calendar(listing: Listing) -> Calendar:
    """The calendar without its entries: its name and how often it is worth asking, by RFC 7986 and as clients had it before."""
    head = Calendar()
    head.add("version", "2.0")
    head.add("prodid", f"-//{listing.release.about['name']}//{listing.resource.kind}//EN")
    head.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        head.add(name, vText(listing.heading))
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


def entry(listing: Listing, document: Record, occasion: Occasion) -> str:
    """An all-day VEVENT; DTSTAMP is the beginning of the day of the release, in UTC. The library takes ten times as long."""
    first, after = days(occasion.date)
    when = "" if exact(occasion.date) else f" ({date_words(occasion.date)})"
    said = f"{remarks({**document, 'date': occasion.date})}\n{document['summary']}"
    words, places = terms(document), document.get("places")
    lines = (
        "BEGIN:VEVENT",
        f"SUMMARY:{escaped(f'{heading(occasion.title, document)}{when}')}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        after and f"DTEND;VALUE=DATE:{after:%Y%m%d}",
        f"DTSTAMP:{listing.stamp.replace('-', '')}T000000Z",
        f"UID:{document['id']}{occasion.suffix}@{listing.release.about['name']}",
        words and f"CATEGORIES:{','.join(map(escaped, words))}",
        f"DESCRIPTION:{escaped(said)}",
        places and f"LOCATION:{escaped('; '.join(place['name'] for place in places))}",
        f"STATUS:{occasion.status}",
        "TRANSP:TRANSPARENT",
        f"URL:{listing.url(document)}",
        "END:VEVENT",
    )
    return "".join([f"{folded(line)}\r\n" for line in lines if line])


def escaped(text: str) -> str:
    """A text as RFC 5545 has it (section 3.3.11)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """A content line in pieces of fewer than LINE bytes, between which no character and no escape is cut (section 3.1)."""
    pieces, start = [], 0
    while start < len(line):
        piece = line[start : start + LINE - 1]
        while len(piece.encode()) >= LINE:
            piece = piece[:-1]
        if start + len(piece) < len(line) and (len(piece) - len(piece.rstrip("\\"))) % 2:
            piece = piece[:-1]
        pieces.append(piece)
        start += len(piece)
    return FOLD.join(pieces)


def days(when: Record) -> tuple[date, date | None]:
    """The first day, and the day after the last: DTEND is exclusive (RFC 5545); None for one day.

    What lasted from one day to another is a span. What happened on some day of a range, or lasted since a month or until a year,
    is none, as a calendar would show it on days that no source says: it stands on the first possible day.
    """
    first = date.fromisoformat(when["earliest"])
    if some_day(when) or when["precision"] != "day" or when["latest"] is None or when["latest"] == date.max.isoformat():
        return first, None
    return first, date.fromisoformat(when["latest"]) + timedelta(days=1)

"""Atom feeds (RFC 4287) of records."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..resources.doubt import heading, remarks, terms
from ..schema.fields import Record
from ..storage.release import Release
from ..storage.tables import Changed
from .result import VOCABULARY, Listing, xml

DOUBT = f"{VOCABULARY}doubt"  # the scheme of the categories
TERMS = "http://purl.org/dc/terms/"


def atom(listing: Listing) -> Iterator[str]:
    """An Atom feed of one page; ids are tag URIs (RFC 4151), `updated` is the day of the release that changed a record last.

    The title and the summary say when it was and what is doubtful; categories of the scheme DOUBT name it, and
    `temporal` of Dublin Core has the date as EDTF.
    """
    documents, days, about = list(listing.documents()), days_of_versions(listing.release), listing.release.about

    def entries() -> Iterator[str]:
        for document in documents:
            topics = document.get("topics") or document.get("about", {}).get("topics", [])
            text = f"{remarks(document)} {document.get('summary') or document.get('paraphrase')}"
            more = [temporal(document["date"]), *map(doubt, terms(document)), *map(topic, topics)]
            id, title = tag(about, listing.resource.kind, document["id"]), heading(listing.title(document), document)
            yield entry(id, title, days.get(document["updated_in"], listing.stamp), listing.url(document), text, more=more)

    newest = max((days.get(document["updated_in"], listing.stamp) for document in documents), default=listing.stamp)
    head = Head(listing.subject, listing.heading, newest, listing.address, listing.next)
    return feed(about, head, entries())


def days_of_versions(release: Release) -> Mapping[str, str]:
    """The day (YYYY-MM-DD) of every version that changed a record, and of the release."""
    own = {release.about["version"]: release.about["released"]}
    select = Changed.select(Changed.version, Changed.released).distinct()
    return release.once("days of versions", lambda: {**dict(release.rows(select)), **own})


def temporal(date: Record) -> str:
    """The date of a document as EDTF."""
    return f'<temporal xmlns="{TERMS}">{xml(date["edtf"])}</temporal>'


def doubt(term: str) -> str:
    """The category for a kind of doubt."""
    return f'<category scheme="{DOUBT}" term="{term}" label="{term.replace("_", "-")}"/>'


def topic(term: Record) -> str:
    """The category for a topic."""
    return f'<category term="{xml(term["id"])}" label="{xml(term["name"])}"/>'


class Head(NamedTuple):
    """What a feed is: its query, its title, the day of its newest entry, its address and that of the next page."""

    subject: str
    title: str
    updated: str
    address: str
    next: str | None


def feed(about: Record, head: Head, entries: Iterator[str]) -> Iterator[str]:
    """An Atom feed."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{xml(tag(about, head.subject))}</id><title>{xml(head.title)}</title>\n"
    yield f'<updated>{head.updated}T00:00:00Z</updated><link rel="self" href="{xml(head.address)}"/>\n'
    if head.next:
        yield f'<link rel="next" href="{xml(head.next)}"/>\n'
    yield "".join(f"<author><name>{xml(creator['name'])}</name></author>" for creator in about["creators"])
    yield f"<rights>{xml(about['licence'])}</rights>\n"
    yield from entries
    yield "</feed>\n"


def entry(id: str, title: str, day: str, address: str, text: object, *, more: Iterable[str] = ()) -> str:
    """One Atom entry, last changed on `day`; `more` are further elements."""
    head = f"<id>{xml(id)}</id><title>{xml(title)}</title><updated>{day}T00:00:00Z</updated>"
    link = f'<link rel="alternate" href="{xml(address)}"/>'
    return f"<entry>{head}{link}<summary>{xml(text)}</summary>{''.join(more)}</entry>\n"


def tag(about: Record, kind: str, id: str = "") -> str:
    """A tag URI (RFC 4151) of a kind or of one of its records; it begins with the name of the dataset."""
    return f"tag:{about['name']},2026:{kind}{'/' if id else ''}{id}"

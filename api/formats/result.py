"""The result of a list query as the formats get it, and what they share."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..resources.resource import Resource
from ..schema.fields import Record
from ..schema.walk import as_json
from ..storage.release import Release

VOCABULARY = "tag:diplomatic-events,2026:"  # the program's own words, in the answers of every dataset
# Characters that XML 1.0 cannot hold at all.
PLAIN = re.compile(r"[\w :.,;()'?/-]*")  # what needs no escape, of most texts
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Listing:
    """The result of a list query.

    `texts` are the documents as JSON text, in order, readable once; `base` is the address of the API, `address` that
    of the request, `next` that of the next page; `fields` are the requested paths, None for all;
    `expand` and `spreadsheet` are for CSV; `asked` are the filters that were given, as a query string in one form, `said`
    gives them in words.
    """

    resource: Resource
    release: Release
    texts: Iterator[str]
    base: str
    address: str
    next: str | None
    fields: list[str] | None
    expand: str | None = None
    spreadsheet: bool = False
    asked: str = ""
    said: Callable[[], str] = str

    def documents(self) -> Iterator[Record]:
        """The documents, parsed one at a time."""
        return (json.loads(text) for text in self.texts)

    def url(self, document: Record) -> str:
        """The absolute address of a document."""
        return self.address_of(self.resource.kind, document["id"])

    def address_of(self, kind: str, id: str) -> str:
        """The absolute address of a record."""
        return f"{self.base}/v1/{kind}/{id}"

    def title(self, document: Record) -> str:
        return self.resource.name(document)

    @property
    def subject(self) -> str:
        """What identifies the query: `events?type=summit`."""
        return named(self.resource.kind, self.asked)

    @property
    def heading(self) -> str:
        """The name of the result, for people."""
        return title_of(self.release.about, self.resource.kind, self.said())

    @property
    def stamp(self) -> str:
        """The day of the release (YYYY-MM-DD), for formats that need a time stamp: the bytes do not depend on today."""
        return str(self.release.about["released"])


def named(kind: str, asked: str) -> str:
    """A query as one text: `events?type=summit`."""
    return f"{kind}?{asked}" if asked else kind


def title_of(about: Record, kind: str, said: str) -> str:
    """The name of a query's result: title of the data, kind, filters in words."""
    return f"{about['title']}: {kind}{f' ({said})' if said else ''}"


dumps = as_json  # compact JSON text, keys as given


def joined(texts: Iterable[str]) -> Iterator[str]:
    """Texts, each but the first with a comma before it."""
    return (f",{text}" if number else text for number, text in enumerate(texts))


def xml(text: object) -> str:
    """A text escaped for XML 1.0 element content and attributes, without the characters that XML forbids."""
    plain = str(text)
    if PLAIN.fullmatch(plain):
        return plain
    plain = FORBIDDEN.sub("", plain)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

"""What a shape is made from: the documents that a query found, and where the answer stands."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..resources.resource import Resource
from ..schema.fields import Record
from ..storage.release import Release

# Characters that XML 1.0 cannot hold at all.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Listing:
    """The answer to a list query: documents as JSON text, read once, in order."""

    resource: Resource
    release: Release
    texts: Iterator[str]
    base: str
    address: str
    next: str | None
    fields: list[str] | None

    def documents(self) -> Iterator[Record]:
        """The documents, parsed one at a time."""
        return (json.loads(text) for text in self.texts)

    def url(self, document: Record) -> str:
        """Where a document is, as an absolute address."""
        return f"{self.base}{document['links']['self']}"

    def title(self, document: Record) -> str:
        return self.resource.name(document)

    @property
    def stamp(self) -> str:
        """The day of the release; formats that must say when a record changed say this, never the day of the request."""
        return str(self.release.about["released"])


def dumps(value: Any) -> str:
    """Compact JSON text, keys as given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def xml(text: object) -> str:
    """A text that XML can hold, escaped for element content and attributes."""
    plain = FORBIDDEN.sub("", str(text))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

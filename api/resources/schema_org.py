"""What the JSON-LD mappings of the kinds share, and the mapping of a kind that has none of its own."""

from collections.abc import Callable
from typing import Any

from ..schema.fields import Record

# Turns (kind, reference of a document or None) into a schema.org node: `@id` and `name`.
Refer = Callable[[str, Record | None], Record | None]


def thing(document: Record, refer: Refer) -> Record:
    """A schema.org Thing: holds for every kind, with whatever of the usual keys a document has."""
    descriptions = (document.get(key) for key in ("summary", "definition", "description"))
    return {
        "@type": "Thing",
        "alternateName": document.get("also_known_as"),
        "description": next(filter(None, descriptions), None),
        "subjectOf": cited_sources(document, refer) if "citations" in document else None,
    }


def cited_sources(document: Record, refer: Refer) -> list[Any]:
    """The sources of a document's own citations."""
    return [refer("sources", citation["source"]) for citation in document["citations"]]

"""JSON-LD mappings to schema.org: the default of a kind, and what the others share."""

from collections.abc import Callable
from typing import Any

from ..schema.fields import Record

# Turns (kind, reference of a document or None) into a schema.org node: `@id` and `name`.
Refer = Callable[[str, Record | None], Record | None]


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

"""JSON-LD: records in the vocabulary of schema.org."""

from collections.abc import Iterator

from ..resources.doubt import heading
from ..schema.fields import Record
from ..schema.json_schema import ANY
from .result import Listing, dumps

# Inline, so that a reader need not fetch it.
CONTEXT = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}, "sameAs": {"@type": "@id"}, "eventStatus": {"@type": "@id"}}
EMPTY_GRAPH = {"@context": {"@vocab": "https://schema.org/"}, "@graph": []}
GRAPH = {
    "type": "object",
    "description": "Records as JSON-LD, in the vocabulary of schema.org. An alleged event is a `Claim`, and no `Event`; "
    "`startDate` and `endDate` are as precise as the record (`2020`), or left out; `temporalCoverage` is EDTF; "
    "`additionalProperty` has `status`, `disputed`, `one_sided`, and the date in words.",
    "properties": {"@context": ANY, "@graph": {"type": "array", "items": ANY}},
    "required": ["@context", "@graph"],
    "additionalProperties": False,
}


def jsonld(listing: Listing) -> Iterator[str]:
    """A graph with one node a record; `@id` is its address."""
    yield f'{{"@context":{dumps(CONTEXT)},"@graph":['
    separator = ""
    for document in listing.documents():
        yield separator + dumps(node(listing, document))
        separator = ","
    yield "]}\n"


def node(listing: Listing, document: Record) -> Record:
    """A document as a schema.org node, without null and empty values."""
    described = listing.resource.jsonld(document, lambda kind, ref: reference(listing, kind, ref))
    title = heading(listing.title(document), document)
    whole = {"@id": listing.url(document), "name": title, "url": listing.url(document), **described}
    return {key: value for key, value in whole.items() if value not in (None, [], "")}


def reference(listing: Listing, kind: str, ref: Record | None) -> Record | None:
    return ref and {"@id": listing.address_of(kind, ref["id"]), "name": ref["name"]}

"""JSON-LD: records in the vocabulary of schema.org."""

from collections.abc import Iterator

from ..resources.cited import citations
from ..resources.doubt import heading
from ..schema.fields import Record
from ..schema.json_types import ANY
from .result import VOCABULARY, Listing, dumps, joined

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
# Inline, so that a reader need not fetch it. What schema.org has no fitting word for has a term of another vocabulary.
CONTEXT = {
    "@vocab": "https://schema.org/",
    **{name: {"@type": "@id"} for name in ("url", "sameAs", "eventStatus")},
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "record": VOCABULARY,
    **{name: {"@id": name, "@type": EDTF} for name in ("dcterms:temporal", "dcterms:issued")},
}
DUMPED = dumps(CONTEXT)
EMPTY_GRAPH = {"@context": {"@vocab": "https://schema.org/"}, "@graph": []}
GRAPH = {
    "type": "object",
    "description": "Records as JSON-LD, in the vocabulary of schema.org. An alleged event is a `Claim`, and no `Event`; "
    "`startDate` and `endDate` are days, or left out where the day is not known; `dcterms:temporal` is the date in EDTF, "
    "`record:date_text` in words; `record:status`, `record:disputed` and `record:one_sided` are those of the record. "
    "`prov:wasDerivedFrom` are its sources, `prov:qualifiedDerivation` the places in them.",
    "properties": {"@context": ANY, "@graph": {"type": "array", "items": ANY}},
    "required": ["@context", "@graph"],
    "additionalProperties": False,
}


def jsonld(listing: Listing) -> Iterator[str]:
    """A graph with one node a record; `@id` is its address."""
    yield f'{{"@context":{DUMPED},"@graph":['
    yield from joined(dumps(node(listing, document)) for document in listing.documents())
    yield "]}\n"


def item(listing: Listing) -> str:
    """The node of the only document, with its context."""
    (document,) = listing.documents()
    return f"{whole(listing, document)}\n"


def whole(listing: Listing, document: Record) -> str:
    """The node of a document, with its context."""
    return f'{{"@context":{DUMPED},{dumps(node(listing, document))[1:]}'


def node(listing: Listing, document: Record) -> Record:
    """A document as a schema.org node, without null and empty values."""
    described = listing.resource.jsonld(document, lambda kind, ref: reference(listing, kind, ref))
    title = heading(listing.title(document), document)
    whole = {"@id": listing.url(document), "name": title, "url": listing.url(document), **described}
    whole |= provenance(listing, document)
    return {key: value for key, value in whole.items() if value not in (None, [], "")}


def provenance(listing: Listing, document: Record) -> Record:
    """What a document was derived from, in PROV: every source that it cites anywhere, and each place in one."""
    cited = dict.fromkeys(
        (citation["source"]["id"], citation["locator"], tuple(citation["paragraphs"] or ()))
        for citation in citations(listing.resource, document)
    )
    sources = {source: {"@id": listing.address_of("sources", source)} for source, _, _ in cited}
    places = [
        {
            "@type": "prov:Derivation",
            "prov:entity": sources[source],
            **({"record:locator": locator} if locator else {}),
            **({"record:paragraphs": paragraphs} if paragraphs else {}),
        }
        for source, locator, paragraphs in cited
        if locator or paragraphs
    ]
    return {"prov:wasDerivedFrom": list(sources.values()), "prov:qualifiedDerivation": places}


def reference(listing: Listing, kind: str, ref: Record | None) -> Record | None:
    return ref and {"@id": listing.address_of(kind, ref["id"]), "name": ref["name"]}

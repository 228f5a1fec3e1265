"""The components of the contract that are not derived: references, problems, search results, their examples."""

from typing import Any

from apispec import APISpec

from ...resources.keys import LINKS
from ...schema import fields
from ...schema.json_types import ADDRESS, ANY, COUNT, NULL, TEXT, Schema, component, list_of, map_of, of, or_null
from . import answers, parameters

# The statuses without an answer, of whatever operation.
STATUSES = {
    304: "The client's copy is current (`If-None-Match`); there is no body.",
    400: "A parameter is unknown, or its value is not allowed; `errors` lists every one.",
    404: "No record has this id.",
    406: "None of the media types in `Accept` is available; `available` lists those that are.",
    408: "The header fields did not come in time.",
    409: "What is loaded is a draft, which may still change.",
    410: "The record was withdrawn, or the release of the cursor is no longer kept.",
    414: "The request line is too long.",
    429: "Too many requests of one client; `Retry-After` says when to come again.",
    431: "The header fields are too many or too long.",
    503: "No release is loaded, or it cannot be read at the moment; `Retry-After` says when to come again.",
}
REFUSED = {"default": {"$ref": "#/components/responses/Refused"}}  # the response that stands for all of them
INVALID = {
    "type": "/problems/invalid-parameters",
    "title": "Invalid parameters",
    "status": 400,
    "detail": "Invalid query parameters: typ.",
    "instance": "/v1/events?typ=summit",
    "errors": [{"parameter": "typ", "detail": "is unknown", "allowed": ["type", "status"], "suggestion": "type"}],
}
SAMPLE_HIT = {
    "kind": "actors",
    "id": "an-id",
    "name": "A name",
    "field": "aliases",
    "highlight": "<mark>Another</mark> name",
    "href": "/v1/actors/an-id",
}
REFERENCE: Schema = {"id": {"type": "string", "pattern": f"^{fields.SLUG.pattern}$"}, "name": TEXT}
LIST_META = {
    "total": {**COUNT, "description": "How many records match the filters, on all pages."},
    "release": component("Release"),
    "query": {**ANY, "description": "The parsed query, defaults included."},
    "date_match": component("DateMatchCounts"),
}
LIST_META_REQUIRED = ["total", "release", "query"]


def _around(meta: str, links: str, **more: Any) -> Schema:
    """What is around the data of an answer."""
    return of({"meta": component(meta), "links": component(links), **more}, required=["meta", "links"])


SCHEMAS: dict[str, Schema] = {
    "AnyList": _around("ListMeta", "ListLinks", included=component("Included")),
    "AnyItem": _around("ItemMeta", "ItemLinks", included=component("Included")),
    "AnyAnswer": _around("AnswerMeta", "AnswerLinks"),
    "AnyTimeline": _around("TimelineMeta", "ListLinks"),
    "Reference": of(REFERENCE, "Another record: its id and its name.", example={"id": "an-id", "name": "A name"}),
    "Office": of(
        {"title": TEXT, "organization": {"anyOf": [component("Reference"), NULL]}}, "An office held on the day in question."
    ),
    "Holder": of(
        {**REFERENCE, "offices": list_of(component("Office"))},
        "An actor, with the offices held on the day in question.",
        example={"id": "an-id", "name": "A name", "offices": []},
    ),
    "Problem": of(
        {
            "type": {"type": "string", "format": "uri-reference"},
            "title": TEXT,
            "status": COUNT,
            "detail": TEXT,
            "instance": TEXT,
            "errors": list_of(component("QueryError"), "Every error of the query."),
            "suggestion": or_null(TEXT),
        },
        "A problem document (RFC 9457).",
        required=["type", "title", "status", "detail"],
    ),
    "QueryError": of(
        {"parameter": TEXT, "detail": TEXT, "allowed": {"type": ["array", "null"], "items": TEXT}, "suggestion": or_null(TEXT)},
        "What is wrong with a parameter, and what is allowed.",
        required=["parameter", "detail"],
    ),
    "Facet": of({"value": TEXT, "name": or_null(TEXT), "count": COUNT, "href": ADDRESS}),
    "FacetCut": of({"shown": COUNT, "values": COUNT}),
    "DateMatchCounts": of(
        {"certain": COUNT, "possible": COUNT},
        "Of a query with a range of days: how many records lie in it for certain, and how many possibly.",
    ),
    "SparseRecord": of(
        {"id": TEXT},
        "Of a record those keys that `fields` named, and its id. Without `fields` every record is whole.",
        additionalProperties=True,
    ),
    "Hit": of(dict.fromkeys(SAMPLE_HIT, TEXT), "A search result: the record, and the matching text with the words in `<mark>`."),
    "Thread": of(
        {
            "id": TEXT,
            "stance": {**or_null(TEXT), "description": "How it stands to what it replies to."},
            "speakers": list_of(component("Holder")),
            "date": component("PublicDate"),
            "act": TEXT,
            "paraphrase": TEXT,
            "href": TEXT,
            "replies": {**list_of(component("Thread")), "example": []},
        },
        "A statement, and what replies to it.",
    ),
    "Release": of(
        {
            "version": {**TEXT, "description": "x.y.z, or x.y.z+draft for what was not published as x.y.z."},
            "digest": TEXT,
            "url": {**or_null(ADDRESS), "description": "The release itself; null for a draft."},
        },
        "The release that the answer comes from.",
        example={"version": "1.0.0", "digest": "e3b0c442...", "url": "https://example.org/v1/releases/1.0.0"},
    ),
    "ListMeta": of(
        {
            **LIST_META,
            "coding": map_of(COUNT, "How many events have each `coding`."),
            "facets": map_of(
                list_of(component("Facet")),
                "For each requested facet, its values, the number of records with each, and the link to them.",
            ),
            "citation": {**ANY, "description": "With `cite=true`: how to cite this query."},
            "facets_cut": map_of(
                component("FacetCut"),
                "The facets with more values than are shown: how many are shown, and how many there are: the 100 most frequent "
                "values, of years and months 1,500 in order of time.",
            ),
            "coverage": {**ANY, "description": "What the dataset covers; present if few records match."},
            "spelling": {**or_null(TEXT), "description": "Where `q` finds nothing, its nearest spelling that does."},
        },
        required=LIST_META_REQUIRED,
    ),
    "ListLinks": of(
        {"self": ADDRESS, "next": {**or_null(ADDRESS), "description": "The next page; null on the last."}},
        example={"self": "https://example.org/v1/...", "next": None},
    ),
    "TimelineMeta": of(
        {**LIST_META, "kinds": map_of(COUNT, "How many entries there are of each kind.")},
        required=[*LIST_META_REQUIRED, "kinds"],
    ),
    "AnswerMeta": {
        "type": "object",
        "properties": {"total": COUNT, "release": component("Release"), "query": ANY},
        "additionalProperties": True,
    },
    "AnswerLinks": map_of(or_null(ADDRESS), example={"self": "https://example.org/v1/..."}),
    "ItemMeta": of({"release": component("Release")}),
    "ItemLinks": map_of(ADDRESS, example={"self": "https://example.org/v1/...", "collection": "https://example.org/v1/..."}),
    "Links": map_of({"type": "string", "format": "uri-reference"}, LINKS.metadata["description"]),
    **answers.SCHEMAS,
    **parameters.SCHEMAS,
}


def register(spec: APISpec) -> None:
    """Adds the components of this module to the contract."""
    for name, schema in SCHEMAS.items():
        spec.components.schema(name, schema)
    spec.components.response("Renamed", {"description": "The record was renamed; `Location` is its new address."})
    told = "\n".join(f"- {status}: {what}" for status, what in STATUSES.items())
    refusal = {"application/problem+json": {"schema": component("Problem"), "example": INVALID}}
    what = f"No answer; all but 304 with a problem document.\n\n{told}\n"
    spec.components.response("Refused", {"description": what, "content": refusal})

"""The components of the contract that are not derived: references, problems, search results, their examples."""

from typing import Any

from apispec import APISpec

from ...resources.common import links
from ...schema import fields
from ...schema.json_schema import ANY, component
from . import answers, parameters

REFERENCE: dict[str, Any] = {
    "type": "object",
    "description": "Another record: its id and its name.",
    "properties": {"id": {"type": "string", "pattern": f"^{fields.SLUG.pattern}$"}, "name": {"type": "string"}},
    "required": ["id", "name"],
    "example": {"id": "an-id", "name": "A name"},
}
OFFICE = {
    "type": "object",
    "description": "An office held on the day in question.",
    "properties": {
        "title": {"type": "string"},
        "organization": {"anyOf": [component("Reference"), {"type": "null"}]},
    },
    "required": ["title", "organization"],
}
HOLDER = {
    "type": "object",
    "description": "An actor, with the offices held on the day in question.",
    "properties": {**REFERENCE["properties"], "offices": {"type": "array", "items": component("Office")}},
    "required": ["id", "name", "offices"],
    "example": {"id": "an-id", "name": "A name", "offices": []},
}
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Every error of the query.",
            "items": component("QueryError"),
        },
        "suggestion": {"type": ["string", "null"]},
    },
    "required": ["type", "title", "status", "detail"],
}
QUERY_ERROR = {
    "type": "object",
    "description": "What is wrong with a parameter, and what is allowed.",
    "properties": {
        "parameter": {"type": "string"},
        "detail": {"type": "string"},
        "allowed": {"type": ["array", "null"], "items": {"type": "string"}},
        "suggestion": {"type": ["string", "null"]},
    },
    "required": ["parameter", "detail"],
}
FACET = {
    "type": "object",
    "properties": {
        "value": {"type": "string"},
        "name": {"type": ["string", "null"]},
        "count": {"type": "integer"},
        "href": {"type": "string", "format": "uri"},
    },
    "required": ["value", "name", "count", "href"],
}
HIT = {
    "type": "object",
    "description": "A search result: the record, and the matching text with the words in `<mark>`.",
    "properties": {name: {"type": "string"} for name in ("kind", "id", "name", "field", "highlight", "href")},
    "required": ["kind", "id", "name", "field", "highlight", "href"],
}
SAMPLE_HIT = {
    "kind": "actors",
    "id": "an-id",
    "name": "A name",
    "field": "aliases",
    "highlight": "<mark>Another</mark> name",
    "href": "/v1/actors/an-id",
}
THREAD = {
    "type": "object",
    "description": "A statement, and what replies to it.",
    "properties": {
        "id": {"type": "string"},
        "stance": {"type": ["string", "null"], "description": "How it stands to what it replies to."},
        "speakers": {"type": "array", "items": component("Holder")},
        "date": component("PublicDate"),
        "act": {"type": "string"},
        "paraphrase": {"type": "string"},
        "href": {"type": "string"},
        "replies": {"type": "array", "items": component("Thread"), "example": []},
    },
    "required": ["id", "stance", "speakers", "date", "act", "paraphrase", "href", "replies"],
}
RELEASE = {"version": "1.0.0", "digest": "e3b0c442...", "url": "https://example.org/v1/releases/1.0.0"}
RESPONSES = {
    "Renamed": {"description": "The record was renamed; `Location` is its new address."},
}


INVALID = {
    "type": "/problems/invalid-parameters",
    "title": "Invalid parameters",
    "status": 400,
    "detail": "Invalid query parameters: typ.",
    "instance": "/v1/events?typ=summit",
    "errors": [{"parameter": "typ", "detail": "is unknown", "allowed": ["type", "status"], "suggestion": "type"}],
}
# The statuses without an answer, of whatever operation.
ERRORS = {
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


def errors(*statuses: int) -> dict[str, Any]:
    """The response that stands for all statuses that refuse a request."""
    return {"default": {"$ref": "#/components/responses/Refused"}}


RELEASE_SCHEMA = {
    "type": "object",
    "description": "The release that the answer comes from.",
    "properties": {
        "version": {"type": "string", "description": "x.y.z, or x.y.z+draft for what was not published as x.y.z."},
        "digest": {"type": "string"},
        "url": {"type": ["string", "null"], "format": "uri", "description": "The release itself; null for a draft."},
    },
    "required": ["version", "digest", "url"],
    "example": RELEASE,
}
DATE_MATCH_COUNTS = {
    "type": "object",
    "description": "Of a query with a range of days: how many records lie in it for certain, and how many possibly.",
    "properties": {"certain": {"type": "integer"}, "possible": {"type": "integer"}},
    "required": ["certain", "possible"],
}
FACET_CUT = {
    "type": "object",
    "properties": {"shown": {"type": "integer"}, "values": {"type": "integer"}},
    "required": ["shown", "values"],
}
SPARSE_RECORD = {
    "type": "object",
    "description": "Of a record those keys that `fields` named, and its id. Without `fields` every record is whole.",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": True,
}
LIST_META: dict[str, Any] = {
    "type": "object",
    "properties": {
        "total": {"type": "integer", "description": "How many records match the filters, on all pages."},
        "release": component("Release"),
        "query": {**ANY, "description": "The parsed query, defaults included."},
        "date_match": component("DateMatchCounts"),
        "coding": {
            "type": "object",
            "description": "How many events have each `coding`.",
            "additionalProperties": {"type": "integer"},
        },
        "facets": {
            "type": "object",
            "description": "For each requested facet, its values, the number of records with each, and the link to them.",
            "additionalProperties": {"type": "array", "items": component("Facet")},
        },
        "citation": {**ANY, "description": "With `cite=true`: how to cite this query."},
        "facets_cut": {
            "type": "object",
            "description": "The facets with more values than are shown: how many are shown, and how many there are: the 100 "
            "most frequent values, of years and months 1,500 in order of time.",
            "additionalProperties": component("FacetCut"),
        },
        "coverage": {**ANY, "description": "What the dataset covers; present if few records match."},
        "spelling": {"type": ["string", "null"], "description": "Where `q` finds nothing, its nearest spelling that does."},
    },
    "required": ["total", "release", "query"],
}
TIMELINE_META = {
    "type": "object",
    "properties": {
        **{key: LIST_META["properties"][key] for key in ("total", "release", "query", "date_match")},
        "kinds": {
            "type": "object",
            "description": "How many entries there are of each kind.",
            "additionalProperties": {"type": "integer"},
        },
    },
    "required": [*LIST_META["required"], "kinds"],
}
ANSWER_META = {
    "type": "object",
    "properties": {"total": {"type": "integer"}, "release": component("Release"), "query": ANY},
    "additionalProperties": True,
}
ANSWER_LINKS = {
    "type": "object",
    "additionalProperties": {"type": ["string", "null"], "format": "uri"},
    "example": {"self": "https://example.org/v1/..."},
}
ITEM_META = {
    "type": "object",
    "properties": {"release": component("Release")},
    "required": ["release"],
}
LINKS = {
    "type": "object",
    "description": links().metadata["description"],
    "additionalProperties": {"type": "string", "format": "uri-reference"},
}
ITEM_LINKS = {
    "type": "object",
    "additionalProperties": {"type": "string", "format": "uri"},
    "example": {"self": "https://example.org/v1/...", "collection": "https://example.org/v1/..."},
}
LIST_LINKS = {
    "type": "object",
    "properties": {
        "self": {"type": "string", "format": "uri"},
        "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
    },
    "required": ["self", "next"],
    "example": {"self": "https://example.org/v1/...", "next": None},
}


def _around(meta: str, links: str, **more: Any) -> dict[str, Any]:
    """What is around the data of an answer."""
    properties = {"meta": component(meta), "links": component(links), **more}
    return {"type": "object", "properties": properties, "required": ["meta", "links"]}


SCHEMAS: dict[str, dict[str, Any]] = {
    "AnyList": _around("ListMeta", "ListLinks", included=component("Included")),
    "AnyItem": _around("ItemMeta", "ItemLinks", included=component("Included")),
    "AnyAnswer": _around("AnswerMeta", "AnswerLinks"),
    "AnyTimeline": _around("TimelineMeta", "ListLinks"),
    "Reference": REFERENCE,
    "Office": OFFICE,
    "Holder": HOLDER,
    "Problem": PROBLEM,
    "QueryError": QUERY_ERROR,
    "Facet": FACET,
    "FacetCut": FACET_CUT,
    "DateMatchCounts": DATE_MATCH_COUNTS,
    "SparseRecord": SPARSE_RECORD,
    "Hit": HIT,
    "Thread": THREAD,
    "Release": RELEASE_SCHEMA,
    "ListMeta": LIST_META,
    "ListLinks": LIST_LINKS,
    "TimelineMeta": TIMELINE_META,
    "AnswerMeta": ANSWER_META,
    "AnswerLinks": ANSWER_LINKS,
    "ItemMeta": ITEM_META,
    "ItemLinks": ITEM_LINKS,
    "Links": LINKS,
    **answers.SCHEMAS,
    **parameters.SCHEMAS,
}


def register(spec: APISpec) -> None:
    """Adds the components of this module to the contract."""
    for name, schema in SCHEMAS.items():
        spec.components.schema(name, schema)
    for name, response in RESPONSES.items():
        spec.components.response(name, response)
    told = "\n".join(f"- {status}: {what}" for status, what in ERRORS.items())
    spec.components.response("Refused", _refusal(f"No answer; all but 304 with a problem document.\n\n{told}\n", INVALID))


def _refusal(description: str, example: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": component("Problem"), "example": example}
    return {"description": description, "content": {"application/problem+json": content}}

"""The components of the contract that are not derived: references, problems, search results, their examples."""

from typing import Any

from apispec import APISpec

from ...formats import FORMATS
from ...problems import PROBLEMS
from ...schema import fields
from ...schema.json_schema import ANY, component

REFERENCE = {
    "type": "object",
    "description": "Another record: its id and its name.",
    "properties": {"id": {"type": "string", "pattern": f"^{fields.SLUG.pattern}$"}, "name": {"type": "string"}},
    "required": ["id", "name"],
    "example": {"id": "geneva", "name": "Geneva"},
}
OFFICE = {
    "type": "object",
    "description": "An office held on the day in question.",
    "properties": {
        "title": {"type": "string"},
        "organization": {"anyOf": [{"$ref": "#/components/schemas/Reference"}, {"type": "null"}]},
    },
    "required": ["title", "organization"],
}
HOLDER = {
    "allOf": [{"$ref": "#/components/schemas/Reference"}],
    "type": "object",
    "description": "An actor, with the offices held on the day in question.",
    "properties": {"offices": {"type": "array", "items": {"$ref": "#/components/schemas/Office"}}},
    "required": ["offices"],
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
            "items": {
                "type": "object",
                "properties": {
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                    "allowed": {"type": ["array", "null"], "items": {"type": "string"}},
                    "suggestion": {"type": ["string", "null"]},
                },
                "required": ["parameter", "detail"],
            },
        },
        "suggestion": {"type": ["string", "null"]},
    },
    "required": ["type", "title", "status", "detail"],
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
    "id": "antony-blinken",
    "name": "Antony Blinken",
    "field": "aliases",
    "highlight": "<mark>Brinken</mark>",
    "href": "/v1/actors/antony-blinken",
}
THREAD = {
    "type": "object",
    "description": "A statement, and what replies to it.",
    "properties": {
        "id": {"type": "string"},
        "stance": {"type": ["string", "null"], "description": "How it stands to what it replies to."},
        "speakers": {"type": "array", "items": component("Holder")},
        "date": component("Date"),
        "act": {"type": "string"},
        "paraphrase": {"type": "string"},
        "href": {"type": "string"},
        "replies": {"type": "array", "items": component("Thread")},
    },
    "required": ["id", "stance", "speakers", "date", "act", "paraphrase", "href", "replies"],
}
RELEASE = {"version": "1.0.0", "digest": "0" * 64, "url": "https://example.org/v1/releases/1.0.0"}
NOT_MODIFIED = {"description": "The client's copy is current (`If-None-Match`)."}


# status -> component, reason phrase, kind of problem, example of a detail
ERRORS: dict[int, tuple[str, str, str | None, str]] = {
    400: ("InvalidParameters", "Bad Request", "invalid-parameters", "Invalid query parameters: typ."),
    404: ("UnknownRecord", "Not Found", "unknown-record", "There is no 'geneva-summit' among the events."),
    406: ("NotAcceptable", "Not Acceptable", None, "None of the media types in Accept is available."),
    409: ("Draft", "Conflict", "draft", "3.0.0+draft is not published and may still change, so it cannot be cited."),
    410: ("Gone", "Gone", "cursor-expired", "Release 1.0.0-0123456789ab is no longer kept."),
    408: ("TooSlow", "Request Timeout", None, "The header fields did not come within 10 seconds."),
    414: ("TooLongAddress", "URI Too Long", None, "The request line is longer than 8190 bytes."),
    429: ("TooManyRequests", "Too Many Requests", None, "More than 60 per 1 minute from one client."),
    431: (
        "TooManyHeaders",
        "Request Header Fields Too Large",
        None,
        "There are more than 100 header fields, one is longer than 8190 bytes, or all than 65536.",
    ),
    503: ("NotReady", "Service Unavailable", "not-ready", "No release is loaded yet."),
}


ANYWHERE = (408, 414, 429, 431)  # any request may get these before it is parsed


def errors(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{ERRORS[status][0]}"} for status in statuses}


RELEASE_SCHEMA = {
    "type": "object",
    "description": "The release that the answer comes from.",
    "properties": {
        "version": {"type": "string", "description": "x.y.z, or x.y.z+draft for what was not published as x.y.z."},
        "digest": {"type": "string"},
        "url": {"type": ["string", "null"], "format": "uri", "description": "The release itself; null for a draft."},
    },
    "required": ["version", "digest", "url"],
}
LIST_META = {
    "type": "object",
    "properties": {
        "total": {"type": "integer", "description": "How many records match the filters, on all pages."},
        "release": component("Release"),
        "query": {**ANY, "description": "The parsed query, defaults included."},
        "date_match": {
            "type": "object",
            "description": "Of a query with a range of days: how many records lie in it for certain, and how many possibly.",
            "properties": {"certain": {"type": "integer"}, "possible": {"type": "integer"}},
            "required": ["certain", "possible"],
        },
        "facets": {
            "type": "object",
            "description": "For each requested facet, its values, the number of records with each, and the link to them.",
            "additionalProperties": {"type": "array", "items": FACET},
        },
        "facets_cut": {
            "type": "object",
            "description": "The facets with more values than are shown: how many are shown, and how many there are. At most 100 "
            "values are shown, the most frequent ones; of years and months at most 1,500, in order of time.",
            "additionalProperties": {
                "type": "object",
                "properties": {"shown": {"type": "integer"}, "values": {"type": "integer"}},
                "required": ["shown", "values"],
            },
        },
        "coverage": {**ANY, "description": "What the dataset covers; present if few records match."},
        "spelling": {"type": ["string", "null"], "description": "Where `q` finds nothing, its nearest spelling that does."},
    },
    "required": ["total", "release", "query"],
}
LIST_LINKS = {
    "type": "object",
    "properties": {
        "self": {"type": "string", "format": "uri"},
        "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
    },
    "required": ["self", "next"],
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Reference": REFERENCE,
    "Office": OFFICE,
    "Holder": HOLDER,
    "Problem": PROBLEM,
    "Hit": HIT,
    "Thread": THREAD,
    "Release": RELEASE_SCHEMA,
    **dict(format.component for format in FORMATS.values() if format.component),
    "ListMeta": LIST_META,
    "ListLinks": LIST_LINKS,
}


def register(spec: APISpec) -> None:
    """Adds the components of this module and those of the formats to the contract."""
    for name, schema in SCHEMAS.items():
        spec.components.schema(name, schema)
    for status, (name, description, kind, detail) in ERRORS.items():
        content = {
            "application/problem+json": {"schema": component("Problem"), "example": _problem(status, description, kind, detail)}
        }
        spec.components.response(name, {"description": PROBLEMS.get(kind or "", f"{description}."), "content": content})


def _problem(status: int, description: str, kind: str | None, detail: str) -> dict[str, Any]:
    """An example of a problem document."""
    body: dict[str, Any] = {
        "type": f"/problems/{kind}" if kind else "about:blank",
        "title": kind.replace("-", " ").capitalize() if kind else description,
        "status": status,
        "detail": detail,
        "instance": "/v1/events?typ=summit",
    }
    if status == 400:
        body["errors"] = [{"parameter": "typ", "detail": "is unknown", "allowed": ["type", "status"], "suggestion": "type"}]
    return body

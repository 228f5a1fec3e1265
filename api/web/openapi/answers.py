"""What services answer, as components of the contract: the index, releases, changes, citations, figures, the network."""

from typing import Any

from ...formats.graphml import COUNTS
from ...schema.json_schema import component

TEXT, COUNT, SHARE = {"type": "string"}, {"type": "integer"}, {"type": ["number", "null"]}
TEXT_OR_NULL, DAY, ADDRESS = (
    {"type": ["string", "null"]},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "uri"},
)
ADDRESS_OR_NULL = {"type": ["string", "null"], "format": "uri"}
EMPTY: dict[str, Any] = {"type": "object", "additionalProperties": True}
Schema = dict[str, Any]


def of(properties: Schema, **more: Any) -> Schema:
    """An object that always has these keys."""
    return {"type": "object", "properties": properties, "required": list(properties), **more}


def map_of(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


METADATA = {
    "version": TEXT,
    "released": DAY,
    "title": TEXT,
    "licence": TEXT,
    "licence_url": ADDRESS_OR_NULL,
    "counts": {**map_of(COUNT), "description": "Records of each kind."},
    "citation": {**TEXT_OR_NULL, "description": "How to cite the release; null for a draft."},
}
FILE = {
    "name": TEXT,
    "what": TEXT_OR_NULL,
    "media_type": TEXT,
    "bytes": COUNT,
    "sha256": TEXT,
    "records": {"type": ["integer", "null"]},
    "href": ADDRESS,
    "open": {**map_of(TEXT), "description": "Lines of code that open it, by tool."},
}
CITED = {"cited": {"type": ["string", "integer"]}, "found": {"type": ["string", "integer"]}}
CITATION = {"count": COUNT, "sha256": TEXT, "url": ADDRESS, "text": TEXT, "bibtex": TEXT}
NODE = {"id": TEXT, "name": TEXT, "events": COUNT, **dict.fromkeys(COUNTS, COUNT)}
CHANGE = {"version": TEXT, "released": DAY, "kind": TEXT, "id": TEXT, "change": TEXT, "keys": list_of(TEXT)}
SCHEMAS: dict[str, Schema] = {
    "Index": of(
        {
            **METADATA,
            "description": TEXT,
            "coverage": TEXT_OR_NULL,
            "countries": list_of(TEXT),
            "creators": list_of(of({"name": TEXT, **dict.fromkeys(("orcid", "ror", "url", "email"), TEXT_OR_NULL)})),
            "api_version": TEXT,
        }
    ),
    "ReleaseSummary": of({"version": TEXT, "released": DAY, "digest": TEXT, "href": ADDRESS}),
    "PublishedRelease": of({**METADATA, "digest": TEXT, "url": ADDRESS_OR_NULL, "files": list_of(component("PublishedFile"))}),
    "PublishedFile": of(FILE),
    "RecordChange": of({**CHANGE, "to": TEXT_OR_NULL, "reason": TEXT_OR_NULL, "href": TEXT}),
    "QueryCitation": of(
        {
            "release": of({"version": TEXT, "digest": TEXT}),
            "query": TEXT,
            **CITATION,
            "csl": {**EMPTY, "description": "A CSL-JSON item."},
        }
    ),
    "Verification": of(
        {"valid": {"type": "boolean"}, "query": TEXT, "differs": {"anyOf": [map_of(of(CITED)), {"type": "null"}]}}
    ),
    "Quality": of(
        {
            **dict.fromkeys(("version", "digest"), TEXT),
            "records": map_of(COUNT),
            "citations_per_record": map_of(SHARE),
            "shares_of_citations": map_of(SHARE),
            **dict.fromkeys(
                ("day_precise_dates", "official_share_of_citations", "official_share_of_sources", "sources_with_address"), SHARE
            ),
            **dict.fromkeys(("open_dates", "accounts", "disputed_records"), COUNT),
            "dates": {
                **map_of(of({"count": COUNT, "one_day": SHARE, "to_the_day": SHARE})),
                "description": "Dates of each kind, of events by their coding too: the shares of those that are one day, and of "
                "those that are known to the day: one day, or from one day to another.",
            },
            "places_with_coordinates": {**map_of(SHARE), "description": "By kind of place: areas are no points, and have none."},
            "paragraphs": map_of(of({"total": COUNT, "cited": COUNT})),
        }
    ),
    "Group": {
        **of({"count": COUNT}),
        "description": "A value of each filter in `by`, and how many records have them.",
        "additionalProperties": True,
    },
    "NetworkNode": of(NODE),
    "NetworkEdge": of(
        {
            **dict.fromkeys(("source", "target", "key", "type", "status"), TEXT),
            "earliest": TEXT_OR_NULL,
            "latest": TEXT_OR_NULL,
            "count": COUNT,
            **dict.fromkeys(COUNTS, COUNT),
            "events": list_of(TEXT),
            "dates": list_of(TEXT),
        }
    ),
    "Network": of(
        {
            "directed": {"type": "boolean"},
            "multigraph": {"type": "boolean"},
            "graph": EMPTY,
            "nodes": list_of(component("NetworkNode")),
            "edges": list_of(component("NetworkEdge")),
        }
    ),
    "Health": {**of({"status": TEXT}), "properties": {"status": TEXT, "release": component("Release")}},
}

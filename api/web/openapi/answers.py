"""What services answer, as components of the contract: the index, releases, changes, citations, figures, the network."""

from ...formats.graphml import COUNTS
from ...schema.json_types import ADDRESS, ANY, COUNT, DAY, FLAG, NULL, TEXT, Schema, component, list_of, map_of, of, or_null

SHARE = or_null({"type": "number"})
METADATA = {
    "version": TEXT,
    "released": DAY,
    "title": TEXT,
    "licence": TEXT,
    "licence_url": or_null(ADDRESS),
    "counts": {**map_of(COUNT), "description": "Records of each kind."},
    "citation": {**or_null(TEXT), "description": "How to cite the release; null for a draft."},
}
FILE = {
    "name": TEXT,
    "what": or_null(TEXT),
    "media_type": TEXT,
    "bytes": COUNT,
    "sha256": TEXT,
    "records": or_null(COUNT),
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
            "coverage": or_null(TEXT),
            "countries": list_of(TEXT),
            "creators": list_of(of({"name": TEXT, **dict.fromkeys(("orcid", "ror", "url", "email"), or_null(TEXT))})),
            "api_version": TEXT,
        }
    ),
    "ReleaseSummary": of({"version": TEXT, "released": DAY, "digest": TEXT, "href": ADDRESS}),
    "PublishedRelease": of({**METADATA, "digest": TEXT, "url": or_null(ADDRESS), "files": list_of(component("PublishedFile"))}),
    "PublishedFile": of(FILE),
    "RecordChange": of({**CHANGE, "title": or_null(TEXT), "to": or_null(TEXT), "reason": or_null(TEXT), "href": TEXT}),
    "QueryCitation": of(
        {
            "release": of({"version": TEXT, "digest": TEXT}),
            "query": TEXT,
            **CITATION,
            "csl": {**ANY, "description": "A CSL-JSON item."},
        }
    ),
    "Verification": of({"valid": FLAG, "query": TEXT, "differs": {"anyOf": [map_of(of(CITED)), NULL]}}),
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
            "earliest": or_null(TEXT),
            "latest": or_null(TEXT),
            "count": COUNT,
            **dict.fromkeys(COUNTS, COUNT),
            "events": list_of(TEXT),
            "dates": list_of(TEXT),
        }
    ),
    "Network": of(
        {
            "directed": FLAG,
            "multigraph": FLAG,
            "graph": ANY,
            "nodes": list_of(component("NetworkNode")),
            "edges": list_of(component("NetworkEdge")),
        }
    ),
    "Health": {**of({"status": TEXT}), "properties": {"status": TEXT, "release": component("Release")}},
}

"""The operations other than lists and items: the index, search, aggregates, releases, citations, the state of the server."""

from ...formats import FORMATS
from ...query.parameters import aggregate_arguments, cite_arguments
from ...query.timeline import timeline_arguments
from ...releases.files import FILES
from ...resources import BY_KIND, RESOURCES
from ...resources.resource import Resource
from ...resources.timeline import TIMELINE
from ...schema.json_types import TEXT, Schema, component, list_of
from .. import changes, citations, exports, index, network, resolve, search, threads
from .components import REFUSED, SAMPLE_HIT
from .operations import SPARSE, as_json, envelope, media, service, typed
from .parameters import id_parameter, query

OPEN: Schema = {}  # the schema of bytes that no client reads as JSON
VERSION = {
    "name": "version",
    "in": "path",
    "required": True,
    "description": "A version of the data.",
    "schema": TEXT,
    "example": "1.0.0",
}
FILE_NAME = {**VERSION, "name": "name", "description": "The file's name.", "example": "events.ndjson.gz"}
HITS = list_of(component("Hit"))


def _answer(data: Schema) -> Schema:
    """The content of an answer of JSON: `data` in its envelope."""
    return as_json(envelope(data, "AnyAnswer"))


def _told(name: str) -> Schema:
    """The content of an answer that a component describes."""
    return _answer(component(name))


def _told_each(name: str) -> Schema:
    return _answer(list_of(component(name)))


def _files() -> Schema:
    """The content of a published file, for each media type."""
    types = {"text/plain", *(file.media_type for file in FILES.values())}
    return {kind: {"schema": OPEN, "example": "..."} for kind in sorted(types)}


def _other_formats() -> Schema:
    """The content of an export, for each format other than JSON: text; JSON of some other sort has a schema that allows all.

    A generator takes the schema of one of these for that of them all.
    """
    content: Schema = {}
    for format in FORMATS.values():
        if format.write:
            text = {"type": "string", **({"description": format.what} if format.what else {})}
            content |= media(format.media_type, format.example, OPEN if format.component else text)
    return content


def services() -> dict[str, Schema]:
    """The operations by path."""
    return {
        **_lookups(),
        **_publications(),
        **{f"/v1/cite/{resource.kind}": _cite(resource) for resource in RESOURCES},
        **{f"/v1/aggregates/{resource.kind}": _aggregate(resource) for resource in RESOURCES},
        **_state(),
    }


def _lookups() -> dict[str, Schema]:
    """The index, search, identifiers, the network and threads."""
    hits = _answer({**HITS, "example": [SAMPLE_HIT]})
    return {
        "/v1": service(
            "The index: what the dataset is, its version and licence, how to cite it, and where everything is",
            "index",
            _told("Index"),
        ),
        "/v1/search": service("Search all kinds, best matches first", "search", hits, query(search.SEARCH)),
        "/v1/suggest": service("Suggestions for the beginning of a name", "suggest", hits, query(search.SUGGEST)),
        "/v1/resolve": {
            "operationId": "resolve",
            "tags": ["service"],
            "summary": "Redirect from an id in another scheme, or a former id, to the record.",
            "responses": {
                "303": {"description": "`Location` is the record's address."},
                "308": {"description": "The record was renamed."},
                **REFUSED,
            },
            "parameters": query(resolve.ARGUMENTS),
        },
        "/v1/network": service(
            "The network of actors in the events that match the filters, as node-link data",
            "network",
            _told("Network"),
            typed(network.ARGUMENTS),
            tag="events",
        ),
        "/v1/timeline": service(
            "Events, statements and actions of agreements in one dated list, which has no `facets`, `cite` and `unit`",
            "timeline",
            as_json(envelope(list_of({"anyOf": [component(TIMELINE.model.__name__), SPARSE]}), "AnyTimeline")),
            typed(timeline_arguments()),
        ),
        "/v1/threads/{id}": service(
            "What a statement replies to and what replies to it, as trees",
            "get_thread",
            _told_each("Thread"),
            [id_parameter(BY_KIND["statements"]), *query(threads.ARGUMENTS)],
            tag="statements",
        ),
    }


def _publications() -> dict[str, Schema]:
    """Published releases, changes between them, citations and figures."""
    newest = "`latest`: `Location` is the newest release."
    operations = {
        "/v1/releases": service("The published releases, newest first", "list_releases", _told_each("ReleaseSummary")),
        "/v1/releases/{version}": service(
            "A published release: its files, each with size, checksum and how to open it; `latest` redirects to the newest",
            "get_release",
            _told("PublishedRelease"),
            [VERSION],
            {307: newest},
        ),
        "/v1/releases/{version}/{name}": service(
            "A file of a published release, resumable, never changing",
            "get_release_file",
            _files(),
            [VERSION, FILE_NAME],
            {307: newest, 206: "The requested range.", 416: "The range begins after the end of the file."},
        ),
        "/v1/cite": service(
            "Cite a query of any kind: text, BibTeX, CSL-JSON, and a checksum to verify it",
            "cite",
            _told("QueryCitation"),
            query(citations.CITE),
        ),
        "/v1/export": service(
            "The answer to a query in another format than JSON, from its own address, which takes `format` or `Accept`, too; for "
            "CSV also `expand` (a row for each item of a list) and `spreadsheet` (`true`: a BOM, no formulas)",
            "export_query",
            _other_formats(),
            query(exports.ARGUMENTS),
            {307: "`Location` is the answer."},
        ),
        "/v1/quality": service("Figures on the quality of the data", "quality", _told("Quality"), query(index.QUALITY)),
        "/v1/changes": service(
            "What was created, changed, renamed and withdrawn in which release",
            "list_changes",
            _told_each("RecordChange"),
            typed(changes.ARGUMENTS),
        ),
        "/v1/cite/verify": service(
            "Whether a release still gives the cited result, and what differs if not",
            "verify_citation",
            _told("Verification"),
            query(citations.VERIFY),
        ),
    }
    said = (format.component[1]["description"] for format in FORMATS.values() if format.component)
    operations["/v1/export"]["responses"]["200"]["description"] = " ".join(["The answer.", *said])
    return operations


def _cite(resource: Resource) -> Schema:
    what, id = f"Cite a query of {resource.kind.replace('-', ' ')}", f"cite_{resource.kind.replace('-', '_')}"
    return service(what, id, _told("QueryCitation"), query(cite_arguments(resource)), tag=resource.kind)


def _aggregate(resource: Resource) -> Schema:
    what, id = f"Count {resource.kind.replace('-', ' ')} by filters", f"aggregate_{resource.kind.replace('-', '_')}"
    return service(what, id, _told_each("Group"), typed(aggregate_arguments(resource)), tag=resource.kind)


def _state() -> dict[str, Schema]:
    """The contract itself, and the state of the server."""
    healthy = media("application/json", {"status": "ok"}, component("Health"))
    return {
        "/openapi.json": service("This contract as JSON", "openapi_json", media("application/json", {"openapi": "3.1.0"})),
        "/openapi.yaml": service("This contract as YAML", "openapi_yaml", media("application/yaml", "openapi: 3.1.0", OPEN)),
        "/healthz": service("Whether the process answers", "healthz", healthy),
        "/readyz": service("Whether a release is loaded and answers", "readyz", healthy),
    }

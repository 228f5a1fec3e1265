"""The operations other than lists and items: the index, search, aggregates, releases, citations, the state of the server."""

from typing import Any

from ...formats import FORMATS
from ...query.parameters import aggregate_arguments, cite_arguments
from ...query.timeline import timeline_arguments
from ...releases.files import FILES
from ...resources import BY_KIND, RESOURCES
from ...resources.timeline import TIMELINE
from ...schema.json_schema import component
from .. import changes, citations, exports, index, network, resolve, search, threads
from .components import SAMPLE_HIT, errors
from .operations import envelope, media, typed
from .parameters import id_parameter, query

OPEN: dict[str, Any] = {}  # the schema of bytes that no client reads as JSON


def _service(
    what: str, id: str, content: dict[str, Any], statuses: tuple[int, ...] = (), *, parameters: Any = (), tag: str = "service"
) -> dict[str, Any]:
    return {
        "operationId": id,
        "tags": [tag],
        "summary": f"{what}.",
        **({"parameters": list(parameters)} if parameters else {}),
        "responses": {
            "200": {"description": "OK", "content": content},
            **errors(*statuses),
        },
    }


VERSION = {
    "name": "version",
    "in": "path",
    "required": True,
    "description": "A version of the data.",
    "schema": {"type": "string"},
    "example": "1.0.0",
}


def _answer(data: dict[str, Any], sample: Any = None) -> dict[str, Any]:
    """The content of an answer of JSON: `data` in its envelope, with an example of what has no component that says it all."""
    schema = envelope({**data, **({"example": sample} if sample else {})}, "AnyAnswer")
    return {FORMATS["json"].media_type: {"schema": schema}}


def _told(name: str) -> dict[str, Any]:
    """The content of an answer that a component describes."""
    return _answer(component(name))


def _told_each(name: str) -> dict[str, Any]:
    return _answer({"type": "array", "items": component(name)})


def _entries() -> dict[str, Any]:
    """The content of the timeline."""
    entry = {"anyOf": [component(TIMELINE.model.__name__), component("SparseRecord")]}
    schema = envelope({"type": "array", "items": entry}, "AnyTimeline")
    return {FORMATS["json"].media_type: {"schema": schema}}


def _files() -> dict[str, Any]:
    """The content of a published file, for each media type."""
    types = {"text/plain", *(file.media_type for file in FILES.values())}
    return {kind: {"schema": OPEN, "example": "..."} for kind in sorted(types)}


def _other_formats() -> dict[str, Any]:
    """The content of an export, for each format other than JSON: text; JSON of some other sort has a schema that allows all.

    A generator takes the schema of one of these for that of them all.
    """
    content: dict[str, Any] = {}
    for format in FORMATS.values():
        if format.write:
            text = {"type": "string", **({"description": format.what} if format.what else {})}
            content |= media(format.media_type, format.example, OPEN if format.component else text)
    return content


def services() -> dict[str, dict[str, Any]]:
    """The operations by path."""
    return _lookups() | _publications() | _of_each_kind() | _state()


def _lookups() -> dict[str, dict[str, Any]]:
    """The index, search, identifiers, the network and threads."""
    hits = _answer({"type": "array", "items": component("Hit")}, [SAMPLE_HIT])
    redirect = "Redirect from an id in another scheme, or a former id, to the record"
    resolving = _service(redirect, "resolve", {}, (400, 404, 410, 503))
    redirects = {"303": {"description": "`Location` is the record's address."}, "308": {"description": "The record was renamed."}}
    return {
        "/v1": _service(
            "The index: what the dataset is, its version and licence, how to cite it, and where everything is",
            "index",
            _told("Index"),
            (503,),
        ),
        "/v1/search": _service(
            "Search all kinds, best matches first", "search", hits, (400, 410, 503), parameters=query(search.search_arguments())
        ),
        "/v1/suggest": _service(
            "Suggestions for the beginning of a name",
            "suggest",
            hits,
            (400, 503),
            parameters=query(search.suggest_arguments()),
        ),
        "/v1/resolve": {
            **resolving,
            "parameters": query(resolve.resolve_arguments()),
            "responses": {**redirects, **errors(400, 404, 410, 503)},
        },
        "/v1/network": _service(
            "The network of actors in the events that match the filters, as node-link data",
            "network",
            _told("Network"),
            (400, 406, 503),
            parameters=typed(network.network_arguments()),
            tag="events",
        ),
        "/v1/timeline": _service(
            "Events, statements and actions of agreements in one dated list, which has no `facets`, `cite` and `unit`",
            "timeline",
            _entries(),
            (400, 406, 410, 503),
            parameters=typed(timeline_arguments()),
        ),
        "/v1/threads/{id}": _service(
            "What a statement replies to and what replies to it, as trees",
            "get_thread",
            _told_each("Thread"),
            (400, 404, 410, 503),
            parameters=[id_parameter(BY_KIND["statements"]), *query(threads.thread_arguments())],
            tag="statements",
        ),
    }


def _publications() -> dict[str, dict[str, Any]]:
    """Published releases, changes between them, citations and figures."""
    operations = {
        "/v1/releases": _service(
            "The published releases, newest first",
            "list_releases",
            _told_each("ReleaseSummary"),
            (400,),
        ),
        "/v1/releases/{version}": _service(
            "A published release: its files, each with size, checksum and how to open it; `latest` redirects to the newest",
            "get_release",
            _told("PublishedRelease"),
            (404, 503),
            parameters=[VERSION],
        ),
        "/v1/releases/{version}/{name}": _service(
            "A file of a published release, resumable, never changing",
            "get_release_file",
            _files(),
            (404, 503),
            parameters=[VERSION, {**VERSION, "name": "name", "description": "The file's name.", "example": "events.ndjson.gz"}],
        ),
        "/v1/cite": _service(
            "Cite a query of any kind: text, BibTeX, CSL-JSON, and a checksum to verify it",
            "cite",
            _told("QueryCitation"),
            (400, 409, 503),
            parameters=query(citations.cite_query_arguments()),
        ),
        "/v1/export": _service(
            "The answer to a query in another format than JSON, from its own address, which takes `format` or `Accept`, too; for "
            "CSV also `expand` (a row for each item of a list) and `spreadsheet` (`true`: a BOM, no formulas)",
            "export_query",
            _other_formats(),
            (400,),
            parameters=query(exports.export_arguments()),
        ),
        "/v1/quality": _service(
            "Figures on the quality of the data",
            "quality",
            _told("Quality"),
            (400, 503),
            parameters=query(index.quality_arguments()),
        ),
        "/v1/changes": _service(
            "What was created, changed, renamed and withdrawn in which release",
            "list_changes",
            _told_each("RecordChange"),
            (400, 406, 410, 503),
            parameters=typed(changes.changes_arguments()),
        ),
        "/v1/cite/verify": _service(
            "Whether a release still gives the cited result, and what differs if not",
            "verify_citation",
            _told("Verification"),
            (400, 503),
            parameters=query(citations.verify_arguments()),
        ),
    }
    for path in ("/v1/releases/{version}", "/v1/releases/{version}/{name}"):
        operations[path]["responses"]["307"] = {"description": "`latest`: `Location` is the newest release."}
    said = (format.component[1]["description"] for format in FORMATS.values() if format.component)
    operations["/v1/export"]["responses"]["200"]["description"] = " ".join(["The answer.", *said])
    operations["/v1/export"]["responses"]["307"] = {"description": "`Location` is the answer."}
    file = operations["/v1/releases/{version}/{name}"]["responses"]
    file["206"] = {"description": "The requested range."}
    file["416"] = {"description": "The range begins after the end of the file."}
    return operations


def _of_each_kind() -> dict[str, dict[str, Any]]:
    """Citations and aggregates of each kind."""
    return {
        **{
            f"/v1/cite/{resource.kind}": _service(
                f"Cite a query of {resource.kind.replace('-', ' ')}",
                f"cite_{resource.kind.replace('-', '_')}",
                _told("QueryCitation"),
                (400, 409, 503),
                parameters=query(cite_arguments(resource)),
                tag=resource.kind,
            )
            for resource in RESOURCES
        },
        **{
            f"/v1/aggregates/{resource.kind}": _service(
                f"Count {resource.kind.replace('-', ' ')} by filters",
                f"aggregate_{resource.kind.replace('-', '_')}",
                _told_each("Group"),
                (400, 406, 503),
                parameters=typed(aggregate_arguments(resource)),
                tag=resource.kind,
            )
            for resource in RESOURCES
        },
    }


def _state() -> dict[str, dict[str, Any]]:
    """The contract itself, and the state of the server."""
    return {
        "/openapi.json": _service("This contract as JSON", "openapi_json", media("application/json", {"openapi": "3.1.0"})),
        "/openapi.yaml": _service("This contract as YAML", "openapi_yaml", media("application/yaml", "openapi: 3.1.0", OPEN)),
        "/healthz": _service(
            "Whether the process answers", "healthz", media("application/json", {"status": "ok"}, component("Health"))
        ),
        "/readyz": _service(
            "Whether a release is loaded and answers",
            "readyz",
            media("application/json", {"status": "ok"}, component("Health")),
            (503,),
        ),
    }

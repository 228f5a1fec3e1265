"""`/v1/cite`: citations of queries, and their verification."""

from functools import partial

from flask import Blueprint, Response

from ..query.citation import cite, cited_query, verify
from ..query.parameters import cite_arguments, pin
from ..query.query import Parameters, Query
from ..resources import RESOURCES
from ..resources.resource import Resource
from ..schema.fields import Schema, Text
from ..schema.query_fields import Form, NonNegativeInteger
from .addresses import root
from .request_parameters import json_only, read_parameters, read_query, store
from .responses import answer_json, not_modified

QUERY = "events?type=summit"
CITE = Schema.from_dict({"query": Text("The query to cite.", required=True, example=QUERY), **pin()})()
VERIFY = Schema.from_dict(
    {
        "query": Text("The cited query.", required=True, example=QUERY),
        "sha256": Text("The cited sum.", required=True, validate=Form("^[0-9a-f]{64}$", error="is not a SHA-256 in hex")),
        "count": NonNegativeInteger(metadata={"description": "The cited number of records."}),
        **pin(),
    }
)()


def routes() -> Blueprint:
    """The citation of a query of any kind as one text, that of each kind, and the verification."""
    blueprint = Blueprint("citations", __name__, url_prefix="/v1/cite")
    blueprint.add_url_rule("", "cite", lambda: _cited(_inner(read_parameters("cite", CITE))))
    blueprint.add_url_rule("/verify", "verify", verify_view)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.kind}", resource.kind, partial(cite_kind_view, resource))
    return blueprint


def cite_kind_view(resource: Resource) -> Response:
    return _cited(read_query(resource, cite_arguments(resource)))


def _cited(query: Query) -> Response:
    json_only()
    return not_modified(query.release) or answer_json(cite(query, root(), store().versions()), query.release)


def verify_view() -> Response:
    """Whether a release still gives what was cited."""
    parameters = read_parameters("verify", VERIFY)
    query = _inner(parameters)
    json_only()
    if unchanged := not_modified(query.release):
        return unchanged
    values = parameters.values
    return answer_json(verify(query, values.get("count"), values["sha256"]), query.release)


def _inner(parameters: Parameters) -> Query:
    """The query in the parameter `query`; the request's own `release` wins over that in the text."""
    values = parameters.values
    return cited_query(values["query"], store(), parameters.release, values.get("release"))

"""`/v1/network`: who acted with whom in the events that a query finds."""

import json

from flask import Blueprint, Response

from .. import formats
from ..formats.graphml import as_graphml, network
from ..query.pagination import every, total
from ..query.parameters import filter_parameters, format_parameter, pin
from ..query.parsing import InvalidParameters
from ..resources import BY_KIND
from ..schema.errors import Fault
from ..schema.fields import Schema
from .request_parameters import choose_format, read_query
from .responses import answer, answer_json, not_modified

MOST_EVENTS = 10_000
FORMATS = ("json", "graphml")
ARGUMENTS = Schema.from_dict({**filter_parameters(BY_KIND["events"]), **pin(), **format_parameter(FORMATS)})()
blueprint = Blueprint("network", __name__, url_prefix="/v1")


@blueprint.get("/network")
def network_view() -> Response:
    query = read_query(BY_KIND["events"], ARGUMENTS)
    name = choose_format(query, FORMATS)
    media_type = formats.FORMATS[name].media_type
    if unchanged := not_modified(query.release, media_type):
        return unchanged
    count = total(query)
    if count > MOST_EVENTS:
        message = f"the network would contain {count:,} events; add filters until at most {MOST_EVENTS:,} match"
        raise InvalidParameters([Fault(("network",), message)])
    graph = network(json.loads(text) for text in every(query))
    if name == "graphml":
        return answer(as_graphml(graph), query.release, media_type)
    return answer_json(graph, query.release, {"total": count, "query": query.normalized})

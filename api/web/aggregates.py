"""`/v1/aggregates/<kind>`: how many records there are for each combination of values of some filters."""

from functools import partial

from flask import Blueprint, Response

from .. import formats
from ..formats.tabular import row as csv_row
from ..query.aggregation import aggregate, covered, order
from ..query.pagination import by_coding, total
from ..query.parameters import aggregate_arguments
from ..resources import RESOURCES
from ..resources.resource import Resource
from .request_parameters import choose_format, read_query
from .responses import answer, answer_json, not_modified


def routes() -> Blueprint:
    blueprint = Blueprint("aggregates", __name__, url_prefix="/v1/aggregates")
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.kind}", resource.kind, partial(aggregates_view, resource))
    return blueprint


def aggregates_view(resource: Resource) -> Response:
    query = read_query(resource, aggregate_arguments(resource))
    name = choose_format(query, ("json", "csv"))
    media_type = formats.FORMATS[name].media_type
    if unchanged := not_modified(query.release, media_type):
        return unchanged
    groups = aggregate(query)
    if name == "csv":
        header = [*query.values["by"], "count"]
        rows = ([group[column] for column in header] for group in groups)
        return answer("".join(csv_row(cells) for cells in [header, *rows]), query.release, media_type)
    found = total(query)
    told = by_coding(query) | covered(query)
    meta = {"total": found, **told, "groups": len(groups), "query": {**query.understood, "sort": order(query)}}
    return answer_json(groups, query.release, meta)

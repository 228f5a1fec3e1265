"""`/v1/aggregates/<kind>`: how many records there are for each combination of values of some filters."""

from functools import lru_cache, partial

from flask import Blueprint, Response

from .. import formats
from ..formats.tabular import row as csv_row
from ..query.aggregation import aggregate, as_record, covered, order
from ..query.columns import Group
from ..query.pagination import by_coding, total
from ..query.parameters import aggregate_arguments
from ..resources import RESOURCES
from ..resources.resource import Resource
from .addresses import here
from .request_parameters import choose_format, read_query
from .responses import about, answer, not_modified


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
    by = tuple(query.values["by"])
    if name == "csv":
        rows = ((*group, count) for group, count in groups)
        return answer("".join(csv_row(cells) for cells in [(*by, "count"), *rows]), query.release, media_type)
    told = by_coding(query) | covered(query)
    meta = {"total": total(query), **told, "groups": len(groups), "query": {**query.understood, "sort": order(query)}}
    data = ",".join([f"{_beginning(by, group)}{count}}}" for group, count in groups])
    return answer(formats.envelope(f"[{data}]", meta | about(query.release), {"self": here()}), query.release)


@lru_cache(1 << 14)
def _beginning(by: tuple[str, ...], group: Group) -> str:
    """The text of a group as far as its number."""
    return formats.dumps(as_record(by, group, 0)).removesuffix("0}")

"""`/v1/export`: the answer to a query in a format other than JSON, as a redirect to its address."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect

from .. import formats
from ..problems import nearest
from ..query import timeline
from ..query.parameters import ITEM_FORMATS, JSON_ONLY
from ..query.parsing import InvalidParameters
from ..resources import BY_KIND
from ..schema.errors import Fault
from ..schema.fields import Choice, Schema, is_id
from ..schema.query_fields import QueryText
from . import changes, network
from .addresses import mounted
from .request_parameters import read_parameters

blueprint = Blueprint("exports", __name__, url_prefix="/v1/export")
# What has other formats, by its path below `/v1/` -> those formats.
EXPORTED = {
    **{kind: formats.formats_of(kind)[1:] for kind in BY_KIND},
    **{f"aggregates/{kind}": ("csv",) for kind in BY_KIND},
    "network": network.FORMATS[1:],
    "changes": changes.FORMATS[1:],
    "timeline": timeline.FORMATS[1:],
}
QUERY = (
    "The query: the path below `/v1/` of a list, a record, the timeline, aggregates, the network or changes, with its "
    "parameters; or the `links.self` of such an answer."
)


ARGUMENTS = Schema.from_dict(
    {
        "query": QueryText(QUERY, required=True, example="events?type=summit"),
        "format": Choice("The format.", [word for word in formats.FORMATS if word != "json"], required=True),
    }
)()


@blueprint.get("")
def export_view() -> Any:
    """Redirects to the address of the query in the format; parameters that go with pages of JSON alone are left out."""
    values = read_parameters("export", ARGUMENTS).values
    address, _, strings = values["query"].partition("?")
    path, word = address.rpartition("/v1/")[2].strip("/"), values["format"]
    if faults := list(_faults(path, word)):
        raise InvalidParameters(faults)
    dropped = {*JSON_ONLY, "format", *(() if formats.FORMATS[word].paged else ("limit", "cursor"))}
    kept = [(name, value) for name, value in parse_qsl(strings, keep_blank_values=True) if name not in dropped]
    return redirect(f"{mounted(f'/v1/{path}')}?{urlencode([*kept, ('format', word)])}", 307)


def _faults(path: str, word: str) -> Iterator[Fault]:
    kind, _, id = path.partition("/")
    words = ITEM_FORMATS[1:] if kind in BY_KIND and is_id(id) else EXPORTED.get(path)
    if words is None:
        yield Fault(("query",), f"{path!r} has no other format than JSON", tuple(EXPORTED), nearest(path, EXPORTED))
    elif word not in words:
        yield Fault(("format",), f"{path} does not come as {word}", words)

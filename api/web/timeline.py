"""`/v1/timeline`: events, statements and the actions of agreements in one dated list."""

from flask import Blueprint, Response

from .. import formats
from ..formats.sparse import narrowed
from ..query.timeline import FORMATS, Timeline
from ..resources.timeline import TIMELINE
from ..schema.fields import Record
from . import addresses
from .addresses import here, next_page
from .request_parameters import choose_format, read_timeline
from .resources import as_format
from .responses import about, answer, not_modified

blueprint = Blueprint("timeline", __name__, url_prefix="/v1")


class EntryListing(formats.Listing):
    """A listing of entries, each of which has the address of the record that it belongs to."""

    def url(self, document: Record) -> str:
        record = document["links"]["self"].rsplit("/", 1)[-1]
        return f"{self.base}/v1/{document['kind']}/{record}"


@blueprint.get("/timeline")
def timeline_view() -> Response:
    timeline = read_timeline()
    name = choose_format(timeline, FORMATS)
    if unchanged := not_modified(timeline.release, formats.FORMATS[name].media_type):
        return unchanged
    if name == "json":
        return as_json(timeline)
    return as_format(timeline, TIMELINE, name, timeline.page, timeline.every, listed=EntryListing)


def as_json(timeline: Timeline) -> Response:
    """A page of entries; `meta.kinds` says how many there are of each kind."""
    results, kinds = timeline.page(), timeline.totals()
    following = next_page(results.next)
    meta = {
        "total": results.total,
        "kinds": kinds,
        **about(timeline.release),
        "query": timeline.normalized,
        **timeline.by_match(),
    }
    entries = ",".join(addresses.in_documents(narrowed(results.documents, timeline.values.get("fields"))))
    body = formats.envelope(f"[{entries}]", meta, {"self": here(), "next": following})
    return answer(body, timeline.release, links={"next": following})

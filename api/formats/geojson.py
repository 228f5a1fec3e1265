"""GeoJSON (RFC 7946) of places, and of events at their places."""

import json
from collections.abc import Iterator

from ..resources import BY_KIND
from ..resources.doubt import heading
from ..schema.fields import Record
from ..schema.json_types import ANY
from ..storage.release import Release
from .result import Listing, dumps, joined

EMPTY_COLLECTION = {"type": "FeatureCollection", "features": []}
FEATURES = {
    "type": "object",
    "description": "Records with a place, as GeoJSON (RFC 7946). The name of an event says its status where it is no "
    "established fact; `status`, `disputed`, `one_sided`, `date` (EDTF), `date_text` (words) and the other keys of its date "
    "are properties.",
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": ANY}},
    "required": ["type", "features"],
    "additionalProperties": False,
}


def geojson(listing: Listing) -> Iterator[str]:
    """A feature for each place, or for each event with a place; an event in several places is one feature of several points.

    A place without coordinates gets those of the nearest place that contains it, named by `located_at`; the geometry is
    null if none has coordinates.
    """
    places = read_places(listing.release)
    yield '{"type":"FeatureCollection","features":['
    of = listing.resource.kind
    where = ((document, [document] if of == "places" else document["places"]) for document in listing.documents())
    yield from joined(dumps(feature(listing, document, [at["id"] for at in some], places)) for document, some in where if some)
    yield "]}\n"


def read_places(release: Release) -> dict[str, Record]:
    model = BY_KIND["places"].model
    return {id: json.loads(document) for id, document in release.rows(model.select(model.id, model.document))}


def feature(listing: Listing, document: Record, ids: list[str], places: dict[str, Record]) -> Record:
    """The feature of a document at some places; `located_at` is in their order, null for one that has no coordinates."""
    located = [location(id, places) for id in ids]
    points = [[places[at]["longitude"], places[at]["latitude"]] for at in dict.fromkeys(located) if at]
    if len(points) > 1:
        geometry: Record | None = {"type": "MultiPoint", "coordinates": points}
    else:
        geometry = {"type": "Point", "coordinates": points[0]} if points else None
    properties = {
        "id": document["id"],
        "name": heading(listing.title(document), document),
        "kind": document["type"]["id"] if listing.resource.kind == "events" else document["kind"],
        "places": ids,
        "located_at": located,
        "url": listing.url(document),
        **(assertion(document) if listing.resource.kind == "events" else {}),
    }
    return {"type": "Feature", "id": document["id"], "geometry": geometry, "properties": properties}


def location(id: str, places: dict[str, Record]) -> str | None:
    """The place itself, or the nearest that contains it, that has coordinates."""
    at: str | None = id
    while at and places[at]["latitude"] is None:
        at = places[at]["within"] and places[at]["within"]["id"]
    return at


def assertion(event: Record) -> Record:
    """What an event's record says of its truth and its date, as flat properties; `date` is the EDTF, `date_text` the words."""
    date = event["date"]
    return {
        **{key: event[key] for key in ("status", "disputed", "one_sided")},
        "date": date["edtf"],
        **{key: date[key] for key in ("earliest", "latest", "precision", "sense", "approximate", "uncertain")},
        "date_text": date["text"],
    }

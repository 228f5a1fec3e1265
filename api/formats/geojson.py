"""GeoJSON (RFC 7946): events where they took place, and the places themselves."""

import json
from collections.abc import Iterator

from ..resources import BY_KIND
from ..schema.fields import Record
from ..storage.release import Release
from .result import Listing, dumps


def geojson(listing: Listing) -> Iterator[str]:
    """A feature for each place, or for each event that has one.

    A point without verified coordinates stands where the nearest place around it does, and `located_at` says so; with
    none around it the geometry is null.
    """
    places = read_places(listing.release)
    yield '{"type":"FeatureCollection","features":['
    separator = ""
    for document in listing.documents():
        where = document if listing.resource.kind == "places" else document["place"]
        if where:
            yield separator + dumps(feature(listing, document, where["id"], places))
            separator = ","
    yield "]}\n"


def read_places(release: Release) -> dict[str, Record]:
    model = BY_KIND["places"].model
    return {id: json.loads(document) for id, document in release.rows(model.select(model.id, model.document))}


def feature(listing: Listing, document: Record, id: str, places: dict[str, Record]) -> Record:
    """One feature; its properties are the flat ones of the document."""
    at: str | None = id
    while at and places[at]["latitude"] is None:
        at = places[at]["within"] and places[at]["within"]["id"]
    point = at and {"type": "Point", "coordinates": [places[at]["longitude"], places[at]["latitude"]]}
    properties = {
        "name": listing.title(document),
        "kind": document["type"]["id"] if listing.resource.kind == "events" else document["kind"],
        "place": id,
        "located_at": at,
        "date": document["date"]["edtf"] if "date" in document else None,
        "url": listing.url(document),
    }
    return {"type": "Feature", "id": document["id"], "geometry": point or None, "properties": properties}

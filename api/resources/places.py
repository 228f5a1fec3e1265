"""Places: where things happen."""

import peewee as pw

from ..schema.fields import Choice, Country, Number, Record, Ref, Schema, Text
from . import keys
from .filters import Row, Terms, each, within
from .resource import Resource
from .schema_org import Refer
from .shared_filters import shared

KINDS = ("building", "city", "region", "country", "sea")


class Place(Row):
    name = pw.TextField(index=True)


class PlaceSchema(Schema):
    id = keys.IDENTITY
    name = Text("Name in English.", required=True)
    also_known_as = keys.ALSO_KNOWN_AS
    kind = Choice("What sort of place it is.", KINDS, required=True)
    country = Country("ISO 3166-1 alpha-3 code; absent for seas and regions across borders.")
    within = Ref("The place it lies in.", kind="places")
    latitude = Number("Degrees north (WGS 84), only where verified.")
    longitude = Number("Degrees east (WGS 84), only where verified.")
    geonames = Text("GeoNames id, only where verified.")
    note = keys.NOTE
    citations = keys.CITATIONS_IF_ANY
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def schema_org(place: Record, refer: Refer) -> Record:
    geo = {"@type": "GeoCoordinates", "latitude": place["latitude"], "longitude": place["longitude"]}
    return {
        "@type": "Place",
        "alternateName": place["also_known_as"],
        "geo": geo if place["latitude"] is not None else None,
        "containedInPlace": refer("places", place["within"]),
        "sameAs": f"https://sws.geonames.org/{place['geonames']}/" if place["geonames"] else None,
    }


PLACES = Resource(
    kind="places",
    description="Where things happen.",
    model=Place,
    schema=PlaceSchema(),
    heading="name",
    example=("geneva", "Geneva"),
    line=("kind", "within.name"),
    jsonld=schema_org,
    parent="within",
    identifiers=lambda place: [("geonames", place["geonames"])] if place["geonames"] else [],
    filters=(
        *shared("places"),
        Terms("kind", "Sort of place.", each("kind"), choices=KINDS, single=True),
        Terms("country", "In this country (ISO 3166-1 alpha-3).", each("country"), term=Country("A code."), single=True),
        Terms("within", "Lying within this place, at any depth.", within("within", "places"), "places", reverse="places"),
    ),
)

"""The parameters that pictures have beside the filters of what they are of."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from ...query.parameters import filter_parameters
from ...resources import BY_KIND
from ...schema.fields import Choice
from ...schema.query_fields import Day, NonNegativeInteger, QueryText, listed

NARROWEST, WIDEST, WIDTH = 320, 1600, 960
NODES, MOST_NODES = 40, 80
LANES = ("none", "type", "actor", "side")


def width_field() -> ma.fields.Field[Any]:
    size = validate.Range(NARROWEST, WIDEST, error="is not from {min} to {max}")
    text = "Width of the picture in pixels; what is drawn is laid out for it."
    return NonNegativeInteger(validate=size, load_default=WIDTH, metadata={"description": text})


def lanes_field() -> ma.fields.Field[Any]:
    field = Choice("Lanes: by type, by actor, by the side that acts, or none.", LANES)
    field.load_default = "none"
    return field


def kinds_field() -> ma.fields.Field[Any]:
    field = Choice("Lanes: by kind of record, by actor, or none.", ("kind", "actor", "none"))
    field.load_default = "kind"
    return field


def day_field() -> ma.fields.Field[Any]:
    return Day(metadata={"description": "A day that is drawn as a line, with who was bound on it.", "example": "2021-06-16"})


def by_field() -> ma.fields.Field[Any]:
    field = Choice("What the parts of a bar stand for.", ("type", "status", "coding"))
    field.load_default = "type"
    return field


def office_field() -> ma.fields.Field[Any]:
    return listed(QueryText("A title."), "Titles of roles, whose holders are shown above the bars.")


def nodes_field() -> ma.fields.Field[Any]:
    size = validate.Range(2, MOST_NODES, error="is not from {min} to {max}")
    return NonNegativeInteger(validate=size, load_default=NODES, metadata={"description": "How many actors are shown at most."})


def ids_field() -> ma.fields.Field[Any]:
    field: ma.fields.Field[Any] = filter_parameters(BY_KIND["statements"])["ids"]
    field.required = True
    field.error_messages["required"] = "is missing"
    return field

"""The parameters that pictures have beside the filters of what they are of."""

from ...schema.fields import Choice
from ...schema.query_fields import Day, QueryText, an_id, listed, ranged

WIDTH = ranged(320, 1600, 960, "Width of the picture in pixels; what is drawn is laid out for it.")
LANES = Choice(
    "Lanes: by type, by actor, by the side that acts, or none.", ("none", "type", "actor", "side"), load_default="none"
)
KINDS = Choice("Lanes: by kind of record, by actor, or none.", ("kind", "actor", "none"), load_default="kind")
DAY = Day(metadata={"description": "A day that is drawn as a line, with who was bound on it.", "example": "2021-06-16"})
PARTS = Choice("What the parts of a bar stand for.", ("type", "status", "coding"), load_default="type")
OFFICES = listed(QueryText("A title."), "Titles of roles, whose holders are shown above the bars.")
NODES = ranged(2, 80, 40, "How many actors are shown at most.")
IDS = listed(an_id(), "The records with these ids.", required=True)

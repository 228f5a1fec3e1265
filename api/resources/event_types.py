"""Event types: the codebook's own vocabulary, and its crosswalk to PLOVER and CAMEO."""

import peewee as pw

from ..schema.fields import Choice, Edtf, Many, Number, One, Record, Schema, Text, Whole
from . import keys
from .filters import Row, Terms, each
from .resource import Resource
from .schema_org import Refer
from .shared_filters import shared

PLOVER = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN",
    "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
)  # fmt: skip
QUADS = ("verbal cooperation", "material cooperation", "verbal conflict", "material conflict")  # classes 1 to 4


def quad_class(number: int | str) -> str:
    """A quad class with what it means: `4, material conflict`."""
    return f"{number}, {QUADS[int(number) - 1]}"


CLASSES = "; ".join(map(quad_class, (1, 2, 3, 4)))


class EventType(Row):
    label = pw.TextField(index=True)


class Plover(Schema):
    event = Choice("PLOVER event.", PLOVER, required=True)
    mode = Text("PLOVER mode, where the event has modes.")
    contexts = Many("PLOVER contexts.", Text("A context."))
    quad = Whole(f"Quad class: {CLASSES}.")
    version = Text("Version of the scheme.", required=True)


class Cameo(Schema):
    code = Text("CAMEO code.", required=True)
    goldstein = Number("Goldstein value of the code, -10 (conflict) to 10 (cooperation), as in the code list of ICEWS.")
    version = Text("Version of the scheme.", required=True)


class EventTypeSchema(Schema):
    id = keys.IDENTITY
    label = Text("What the type is called.", required=True)
    definition = Text("What is of this type, and what is not.", required=True)
    plover = One("The category of PLOVER, or null where it has none.", Plover)
    cameo = One("The category of CAMEO, or null where it has none.", Cameo)
    quad = Whole(f"Our own quad class, as in PLOVER: {CLASSES}. Null where none applies.")
    covered = Edtf("The time gone through for events of this type; null where none was: a count by year is no trend then.")
    coverage = Text("What was gone through for this type, and what was not.")
    note = keys.NOTE
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def schema_org(type: Record, refer: Refer) -> Record:
    codes = [type["plover"] and f"PLOVER {type['plover']['event']}", type["cameo"] and f"CAMEO {type['cameo']['code']}"]
    return {"@type": "DefinedTerm", "description": type["definition"], "termCode": [code for code in codes if code]}


EVENT_TYPES = Resource(
    kind="event-types",
    description="The codebook's own types of events, with their crosswalk to PLOVER 2.0 and CAMEO.",
    model=EventType,
    schema=EventTypeSchema(),
    heading="label",
    example=("summit", "Summit"),
    line=("plover.event",),
    jsonld=schema_org,
    filters=(
        *shared("event-types"),
        Terms("plover", "PLOVER event.", each("plover.event"), choices=PLOVER, single=True),
        Terms("cameo", "CAMEO code.", each("cameo.code"), single=True),
    ),
)

"""Events: what happened, was announced or planned, or is alleged."""

from collections.abc import Iterator

import peewee as pw
from marshmallow import validate

from ..schema import edtf
from ..schema.fields import Choice, Country, Edtf, Holder, Many, One, Record, Ref, Schema, Text
from . import keys
from .event_types import PLOVER
from .filters import Catalog, DatedRow, Dates, Terms, counted, dated, each, through, within
from .resource import Resource
from .schema_org import event_node
from .shared_filters import by_relation, by_sources, shared
from .sides import derived_doubt

STATUSES = ("occurred", "announced", "planned", "alleged", "cancelled")
ROLES = ("participant", "host", "guest", "source", "target", "mediator", "signatory", "subject", "observer")
CODINGS = {
    "curated": "Read in its sources and coded by hand.",
    "series": "Made by machine from a list, with what the list says and no more.",
    "machine": "Coded by machine from a news report that nobody has read: `alleged`, whatever it says.",
}
RELATIONS = {
    "prompted_by": "Prompted by this event.",
    "response_to": "Answering this event, neither caused by it alone nor in retaliation.",
    "retaliates_against": "Retaliating against this event.",
    "follows": "The next step after this event in one procedure or series.",
    "carries_out": "Carrying out what was announced, ordered or agreed in this event.",
    "reverses": "Reversing this event.",
    "announces": "Announcing this event.",
    "proposes": "Proposing this event.",
    "part_of": "Part of this event.",
    "signed_at": "Signed or issued at this event.",
    "same_as_perhaps": "Perhaps the same as this event.",
}
SEVERAL = "is not a list of several places: write `place` for one"
AFTER = ("prompted_by", "response_to", "retaliates_against", "follows", "carries_out", "reverses")
BEFORE = ("announces", "proposes")
WITHIN = ("part_of", "signed_at")


class Event(DatedRow):
    title = pw.TextField(index=True)


class Participant(Schema):
    actor = Holder("Who took part, if an actor of the dataset.", on="date")
    name = Text("Who took part, by name, in place of `actor`.")
    role = Choice("In what part: who does the act is `source`, whom it is directed at `target`.", ROLES, required=True)


class Related(Schema):
    relation = Choice("How this event stands to the other.", RELATIONS, required=True)
    event = Ref("The other event.", kind="events", required=True)


class EventSchema(Schema):
    id = keys.IDENTITY
    title = Text("What happened, as a short heading.", required=True)
    type = Ref("Its type in the codebook.", kind="event-types", required=True)
    status = Choice("Whether it occurred, was only announced or planned, or is only alleged.", STATUSES, required=True)
    coding = Choice("Coded by hand, or machine-made.", CODINGS, load_default="curated")
    date = Edtf("When, only as precisely as sources say.", required=True)
    place = Ref("Where, if in one place.", kind="places", load_only=True)
    places = Many("Where, in order.", Ref("A place.", kind="places"), validate=validate.Length(min=2, error=SEVERAL))
    participants = Many("Who took part, and in what part.", One("A participant.", Participant))
    topics = keys.TOPICS
    summary = Text("What happened, in our own words.", required=True)
    quantities = keys.QUANTITIES
    agreements = Many("Agreements that it made, changed or ended.", Ref("An agreement.", kind="agreements"))
    related = Many("Events that it is connected with.", One("A relation.", Related))
    disputed = keys.DISPUTED
    one_sided = keys.ONE_SIDED
    accounts = keys.ACCOUNTS
    note = keys.NOTE
    citations = keys.CITATIONS
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def with_records(event: Record) -> list[Record]:
    """The participants of an event, or of its public document, that are actors; the others have a name only."""
    return [participant for participant in event["participants"] if participant["actor"]]


def who(event: Record) -> set[str]:
    """The participants of an event: their ids, and the names of those who have none."""
    return {participant["actor"] or participant["name"] for participant in event["participants"]}


def derived(event: Record, catalog: Catalog) -> Record:
    """What the document of an event has besides: its doubt, a list of places however many, and for participants the date, the day
    of which Holder renders the offices."""
    date, place = event["date"], event["place"]
    participants = [{**participant, "date": date} for participant in event["participants"]]
    return {
        **derived_doubt(event, catalog),
        "places": event["places"] or ([place] if place else []),
        "participants": participants,
    }


def ahead(event: Record, catalog: Catalog) -> Iterator[str]:
    """Whether sources were published for certain before the event can have begun: none, some, or all of those that it cites."""
    begins = edtf.bounds(event["date"]).earliest
    published = [catalog.record("sources", citation["source"])["published"] for citation in event["citations"]]
    earlier = [bool(text) and edtf.bounds(text).latest < begins for text in published]
    yield "some" if any(earlier) else "none"
    if all(earlier):
        yield "all"


EVENTS = Resource(
    kind="events",
    description="What happened, was announced, was planned, or is alleged.",
    model=Event,
    schema=EventSchema(),
    heading="title",
    example=("2021-06-16-geneva-summit", "Biden-Putin summit in Geneva"),
    line=("type.name", "places.name"),
    jsonld=event_node,
    dated="date",
    light=True,
    derive=derived,
    filters=(
        *shared("events"),
        Terms("type", "Of this type of event.", each("type"), "event-types", reverse="events", single=True),
        Terms("status", "Whether it occurred.", each("status"), choices=STATUSES, single=True),
        Terms("coding", "Coded by hand, or machine-made.", each("coding"), choices=tuple(CODINGS), single=True),
        Terms("actor", "With this actor taking part.", each("participants.actor"), "actors", reverse="events"),
        Terms("role", "With a participant in this role.", each("participants.role"), choices=ROLES),
        Terms("place", "At this place, or within it.", within("places", "places"), "places", reverse="events"),
        Terms(
            "country", "In this country (ISO 3166-1 alpha-3).", through("places", "places", "country"), term=Country("A code.")
        ),
        Terms(
            "actor_country",
            "With a participant of this country (ISO 3166-1 alpha-3).",
            through("participants.actor", "actors", "country"),
            term=Country("A code."),
        ),
        Terms("topic", "About this topic, or one within it.", within("topics", "topics"), "topics", reverse="events"),
        Terms("agreement", "Making, changing or ending this agreement.", each("agreements"), "agreements", reverse="events"),
        Terms("related", "Connected with this event.", each("related.event"), "events", reverse="related"),
        *by_relation(RELATIONS, "related", "event"),
        Terms("plover", "PLOVER event of its type.", through("type", "event-types", "plover.event"), choices=PLOVER, single=True),
        Terms("cameo", "CAMEO code of its type.", through("type", "event-types", "cameo.code"), single=True),
        Terms(
            "ahead_of_source",
            "Citing sources that were published for certain before it can have begun: `some` at least, `all`, or `none`.",
            ahead,
            choices=("some", "all", "none"),
        ),
        *dated("date", single=True),
        *by_sources("events"),
        *counted("quantities"),
        Dates(),
    ),
)

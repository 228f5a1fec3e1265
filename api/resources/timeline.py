"""The timeline: events, statements and the actions of agreements as entries of one dated list.

Entries of events and statements are made of their documents when they are read. The actions of agreements are no records; the
timeline's own table has an entry for each of them.
"""

from collections import Counter
from collections.abc import Iterator

import peewee as pw

from ..schema.fields import Choice, Edtf, Flag, Many, Record, Ref, Schema, Text
from . import keys
from .events import with_records
from .filters import DatedRow, Dates, Terms, Updated, Words, dated, each, within
from .resource import Resource
from .shared_filters import CITED, by_sources

KINDS = ("events", "statements", "agreements")
OF_AGREEMENT = ("topics", "summary", "accounts", "disputed", "one_sided", "updated_in", "digest", CITED)  # what its actions share


class TimelineEntry(DatedRow):
    brief = None  # type: ignore[assignment]  # its document is short
    agreement = pw.IntegerField(index=True)

    class Meta:
        table_name = "timeline"


class TimelineEntrySchema(Schema):
    id = Text("The id of the event or statement; of an action, that of the agreement, the kind of action, and which of them.")
    kind = Choice("The kind of the record that it belongs to.", KINDS)
    what = Text("The type of the event, the act of the statement, or the kind of the action.")
    title = Text("What happened, was said or was done.")
    date = Edtf("When.")
    places = Many("Where, in order.", Ref("A place.", kind="places"))
    actors = Many(
        "Who took part, spoke or acted; the parties where no actor of an action is named.", Ref("An actor.", kind="actors")
    )
    topics = Many("What it is about.", Ref("A topic.", kind="topics"))
    summary = Text("The event's or agreement's summary; of a statement, its paraphrase.")
    coding = Text("Whether the event was coded by hand or is machine-made.")
    status = Text("Whether the event occurred, was only announced or planned, or is only alleged.")
    disputed = Flag("Whether the record that it belongs to carries accounts that conflict.")
    one_sided = Flag("Whether something in the record that it belongs to rests on one party's account alone.")
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def actions(agreement: Record) -> Iterator[Record]:
    """The actions of a complete agreement as records that the timeline's filters and entries are made of."""
    id, seen = agreement["id"], Counter[str]()
    shared = {key: agreement[key] for key in OF_AGREEMENT}
    for action in agreement["actions"]:
        kind = action["kind"]
        seen[kind] += 1
        yield {
            **shared,
            "id": f"{id}:{kind}" if seen[kind] == 1 else f"{id}:{kind}:{seen[kind]}",
            "kind": "agreements",
            "what": kind,
            "title": f"{kind.replace('_', ' ').capitalize()}: {agreement['title']}",
            "date": action["date"],
            "places": [action["place"]] if action["place"] else [],
            "actors": action["by"] or agreement["parties"],
            "agreement": agreement["seq"],
            "agreements": [id],
            "coding": None,
            "status": None,
            "links": {"self": f"/v1/agreements/{id}"},
        }


def entry(kind: str, document: Record) -> Record:
    """The entry of an event or a statement, made of its public document."""
    event = kind == "events"
    actors = [part["actor"] for part in with_records(document)] if event else document["speakers"]
    return {
        "id": document["id"],
        "kind": kind,
        "what": document["type"]["id"] if event else document["act"],
        "title": document["title"] if event else document["paraphrase"],
        "date": document["date"],
        "places": document["places"] if event else [place for place in (document["place"],) if place],
        "actors": [{"id": actor["id"], "name": actor["name"]} for actor in actors],
        "topics": document["topics"] if event else document["about"]["topics"],
        "summary": document["summary"] if event else document["paraphrase"],
        "coding": document["coding"] if event else None,
        "status": document["status"] if event else None,
        "disputed": document["disputed"],
        "one_sided": document["one_sided"],
        "updated_in": document["updated_in"],
        "links": {"self": document["links"]["self"]},
    }


TIMELINE = Resource(
    kind="timeline",
    description="Events, statements and actions of agreements in one dated list.",
    model=TimelineEntry,
    schema=TimelineEntrySchema(),
    heading="title",
    when=lambda entry: entry["date"],
    filters=(
        Words("agreements", column="agreement"),
        Updated(),
        Terms(
            "actor",
            "Taking part in the event, speaking, or doing the action (a party, where nobody is named).",
            each("actors"),
            "actors",
        ),
        Terms("topic", "About this topic, or one within it.", within("topics", "topics"), "topics"),
        Terms("agreement", "Changing this agreement, speaking of it, or done to it.", each("agreements"), "agreements"),
        *dated("date", single=True),
        *by_sources("timeline"),
        Dates(),
    ),
)

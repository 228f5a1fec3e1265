"""Topics: what events, statements and agreements are about."""

import peewee as pw

from ..schema.fields import Record, Ref, Schema, Text
from . import keys
from .filters import Row, Terms, within
from .resource import Resource
from .schema_org import Refer
from .shared_filters import shared


class Topic(Row):
    name = pw.TextField(index=True)


class TopicSchema(Schema):
    id = keys.IDENTITY
    name = Text("Name of the topic.", required=True)
    definition = Text("What it covers, in one sentence.", required=True)
    broader = Ref("The topic it is part of.", kind="topics")
    note = keys.NOTE
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def schema_org(topic: Record, refer: Refer) -> Record:
    return {"@type": "DefinedTerm", "description": topic["definition"], "skos:broader": refer("topics", topic["broader"])}


TOPICS = Resource(
    kind="topics",
    description="What events, statements and agreements are about.",
    model=Topic,
    schema=TopicSchema(),
    heading="name",
    example=("strategic-stability", "Strategic stability"),
    line=("broader.name",),
    jsonld=schema_org,
    parent="broader",
    filters=(
        *shared("topics"),
        Terms("broader", "Lying within this topic, at any depth.", within("broader", "topics"), "topics", reverse="narrower"),
    ),
)

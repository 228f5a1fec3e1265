"""Topics: what events, statements and agreements are about."""

import peewee as pw

from ..schema.fields import Record, Ref, Schema, Text
from .common import identifiers, identity, links, note, shared, sort_key, updated
from .filters import Row, Terms, within
from .resource import Resource
from .schema_org import Refer


class Topic(Row):
    name = pw.TextField(index=True)

    class Meta:
        table_name = "topics"


class TopicSchema(Schema):
    id = identity()
    name = Text("Name of the topic.", required=True)
    definition = Text("What it covers, in one sentence.", required=True)
    broader = Ref("The topic it is part of.", kind="topics")
    note = note()
    identifiers = identifiers()
    updated_in = updated()
    links = links()


def schema_org(topic: Record, refer: Refer) -> Record:
    """The schema.org node of a public document."""
    return {"@type": "DefinedTerm", "description": topic["definition"], "skos:broader": refer("topics", topic["broader"])}


TOPICS = Resource(
    kind="topics",
    singular="topic",
    description="What events, statements and agreements are about.",
    model=Topic,
    schema=TopicSchema(),
    heading="name",
    example=("strategic-stability", "Strategic stability"),
    jsonld=schema_org,
    columns=lambda topic: {"name": sort_key(topic["name"])},
    sorts={"name": Topic.name},
    order="name",
    parent="broader",
    filters=(
        *shared("topics"),
        Terms("broader", "Lying within this topic, at any depth.", within("broader", "topics"), "topics", reverse="narrower"),
    ),
)

"""The texts of a public document that search looks in: its names, its prose, and the names of what it refers to."""

from functools import cache
from typing import Any, NamedTuple

import marshmallow as ma

from ..schema.fields import Edtf, Record, Ref, Text
from ..schema.walk import steps
from . import RESOURCES
from .resource import Resource
from .search_order import PAPERS

# Keys whose text is a code, an address, or has a column of its own.
NO_PROSE = ("also_known_as", "language", "translated_from", "geonames", "wikidata", "plover", "cameo", "citations")
SEARCHED_CODES = ("kind", "act")  # words of closed vocabularies that say what a record is, and what was done


class Texts(NamedTuple):
    """`name`, `aliases` and `text` of a record; `related` are the records that it refers to, with the offices held on its day."""

    name: str
    aliases: list[str]
    text: list[str]
    related: dict[tuple[str, str], tuple[str, list[str]]]


NAMED = tuple(resource.kind for resource in RESOURCES if "also_known_as" in resource.schema.fields)


def texts(resource: Resource, document: Record) -> Texts:
    """The texts of a public document."""
    found = Texts(document[resource.heading], other_names(document), [], {})
    found.aliases.extend(role["title"] for role in document.get("roles", ()) if role["title"] not in found.aliases)
    _collect(resource.schema, document, (resource.heading, resource.dated), found)
    if resource.dated and document[resource.dated]:
        found.aliases.append(document[resource.dated]["text"])
    return found


def other_names(record: Record) -> list[str]:
    """The other names of a record or public document, with its Wikidata id and, of a state, its code."""
    code = record["country"] if record.get("kind") == "state" else None
    return [*record.get("also_known_as", ()), *filter(None, (record.get("wikidata"), code))]


def _collect(schema: ma.Schema, document: Record, left_out: tuple[str | None, ...], found: Texts) -> None:
    for step in _searched(schema):
        value = document.get(step.name)
        if not value or step.name in left_out:
            continue
        for item in value if step.many else (value,):
            if step.schema:
                _collect(step.schema, item, (), found)
            elif isinstance(step.field, Ref):
                _, offices = found.related.setdefault((step.field.kind, item["id"]), (item["name"], []))
                offices.extend(office["title"] for office in item.get("offices", ()) if office["title"] not in offices)
            else:
                found.text.append(item["text"] if isinstance(step.field, Edtf) else item)


@cache
def _searched(schema: ma.Schema) -> tuple[Any, ...]:
    """The keys of a schema that hold words, or references to what has a name."""
    return tuple(
        step
        for step in steps(schema)
        if step.name not in NO_PROSE
        and (
            step.schema
            or type(step.field) in (Text, Edtf)
            or step.name in SEARCHED_CODES
            or (isinstance(step.field, Ref) and step.field.kind != PAPERS)
        )
    )

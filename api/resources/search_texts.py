"""The texts of a public document that search looks in: its names, its prose, and the names of what it refers to."""

from functools import cache
from typing import Any, NamedTuple

import marshmallow as ma

from ..schema.fields import Edtf, Record, Ref, Text
from ..schema.walk import steps
from ..storage.full_text import LAST, PAPER, THING, TYPE
from ..storage.ranking import PartOfKind
from . import BY_KIND, INDEXES, RESOURCES
from .filters import Filter, Words
from .resource import Resource

# Keys whose text is a code, an address, or has a column of its own.
NO_PROSE = (
    "also_known_as",
    "misspelt",
    "identifiers",
    "language",
    "translated_from",
    "geonames",
    "wikidata",
    "plover",
    "cameo",
    "citations",
)
SEARCHED_CODES = ("kind", "act")  # words of closed vocabularies that say what a record is, and what was done
PAPERS = "sources"  # found after the things that they are about
TYPES = "event-types"  # found after the things that have them


def class_of(kind: str) -> int:
    """The class of a kind in the order of search: things, types that things have, papers about things."""
    if kind == PAPERS:
        return PAPER
    return TYPE if kind == TYPES else THING


def backwards(kind: str) -> bool:
    """Whether search gives the records of a kind that are alike from its last one on: those of today before those of old."""
    return BY_KIND[kind].order.startswith("-")


def place(kind: str, number: int) -> int:
    """The place in the order of search of the record with a number in its kind; and the number of the record at a place."""
    return LAST - number if backwards(kind) else number


class Texts(NamedTuple):
    """`name`, `aliases` and `text` of a record; `related` are the records that it refers to, with the offices held on its day."""

    name: str
    aliases: list[str]
    text: list[str]
    related: dict[tuple[str, str], tuple[str, list[str]]]


NAMED = tuple(resource.kind for resource in RESOURCES if "also_known_as" in resource.schema.fields)
# The kinds in the order of search: what has other names, what has not, papers.
KINDS = (*NAMED, *(resource.kind for resource in RESOURCES if resource.kind not in (*NAMED, PAPERS)), PAPERS)


def index_of(resource: Resource, filter: Filter) -> Any:
    """What a filter of a kind looks in: its index table if it has one; of the full-text index, the part of a kind."""
    if isinstance(filter, Words):
        return PartOfKind(KINDS.index(filter.kind), backwards(filter.kind))
    return INDEXES.get((resource.kind, filter.name))


def texts(resource: Resource, document: Record) -> Texts:
    found = Texts(document[resource.heading], other_names(document), [], {})
    found.aliases.extend(role["title"] for role in document.get("roles", ()) if role["title"] not in found.aliases)
    _collect(resource.schema, document, (resource.heading, resource.dated), found)
    if resource.dated and document[resource.dated]:
        found.aliases.append(document[resource.dated]["text"])
    return found


def other_names(record: Record) -> list[str]:
    """The other names of a record or public document, with its Wikidata id, a state's code, and a person's initials."""
    code = record["country"] if record.get("kind") == "state" else None
    initials = _initials(record["name"]) if record.get("kind") == "person" else None
    misspelt = (one["name"] for one in record.get("misspelt", ()))
    return [*record.get("also_known_as", ()), *misspelt, *filter(None, (record.get("wikidata"), code, initials))]


def misspellings(record: Record) -> dict[str, str]:
    """The names under which sources misspell what a record is about, each with that in words."""
    words: dict[str, str] = {}
    for one in record.get("misspelt", ()):
        words[one["name"]] = f"{one['name']} (misspelt in {', '.join(cited['source']['name'] for cited in one['citations'])})"
    return words


def _initials(name: str) -> str | None:
    """The initials of a name that has one: JFK of John F. Kennedy."""
    words = name.split()
    return "".join(word[0] for word in words) if any(len(word) == 2 and word.endswith(".") for word in words) else None


def _collect(schema: ma.Schema, document: Record, left_out: tuple[str | None, ...], found: Texts) -> None:
    for name, many, field, below in _searched(schema):
        value = document.get(name)
        if not value or name in left_out:
            continue
        items = value if many else (value,)
        if below:
            for item in items:
                _collect(below, item, (), found)
        elif isinstance(field, Ref):
            for item in items:
                _, offices = found.related.setdefault((field.kind, item["id"]), (item["name"], []))
                for office in item.get("offices", ()):
                    if office["title"] not in offices:
                        offices.append(office["title"])
        else:
            found.text.extend([item["text"] for item in items] if isinstance(field, Edtf) else items)


@cache
def _searched(schema: ma.Schema) -> list[tuple[str, bool, Any, ma.Schema | None]]:
    """The keys of a schema that hold words, or references to what has a name: name, whether a list, field, own schema."""
    return [
        (step.name, step.many, step.field, step.schema)
        for step in steps(schema)
        if step.name not in NO_PROSE
        and (
            step.schema
            or type(step.field) in (Text, Edtf)
            or step.name in SEARCHED_CODES
            or (isinstance(step.field, Ref) and step.field.kind != PAPERS)
        )
    ]

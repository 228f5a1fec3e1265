"""A record in one entry of a list: its name with what is doubtful in it, when, and a line that says what it is."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pycountry

from ..schema.fields import Record
from ..schema.shape import shape
from ..schema.walk import as_json
from .doubt import SIDE_REMARKS, terms
from .event_types import quad_class
from .resource import Resource

DATED = ("edtf", "earliest", "latest", "sense", "text")  # what an entry shows of a date


class Brief(NamedTuple):
    """What a list shows of a record; `doubts` are the words of what is doubtful, `act` says what was done on the public date."""

    kind: str
    id: str
    name: str
    date: Record | None
    act: str
    doubts: list[str]
    line: list[str]


def brief(resource: Resource, document: Record) -> Brief:
    act = {} if resource.dated else first_act(document)
    date = document.get(resource.dated) if resource.dated else act.get("date")
    worded = vocabularies(resource)
    line = [
        words(value) if path in worded else CODES.get(path, str)(value) for path in resource.line for value in at(document, path)
    ]
    name = resource.name(document)
    return Brief(resource.kind, document["id"], name, date, words(act.get("kind", "")), doubts(document), line)


def stored(resource: Resource, document: Record) -> str:
    """The brief of a record as JSON, but for what other columns of its table hold."""
    _, _, _, date, *others = brief(resource, document)
    return as_json([{key: date[key] for key in DATED} if date else None, *others])


def read(kind: str, id: str, name: str, stored: str) -> Brief:
    """The brief of a record out of the columns of its table."""
    return Brief(kind, id, name, *json.loads(stored))


def doubts(document: Record) -> list[str]:
    """What is doubtful in a record, in words: alleged, planned, disputed, one-sided."""
    return [word.replace("_", "-") if word in SIDE_REMARKS else word for word in terms(document)]


def first_act(document: Record) -> Record:
    """What was done first to a record that has no date of its own, with its date; nothing if nothing was done."""
    acts: list[Record] = document.get("actions", [])
    return acts[0] if acts else {}


def at(value: Any, path: str) -> list[str]:
    """The texts at a dotted path, through lists; none where there is nothing."""
    if isinstance(value, list):
        return [text for item in value for text in at(item, path)]
    if value is None or not path:
        return [] if value is None else [str(value)]
    key, _, rest = path.partition(".")
    return at(value.get(key), rest)


def words(value: object) -> str:
    """A word of a closed vocabulary, as text."""
    return str(value).replace("_", " ")


@cache
def country(code: str) -> str:
    """The name of a country with a code of ISO 3166-1, or of a former one."""
    return getattr(pycountry.countries.get(alpha_3=code) or pycountry.historic_countries.get(alpha_3=code), "name", code)


def language(tag: str) -> str:
    """The name of a language of ISO 639-1."""
    return getattr(pycountry.languages.get(alpha_2=tag), "name", tag)


LANGUAGES = ("language", "translated_from", "quote_language", "quote_translated_from")
CODES: dict[str, Callable[[str], str]] = {"country": country, "quad": quad_class, **dict.fromkeys(LANGUAGES, language)}


@cache
def vocabularies(resource: Resource) -> frozenset[str]:
    """The keys of a kind's documents whose values are words of a closed vocabulary."""
    return frozenset(node.name for node in shape(resource.schema) if node.values)

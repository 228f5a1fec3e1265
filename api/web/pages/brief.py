"""A record in one entry of a list: its name with what is doubtful in it, when, and a line that says what it is."""

from typing import Any, NamedTuple

from ...resources.doubt import SIDE_REMARKS, terms
from ...resources.resource import Resource
from ...schema.fields import Record
from .labels import CODES, layout, vocabularies, words


class Brief(NamedTuple):
    """What a list shows of a record; `doubts` are the words of what is doubtful, `act` says what was done on the public date."""

    kind: str
    id: str
    name: str
    date: Record | None
    act: str
    doubts: list[str]
    line: list[str]
    text: str


def brief(resource: Resource, document: Record) -> Brief:
    shown, name = layout(resource), resource.name(document)
    act = {} if resource.dated else first_act(document)
    date = document.get(resource.dated) if resource.dated else act.get("date")
    worded = vocabularies(resource)
    line = [
        words(value) if path in worded else CODES.get(path, str)(value) for path in shown.line for value in at(document, path)
    ]
    return Brief(
        resource.kind,
        document["id"],
        name,
        date,
        words(act.get("kind", "")),
        doubts(document),
        line,
        next(iter(at(document, shown.text)), "") if shown.text else "",
    )


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

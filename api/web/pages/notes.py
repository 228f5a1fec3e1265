"""The sources of a page: each with its number, and the places in it that the record cites."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ...resources.resource import Resource
from ...schema.fields import Record
from ...schema.shape import Node, shape
from ...storage.release import Release

Branches = tuple[tuple[str, Any], ...]  # keys with what is below each; nothing is below `citations`


@dataclass
class Note:
    """A cited source: its number on the page, the places in it that the record cites, who published it and when."""

    number: int
    source: Record
    places: list[str] = field(default_factory=list)
    publisher: str = ""
    published: Record | None = None


def numbered(resource: Resource, document: Record) -> list[Note]:
    """The sources that a document cites, in the order in which it does, each with the places that are cited."""
    notes: dict[str, Note] = {}
    for cited in citations(branches(resource), document):
        source = cited["source"]
        note = notes.setdefault(source["id"], Note(len(notes) + 1, source))
        if (where := place(cited)) and where not in note.places:
            note.places.append(where)
    return list(notes.values())


def describe(release: Release, notes: list[Note]) -> None:
    """Says of each source who published it, and when."""
    if notes:
        ids = [note.source["id"] for note in notes]
        select = f"SELECT id, document FROM sources WHERE id IN ({', '.join('?' * len(ids))})"  # noqa: S608  # marks alone
        known = {id: json.loads(document) for id, document in release.execute(select, *ids)}
        for note in notes:
            source = known[note.source["id"]]
            note.publisher, note.published = source["publisher"] or "", source["published"]


@cache
def branches(resource: Resource) -> Branches:
    """The keys of a kind's documents below which something is cited; the record's own citations come first."""
    return _branches(shape(resource.schema))


def _branches(nodes: tuple[Node, ...]) -> Branches:
    own: Branches = tuple((node.name, ()) for node in nodes if node.name == "citations")
    return (*own, *((node.name, inner) for node in nodes if (inner := _branches(node.parts))))


def citations(branches: Branches, value: Record) -> Iterator[Record]:
    """Every citation in a document, wherever it stands."""
    for name, inner in branches:
        found = value.get(name) or []
        for item in found if isinstance(found, list) else [found]:
            yield from citations(inner, item) if inner else (item,)


def place(cited: Record) -> str:
    """Where in a source: `paragraphs 6 and 10 to 13`, or the locator."""
    numbers = spans(cited.get("paragraphs") or [])
    text = f"{'paragraph' if len(cited['paragraphs']) == 1 else 'paragraphs'} {', '.join(numbers)}" if numbers else ""
    return ", ".join(part for part in (text, cited.get("locator")) if part)


def spans(numbers: list[int]) -> list[str]:
    """Whole numbers as runs: 1, 2, 3, 7 as `1-3`, `7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]

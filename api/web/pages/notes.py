"""The sources of a page: each with its number, and the places in it that the record cites."""

from dataclasses import dataclass, field

from ...resources.cited import citations
from ...resources.resource import Resource
from ...schema.fields import Record


@dataclass
class Note:
    """A cited source: its number on the page, and the places in it that the record cites."""

    number: int
    source: Record
    places: list[str] = field(default_factory=list)


def numbered(resource: Resource, document: Record) -> list[Note]:
    """The sources that a document cites, in the order in which it does, each with the places that are cited."""
    notes: dict[str, Note] = {}
    for cited in citations(resource, document):
        source = cited["source"]
        note = notes.setdefault(source["id"], Note(len(notes) + 1, source))
        if (where := place(cited)) and where not in note.places:
            note.places.append(where)
    return list(notes.values())


def place(cited: Record) -> str:
    """Where in a source: `paragraphs 6 and 10 to 13`, or the locator."""
    numbers, locator = cited.get("paragraphs"), cited.get("locator")
    text = f"paragraph{'s' if len(numbers) > 1 else ''} {', '.join(spans(numbers))}" if numbers else ""
    return f"{text}, {locator}" if text and locator else text or locator or ""


def spans(numbers: list[int]) -> list[str]:
    """Whole numbers as runs: 1, 2, 3, 7 as `1-3`, `7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]

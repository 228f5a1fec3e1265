"""The short form in which tools show records: what is doubtful in words, what is cut said."""

import json
from collections.abc import Iterable, Sized
from typing import Any

from ...formats.markdown import PROSE
from ...query.citation import citation, release_url
from ...resources import BY_KIND
from ...resources.doubt import SIDE_REMARKS, STATUS_REMARKS, date_words, heading, terms
from ...resources.events import CODINGS
from ...schema.fields import Record
from ...storage.release import Release
from .. import addresses

LONGEST = 400  # characters of a summary
FEW_NAMES, FEW_SOURCES = 6, 2
WHO = (("participants", "actor"), ("speakers", None), ("parties", None))


def envelope(release: Release, **told: Any) -> Record:
    """An answer: what was found, the release that it is from, and how to cite that."""
    about = release.about
    cited = citation(about, addresses.root()) or "This release is a draft: it may still change, and cannot be cited."
    said = {name: value for name, value in told.items() if name == "results" or value not in (None, {}, [], "")}
    return {**said, "release": {"version": about["version"], "url": release_url(about, addresses.root())}, "cite_as": cited}


def documents(release: Release, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, Record]]:
    """Records by kind and id, in this order; one select a kind."""
    asked = list(wanted)
    found: dict[tuple[str, str], Record] = {}
    for kind in {kind for kind, _ in asked}:
        model = BY_KIND[kind].model
        ids = [id for of, id in asked if of == kind]
        for id, text in release.rows(model.select(model.id, model.document).where(model.id.in_(ids))):
            found[kind, id] = json.loads(text)
    return [(kind, found[kind, id]) for kind, id in asked if (kind, id) in found]


def address(kind: str, id: str) -> str:
    """The absolute address of a record."""
    return f"{addresses.root()}v1/{kind}/{id}"


def brief(kind: str, document: Record) -> Record:
    """A record in a few lines."""
    resource = BY_KIND[kind]
    date = document[resource.dated] if resource.dated else None
    state = document.get("status")
    prose = next((document[key] for key in PROSE if document.get(key) and key != resource.heading), None)
    told = {
        "id": f"{kind}/{document['id']}",
        "title": shortened(heading(resource.name(document), document)),
        "date": date_words(date) if date else None,
        "edtf": date["edtf"] if date else None,
        **({"on_the_day_of_the_release": state["detail"]} if isinstance(state, dict) else {"status": state}),
        "coding": CODINGS["series"] if document.get("coding") == "series" else None,
        "doubt": doubt(document),
        "about": prose and shortened(prose),
        "quote": document.get("quote") and shortened(document["quote"]),
        "who": who(document),
        "publisher": document.get("publisher"),
        "sources": sources(document.get("citations", [])),
        "url": address(kind, document["id"]),
        "original": document.get("url"),
    }
    return {name: value for name, value in told.items() if value}


def doubt(document: Record) -> list[str]:
    """What is doubtful in a record, in sentences."""
    return [{**STATUS_REMARKS, **SIDE_REMARKS}[word] for word in terms(document)]


def shortened(text: str) -> str:
    """A text, or its beginning with what is left out said."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} [cut: {len(text)} characters in the record]"


def who(document: Record) -> str | None:
    """Who took part, spoke, or is a party."""
    for key, inner in WHO:
        if key in document:
            return names([(inner and item[inner]) or item for item in document[key]])
    return None


def names(actors: list[Record]) -> str:
    """The names of actors, the first few of them, each with the office on the day, or whose place it took."""
    named = []
    for actor in actors[:FEW_NAMES]:
        titles = ", ".join(office["title"] for office in actor.get("offices", ()))
        before = actor.get("succeeds")
        place = f" (in the place of {before['name']})" if before else ""
        named.append(f"{actor['name']}{f' ({titles})' if titles else ''}{place}")
    return "; ".join([*named, *more_than(FEW_NAMES, actors)])


def sources(citations: list[Record]) -> list[str]:
    """Where the facts stand: the first few sources, each with its id and the place in it."""
    told = []
    for each in citations[:FEW_SOURCES]:
        numbers = ", ".join(map(str, each["paragraphs"]))
        word = "paragraphs" if len(each["paragraphs"]) > 1 else "paragraph"
        place = ", ".join(filter(None, [f"{word} {numbers}" if numbers else "", each["locator"]]))
        told.append(f"{each['source']['name']}{f', {place}' if place else ''} (sources/{each['source']['id']})")
    return [*told, *more_than(FEW_SOURCES, citations)]


def more_than(shown: int, all: Sized) -> list[str]:
    """What is said after the first few of some things, where there are more of them."""
    return [f"and {len(all) - shown} more"] if len(all) > shown else []

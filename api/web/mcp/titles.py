"""The titles of offices that words mean: `US ambassador in Moscow`, `Soviet foreign minister`, `secretary of state`."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from rapidfuzz import fuzz, process

from ...query.parsing import InvalidParameters
from ...query.succession import successions
from ...resources.actors import ACTORS
from ...schema.errors import Fault
from ...schema.fields import Record
from ...storage import full_text
from ...storage.analysis import stems
from ...storage.phrases import FUNCTION_WORDS
from ...storage.release import Release
from . import shown
from .names import UnclearName, meant

MOST_TITLES, SUGGESTED = 60, 12
ACTING = {"act"}  # the stem of a word that makes no other office
SENT = re.compile(" (?:in|at|to) ")
SEAT = re.compile(r"\b(?:in|at|to)\s+(?:the\s+)?(\S.*)$", re.IGNORECASE)  # where an ambassador is


class Office(NamedTuple):
    """A title as its stems, one for all words that are taken for each other; `all_words` has those of the organization, too."""

    title: str
    line: str
    own: frozenset[str]
    all_words: frozenset[str]


def titled(release: Release, text: str) -> list[str]:
    """The titles that are this text, acting or not, or else have its words. Raises InvalidParameters if none has."""
    every = offices(release)
    same = [one.title for one in every if one.title.casefold().removeprefix("acting ") == text.casefold().strip()]
    found = list(dict.fromkeys(same or _with_words(release, every, text) or _at_seat(release, every, text)))
    if not found or len(found) > MOST_TITLES:
        titles = found or sorted({one.title for one in every})
        close = tuple(title for title, _, _ in process.extract(text, titles, scorer=fuzz.token_set_ratio, limit=SUGGESTED))
        why = f"more than {MOST_TITLES} offices have these words" if found else "no office has all these words"
        raise InvalidParameters([Fault(("office",), f"{why}; the nearest are listed", close)])
    return found


def called(release: Release, text: str) -> Record | None:
    """What the dataset says of words that people use for no one office: `Soviet leader`, `leader of the USSR`."""
    words = _content(_line(release, text))
    every: list[Record] = release.about.get("no_offices", [])
    return next((one for one in every if words in (_content(_line(release, said)) for said in one["called"])), None)


def of_other_states(release: Release, titles: list[str]) -> dict[str, str]:
    """Titles of another state, each with the one of these that it is instead of: to the Soviet Union, to Russia."""
    lines = {_line(release, title): title for title in titles}
    told: dict[str, str] = {}
    for before, after, *_ in successions(release):
        names = [_line(release, actor["name"]) for _, actor in shown.documents(release, [("actors", before), ("actors", after)])]
        for one, other in (names, names[::-1]) if len(names) == 2 else ():
            changed = {line.replace(one, other): title for line, title in lines.items() if one in line}
            told |= {office.title: changed[office.line] for office in offices(release) if office.line in changed}
    return told


def offices(release: Release) -> list[Office]:
    """The offices that somebody held at a time that is known in part."""
    return release.once("offices", lambda: list(_offices(release)))


def _offices(release: Release) -> Iterator[Office]:
    model = ACTORS.model
    rows = release.rows(model.select(model.document).where(model.document.contains('"roles":[{')))
    roles: Iterator[Record] = (role for (text,) in rows for role in json.loads(text)["roles"])
    held = {(r["title"], (r["organization"] or {}).get("name", "")) for r in roles if r["from"] or r["to"] or r["attested"]}
    for title, organization in sorted(held):
        line = _line(release, title)
        yield Office(title, line, _content(line) - ACTING, _content(line) | _content(_line(release, organization)))


def _with_words(release: Release, every: list[Office], text: str) -> list[str]:
    """The titles in which the words follow each other, or else stand; the least of those that have one another's words.

    Where some fit, it is those of the state that is named first, and to the state that is named last.
    """
    asked = _line(release, text)
    words = _content(asked)
    found = [one for one in every if words and asked in one.line] or [one for one in every if words and words <= one.all_words]
    first = [word for word in asked.split()[:1] if not any(one.line.startswith(f" {word} ") for one in found)]
    for part in (*(f" of {word} " for word in first), *(f" to {place}" for place in SENT.split(asked)[1:])):
        found = [one for one in found if part in one.line] or found
    return [one.title for one in found if not any(other.own < one.own for other in found)]


def _at_seat(release: Release, every: list[Office], text: str) -> list[str]:
    """The titles with the country of the place that words end with: `in Washington` is `to the United States`."""
    seat = SEAT.search(text)
    with suppress(UnclearName):
        place = meant(release, "office", "places", seat[1]) if seat else None
        if seat and place and place["within"]:
            return _with_words(release, every, f"{text[: seat.start()]}to {place['within']['name']}")
    return []


def _line(release: Release, text: str) -> str:
    """The stems of a text without articles, with one for all words that are taken for each other."""
    line = f" {' '.join(stems(text))} "
    for first, *others in full_text.equivalents(tuple(release.about["equivalents"])):
        for other in sorted(others, key=len, reverse=True):
            line = line.replace(other, first)
    return f" {' '.join(word for word in line.split() if word not in ('the', 'a', 'an'))} "


def _content(line: str) -> frozenset[str]:
    return frozenset(line.split()) - FUNCTION_WORDS

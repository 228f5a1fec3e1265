"""Who held an office, on a day or ever, and what offices somebody held; whether that is certain."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz, process

from ...query.parameters import arguments
from ...query.parsing import InvalidParameters
from ...query.query import Query
from ...resources import INDEXES
from ...resources.actors import ACTORS
from ...resources.doubt import date_words
from ...schema.errors import Fault
from ...schema.fields import Record
from ...storage.analysis import stems
from ...storage.release import Release
from ..request_parameters import store
from . import shown
from .lists import extent, release_of
from .names import Strings, meant

MOST, MOST_TITLES, SUGGESTED = 40, 60, 12
CERTAIN, POSSIBLE = "certain", "possible: sources do not show it for that very day"


class HeldRole(NamedTuple):
    """A role as the filter of offices has it: the number of the actor, the title, the days on which it can have been held."""

    actor: int
    title: str
    earliest: str
    latest: str
    sure_from: str
    sure_to: str


def who_held(strings: Strings) -> Record:
    """Roles by office, person, or both; on a day, those that may have been held on it."""
    if not strings.keys() & {"office", "person"}:
        raise InvalidParameters([Fault(("office",), "is missing: give an office or a person")])
    release = release_of(strings)
    table, model = INDEXES["actors", "role_on"], ACTORS.model
    where, read, titles = [], {}, []
    if "office" in strings:
        titles = titled(release, strings["office"][-1])
        where.append(table.value.in_(titles))
    if "person" in strings:
        person = strings["person"][-1]
        found = meant(release, "person", "actors", person)
        if not found:
            raise InvalidParameters([Fault(("person",), f"nobody is called {person!r}")])
        read = {person: f"actors/{found['id']} ({found['name']})"} if person != found["id"] else {}
        where.append(table.record == release.scalar(model.select(model.seq).where(model.id == found["id"])))
    select = table.select(table.record, table.value, table.earliest, table.latest, table.surely_earliest, table.surely_latest)
    every = sorted(
        (HeldRole(row[0], row[1], *map(str, row[2:])) for row in release.rows(select.where(*where))), key=lambda t: t[2:4]
    )
    day = day_of(strings, release) if "day" in strings else None
    held = [tenure for tenure in every if not day or tenure.earliest <= day <= tenure.latest]
    near = neighbours(every, day) if day and not any(certain(tenure, day) for tenure in held) else []
    documents = {seq: json.loads(text) for seq, text in release.rows(
        model.select(model.seq, model.document).where(model.seq.in_(sorted({t.actor for t in (*held[:MOST], *near)})))
    )}  # fmt: skip
    return shown.envelope(
        release,
        day=day,
        read_as=read,
        titles=([title for title in titles if any(tenure.title == title for tenure in held)] or titles)[:SUGGESTED],
        **extent(len(held), min(MOST, len(held)), None, release),
        more=f"{MOST} of {len(held)} are shown; name a day, or the office more exactly" if len(held) > MOST else None,
        results=[one for tenure in held[:MOST] for one in roles(documents[tenure.actor], tenure, day)],
        before_and_after=[one for tenure in near for one in roles(documents[tenure.actor], tenure, None)],
    )


def day_of(strings: Strings, release: Release) -> str:
    """The day that is asked for. Raises InvalidParameters if it is none."""
    try:
        asked = Query(ACTORS, arguments(ACTORS), {"role_on": strings["day"]}, store(), served=release)
    except InvalidParameters as invalid:
        raise InvalidParameters(
            [Fault(("day",), fault.message, fault.allowed, fault.suggestion) for fault in invalid.errors]
        ) from None
    return str(asked.values["role_on"].earliest.isoformat())


def titled(release: Release, text: str) -> list[str]:
    """The titles that are this text, acting or not, have it in them, or all its words. Raises InvalidParameters if none is."""
    table = INDEXES["actors", "role_on"]
    every: list[str] = release.once(
        "titles of offices", lambda: sorted(t for (t,) in release.rows(table.select(table.value).distinct()))
    )
    same = [title for title in every if title.casefold().removeprefix("acting ") == text.casefold().strip()]
    words = list(stems(text))
    ordered = [title for title in every if words and _follow(words, list(stems(title)))]
    found = same or ordered or [title for title in every if words and set(words) <= set(stems(title))]
    if not found or len(found) > MOST_TITLES:
        close = tuple(
            title for title, _, _ in process.extract(text, found or every, scorer=fuzz.token_set_ratio, limit=SUGGESTED)
        )
        why = f"more than {MOST_TITLES} offices have these words" if found else "no office has all these words"
        raise InvalidParameters([Fault(("office",), f"{why}; the nearest are listed", close)])
    return found


def _follow(words: list[str], title: list[str]) -> bool:
    """Whether words stand in a title one after the other."""
    return any(title[start : start + len(words)] == words for start in range(len(title) - len(words) + 1))


def certain(tenure: HeldRole, day: str) -> bool:
    return tenure.sure_from <= day <= tenure.sure_to


def neighbours(every: Iterable[HeldRole], day: str) -> list[HeldRole]:
    """Who held it last before a day, and first after it."""
    before = [tenure for tenure in every if tenure.latest < day]
    after = [tenure for tenure in every if tenure.earliest > day]
    return [*([max(before, key=lambda tenure: tenure.latest)] if before else []), *after[:1]]


def roles(actor: Record, tenure: HeldRole, day: str | None) -> list[Record]:
    """The roles of an actor that a tenure is made of."""
    told = []
    for role in actor["roles"]:
        if role["title"] != tenure.title or not _meets(role, tenure):
            continue
        dates = {key: date_words(role[key]) for key in ("appointed", "from", "to", "attested") if role[key]}
        told.append(
            {
                "id": f"actors/{actor['id']}",
                "name": actor["name"],
                "office": role["title"],
                **({"organization": role["organization"]["name"]} if role["organization"] else {}),
                **({"certainty": CERTAIN if certain(tenure, day) else POSSIBLE} if day else {}),
                **dates,
                **({} if role["to"] or not role["from"] else {"end": "not known"}),
                "sources": shown.sources(role["citations"]),
                "url": shown.address("actors", actor["id"]),
            }
        )
    return told


def _meets(role: Record, tenure: HeldRole) -> bool:
    """Whether a role is the one that a tenure was made of: it begins on the same day, or has no beginning."""
    begins = (role["from"] or {}).get("earliest")
    ends = (role["to"] or {}).get("latest")
    return (begins is None or begins == tenure.earliest) and (ends is None or ends == tenure.latest)

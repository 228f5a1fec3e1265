"""Who held an office, on a day or ever, and what offices somebody held; whether that is certain."""

import json
from collections.abc import Iterable
from typing import NamedTuple

import marshmallow as ma

from ...query.parsing import InvalidParameters
from ...resources import INDEXES
from ...resources.actors import ACTORS
from ...resources.doubt import date_words, term
from ...schema.errors import Fault
from ...schema.fields import Record
from ...schema.query_fields import Partial
from ...storage.release import Release
from . import shown
from .lists import extent, release_of
from .names import Strings, meant
from .titles import SUGGESTED, called, of_other_states, titled

MOST = 40
CERTAIN, POSSIBLE = "certain", "possible: sources do not show it for then"
SOME_DAY = "Whoever held it on some day of that time, be it the first or the last, is shown."
Days = tuple[str, str]  # the first and the last


class HeldRole(NamedTuple):
    """A role as the filter of offices has it: the number of the actor, the title, the days on which it can have been held."""

    actor: int
    title: str
    earliest: str
    latest: str
    sure_from: str
    sure_to: str

    def possible(self, days: Days) -> bool:
        """Whether it may have been held on one of these days."""
        return self.earliest <= days[1] and days[0] <= self.latest

    def certain(self, days: Days) -> bool:
        return self.sure_from <= days[1] and days[0] <= self.sure_to and self.sure_from <= self.sure_to


def who_held(strings: Strings) -> Record:
    """Roles by office, person, or both; on a day or in a month or year, those that may have been held then."""
    if not strings.keys() & {"office", "person"}:
        raise InvalidParameters([Fault(("office",), "is missing: give an office or a person")])
    release = release_of(strings)
    model, read = ACTORS.model, {}
    office = strings.get("office", [""])[-1]
    meaning = called(release, office)
    titles = meaning["offices"] if meaning else titled(release, office) if office else []
    seq = None
    if "person" in strings:
        person = strings["person"][-1]
        found = meant(release, "person", "actors", person)
        if not found:
            raise InvalidParameters([Fault(("person",), f"nobody is called {person!r}")])
        read = {person: f"actors/{found['id']} ({found['name']})"} if person != found["id"] else {}
        seq = release.scalar(model.select(model.seq).where(model.id == found["id"]))
    read |= {office: meaning["note"]} if meaning else {}
    days = period(strings) if "day" in strings else None
    every = tenures(release, titles, seq)
    held = [tenure for tenure in every if not days or tenure.possible(days)]
    if titles and days and not held and (others := of_other_states(release, titles)):
        of_others = tenures(release, [*others], seq)
        if held := [tenure for tenure in of_others if tenure.possible(days)]:
            read |= {others[tenure.title]: f"{tenure.title}: nobody is found as the first then" for tenure in held}
            titles, every = [*others], of_others
    near = neighbours(every, days) if days and not any(tenure.certain(days) for tenure in held) else []
    actors = list({tenure.actor for tenure in (*held[:MOST], *near)})
    documents = dict(zip(actors, map(json.loads, release.documents(model._meta.table_name, actors)), strict=True))
    return shown.envelope(
        release,
        day=strings.get("day", [None])[-1],
        note=SOME_DAY if days and days[0] != days[1] else None,
        read_as=read,
        titles=([title for title in titles if any(tenure.title == title for tenure in held)] or titles)[:SUGGESTED],
        **extent(len(held), min(MOST, len(held)), None, release),
        more=f"{MOST} of {len(held)} are shown; name a day, or the office more exactly" if len(held) > MOST else None,
        results=[one for tenure in held[:MOST] for one in roles(documents[tenure.actor], tenure, days)],
        before_and_after=[one for tenure in near for one in roles(documents[tenure.actor], tenure, None)],
    )


def tenures(release: Release, titles: list[str], actor: int | None) -> list[HeldRole]:
    """The roles with these titles, of an actor; with any title, of anybody, where none is named. In the order of time."""
    table = INDEXES["actors", "role_on"]
    where = [*([table.value.in_(titles)] if titles else []), *([table.record == actor] if actor is not None else [])]
    select = table.select(table.record, table.value, table.earliest, table.latest, table.surely_earliest, table.surely_latest)
    rows = release.rows(select.where(*where))
    return sorted((HeldRole(row[0], row[1], *map(str, row[2:])) for row in rows), key=lambda tenure: tenure[2:4])


def period(strings: Strings) -> tuple[str, str]:
    """The first and the last day of the day, month or year that is asked for. Raises InvalidParameters if it is none."""
    try:
        asked = Partial().deserialize(strings["day"][-1])
    except ma.ValidationError as error:
        raise InvalidParameters([Fault(("day",), error.messages[0])]) from None
    return asked.earliest.isoformat(), asked.latest.isoformat()


def neighbours(every: Iterable[HeldRole], days: Days) -> list[HeldRole]:
    """Who held it last before some days, and first after them."""
    before = [tenure for tenure in every if tenure.latest < days[0]]
    after = [tenure for tenure in every if tenure.earliest > days[1]]
    return [*([max(before, key=lambda tenure: tenure.latest)] if before else []), *after[:1]]


def roles(actor: Record, tenure: HeldRole, days: Days | None) -> list[Record]:
    """The roles of an actor that a tenure is made of."""
    told = []
    for role in actor["roles"]:
        if role["title"] != tenure.title or not _meets(role, tenure):
            continue
        dates = {key: date_words(role[key]) for key in ("appointed", "from", "to") if role[key]}
        told.append(
            {
                "id": f"actors/{actor['id']}",
                "name": actor["name"],
                "office": role["title"],
                **({"organization": role["organization"]["name"]} if role["organization"] else {}),
                **({"certainty": CERTAIN if tenure.certain(days) else POSSIBLE} if days else {}),
                **dates,
                **({"term": said} if (said := term(role)) else {}),
                "sources": shown.sources(role["citations"]),
                "url": shown.address("actors", actor["id"]),
            }
        )
    return told


def _meets(role: Record, tenure: HeldRole) -> bool:
    """Whether a role is the one that a tenure was made of: it begins and ends on the same days, or is attested within it."""
    begins = (role["from"] or {}).get("earliest")
    ends = (role["to"] or {}).get("latest")
    if not (role["from"] or role["to"]):
        attested = role["attested"] or {}
        begins, ends = attested.get("earliest") or tenure.earliest, attested.get("latest") or tenure.latest
        return bool(attested) and tenure.earliest <= begins and ends <= tenure.latest
    return (begins is None or begins == tenure.earliest) and (ends is None or ends == tenure.latest)

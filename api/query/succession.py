"""Which state took the place of which, so that a question about either is understood on any day."""

import json

from ..resources.actors import ACTORS
from ..resources.agreements import AGREEMENTS
from ..schema.public_date import render
from ..storage.release import Release
from .aggregation import names
from .query import Query


def parties_on(release: Release, parties: list[str], day: str) -> tuple[list[str], dict[str, str]]:
    """The parties as they were called on a day: who was succeeded before it by its successor, and the other way round."""
    told: dict[str, str] = {}
    now = list(parties)
    for before, after, first, last in successions(release):
        for asked, other, wrong in ((after, before, day < first), (before, after, day > last)):
            if wrong and asked in now and other not in now:
                now[now.index(asked)] = other
                told[asked] = f"actors/{other}: {after} took the place of {before} between {first} and {last}"
    return now, told


def successions(release: Release) -> list[tuple[str, str, str, str]]:
    """Who was succeeded by whom, and the first and the last day on which that can have been."""

    def read() -> list[tuple[str, str, str, str]]:
        model = ACTORS.model
        texts = release.rows(model.select(model.document).where(model.document.contains('"succeeded_by":[{')))
        found = []
        for actor in (json.loads(text) for (text,) in texts):
            for one in actor["succeeded_by"]:
                first, last = one["date"]["earliest"], one["date"]["latest"]
                found.append((actor["id"], one["actor"]["id"], first or "0001-01-01", last or "9999-12-31"))
        return found

    return release.once("successions", read)


def other_party(query: Query) -> list[str]:
    """Of agreements on a day: who was the party then, where somebody is asked for whose place another had, in words."""
    values = query.values
    if query.resource is not AGREEMENTS or "in_force_on" not in values:
        return []
    day, parties = values["in_force_on"].earliest.isoformat(), [*values.get("party", ()), *values.get("party_all", ())]
    now, _ = parties_on(query.release, parties, day)
    others = [(one, other) for one, other in zip(parties, now, strict=True) if one != other]
    if not others:
        return []
    called = names(query.release, ACTORS.kind, [id for pair in others for id in pair])
    return [f"On {render(day)['text']} the party was not {called[a]}, but {called[b]}: ask for party={b}." for a, b in others]

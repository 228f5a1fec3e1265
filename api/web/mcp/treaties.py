"""What agreements were in force on a day, who was bound by them, and of which that is not known."""

import json
from typing import Any

from ...query.pagination import page, total
from ...query.parameters import arguments
from ...query.query import Query
from ...query.succession import parties_on, successions
from ...resources.agreements import AGREEMENTS
from ...resources.doubt import date_words, heading
from ...schema.fields import Record
from ...storage.release import Release
from ..request_parameters import store
from . import shown
from .lists import extent, limited, possible, query_address, release_of
from .names import Strings, with_ids

FEW_OTHERS = 5
FOR_SURE = "certain"


def in_force(strings: Strings) -> Record:
    """The agreements in force on a day."""
    release = release_of(strings)
    renamed = {"day": "in_force_on", "party": "party_all", "text": "q"}
    given = {renamed.get(name, name): values for name, values in limited(strings).items()}
    asked, read = with_ids(release, AGREEMENTS, {**given, "sort": ["date"]})
    query = Query(AGREEMENTS, arguments(AGREEMENTS), asked, store(), served=release)
    day = query.values["in_force_on"].earliest.isoformat()
    at_the_time, replaced = parties_on(release, query.values.get("party_all", []), day)
    if replaced:
        asked["party_all"] = at_the_time
        query = Query(AGREEMENTS, arguments(AGREEMENTS), asked, store(), served=release)
    results = page(query)
    found = [json.loads(text) for text in results.documents]
    doubtful = possible(query, [document["id"] for document in found])
    return shown.envelope(
        query.release,
        day=day,
        read_as=read | replaced,
        **extent(results.total, len(found), results.next, query.release),
        among=f"the {release.about['counts']['agreements']} agreements in this data, not all that there are",
        results=[on_day(document, day, doubtful.get(document["id"], FOR_SURE)) for document in found],
        not_in_force_on_that_day=others_called_so(query, {document["id"] for document in found}),
        entry_into_force_not_known=not_known(query, release),
        api=query_address("agreements", asked),
    )


def without_day(query: Query, **values: Any) -> Query:
    """The same query of agreements whether in force on the day or not."""
    other = query.variant(**values)
    other.values = {name: value for name, value in other.values.items() if name not in ("in_force_on", "cursor")}
    return other


def others_called_so(query: Query, shown_already: set[str]) -> list[str] | None:
    """Agreements with the words that were asked for that were not in force on the day, each with what became of it."""
    if "q" not in query.values:
        return None
    found = [json.loads(text) for text in page(without_day(query, limit=FEW_OTHERS)).documents]
    told = [f"agreements/{d['id']} ({d['title']}): {d['status']['detail']}" for d in found if d["id"] not in shown_already]
    return told or None


def not_known(query: Query, release: Release) -> Record | None:
    """Agreements that may have been in force, as nobody read when they were to be; of predecessors of the parties, too."""

    def of(*parties: str) -> Query:
        return without_day(query, status=["unknown"], limit=FEW_OTHERS, **({"party_all": [*parties]} if parties else {}))

    parties = query.values.get("party_all", [])
    before = {after: before for before, after, *_ in successions(release)}
    earlier = [before.get(party, party) for party in parties]
    each = [of(*parties), *([of(*earlier)] if earlier != parties else [])]
    found = {document["id"]: document for one in each for document in map(json.loads, page(one).documents)}
    if not found:
        return None
    both = total(of(*dict.fromkeys((*parties, *earlier)))) if len(each) > 1 else 0
    some = [f"agreements/{id} ({document['title']})" for id, document in found.items()]
    return {"total": sum(map(total, each)) - both, "some": some}


def on_day(document: Record, day: str, certainty: str) -> Record:
    """An agreement as it was on a day."""
    period = next((period for period in document["in_force"] if covers(period, day)), None)
    told = {
        "id": f"agreements/{document['id']}",
        "title": heading(document["title"], document),
        "certainty": certainty,
        "in_force": period and span(period),
        "suspended_on_that_day": [
            f"by {by(pause)}, {span(pause)}" for pause in (period or {}).get("suspensions", []) if covers(pause, day)
        ],
        "bound": shown.names(
            [{"name": party["name"]} for party in document["parties"] if any(covers(bound, day) for bound in party["bound"])]
        ),
        "further_parties": document["further_parties"],
        "on_the_day_of_the_release": document["status"]["detail"],
        "doubt": shown.doubt(document),
        "sources": shown.sources(cited(document)),
        "url": shown.address("agreements", document["id"]),
    }
    return {name: value for name, value in told.items() if value}


def covers(period: Record, day: str) -> bool:
    """Whether a period can include a day."""
    first, last = (period["from"] or {}).get("earliest"), (period["to"] or {}).get("latest")
    return (first or "") <= day <= (last or "9999-12-31")


def span(period: Record) -> str:
    """From when to when, and how it ended."""
    words = [f"from {date_words(period['from'])}" if period["from"] else "from a day not known"]
    words += [f"to {date_words(period['to'])}"] if period["to"] else ["with no end known"]
    whose = f" by {by(period)}" if period["by"] else ""
    ended = f" ({period['ended_by'].replace('_', ' ')}{whose})" if period.get("ended_by") else ""
    return f"{' '.join(words)}{ended}"


def by(period: Record) -> str:
    return ", ".join(actor["name"] for actor in period["by"])


def cited(document: Record) -> Any:
    """The citations of its entry into force; where there is no such action, those of the record."""
    acts = [action for action in document["actions"] if action["kind"] in ("entered_into_force", "applied_provisionally")]
    return acts[0]["citations"] if acts else document["citations"]

"""Agreements: treaties and other instruments, the actions on them, and when they were in force."""

from collections.abc import Iterator

import peewee as pw

from ..schema import edtf
from ..schema.fields import Choice, Edtf, Holder, Many, One, Record, Ref, Schema, Text
from .common import (
    DISPUTED,
    accounts,
    also_known_as,
    citations,
    cited,
    conflict,
    disputed,
    identity,
    links,
    note,
    quantities,
    shared,
    sort_key,
    topics,
    updated,
)
from .filters import Before, Catalog, DatedRow, Dates, OnDay, Terms, Values, day_columns, each, within, years
from .resource import Resource
from .schema_org import Refer, cited_sources

KINDS = (
    "treaty", "protocol", "agreement", "extension", "joint_statement", "communique", "understanding", "memorandum",
    "unilateral_instrument",
)  # fmt: skip
ACTIONS = (
    "proposed", "announced", "opened_for_signature", "signed", "adopted", "ratified", "entered_into_force", "extended",
    "suspended", "resumed", "withdrawal_notified", "withdrawn", "expired", "superseded", "terminated",
)  # fmt: skip
STATUSES = ("in_force", "suspended", "expired", "superseded", "terminated", "withdrawn", "adopted", "not_in_force")
ENDS = ("expired", "superseded", "terminated")
RELATIONS = {
    "extends": "Extending this agreement.",
    "supersedes": "Superseding this agreement.",
    "reaffirms": "Reaffirming this agreement.",
    "implements": "Implementing this agreement.",
    "amends": "Amending this agreement.",
    "refers_to": "Referring to this agreement.",
}


class Agreement(DatedRow):
    title = pw.TextField(index=True)

    class Meta:
        table_name = "agreements"


class Action(Schema):
    kind = Choice("What was done.", ACTIONS, required=True)
    date = Edtf("When, only as precisely as sources say.", required=True)
    until = Edtf("The end that this action sets, for an entry into force or an extension.")
    by = Many("Who did it: parties, and the persons who signed for them.", Holder("An actor."))
    place = Ref("Where.", kind="places")
    event = Ref("The event in which it was done.", kind="events")
    note = note()
    citations = citations()


class Term(Schema):
    text = Text("What the parties undertake, in our own words.", required=True)
    quantities = quantities()
    citations = citations()


class Relation(Schema):
    relation = Choice("How this agreement stands to the other.", RELATIONS, required=True)
    agreement = Ref("The other agreement.", kind="agreements", required=True)


class Suspension(Schema):
    by = Many("Who suspended.", Ref("An actor.", kind="actors"))
    start = Edtf("From when.", data_key="from")
    end = Edtf("Until when; null where nothing says so.", data_key="to")


class Period(Schema):
    start = Edtf("When it entered into force.", data_key="from")
    end = Edtf("When it ended or is set to end; null where nothing says so.", data_key="to")
    ended_by = Text("The kind of action that set the end.")
    suspensions = Many("When parties suspended it within the period.", One("A suspension.", Suspension))


class AgreementSchema(Schema):
    id = identity()
    title = Text("Common title.", required=True)
    also_known_as = also_known_as()
    kind = Choice("What sort of agreement it is.", KINDS, required=True)
    parties = Many("Who is bound, or who issued it.", Ref("An actor.", kind="actors"), required=True)
    topics = topics()
    summary = Text("What it does, in our own words.", required=True)
    actions = Many("What was done to it, each with a date.", One("An action.", Action))
    in_force = Many("The periods in which it was in force, derived from the actions.", One("A period.", Period), dump_only=True)
    terms = Many("What the parties undertake.", One("A term.", Term))
    relations = Many("How it stands to other agreements.", One("A relation.", Relation))
    unts = Text("United Nations Treaty Series registration, only where verified.")
    tias = Text("Treaties and Other International Acts Series number, only where verified.")
    disputed = disputed()
    accounts = accounts()
    note = note()
    citations = citations()
    updated_in = updated()
    links = links()


def in_force(agreement: Record) -> list[Record]:
    """The periods in which an agreement was in force, derived from its actions alone: the result does not depend on today.

    It begins with the entry into force. It ends when it expires, is superseded or terminated, when a withdrawal leaves
    fewer than two parties, or on the last day that the entry or an extension set.
    """
    actions = sorted(agreement["actions"], key=lambda action: edtf.bounds(action["date"]))
    start = next((action for action in actions if action["kind"] == "entered_into_force"), None)
    if not start:
        return []
    parties, end, ended_by = set(agreement["parties"]), None, None
    for action in actions:
        if action["until"]:
            end, ended_by = action["until"], "expired"
        if action["kind"] == "withdrawn":
            parties -= set(action["by"])
        if action["kind"] in ENDS or (action["kind"] == "withdrawn" and len(parties) < 2):
            end, ended_by = action["date"], action["kind"]
            break
    return [{"start": start["date"], "end": end, "ended_by": ended_by, "suspensions": suspensions(actions, end)}]


def suspensions(actions: list[Record], end: str | None) -> list[Record]:
    """The suspensions: each ends when that party resumes or withdraws, otherwise with the period (`end`)."""
    periods = []
    for index, action in enumerate(actions):
        if action["kind"] == "suspended":
            over = (a for a in actions[index:] if a["kind"] in ("resumed", "withdrawn") and set(a["by"]) & set(action["by"]))
            periods.append({"by": action["by"], "start": action["date"], "end": next(over, {"date": end})["date"]})
    return periods


def spans(agreement: Record, catalog: Catalog) -> Iterator[tuple[str, edtf.Bounds]]:
    for period in in_force(agreement):
        yield "", edtf.Bounds(edtf.bounds(period["start"]).earliest, edtf.bounds(period["end"] or "../..").latest)


def expiries(agreement: Record, catalog: Catalog) -> list[str]:
    return [period["end"] for period in in_force(agreement) if period["ended_by"] == "expired"]


def status(agreement: Record, catalog: Catalog) -> list[str]:
    """The status on the day of the release, derived from the actions up to that day."""
    today = edtf.bounds(catalog.about["released"]).latest
    for period in in_force(agreement):
        if edtf.bounds(period["start"]).earliest > today:
            continue
        if period["end"] and edtf.bounds(period["end"]).latest < today:
            return [period["ended_by"]]
        held = [s for s in period["suspensions"] if not s["end"] or edtf.bounds(s["end"]).latest >= today]
        return ["suspended" if any(edtf.bounds(s["start"]).earliest <= today for s in held) else "in_force"]
    return ["adopted" if any(action["kind"] == "adopted" for action in agreement["actions"]) else "not_in_force"]


def by_relation(relation: str) -> Values:
    """The targets of one relation of an agreement."""
    return lambda agreement, catalog: [x["agreement"] for x in agreement["relations"] if x["relation"] == relation]


def acts(agreement: Record, catalog: Catalog) -> Iterator[str]:
    """The actions of each actor, as `actor:action`."""
    for action in agreement["actions"]:
        yield from (f"{actor}:{action['kind']}" for actor in action["by"])


def lifetime(agreement: Record) -> str | None:
    """From the first action to the last, as one EDTF interval."""
    days = [edtf.bounds(action["date"]) for action in agreement["actions"]]
    return f"{min(days).earliest}/{max(day.latest for day in days)}" if days else None


def schema_org(agreement: Record, refer: Refer) -> Record:
    """The schema.org node of a public document."""
    return {
        "@type": "CreativeWork",
        "additionalType": agreement["kind"],
        "alternateName": agreement["also_known_as"],
        "abstract": agreement["summary"],
        "contributor": [refer("actors", party) for party in agreement["parties"]],
        "about": [refer("topics", topic) for topic in agreement["topics"]],
        "temporalCoverage": [f"{p['from']['edtf']}/{p['to']['edtf'] if p['to'] else '..'}" for p in agreement["in_force"]],
        "citation": cited_sources(agreement, refer),
    }


AGREEMENTS = Resource(
    kind="agreements",
    singular="agreement",
    description="Treaties, extensions, joint statements, communiques, understandings, and instruments of one side.",
    model=Agreement,
    schema=AgreementSchema(),
    heading="title",
    example=("new-start", "New START"),
    jsonld=schema_org,
    columns=lambda agreement: {"title": sort_key(agreement["title"]), **day_columns(lifetime(agreement))},
    sorts={"date": Agreement.earliest, "title": Agreement.title},
    order="-date",
    derive=lambda agreement, catalog: {"disputed": conflict(agreement), "in_force": in_force(agreement)},
    identifiers=lambda agreement: [(scheme, agreement[scheme]) for scheme in ("unts", "tias") if agreement[scheme]],
    filters=(
        *shared("agreements"),
        Terms("kind", "Sort of agreement.", each("kind"), choices=KINDS, single=True),
        Terms("party", "With this party.", each("parties"), "actors", reverse="agreements"),
        Terms("topic", "About this topic, or one within it.", within("topics", "topics"), "topics", reverse="agreements"),
        Terms(
            "related",
            "Standing in some relation to this agreement.",
            each("relations.agreement"),
            "agreements",
            reverse="related",
        ),
        *(Terms(relation, text, by_relation(relation), "agreements") for relation, text in RELATIONS.items()),
        Terms("action", "With an action of this kind.", each("actions.kind"), choices=ACTIONS),
        Terms("did", "With this action by this actor: `russia:suspended`.", acts),
        Terms("status", "Status on the day of the release.", status, choices=STATUSES, single=True),
        Terms("year", "With an action in this year.", lambda a, catalog: (y for x in a["actions"] for y in years(x["date"]))),
        OnDay("in_force_on", "In force on this day, suspended or not.", spans),
        Before("expiring_before", "Set to expire, or expired, before this day.", expiries),
        cited("agreements"),
        DISPUTED,
        Dates(),
    ),
)

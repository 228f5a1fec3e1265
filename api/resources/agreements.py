"""Agreements: treaties and other instruments, the actions on them, and when they were in force."""

from collections.abc import Iterator
from datetime import date

import peewee as pw

from ..schema import edtf
from ..schema.fields import Choice, DetailedRef, Edtf, Holder, Many, One, Record, Ref, Schema, Text
from . import keys
from .actors import existence
from .agreement_states import STATES, Standing, detail, party_standing, standing
from .filters import ActionDates, Before, Catalog, DatedRow, InForce, Span, Terms, counted, dated, each, within
from .lifecycle import ACTIONS, ENDS, LEFT, SUCCEEDED, Existence, Lifecycle, Succession, lifecycle, reach
from .resource import Resource
from .schema_org import Refer, cited_sources, coverage, doubts
from .shared_filters import by_relation, by_sources, shared
from .sides import derived_doubt

KINDS = (
    "treaty", "protocol", "agreement", "extension", "joint_statement", "communique", "understanding", "memorandum",
    "unilateral_instrument",
)  # fmt: skip
HOW = (*ENDS, LEFT)  # how an agreement, or being bound by it, ends
HOW_BOND = (*HOW, SUCCEEDED)  # how being bound by it ends
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


class Action(Schema):
    kind = Choice("What was done.", ACTIONS, required=True)
    date = Edtf("When, only as precisely as sources say.", required=True)
    until = Edtf("The end that this action sets, for an entry into force or an extension.")
    by = Many("Who did it: parties, and the persons who signed for them.", Holder("An actor."))
    place = Ref("Where.", kind="places")
    event = Ref("The event in which it was done.", kind="events")
    note = keys.NOTE
    citations = keys.CITATIONS


class Term(Schema):
    text = Text("What the parties undertake, in our own words.", required=True)
    quantities = keys.QUANTITIES
    citations = keys.CITATIONS


class AgreementRelation(Schema):
    relation = Choice("How this agreement stands to the other.", RELATIONS, required=True)
    agreement = Ref("The other agreement.", kind="agreements", required=True)


class Suspension(Schema):
    by = Many("Who suspended.", Ref("An actor.", kind="actors"))
    start = Edtf("From when.", data_key="from")
    end = Edtf("Until when; null where nothing says so.", data_key="to")


class Period(Schema):
    start = Edtf("When it entered into force; for a party, from when it was bound.", data_key="from")
    end = Edtf("When it ended or is set to end; null where nothing says so.", data_key="to")
    ended_by = Choice("The kind of action that set the end; `succeeded` where another party took its place.", HOW_BOND)
    by = Many("Who did what ended it, or took its place; empty where it ended by its own terms.", Ref("An actor.", kind="actors"))
    suspensions = Many("When parties suspended it within the period.", One("A suspension.", Suspension))


class AgreementStatus(Schema):
    state = Choice("The state on the day of the release.", STATES)
    since = Edtf("Since when; null where it is not known or was never in force.")
    how = Choice("How it ended: the kind of action.", HOW)
    by = Many("Who suspended, ended or adopted it.", Ref("An actor.", kind="actors"))
    detail = Text("The state in words, with what is missing where it is unknown, and who has left.")


class Party(Schema):
    id = Text("The id of an actor.", required=True)
    name = Text("The actor's name.", required=True)
    status = Choice("How it stands to this party on the day of the release.", STATES)
    bound = Many("The periods in which it was bound.", One("A period.", Period))
    succeeds = Ref("The party whose place it took; null for a party of its own.", kind="actors")
    succeeded_by = Many("The parties that took its place.", Ref("An actor.", kind="actors"))


class NeverInForce(Schema):
    note = keys.NOTE
    citations = keys.CITATIONS


class AgreementSchema(Schema):
    id = keys.IDENTITY
    title = Text("Common title.", required=True)
    also_known_as = keys.ALSO_KNOWN_AS
    kind = Choice("What sort of agreement it is.", KINDS, required=True)
    parties = Many(
        "The parties it was made for, or who issued it, and who took the place of one; `bound` says when each was bound.",
        DetailedRef("An actor.", "actors", Party, "standings"),
        required=True,
    )
    further_parties = Text("Which parties it has that the record does not list: with these it outlives a withdrawal.")
    topics = keys.TOPICS
    summary = Text("What it does, in our own words.", required=True)
    actions = Many("What was done to it, each with a date.", One("An action.", Action))
    never_in_force = One("Where a source says that it never entered into force.", NeverInForce)
    status = One("How it stands on the day of the release.", AgreementStatus, dump_only=True)
    in_force = Many("The periods in which it was in force, derived from the actions.", One("A period.", Period), dump_only=True)
    terms = Many("What the parties undertake.", One("A term.", Term))
    relations = Many("How it stands to other agreements.", One("A relation.", AgreementRelation))
    unts = Text("United Nations Treaty Series registration, only where verified.")
    tias = Text("Treaties and Other International Acts Series number, only where verified.")
    disputed = keys.DISPUTED
    one_sided = keys.ONE_SIDED
    accounts = keys.ACCOUNTS
    note = keys.NOTE
    citations = keys.CITATIONS
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def existences(agreement: Record, catalog: Catalog) -> Existence:
    return {party: existence(catalog.record("actors", party)) for party in agreement["parties"]}


def successions(agreement: Record, catalog: Catalog) -> list[Succession]:
    """Who takes the place of a party that is bound, and when."""
    return [
        Succession(party, one["actor"], one["date"])
        for party in agreement["parties"]
        for one in catalog.record("actors", party)["succeeded_by"]
    ]


def life_of(agreement: Record, catalog: Catalog) -> Lifecycle:
    return lifecycle(agreement, existences(agreement, catalog), successions(agreement, catalog))


def parties(agreement: Record, catalog: Catalog) -> list[str]:
    """Its parties, and those who took the place of one."""
    return list(life_of(agreement, catalog).bound)


def spans(agreement: Record, catalog: Catalog) -> Iterator[Span]:
    """The periods in force, and of each party in which it was bound."""
    life = life_of(agreement, catalog)
    for value, periods in {"": life.in_force, **life.bound}.items():
        for days in (reach(period["start"], period["end"]) for period in periods):
            yield Span(value, edtf.Bounds(days.first, days.last), edtf.Bounds(days.surely_first, days.surely_last))


def expiries(agreement: Record, catalog: Catalog) -> list[str]:
    return [period["end"] for period in life_of(agreement, catalog).in_force if period["ended_by"] == "expired"]


def current(agreement: Record, catalog: Catalog) -> Standing:
    return standing(agreement, life_of(agreement, catalog), released(catalog))


def state(agreement: Record, catalog: Catalog) -> list[str]:
    return [current(agreement, catalog).state]


def how(agreement: Record, catalog: Catalog) -> list[str]:
    """How it ended, if it has."""
    ended = current(agreement, catalog).how
    return [ended] if ended else []


def released(catalog: Catalog) -> date:
    return edtf.bounds(catalog.about["released"]).latest


def derived(agreement: Record, catalog: Catalog) -> Record:
    """The keys of the public document that follow from the actions; `standings` is what each party shows of itself."""
    exist, day, life = existences(agreement, catalog), released(catalog), life_of(agreement, catalog)
    now, whole = standing(agreement, life, day), {**agreement, "parties": list(life.bound)}
    text = detail(whole, now, lambda actor: catalog.name("actors", actor), day)
    took = {party: [by for p in periods if p["ended_by"] == SUCCEEDED for by in p["by"]] for party, periods in life.bound.items()}
    standings = {
        party: {
            "status": party_standing(agreement, life, party, day, exist).state,
            "bound": periods,
            "succeeds": next((predecessor for predecessor, by in took.items() if party in by), None),
            "succeeded_by": took[party],
        }
        for party, periods in life.bound.items()
    }
    status = {"state": now.state, "since": now.since, "how": now.how, "by": list(now.by), "detail": text}
    derived = {"status": status, "in_force": life.in_force, "parties": whole["parties"], "standings": standings}
    return {**derived_doubt(agreement, catalog), **derived}


def acts(agreement: Record, catalog: Catalog) -> Iterator[str]:
    """The actions of each actor, as `actor:action`."""
    for action in agreement["actions"]:
        yield from (f"{actor}:{action['kind']}" for actor in action["by"])


def lifetime(agreement: Record) -> str | None:
    """From the first action to the last, as one EDTF interval."""
    days = [edtf.bounds(action["date"]) for action in agreement["actions"]]
    return f"{min(days).earliest}/{max(day.latest for day in days)}" if days else None


def schema_org(agreement: Record, refer: Refer) -> Record:
    return {
        "@type": "CreativeWork",
        "additionalType": agreement["kind"],
        "alternateName": agreement["also_known_as"],
        "abstract": agreement["summary"],
        "contributor": [refer("actors", party) for party in agreement["parties"]],
        "about": [refer("topics", topic) for topic in agreement["topics"]],
        "temporalCoverage": [period for p in agreement["in_force"] if (period := coverage(p["from"], p["to"]))],
        "citation": cited_sources(agreement, refer),
        **doubts(agreement),
    }


AGREEMENTS = Resource(
    kind="agreements",
    description="Treaties, extensions, joint statements, communiqués, understandings, and instruments of one side.",
    model=Agreement,
    schema=AgreementSchema(),
    heading="title",
    example=("new-start", "New START"),
    line=("kind", "status.detail"),
    jsonld=schema_org,
    when=lifetime,
    derive=derived,
    identifiers=lambda agreement: [(scheme, agreement[scheme]) for scheme in ("unts", "tias") if agreement[scheme]],
    filters=(
        *shared("agreements"),
        Terms("kind", "Sort of agreement.", each("kind"), choices=KINDS, single=True),
        Terms("party", "With this party, or one that took the place of a party.", parties, "actors", reverse="agreements"),
        Terms("topic", "About this topic, or one within it.", within("topics", "topics"), "topics", reverse="agreements"),
        Terms(
            "related",
            "Standing in some relation to this agreement.",
            each("relations.agreement"),
            "agreements",
            reverse="related",
        ),
        *by_relation(RELATIONS, "relations", "agreement"),
        Terms("action", "With an action of this kind.", each("actions.kind"), choices=ACTIONS),
        Terms("did", "With this action by this actor: `ACTOR:suspended`.", acts),
        Terms("status", "State on the day of the release.", state, choices=tuple(STATES), single=True),
        Terms("ended_by", "Ended in this way by the day of the release.", how, choices=HOW, single=True),
        *dated("actions.date", "With an action in"),
        InForce(spans),
        Before("expiring_before", "Set to expire, or expired, before this day.", expiries),
        *by_sources("agreements"),
        *counted("terms.quantities"),
        ActionDates(),
    ),
)

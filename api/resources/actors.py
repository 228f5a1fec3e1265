"""Actors: persons, states and bodies, and the dated roles that persons held."""

from collections.abc import Iterator
from datetime import date

import peewee as pw
import pycountry

from ..schema import edtf
from ..schema.fields import Choice, Country, Edtf, Many, One, Record, Ref, Schema, Text, Whole
from . import keys
from .filters import Catalog, OnDay, Row, Span, Terms, each
from .resource import Resource
from .schema_org import Refer
from .shared_filters import HOLDER, cited, shared

KINDS = (
    "person", "state", "government_body", "international_organization", "company", "media_outlet", "research_body", "movement",
    "unspecified",
)  # fmt: skip
NEAR = 183  # days: an office that is attested so near to a day may have been held on it
SYSTEMS = ("cow", "gleditsch_ward")
SCHEMA_ORG_TYPES = {
    "person": "Person",
    "state": ["Country", "Organization"],  # it acts and speaks, which a place does not
    "government_body": "GovernmentOrganization",
    "media_outlet": "NewsMediaOrganization",
    "research_body": "ResearchOrganization",
    "company": "Corporation",
}


class Actor(Row):
    name = pw.TextField(index=True)


class StateCode(Schema):
    system = Choice("The list of states: Correlates of War, or Gleditsch and Ward.", SYSTEMS, required=True)
    code = Whole("The number of the state in the list.", required=True)
    start = Edtf("Since when it has this code; none where the list begins with it, in 1816.", data_key="from")
    end = Edtf("Until when it had this code; none where the list ends with it.", data_key="to")
    note = keys.NOTE
    citations = keys.CITATIONS


class Role(Schema):
    title = Text("The office or position.", required=True)
    organization = Ref("Where it is held.", kind="actors")
    appointed = Edtf("When appointed, if the term began later.")
    start = Edtf("When the term began, where a source establishes or bounds it.", data_key="from")
    credentials = Edtf("When an ambassador presented credentials.")
    end = Edtf("When the term ended, where a source establishes it.", data_key="to")
    attested = Edtf("Days on which sources show the person in the role, where the term is not established.")
    citations = keys.CITATIONS


class Successor(Schema):
    actor = Ref("Who took its place.", kind="actors", required=True)
    date = Edtf("When.", required=True)
    note = keys.NOTE
    citations = keys.CITATIONS


class ActorSchema(Schema):
    id = keys.IDENTITY
    name = Text("Name in English, as its holder or the literature spells it.", required=True)
    also_known_as = keys.ALSO_KNOWN_AS
    misspelt = keys.MISSPELT
    kind = Choice("What sort of actor it is.", KINDS, required=True)
    country = Country("ISO 3166-1 alpha-3 code, where there is one; of a person, the country they act for.")
    part_of = Many("The bodies it is part of (not for persons: those have roles).", Ref("An actor.", kind="actors"))
    description = Text("Who it is, in one phrase.")
    wikidata = Text("Wikidata id, only where verified.")
    codes = Many("Numbers of a state in the lists of states that research uses, each with its dates.", One("A code.", StateCode))
    born = Edtf("When a person was born.")
    died = Edtf("When a person died.")
    founded = Edtf("When it came to be (not for persons), where a source establishes or bounds it.")
    dissolved = Edtf("When it ceased to be (not for persons), where a source establishes or bounds it.")
    succeeded_by = Many(
        "Who took its place in every agreement by which it was bound (not for persons).", One("A successor.", Successor)
    )
    roles = Many("Offices and positions, with their dates.", One("A role.", Role))
    accounts = keys.ACCOUNTS
    note = keys.NOTE
    citations = keys.CITATIONS
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def existence(actor: Record) -> edtf.Bounds:
    """The days on which an actor may have existed; for a former state, not after the withdrawal of its code (ISO 3166-3)."""
    first = edtf.bounds(actor["born"] or actor["founded"] or "../..").earliest
    last = edtf.bounds(actor["died"] or actor["dissolved"] or "../..").latest
    return edtf.Bounds(first, min(last, code_withdrawn(actor["country"]) if actor["kind"] == "state" else date.max))


def code_withdrawn(code: str | None) -> date:
    """The last day on which a country code may have been in use (ISO 3166-3); `date.max` for a current one."""
    current = not code or pycountry.countries.get(alpha_3=code)
    former = None if current else pycountry.historic_countries.get(alpha_3=code)
    return edtf.bounds(former.withdrawal_date).latest if former else date.max


def tenure(role: Record) -> edtf.Bounds | None:
    """The days on which a role was held, as far as sources show; None without any date."""
    if role["start"] or role["end"]:
        return edtf.Bounds(edtf.bounds(role["start"] or "../..").earliest, edtf.bounds(role["end"] or "../..").latest)
    return edtf.bounds(role["attested"]) if role["attested"] else None


def tenures(actor: Record, catalog: Catalog | None = None) -> Iterator[Span]:
    """The days on which each role may have been held, and those on which sources show that it was."""
    for role in actor["roles"]:
        if span := tenure(role):
            bounded = role["start"] or role["end"] or edtf.is_open(role["attested"])
            yield Span(role["title"], span if bounded else widened(span), shown(role))


def served(actor: Record, day: str) -> Iterator[str]:
    """Where an actor may have held an office on a date."""
    on = edtf.bounds(day)
    for role in filter(is_bounded, actor["roles"]):
        spans = [span.possible for span in tenures({"roles": [role]})]
        if role["organization"] and any(span.meets(on) for span in spans):
            yield role["organization"]


def is_bounded(role: Record) -> bool:
    """Whether something bounds when a role was held: one attested on some day up to 2021 may have been over for years."""
    return bool(role["start"] or role["end"] or (role["attested"] and not edtf.is_open(role["attested"])))


def widened(span: edtf.Bounds) -> edtf.Bounds:
    """A span with the days near it."""
    first, last = (day.toordinal() for day in span)
    return edtf.Bounds(date.fromordinal(max(first - NEAR, 1)), date.fromordinal(min(last + NEAR, date.max.toordinal())))


def shown(role: Record) -> edtf.Bounds | None:
    """The days on which a role was held for certain; None if there is no such day.

    From the last day on which it can have begun to the first on which it can have ended; where only one of these is given, up
    to the last day on which it is attested, or that day alone.
    """
    start, end, attested = (role[key] and edtf.certain_core(role[key]) for key in ("start", "end", "attested"))
    first = start or end or attested
    last = end or attested or start
    if not first or not last or (role["start"] and not start) or (role["end"] and not end):
        return None
    span = edtf.Bounds(first.earliest, max(last.latest, first.latest))
    return span if date.min < span.earliest <= span.latest < date.max else None


def own_identifiers(actor: Record) -> Iterator[tuple[str, str]]:
    if actor["wikidata"]:
        yield "wikidata", actor["wikidata"]
    if actor["kind"] == "state" and actor["country"]:
        yield "iso3166", actor["country"]
    yield from ((code["system"], str(code["code"])) for code in actor["codes"] if not code["end"])


def schema_org(actor: Record, refer: Refer) -> Record:
    return {
        "@type": SCHEMA_ORG_TYPES.get(actor["kind"], "Organization"),
        "alternateName": actor["also_known_as"],
        "description": actor["description"],
        "sameAs": f"https://www.wikidata.org/entity/{actor['wikidata']}" if actor["wikidata"] else None,
        "jobTitle" if actor["kind"] == "person" else "disambiguatingDescription": [role["title"] for role in actor["roles"]],
        "memberOf" if actor["kind"] == "person" else "parentOrganization": [refer("actors", body) for body in actor["part_of"]],
    }


ACTORS = Resource(
    kind="actors",
    description="Persons, states, bodies, companies, media outlets and movements that act and speak.",
    model=Actor,
    schema=ActorSchema(),
    heading="name",
    example=("vladimir-putin", "Vladimir Putin"),
    line=("kind", "country"),
    jsonld=schema_org,
    identifiers=own_identifiers,
    filters=(
        *shared("actors"),
        Terms("kind", "Sort of actor.", each("kind"), choices=KINDS, single=True),
        Terms(
            "country",
            "Of this country (ISO 3166-1 alpha-3), or acting for it.",
            each("country"),
            term=Country("A code."),
            single=True,
        ),
        Terms("part_of", "Part of this body.", each("part_of"), "actors", reverse="parts"),
        Terms("organization", "Holding or having held a position there.", each("roles.organization"), "actors", reverse="people"),
        cited("actors"),
        HOLDER,
        OnDay(tenures, NEAR),
    ),
)

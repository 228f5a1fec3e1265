"""Agreements, memberships and references in the column names of the manydata packages, for treaty researchers."""

from collections.abc import Iterator

from ...resources import BY_KIND
from ...resources.agreements import KINDS, RELATIONS
from ...schema.fields import Record
from .release_reader import ReleaseContent
from .tables import Cells, Column, Table

TREATY = Column("treatyID", "string", "Id of the agreement.", required=True, refers="agreements")
TITLE = Column("Title", "string", "Common title of the agreement.", required=True)
DATES = "As EDTF (ISO 8601-2); empty where the data does not say."
AGREEMENTS = Table(
    "treaty_agreements",
    "Agreements, one a row, with the dates of their lifecycle.",
    (
        TREATY,
        TITLE,
        Column("Beg", "string", f"The earlier of signature and entry into force. {DATES}"),
        Column("Signature", "string", f"First signature. {DATES}"),
        Column("Force", "string", f"Entry into force. {DATES}"),
        Column("End", "string", f"The end of being in force, set or past. {DATES}"),
        Column("AgreementType", "string", "What sort of agreement it is.", KINDS, required=True),
    ),
    ("treatyID",),
)
MEMBERSHIPS = Table(
    "treaty_memberships",
    "Memberships: a row for each party of each agreement.",
    (
        TREATY,
        Column("stateID", "string", "ISO 3166-1 alpha-3 (or 3166-3) code of the party; its id where it has none.", required=True),
        Column("actor", "string", "Id of the party.", required=True, refers="actors"),
        TITLE,
        Column("StateSignature", "string", f"Signature by the party, or by a person who acts for its country. {DATES}"),
        Column("StateRatification", "string", f"Ratification by the party. {DATES}"),
        Column("StateForce", "string", f"From when the party was bound. {DATES}"),
        Column("StateEnd", "string", f"Until when the party was bound, or is set to be. {DATES}"),
    ),
    ("treatyID", "actor"),
)
REFERENCES = Table(
    "treaty_references",
    "References: a row for each relation of an agreement to another.",
    (
        Column("treatyID1", "string", "Id of the agreement that refers.", required=True, refers="agreements"),
        Column("treatyID2", "string", "Id of the other agreement.", required=True, refers="agreements"),
        Column("RefType", "string", "How the first stands to the second.", tuple(RELATIONS), required=True),
    ),
    ("treatyID1", "treatyID2", "RefType"),
)
TABLES = (AGREEMENTS, MEMBERSHIPS, REFERENCES)


def treaty_rows(content: ReleaseContent) -> Iterator[tuple[str, Cells]]:
    """The rows of the three tables, as (name of the table, cells by column)."""
    countries = {d["id"]: d["country"] for d in content.documents(BY_KIND["actors"])}
    for agreement in content.documents(BY_KIND["agreements"]):
        id = agreement["id"]
        yield AGREEMENTS.name, _agreement(agreement)
        for party in agreement["parties"]:
            yield MEMBERSHIPS.name, _membership(agreement, party, countries)
        for relation in dict.fromkeys((r["agreement"]["id"], r["relation"]) for r in agreement["relations"]):
            yield REFERENCES.name, dict(zip(("treatyID1", "treatyID2", "RefType"), (id, *relation), strict=True))


def _first(agreement: Record, kind: str, by: set[str] | None = None) -> Record | None:
    """The date of the first action of a kind, by any of some actors."""
    dates = [a["date"] for a in agreement["actions"] if a["kind"] == kind and (by is None or by & {x["id"] for x in a["by"]})]
    return min(dates, key=lambda date: date["earliest"] or "", default=None)


def _edtf(date: Record | None) -> str | None:
    return date["edtf"] if date else None


def _agreement(agreement: Record) -> Cells:
    signature = _first(agreement, "signed")
    force, end = _span(agreement["in_force"])
    begin = min((d for d in (signature, force) if d), key=lambda date: date["earliest"] or "", default=None)
    return {
        "treatyID": agreement["id"],
        "Title": agreement["title"],
        "Beg": _edtf(begin),
        "Signature": _edtf(signature),
        "Force": _edtf(force),
        "End": _edtf(end),
        "AgreementType": agreement["kind"],
    }


def _span(periods: list[Record]) -> tuple[Record | None, Record | None]:
    """The dates of the first beginning and of the last end of periods."""
    return (periods[0]["from"], periods[-1]["to"]) if periods else (None, None)


def _membership(agreement: Record, member: Record, countries: dict[str, str | None]) -> Cells:
    party = member["id"]
    country = countries[party]
    persons = {x["id"] for action in agreement["actions"] for x in action["by"] if country and countries[x["id"]] == country}
    force, end = _span(member["bound"])
    return {
        "treatyID": agreement["id"],
        "stateID": country or party,
        "actor": party,
        "Title": agreement["title"],
        "StateSignature": _edtf(_first(agreement, "signed", {party, *persons})),
        "StateRatification": _edtf(_first(agreement, "ratified", {party, *persons})),
        "StateForce": _edtf(force),
        "StateEnd": _edtf(end),
    }

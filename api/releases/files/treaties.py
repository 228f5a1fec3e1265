"""Agreements, memberships and references in the column names of the R package manytreaties, for treaty researchers.

A column that begins with a capital, or is an id, is that of the same name in `agreements$GGO` and `parties$GGO` of manytreaties
1.0.0 or, for references, in `references` of manyenviron; columns in lower case are our own.
"""

from collections.abc import Iterator
from typing import Any

from ...resources import BY_KIND
from ...resources.agreement_states import STATES
from ...resources.agreements import KINDS, RELATIONS
from ...schema.fields import Record
from .release_reader import ReleaseContent
from .tables import Cells, Column, Table

DATES = "As EDTF (ISO 8601-2); empty where the data does not say."
TYPES = {"treaty": "Agreement", "agreement": "Agreement", "protocol": "Protocol", "extension": "Extending", "memorandum": "MOU"}
REFERENCE_TYPES = {**{relation: relation.capitalize() for relation in RELATIONS}, "refers_to": "Cites"}


def _doubts(of: str) -> tuple[Column, ...]:
    return (
        Column("disputed", "boolean", f"Whether accounts of {of} conflict.", required=True),
        Column("one_sided", "boolean", f"Whether something in {of} rests on one party's account alone.", required=True),
    )


TREATY = Column("treatyID", "string", "Id of the agreement.", required=True, refers="agreements")
TITLE = Column("Title", "string", "Common title of the agreement.", required=True)
LIFE = (
    Column("Begin", "string", f"The earlier of signature and entry into force. {DATES}"),
    Column("End", "string", f"The end of the last period in force, set or past; never 9999-12-31: see `status`. {DATES}"),
    Column("Signature", "string", f"First signature. {DATES}"),
    Column("Force", "string", f"First entry into force. {DATES}"),
)
AGREEMENTS = Table(
    "treaty_agreements",
    "Agreements, one a row, with the dates of their lifecycle, in the column names of manytreaties.",
    (
        TREATY,
        TITLE,
        *LIFE,
        Column(
            "TypeAgree",
            "string",
            "Type in the words of manytreaties; empty where none fits.",
            tuple(dict.fromkeys(TYPES.values())),
        ),
        Column("kind", "string", "What sort of agreement it is.", KINDS, required=True),
        Column("status", "string", "How it stands on the day of the release.", tuple(STATES), required=True),
        *_doubts("the agreement"),
    ),
    ("treatyID",),
)
MEMBERSHIPS = Table(
    "treaty_memberships",
    "Memberships: a row for each period in which a party was bound, and one for each party that never was, in the column names "
    "of manytreaties, which gives a former state the code of its successor.",
    (
        Column("stateID", "string", "ISO 3166-1 alpha-3 (or 3166-3) code of the party; its id where it has none.", required=True),
        TREATY,
        TITLE,
        *LIFE,
        Column("StateSignature", "string", f"Signature by the party, or by a person who acts for its country. {DATES}"),
        Column("StateRatification", "string", f"Ratification by the party. {DATES}"),
        Column("StateForce", "string", f"From when the party was bound. {DATES}"),
        Column("StateEnd", "string", f"Until when the party was bound, or is set to be. {DATES}"),
        Column("actor", "string", "Id of the party.", required=True, refers="actors"),
        Column(
            "period", "integer", "Number of the period in which it was bound, from 1; 1 for one that never was.", required=True
        ),
        Column(
            "status", "string", "How the agreement stands to the party on the day of the release.", tuple(STATES), required=True
        ),
        *_doubts("the agreement"),
    ),
    ("treatyID", "actor", "period"),
)
REFERENCES = Table(
    "treaty_references",
    "References: a row for each relation of an agreement to another, in the column names of manyenviron.",
    (
        Column("treatyID1", "string", "Id of the agreement that refers.", required=True, refers="agreements"),
        Column("treatyID2", "string", "Id of the other agreement.", required=True, refers="agreements"),
        Column("RefType", "string", "How the first stands to the second.", tuple(REFERENCE_TYPES.values()), required=True),
        *_doubts("the first"),
    ),
    ("treatyID1", "treatyID2", "RefType"),
)
TABLES = (AGREEMENTS, MEMBERSHIPS, REFERENCES)


def treaty_rows(content: ReleaseContent) -> Iterator[tuple[str, Cells]]:
    """The rows of the three tables, as (name of the table, cells by column)."""
    countries = {d["id"]: d["country"] for d in content.documents(BY_KIND["actors"])}
    for agreement in content.documents(BY_KIND["agreements"]):
        doubts = {key: agreement[key] for key in ("disputed", "one_sided")}
        shared = {"treatyID": agreement["id"], "Title": agreement["title"], **_life(agreement), **doubts}
        own = {"TypeAgree": TYPES.get(agreement["kind"]), "kind": agreement["kind"], "status": agreement["status"]["state"]}
        yield AGREEMENTS.name, {**shared, **own}
        for party in agreement["parties"]:
            yield from ((MEMBERSHIPS.name, {**shared, **row}) for row in _memberships(agreement, party, countries))
        for other, relation in dict.fromkeys((r["agreement"]["id"], r["relation"]) for r in agreement["relations"]):
            ids = {"treatyID1": agreement["id"], "treatyID2": other}
            yield REFERENCES.name, {**ids, "RefType": REFERENCE_TYPES[relation], **doubts}


def _first(agreement: Record, kind: str, by: set[str] | None = None) -> Record | None:
    """The date of the first action of a kind, by any of some actors."""
    dates = [a["date"] for a in agreement["actions"] if a["kind"] == kind and (by is None or by & {x["id"] for x in a["by"]})]
    return min(dates, key=lambda date: date["earliest"] or "", default=None)


def _edtf(date: Record | None) -> Any:
    return date["edtf"] if date else None


def _life(agreement: Record) -> Cells:
    signature, periods = _first(agreement, "signed"), agreement["in_force"]
    force, end = (periods[0]["from"], periods[-1]["to"]) if periods else (None, None)
    begin = min((d for d in (signature, force) if d), key=lambda date: date["earliest"] or "", default=None)
    return {"Begin": _edtf(begin), "End": _edtf(end), "Signature": _edtf(signature), "Force": _edtf(force)}


def _memberships(agreement: Record, member: Record, countries: dict[str, str | None]) -> Iterator[Cells]:
    """The cells of a party: a row for each period in which it was bound, one row if it never was."""
    party, country = member["id"], countries[member["id"]]
    persons = {x["id"] for action in agreement["actions"] for x in action["by"] if country and countries[x["id"]] == country}
    for number, period in enumerate(member["bound"] or [{"from": None, "to": None}], 1):
        yield {
            "stateID": country or party,
            "StateSignature": _edtf(_first(agreement, "signed", {party, *persons})),
            "StateRatification": _edtf(_first(agreement, "ratified", {party, *persons})),
            "StateForce": _edtf(period["from"]),
            "StateEnd": _edtf(period["to"]),
            "actor": party,
            "period": number,
            "status": member["status"],
        }

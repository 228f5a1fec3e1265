"""Keys and filters that several kinds share: citations, accounts, quantities and others."""

import re
from typing import Any

from marshmallow import validate

from ..schema.fields import Choice, Flag, Links, Many, Number, One, Record, Ref, Schema, Text, Whole
from .filters import Catalog, Filter, Ids, Terms, Updated, Words, each
from .sides import alone

ACCOUNT_ABOUT = (
    "date", "duration", "place", "participants", "occurrence", "responsibility", "characterization", "quantity",
    "content", "attribution", "status",
)  # fmt: skip
AGAINST = ("denies", "disputes")
STANCES = ("reports", "confirms", *AGAINST)
SCHEME, NO_SCHEME = re.compile("^[a-z][a-z0-9_]*$"), "is not the name of a scheme (a-z, 0-9 and _)"
QUALIFIERS = ("about", "more_than", "less_than", "at_least", "at_most", "up_to")


class Citation(Schema):
    """Where a source says something: its id, and paragraphs or a locator."""

    noted = True
    source = Ref("The document that says so.", kind="sources", required=True)
    paragraphs = Many("Numbers of the paragraphs that say so, where the source's are counted.", Whole("Paragraph number."))
    locator = Text("The place in a source whose paragraphs are not counted: a section, an article, a row.")


class Quantity(Schema):
    """A number that belongs to a record, with its unit."""

    value = Number("The number.", required=True)
    unit = Text("ISO 4217 currency code, or what is counted: person, minute, warhead.", required=True)
    of = Text("What the number is a number of.", required=True)
    qualifier = Choice("How the source hedges the number.", QUALIFIERS)


class Account(Schema):
    """One side of a disagreement between sources or parties."""

    about = Choice("The aspect of the record that this account is about.", ACCOUNT_ABOUT, required=True)
    value = Text("What this account says, in our own words.", required=True)
    stance = Choice("How the account stands to what is claimed.", STANCES, required=True)
    holders = Many("The actors whose account it is.", Ref("An actor.", kind="actors"))
    citations = Many("Where the account stands.", One("A citation.", Citation), required=True)


class OutsideId(Schema):
    """An id that another project gives the same thing."""

    scheme = Text(
        "Whose id it is, in lower case: `gdelt`, `wikidata`.", required=True, validate=validate.Regexp(SCHEME, error=NO_SCHEME)
    )
    value = Text("The id.", required=True)


def identifiers() -> Many:
    return Many("Its ids in other data sets, which `/v1/resolve` finds as `scheme:value`.", One("An id.", OutsideId))


def citations(**kwargs: Any) -> Many:
    kwargs.setdefault("required", True)
    return Many("Where the facts of this record stand.", One("A citation.", Citation), **kwargs)


def accounts() -> Many:
    return Many("The accounts that conflict, where sources or parties disagree.", One("An account.", Account))


def note() -> Text:
    return Text("A remark on how the record was coded.")


def coding_note() -> Text:
    return Text("What the coders read, and why the record says what it says.")


def identity() -> Text:
    return Text("The record's id: its file's name, never reused.", dump_only=True)


def links() -> Links:
    return Links("Addresses of this record and of the records that belong to it.", dump_only=True)


def disputed() -> Flag:
    return Flag("Whether the record carries accounts that conflict.", dump_only=True)


def one_sided() -> Flag:
    return Flag("Whether something in the record rests on one party's account alone.", dump_only=True)


def also_known_as() -> Many:
    return Many("Other forms of the name.", Text("A name."))


class Misspelling(Schema):
    """A name as a source misspells it."""

    name = Text("The name as the source has it.", required=True)
    citations = Many("Where it stands so.", One("A citation.", Citation), required=True)


def misspelt() -> Many:
    return Many("Names under which sources misspell it, each with where; search finds it by them.", One("One.", Misspelling))


def quantities() -> Many:
    return Many("The numbers that belong to it.", One("A quantity.", Quantity))


def topics() -> Many:
    return Many("What it is about.", Ref("A topic.", kind="topics"))


def updated() -> Text:
    return Text("The release of the data in which the record last changed.", dump_only=True)


def shared(kind: str) -> tuple[Filter, ...]:
    """The filters that every kind has."""
    return Ids(), Words(kind), Updated()


def conflict(record: Record) -> bool:
    """Whether accounts conflict: one denies or disputes, or two give different values for the same aspect."""
    accounts = record["accounts"]
    values = {(account["about"], account["value"]) for account in accounts}
    contrary = any(account["stance"] in AGAINST for account in accounts)
    return contrary or len(values) > len({about for about, _ in values})


def derived_doubt(record: Record, catalog: Catalog) -> Record:
    """The keys `disputed` and `one_sided` of a public document."""
    return {"disputed": conflict(record), "one_sided": alone(record, catalog)}


def sort_key(text: str | None) -> str:
    """The sort key of a text: case does not count."""
    return (text or "").casefold()


DISPUTED = Terms(
    "disputed",
    "`true` finds records whose accounts conflict.",
    lambda record, catalog: ["true" if conflict(record) else "false"],
    choices=("true", "false"),
    single=True,
)

ONE_SIDED = Terms(
    "one_sided",
    "`true` finds records in which something rests on one party's account alone.",
    lambda record, catalog: ["true" if alone(record, catalog) else "false"],
    choices=("true", "false"),
    single=True,
)


HOLDER = Terms("holder", "With an account held by this actor.", each("accounts.holders"), kind="actors")


def cited(kind: str) -> Terms:
    """The filter by cited source; `kind` also names the link from a source to the records that cite it."""

    def values(record: Record, catalog: Catalog) -> set[str]:
        return catalog.sources(kind, record)

    return Terms("source", "Citing this source anywhere in the record.", values, kind="sources", reverse=kind)

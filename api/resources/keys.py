"""Keys that several kinds share: citations, accounts, quantities and others."""

import re

from marshmallow import validate

from ..schema.fields import Choice, Flag, Links, Many, Number, One, Ref, Schema, Text, Whole

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


class Misspelling(Schema):
    """A name as a source misspells it."""

    name = Text("The name as the source has it.", required=True)
    citations = Many("Where it stands so.", One("A citation.", Citation), required=True)


class OutsideId(Schema):
    """An id that another project gives the same thing."""

    scheme = Text(
        "Whose id it is, in lower case: `gdelt`, `wikidata`.", required=True, validate=validate.Regexp(SCHEME, error=NO_SCHEME)
    )
    value = Text("The id.", required=True)


# marshmallow copies a field for each schema that has it.
IDENTITY = Text("The record's id: its file's name, never reused.", dump_only=True)
ALSO_KNOWN_AS = Many("Other forms of the name.", Text("A name."))
MISSPELT = Many("Names under which sources misspell it, each with where; search finds it by them.", One("One.", Misspelling))
TOPICS = Many("What it is about.", Ref("A topic.", kind="topics"))
QUANTITIES = Many("The numbers that belong to it.", One("A quantity.", Quantity))
DISPUTED = Flag("Whether the record carries accounts that conflict.", dump_only=True)
ONE_SIDED = Flag("Whether something in the record rests on one party's account alone.", dump_only=True)
ACCOUNTS = Many("The accounts that conflict, where sources or parties disagree.", One("An account.", Account))
NOTE = Text("A remark on how the record was coded.")
CITATIONS = Many("Where the facts of this record stand.", One("A citation.", Citation), required=True)
CITATIONS_IF_ANY = Many("Where the facts of this record stand.", One("A citation.", Citation))
IDENTIFIERS = Many("Its ids in other data sets, which `/v1/resolve` finds as `scheme:value`.", One("An id.", OutsideId))
UPDATED_IN = Text("The release of the data in which the record last changed.", dump_only=True)
LINKS = Links("Addresses of this record and of the records that belong to it.", dump_only=True)

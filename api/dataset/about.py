"""`dataset.yaml`: what a dataset as a whole is, and all that the pages, the contract and the files say of its subject."""

import re

from anyascii import anyascii
from marshmallow import validate

from ..schema.fields import LONGEST_ID, SLUG, Choice, Country, Edtf, Many, One, Record, Schema, Text, Url

SEMVER = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"
COLOUR = validate.Regexp("^#[0-9a-f]{6}$", error="{input!r} is not a colour such as #8a1c2b")
SHORT = LONGEST_ID // 2


class Creator(Schema):
    name = Text("Name of the person or group.", required=True)
    orcid = Text("ORCID iD of a person.", validate=validate.Regexp(r"(\d{4}-){3}\d{3}[\dX]\Z", error="{input!r} is no ORCID iD"))
    ror = Text("ROR id of a group.", validate=validate.Regexp(r"0[a-z0-9]{6}\d{2}\Z", error="{input!r} is no ROR id: 0abcdef12"))
    url = Url("Address of their page.")
    email = Text("Where to write to them.", validate=validate.Email(error="{input!r} is no e-mail address"))


class Question(Schema):
    question = Text("The question, as a person asks it.", required=True)
    address = Text(
        "The address that answers it, from /v1/ on.",
        required=True,
        validate=validate.Regexp("^/v1/[a-z]", error="{input!r} does not begin with /v1/ and a kind of records"),
    )


class Colours(Schema):
    light = Text("On a light page: #rrggbb, dark enough to be read.", required=True, validate=COLOUR)
    dark = Text("On a dark page: #rrggbb, light enough to be read.", required=True, validate=COLOUR)


class Side(Schema):
    name = Text("The word for it in double codings.", required=True)
    actors = Many("The actors that are this side, one after another.", Text("Id of an actor."), required=True)


class Called(Schema):
    called = Many("What people say, such as `leader of the country`.", Text("Words."), required=True)
    offices = Many("The titles of the offices that they may mean.", Text("A title, as roles have it."), required=True)
    note = Text("Why it is no office, and which ones are meant.", required=True)


class OfficialList(Schema):
    name = Text("What it is called in official_rows.csv.", required=True)
    file = Text("The file of its extract.", required=True)
    of = Choice("What its rows are.", ("meetings", "documents"), load_default="meetings")


class AboutSchema(Schema):
    title = Text("Title of the dataset.", required=True)
    name = Text(
        "Its short name, with which the ids of feeds, calendar entries and citations begin, and which its files bear; never "
        "changed. Without it, the title's words.",
        validate=validate.Regexp(f"^{SLUG.pattern}$", error="is not a name (a-z, 0-9 and single hyphens)"),
    )
    description = Text("What it holds.", required=True)
    version = Text("Data version, semver.", required=True, validate=validate.Regexp(SEMVER, error="{input!r} is not x.y.z"))
    released = Edtf("Day on which this version was made.", required=True)
    licence = Text("SPDX identifier of the data's licence.", required=True)
    licence_url = Url("Address of the licence.", required=True)
    creators = Many("Who made it.", One("A creator.", Creator), required=True)
    coverage = Edtf("The time it means to cover.", required=True)
    countries = Many("The countries it is about.", Country("ISO 3166-1 alpha-3 code."))
    keywords = Many("Words to find it by.", Text("A word."))
    extends = Many("Event types taken from the codebook that ships with the program.", Text("Id of an event type."))
    equivalents = Many("Words that search takes for each other.", Text("Two or more, with = between them."))
    no_offices = Many("What people call an office that is none, as `who_held` is asked for it.", One("One.", Called))
    questions = Many("Questions for the home page and the documents; the first ones with their answers.", One("One.", Question))
    colours = One("The colour of links and marks.", Colours)
    sides = Many("The two sides, where it is about two: for double codings, and for their meetings.", One("A side.", Side))
    official_lists = Many("Official lists that `coverage --official` compares with the records.", One("A list.", OfficialList))
    url = Url("Address of a server that offers the releases for good; that of each release follows from it.")
    doi = Text("DOI of this version.", validate=validate.Regexp(r"10\.\d{4,9}/\S+\Z", error="{input!r} is not a DOI: 10.x/y"))


def name_of(about: Record) -> str:
    """The short name of a dataset: the one it gives, or the words of its title."""
    return about.get("name") or slug(about["title"])[:SHORT].strip("-") or "dataset"


def slug(text: str) -> str:
    """The words of a text in Latin letters, as ids have them; empty if there are none."""
    return re.sub("[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")

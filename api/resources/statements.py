"""Statements: who said what, to whom, where, and through whom it is known."""

from ..schema import edtf
from ..schema.fields import Choice, Edtf, Holder, Many, One, Record, Ref, Schema, Text
from .common import (
    DISPUTED,
    ONE_SIDED,
    accounts,
    citations,
    cited,
    derived_doubt,
    disputed,
    identity,
    links,
    note,
    one_sided,
    quantities,
    shared,
    updated,
)
from .filters import Catalog, DatedRow, Dates, Terms, day_columns, each, within, years
from .resource import Resource
from .schema_org import Refer, cited_sources, doubts

ACTS = (
    "announce", "assert", "assess", "predict", "explain", "confirm", "deny", "accuse", "criticize", "condemn", "warn",
    "threaten", "propose", "promise", "request", "ask", "reject", "praise", "apologize", "reassure", "acknowledge", "reaffirm",
)  # fmt: skip
STANCES = ("confirms", "denies", "rejects", "answers", "supports", "qualifies", "criticizes", "corrects")


class Statement(DatedRow):
    class Meta:
        table_name = "statements"


class About(Schema):
    topics = Many("Topics.", Ref("A topic.", kind="topics"))
    actors = Many("Actors spoken of.", Ref("An actor.", kind="actors"))
    events = Many("Events spoken of.", Ref("An event.", kind="events"))
    agreements = Many("Agreements spoken of.", Ref("An agreement.", kind="agreements"))


class Reply(Schema):
    statement = Ref("The statement replied to.", kind="statements", required=True)
    stance = Choice("How the reply stands to it.", STANCES, required=True)


class StatementSchema(Schema):
    id = identity()
    speakers = Many("Who spoke.", Holder("A speaker."), required=True)
    date = Edtf("When it was said, only as precisely as sources say.", required=True)
    act = Choice("What saying it did.", ACTS, required=True)
    paraphrase = Text("What was said, in our own words.", required=True)
    quote = Text("The speaker's words, short and verbatim as the source gives them.")
    addressees = Many("Whom it was said to.", Holder("An addressee."))
    setting = Ref("The event at which it was said.", kind="events")
    about = One("What it is about.", About, load_default=lambda: About().load({}))
    replies_to = Many("The statements it replies to.", One("A reply.", Reply))
    reported_by = Many(
        "Through whom the source knows it, nearest to the speaker first; empty where the source reports it directly.",
        Ref("An actor.", kind="actors"),
    )
    quantities = quantities()
    disputed = disputed()
    one_sided = one_sided()
    accounts = accounts()
    note = note()
    citations = citations()
    updated_in = updated()
    links = links()


def events(statement: Record, catalog: Catalog) -> list[str]:
    return [*statement["about"]["events"], *([statement["setting"]] if statement["setting"] else [])]


def schema_org(statement: Record, refer: Refer) -> Record:
    """The schema.org node of a public document."""
    return {
        "@type": "Quotation" if statement["quote"] else "Claim",
        "text": statement["quote"] or statement["paraphrase"],
        "abstract": statement["paraphrase"],
        "spokenByCharacter" if statement["quote"] else "author": [refer("actors", speaker) for speaker in statement["speakers"]],
        "about": [refer(kind, ref) for kind in ("topics", "actors", "events", "agreements") for ref in statement["about"][kind]],
        "citation": cited_sources(statement, refer),
        **doubts(statement),
    }


STATEMENTS = Resource(
    kind="statements",
    singular="statement",
    description="Who said what, when, to whom, and through whom it is known.",
    model=Statement,
    schema=StatementSchema(),
    heading="paraphrase",
    example=("2021-06-16-putin-denies-cyber-attacks", "Putin denied that the attacks came from Russia."),
    jsonld=schema_org,
    columns=lambda statement: day_columns(statement["date"]),
    sorts={"date": Statement.earliest},
    order="-date",
    dated="date",
    light=True,
    derive=derived_doubt,
    filters=(
        *shared("statements"),
        Terms("speaker", "Said by this actor.", each("speakers"), "actors", reverse="statements"),
        Terms("actor", "About this actor.", each("about.actors"), "actors", reverse="statements_about"),
        Terms("addressee", "Said to this actor.", each("addressees"), "actors", reverse="statements_to"),
        Terms("act", "What saying it did.", each("act"), choices=ACTS, single=True),
        Terms("topic", "About this topic, or one within it.", within("about.topics", "topics"), "topics", reverse="statements"),
        Terms("event", "About this event, or said at it.", events, "events", reverse="statements"),
        Terms("agreement", "About this agreement.", each("about.agreements"), "agreements", reverse="statements"),
        Terms("replies_to", "Replying to this statement.", each("replies_to.statement"), "statements", reverse="replies"),
        Terms("stance", "Replying with this stance.", each("replies_to.stance"), choices=STANCES),
        Terms("reported_by", "Reported by this actor.", each("reported_by"), "actors", reverse="statements_reported"),
        Terms("year", "In this year, or possibly so.", lambda statement, catalog: years(statement["date"])),
        Terms(
            "date_precision",
            "Dated to this precision; the coarser one of a date with two ends.",
            lambda statement, catalog: [edtf.read(statement["date"]).precision],
            choices=edtf.PRECISIONS,
            single=True,
        ),
        cited("statements"),
        DISPUTED,
        ONE_SIDED,
        Dates(),
    ),
)

"""Statements: who said what, to whom, where, and through whom it is known."""

from collections.abc import Iterator

from ..schema.fields import Choice, Country, Edtf, Holder, Many, One, Record, Ref, Schema, Text
from . import keys
from .actors import served
from .filters import Catalog, DatedRow, Dates, Terms, counted, dated, each, through, within
from .resource import Resource
from .schema_org import Refer, cited_sources, doubts
from .shared_filters import by_sources, shared
from .sides import derived_doubt

ACTS = (
    "announce", "assert", "assess", "predict", "explain", "confirm", "deny", "accuse", "criticize", "condemn", "warn",
    "threaten", "propose", "promise", "request", "ask", "reject", "praise", "apologize", "reassure", "acknowledge", "reaffirm",
)  # fmt: skip
FORMS = ("letter", "message", "oral_message", "note", "written_statement", "remarks")
STANCES = ("confirms", "denies", "rejects", "answers", "supports", "qualifies", "criticizes", "corrects")


class Statement(DatedRow):
    pass


class About(Schema):
    topics = Many("Topics.", Ref("A topic.", kind="topics"))
    actors = Many("Actors spoken of.", Ref("An actor.", kind="actors"))
    events = Many("Events spoken of.", Ref("An event.", kind="events"))
    agreements = Many("Agreements spoken of.", Ref("An agreement.", kind="agreements"))


class Reply(Schema):
    statement = Ref("The statement replied to.", kind="statements", required=True)
    stance = Choice("How the reply stands to it.", STANCES, required=True)


class Original(Schema):
    text = Text("The words in the language in which they were said or written.", required=True)
    language = Text("BCP 47 tag of that language.", required=True)
    citations = Many("Where the words were read.", One("A citation.", keys.Citation), required=True)


class StatementSchema(Schema):
    id = keys.IDENTITY
    speakers = Many("Who spoke.", Holder("A speaker."), required=True)
    date = Edtf("When it was said, only as precisely as sources say.", required=True)
    act = Choice("What saying it did.", ACTS, required=True)
    form = Choice("In what form, as its source heads it: `oral_message` is one handed on by word of mouth.", FORMS)
    paraphrase = Text("What was said, in our own words.", required=True)
    quote = Text("The speaker's words, short and verbatim as the source gives them.")
    quote_language = Text("BCP 47 tag of the language of the quote.")
    quote_translated_from = Text(
        "BCP 47 tag of the language in which it was said; absent where the quote is in the speaker's own words."
    )
    quote_source = Ref("The cited source in which the quote stands, where another one cited is a translation.", kind="sources")
    original = One("The quote as it was said, where it is a translation and the original was read.", Original)
    addressees = Many("Whom it was said to.", Holder("An addressee."))
    place = Ref("Where it was said, or from where it was sent.", kind="places")
    setting = Ref("The event at which it was said.", kind="events")
    about = One("What it is about.", About, load_default=lambda: About().load({}))
    replies_to = Many("The statements it replies to.", One("A reply.", Reply))
    reported_by = Many(
        "Through whom the source knows it, nearest to the speaker first; empty where the source reports it directly.",
        Ref("An actor.", kind="actors"),
    )
    quantities = keys.QUANTITIES
    disputed = keys.DISPUTED
    one_sided = keys.ONE_SIDED
    accounts = keys.ACCOUNTS
    note = Text("A remark on the statement.")
    coding_note = Text("What the coders read, and why the record says what it says.")
    citations = keys.CITATIONS
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def events(statement: Record, catalog: Catalog) -> list[str]:
    return [*statement["about"]["events"], *([statement["setting"]] if statement["setting"] else [])]


def spoken_for(statement: Record, catalog: Catalog) -> Iterator[str]:
    """The speakers, and the states that they speak for: as one of its bodies, or by an office on the day at it or at a body."""
    for speaker in statement["speakers"]:
        yield speaker
        actor = catalog.record("actors", speaker)
        for id in (speaker, *served(actor, statement["date"])):
            body = catalog.record("actors", id)
            if body["kind"] in ("state", "government_body") and body["country"]:
                yield from catalog.states(body["country"])


def via(statement: Record, catalog: Catalog) -> Iterator[str]:
    """Everybody through whom it is known: speakers, reporters, and the outlets that published the sources."""
    yield from (*statement["speakers"], *statement["reported_by"])
    for citation in statement["citations"]:  # those of its accounts left aside
        yield from catalog.outlets(catalog.record("sources", citation["source"])["publisher"])


def schema_org(statement: Record, refer: Refer) -> Record:
    original = statement["original"]
    return {
        "@type": "Quotation" if statement["quote"] else "Claim",
        "text": statement["quote"] or statement["paraphrase"],
        "abstract": statement["paraphrase"],
        "inLanguage": statement["quote_language"],
        "translationOfWork": original and {"@type": "Quotation", "text": original["text"], "inLanguage": original["language"]},
        "spokenByCharacter" if statement["quote"] else "author": [refer("actors", speaker) for speaker in statement["speakers"]],
        "about": [refer(kind, ref) for kind in ("topics", "actors", "events", "agreements") for ref in statement["about"][kind]],
        "citation": cited_sources(statement, refer),
        **doubts(statement),
    }


STATEMENTS = Resource(
    kind="statements",
    description="Who said what, when, to whom, and through whom it is known.",
    model=Statement,
    schema=StatementSchema(),
    heading="paraphrase",
    example=("2021-06-16-putin-denies-cyber-attacks", "Putin denied that the attacks came from Russia."),
    line=("speakers.name", "act"),
    jsonld=schema_org,
    dated="date",
    light=True,
    derive=derived_doubt,
    filters=(
        *shared("statements"),
        Terms("speaker", "Said by this actor.", each("speakers"), "actors", reverse="statements"),
        Terms(
            "speaks_for",
            "Said by this actor or, if it is a state, by somebody who speaks for it: a body of the state, a parliament included, "
            "or who holds an office there on the day, as far as sources show.",
            spoken_for,
            "actors",
        ),
        Terms(
            "speaker_country",
            "Said by an actor of this country (ISO 3166-1 alpha-3).",
            through("speakers", "actors", "country"),
            term=Country("A code."),
        ),
        Terms(
            "via",
            "Known through this actor: said by it, reported by it, or in a source that it published as a media outlet.",
            via,
            "actors",
        ),
        Terms("actor", "About this actor.", each("about.actors"), "actors", reverse="statements_about"),
        Terms("addressee", "Said to this actor.", each("addressees"), "actors", reverse="statements_to"),
        Terms("act", "What saying it did.", each("act"), choices=ACTS, single=True),
        Terms("form", "In this form.", each("form"), choices=FORMS, single=True),
        Terms(
            "place",
            "Said at, or sent from, this place or one within it.",
            within("place", "places"),
            "places",
            reverse="statements",
        ),
        Terms("topic", "About this topic, or one within it.", within("about.topics", "topics"), "topics", reverse="statements"),
        Terms("event", "About this event, or said at it.", events, "events", reverse="statements"),
        Terms("setting", "Said at this event.", each("setting"), "events", single=True),
        Terms("quote_language", "With a quote in this language (BCP 47).", each("quote_language"), single=True),
        Terms("agreement", "About this agreement.", each("about.agreements"), "agreements", reverse="statements"),
        Terms("replies_to", "Replying to this statement.", each("replies_to.statement"), "statements", reverse="replies"),
        Terms("stance", "Replying with this stance.", each("replies_to.stance"), choices=STANCES),
        Terms("reported_by", "Reported by this actor.", each("reported_by"), "actors", reverse="statements_reported"),
        *dated("date", single=True),
        *by_sources("statements"),
        *counted("quantities"),
        Dates(),
    ),
)

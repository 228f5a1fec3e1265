"""Sources: the documents that say something."""

import peewee as pw

from ..schema.fields import Choice, Edtf, Many, One, Record, Schema, Text, Url, Whole
from . import keys
from .doubt import calendar_dates
from .filters import DatedRow, Dates, Terms, dated, each
from .resource import Resource
from .schema_org import Refer
from .shared_filters import shared

KINDS = (
    "official_text", "news_report", "news_analysis", "opinion", "fact_sheet", "reference_work", "encyclopedia", "legal_analysis",
    "dataset",
)  # fmt: skip
SCHEMA_ORG_TYPES = {"news_report": "NewsArticle", "news_analysis": "AnalysisNewsArticle", "opinion": "OpinionNewsArticle"}


class Source(DatedRow):
    title = pw.TextField(index=True)


class NotCoded(Schema):
    paragraphs = Many("Numbers of the paragraphs.", Whole("Paragraph number."), required=True)
    reason = Text("Why they hold nothing to code.", required=True)


class SourceSchema(Schema):
    id = keys.IDENTITY
    title = Text("Title as published, or a plain description where it has none.", required=True)
    kind = Choice("What sort of document it is.", KINDS, required=True)
    publisher = Text("Who published it.", required=True)
    authors = Many("Who wrote it, as named in it.", Text("A name."))
    published = Edtf("When it was published.")
    language = Text("BCP 47 tag of the language it was read in.", required=True)
    translated_from = Text("BCP 47 tag of the language it was translated from.")
    url = Url("Where it was read; without an address, `no_url` says why.")
    no_url = Text("Why there is no address.")
    paragraphs = Whole("How many paragraphs (non-empty lines, headings included) it has, where they are counted.")
    not_coded = Many("Paragraphs that hold nothing to code.", One("Paragraphs and the reason.", NotCoded))
    note = keys.NOTE
    identifiers = keys.IDENTIFIERS
    updated_in = keys.UPDATED_IN
    links = keys.LINKS


def schema_org(source: Record, refer: Refer) -> Record:
    return {
        "@type": SCHEMA_ORG_TYPES.get(source["kind"], "CreativeWork"),
        "publisher": {"@type": "Organization", "name": source["publisher"]},
        "author": [{"@type": "Person", "name": name} for name in source["authors"]],
        "datePublished": calendar_dates(source["published"])[0] if source["published"] else None,
        "dcterms:issued": source["published"] and source["published"]["edtf"],
        "inLanguage": source["language"],
        "sameAs": source["url"],
    }


SOURCES = Resource(
    kind="sources",
    description="Documents that say something: reports, official texts, reference works.",
    model=Source,
    schema=SourceSchema(),
    heading="title",
    example=("wsws-2021-05-28-weiss", "Russian President Vladimir Putin and US President Joe Biden to meet in mid-June"),
    line=("publisher", "kind"),
    jsonld=schema_org,
    dated="published",
    filters=(
        *shared("sources"),
        Terms("kind", "Sort of document.", each("kind"), choices=KINDS, single=True),
        Terms("language", "Language it was read in.", each("language"), single=True),
        *dated("published", "Published in", single=True),
        Dates(),
    ),
)

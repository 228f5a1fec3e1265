"""What pages call things, and what stands where: a small table; whatever it does not name is derived from the schema."""

import re
from dataclasses import dataclass
from functools import cache
from html import escape

from ...resources.brief import words
from ...resources.resource import Resource

# Names of keys and parameters that do not read well with their underscores as spaces.
LABELS = {
    "also_known_as": "Also known as",
    "by": "By",
    "coding_note": "Remark on the coding",
    "citations": "Sources",
    "date_from": "From",
    "date_match": "Imprecise dates",
    "date_to": "To",
    "geonames": "GeoNames",
    "ids": "Ids",
    "misspelt": "Misspelt in sources",
    "no_url": "Why there is no address",
    "note": "Remark",
    "on": "Date",
    "plover": "PLOVER",
    "quad": "Quad class",
    "cameo": "CAMEO",
    "q": "Words",
    "tias": "TIAS",
    "unts": "UNTS",
    "updated_in": "Last changed in release",
    "updated_since": "Changed since",
    "url": "Address",
    "wikidata": "Wikidata",
}


@dataclass(frozen=True)
class Layout:
    """What a kind's pages show first.

    `lead` are the keys of the texts under the title, `sections` those of the sections that come first; `text` is
    that of the text of an entry in a list. `filters` are the parameters that the form of a list begins with,
    `facets` those that are counted when a reader comes from the front page.
    """

    lead: tuple[str, ...] = ("summary", "definition", "description", "paraphrase")
    sections: tuple[str, ...] = ()
    text: str = ""
    filters: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()


LAYOUTS = {
    "events": Layout(
        sections=("participants", "accounts", "quantities", "agreements", "related", "topics"),
        text="summary",
        filters=("type", "status", "actor", "place", "topic"),
        facets=("type", "status", "actor", "topic"),
    ),
    "statements": Layout(
        lead=("quote", "original"),
        sections=("speakers", "addressees", "replies_to", "accounts", "about", "quantities"),
        filters=("speaker", "act", "addressee", "topic", "stance"),
        facets=("act", "speaker", "topic"),
    ),
    "agreements": Layout(
        sections=("status", "in_force", "parties", "actions", "terms", "relations", "accounts", "topics"),
        text="summary",
        filters=("kind", "party", "status", "in_force_on", "topic"),
        facets=("kind", "status", "party"),
    ),
    "actors": Layout(
        sections=("roles", "accounts", "part_of", "codes"),
        text="description",
        filters=("kind", "country", "role_on", "role"),
        facets=("kind", "country"),
    ),
    "sources": Layout(filters=("kind", "language", "year"), facets=("kind", "language")),
    "places": Layout(filters=("kind", "country", "within"), facets=("kind", "country")),
    "topics": Layout(text="definition", filters=("broader",)),
    "event-types": Layout(text="definition", filters=("plover",), facets=("plover",)),
}


@cache
def layout(resource: Resource) -> Layout:
    """The layout of a kind; one that the table does not name has what most kinds have."""
    return LAYOUTS.get(resource.kind, Layout())


def label(name: str) -> str:
    """What a key or a parameter is called."""
    for suffix, which in (("_all", ", all of"), ("_not", ", none of")):
        if name.endswith(suffix):
            return label(name.removesuffix(suffix)) + which
    return LABELS.get(name) or words(name).replace("-", " ").capitalize()


def unit(value: float, name: str) -> str:
    """The unit of a number as English has it: `1 minute`, `93 minutes`, `24 people`; codes of currencies stay."""
    if abs(value) == 1 or not name.islower() or name == "percent":
        return name
    if name == "person":
        return "people"
    if name.endswith("y") and name[-2:-1] not in tuple("aeiou"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"


# Words of vocabularies that people would take for something else, by key.
SAID = {
    ("coding", "curated"): "curated: read in its sources",
    ("coding", "series"): "series: made of a list by machine",
    ("role", "source"): "author of the act",
    ("role", "target"): "object of the act",
    ("system", "cow"): "Correlates of War",
    ("system", "gleditsch_ward"): "Gleditsch-Ward",
}
FOREIGN = re.compile(r"[\u0400-\u04ff]+(?:[\s\d,.:;«»()-]+[\u0400-\u04ff]+)*")  # words in Cyrillic letters, one after another


def said_as(key: str, value: str) -> str:
    """A word of the vocabulary of a key, as a person says it."""
    return SAID.get((key, value)) or words(value)


def in_language(text: str) -> str:
    """A text as HTML that says which words are Russian, or Ukrainian by their letters, so that they are spoken as such."""
    return escape(text) if text.isascii() else FOREIGN.sub(_spoken, escape(text))


def _spoken(found: re.Match[str]) -> str:
    return f'<span lang="{"uk" if set(found[0].lower()) & set("іїєґ") else "ru"}">{found[0]}</span>'

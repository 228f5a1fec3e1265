"""Rules on quotes: the language in which they are given, and that no translation back passes for the words of the speaker."""

from collections.abc import Iterator

from .chronology_rules import RecordRule
from .dataset import Dataset
from .findings import Finding
from .record import Entry

OF_A_QUOTE = ("quote_language", "quote_translated_from", "quote_source", "original")


def quotes_say_their_language(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A quote has its language; an original is in the language from which the quote was translated."""
    statement = entry.record
    if statement["quote"] and not statement["quote_language"]:
        yield entry.finding(("quote",), "add `quote_language`, the language in which it is given here")
    elif statement["quote"] and statement["quote_language"] == statement["quote_translated_from"]:
        yield entry.finding(("quote_translated_from",), "is the language of the quote: leave it out, or correct one of the two")
    for key in OF_A_QUOTE if not statement["quote"] else ():
        if statement[key]:
            yield entry.finding((key,), "belongs to a quote, and there is none")
    if statement["original"] and statement["original"]["language"] != statement["quote_translated_from"]:
        yield entry.finding(("original", "language"), "is not that of `quote_translated_from`: correct one of the two")


def quotes_are_not_translated_back(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Where a translation is cited, a quote says in which source it stands; from a translation it has its original."""
    statement = entry.record
    cited = [citation["source"] for citation in statement["citations"]]
    translations = {id for id in cited if (source := dataset.find("sources", id)) and source["translated_from"]}
    stands_in = statement["quote_source"]
    if stands_in and stands_in not in cited:
        yield entry.finding(("quote_source",), f"{stands_in} is not among the citations")
    elif statement["quote"] and translations and not stands_in:
        text = f"{min(translations)} is a translation: say in `quote_source` where these words stand, or paraphrase them"
        yield entry.finding(("quote",), text)
    elif stands_in in translations and not statement["original"]:
        text = f"{stands_in} is a translation: add `original`, quote a source that has the words, or paraphrase them"
        yield entry.finding(("quote",), text)


QUOTE_RULES: tuple[tuple[str, RecordRule], ...] = (
    ("statements", quotes_say_their_language),
    ("statements", quotes_are_not_translated_back),
)

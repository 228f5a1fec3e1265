"""A quote says in which language it is, and a translation back never passes for the words of the speaker."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import findings_of

DENIAL = "statements/2021-06-16-putin-denies.yaml"
QUOTE = "quote: It was not us.\nquote_language: en\nquote_translated_from: ru\n"
RUSSIAN = "original:\n  text: Это были не мы.\n  language: ru\n  citations:\n    - source: transcript\n"
TRANSCRIPT = "title: A transcript\nkind: official_text\npublisher: Kremlin\nlanguage: ru\nno_url: It was made up for tests.\n"
NOWHERE = f"{DENIAL}:6: quote: report is a translation: say in `quote_source` where these words stand, or paraphrase them"
NO_ORIGINAL = f"{DENIAL}:6: quote: report is a translation: add `original`, quote a source that has the words, or paraphrase them"


@pytest.mark.parametrize(
    ("quote", "finding"),
    [
        ("quote: It was not us.\n", f"{DENIAL}:6: quote: add `quote_language`, the language in which it is given here"),
        (
            QUOTE.replace(": ru", ": en"),
            f"{DENIAL}:8: quote_translated_from: is the language of the quote: leave it out, or correct",
        ),
        ("quote_language: en\n", f"{DENIAL}:6: quote_language: belongs to a quote, and there is none"),
        (
            QUOTE + RUSSIAN.replace("language: ru", "language: uk"),
            f"{DENIAL}:11: original.language: is not that of `quote_translated",
        ),
        (QUOTE + "quote_source: transcript\n", f"{DENIAL}:9: quote_source: transcript is not among the citations"),
    ],
)
def test_a_quote_has_its_language(edit: Callable[..., Path], small: Path, quote: str, finding: str) -> None:
    edit("sources/transcript.yaml", "", TRANSCRIPT)
    edit(DENIAL, QUOTE, quote)
    found = findings_of(small)
    assert [text[: len(finding)] for text in found] == [finding]


@pytest.mark.parametrize(
    ("quote", "cited", "findings"),
    [
        (QUOTE, "", [NOWHERE]),
        (QUOTE, "  - source: transcript\n", [NOWHERE]),
        (QUOTE + "quote_source: report\n", "", [NO_ORIGINAL]),
        (QUOTE + "quote_source: report\n", "  - source: transcript\n", [NO_ORIGINAL]),
        (QUOTE + "quote_source: transcript\n", "  - source: transcript\n", []),
        (QUOTE + "quote_source: report\n" + RUSSIAN, "", []),
        ("", "", []),
    ],
)
def test_words_from_a_translation_need_their_original(
    edit: Callable[..., Path], small: Path, quote: str, cited: str, findings: list[str]
) -> None:
    edit("sources/transcript.yaml", "", TRANSCRIPT)
    edit("sources/report.yaml", "language: en\n", "language: en\ntranslated_from: zh\n")
    edit(DENIAL, QUOTE, quote)
    edit(DENIAL, "citations:\n  - source: report\n", f"citations:\n{cited}  - source: report\n")
    assert findings_of(small) == findings

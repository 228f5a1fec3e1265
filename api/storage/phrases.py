"""What a user's text asks for: the phrases that a record must have, read as words and never as query syntax."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .analysis import Token, normal, stem, tokens

MAX_KEY = 120  # characters of a name's key
QUOTES = '"\u201e\u201f\uff02\u2033\u301d\u301e\u300c\u300d\u300e\u300f' + "".join(
    c for c in map(chr, range(0x80, 0x3020)) if unicodedata.category(c) in ("Pi", "Pf") and c not in "\u2018\u2019\u201b"
)
SINGLE = "'\u2018\u2019\u201a\u201b"
QUOTED = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]?|(?<!\w)[{SINGLE}](\w[^{SINGLE}]*\s[^{SINGLE}]*)[{SINGLE}](?!\w)")
# Words that a question begins with; with those of grammar they count in a phrase, and where there are no others.
QUESTION_WORDS = {
    "are", "can", "could", "did", "do", "does", "had", "has", "have", "how", "is", "should", "was", "were", "what",
    "when", "where", "which", "who", "whom", "whose", "why", "will", "would",
}  # fmt: skip
FUNCTION_WORDS = QUESTION_WORDS | {
    "a", "about", "an", "and", "any", "as", "at", "be", "been", "being", "but", "by", "ever", "for", "from",
    "he", "her", "him", "his", "if", "in", "into", "it", "its", "me", "my", "of", "on", "or", "our", "shall", "she",
    "so", "still", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to",
    "we", "with", "you", "your",
}  # fmt: skip


class Phrase(NamedTuple):
    """Stems that stand one after the other, and after them a word that begins with `prefix`, if there is one."""

    stems: tuple[str, ...]
    prefix: str = ""

    def fts5(self, column: str) -> str:
        """The phrase in the language of FTS5, in a column; in all if there is none."""
        words = f'"{" ".join((*self.stems, *([self.prefix] if self.prefix else [])))}"'
        return f"{f'{{{column}}} : ' if column else ''}{words}{' *' if self.prefix else ''}"

    def tsquery(self, label: str) -> str:
        """The phrase in the language of tsquery, in the columns with this label; in all if there is none."""
        words = [f"'{stem}':{label}" if label else f"'{stem}'" for stem in self.stems]
        if self.prefix:
            words.append(f"'{self.prefix}':*{label}")
        return f"({' <-> '.join(words)})"


Group = tuple[Phrase, ...]  # any of these


class WordQuery(NamedTuple):
    """The groups of phrases that a record must have one each of; the key of a name that is the whole text.

    `open` tells that the last word may go on, `question` that the text asks in words of which a record need not have all.
    """

    groups: tuple[Group, ...]
    key: str = ""
    open: bool = False
    question: bool = False

    def called(self) -> tuple[Group, Group]:
        """What is called as the text says, and what has a name that begins with it; nothing, where it is longer than keys are."""
        key = self.key
        if not 0 < len(key) < MAX_KEY:
            return (), ()
        return (Phrase((f"={key}",)), Phrase((f"=={key}",))), (Phrase((), f"={key}" if self.open else f"={key}_"),)


def name_key(stems: Sequence[str]) -> str:
    """The key of a name with these stems."""
    return "_".join(stems)[:MAX_KEY]


def parse(text: str) -> WordQuery:
    """What a text asks for; nothing if it has no word."""
    parts = list(_parts(normal(text)))
    asked = [part for part in parts if part.quoted or len(part.tokens) > 1 or part.tokens[0].folded not in FUNCTION_WORDS]
    words = [token.stem for part in parts for token in part.tokens]
    if open := bool(parts) and parts[-1].open:
        words[-1] = parts[-1].tokens[-1].folded
    groups = tuple(dict.fromkeys(map(_group, asked or parts)))
    question = len(groups) > 1 and not parts[0].quoted and parts[0].tokens[0].folded in QUESTION_WORDS
    return WordQuery(groups, "_".join(words)[:MAX_KEY], open, question)


def as_beginning(text: str) -> str:
    """The text with its last word as a prefix."""
    return text if text.endswith(("*", " ", *QUOTES)) else f"{text}*"


class _Part(NamedTuple):
    tokens: Sequence[Token]
    quoted: bool
    open: bool


def _parts(text: str) -> Iterator[_Part]:
    """The phrases of a text in its order: what is quoted, and what is written without a space."""
    end = 0
    for match in QUOTED.finditer(text):
        yield from _bare(text[end : match.start()])
        if found := list(tokens(match[1] or match[2] or "")):
            yield _Part(found, True, False)
        end = match.end()
    yield from _bare(text[end:])


def _bare(text: str) -> Iterator[_Part]:
    run: list[Token] = []
    for token in tokens(text):
        if token.dated or (run and (run[-1].dated or re.search(r"\s", text[run[-1].end : token.start]))):
            if run:
                yield _Part(run, False, text.startswith("*", run[-1].end))
            run = []
        run.append(token)
    if run:
        yield _Part(run, False, text.startswith("*", run[-1].end))


def _group(part: _Part) -> Group:
    """The phrases of which one must be there: of an open one, the words that it may become too, as a stem can be shorter."""
    *words, last = (token.stem for token in part.tokens)
    if not part.open:
        return (Phrase((*words, last)),)
    typed = part.tokens[-1].folded
    whole = dict.fromkeys((last, stem(f"{typed}s"), stem(f"{typed}es")))
    return *(Phrase((*words, word)) for word in whole if not word.startswith(typed)), Phrase(tuple(words), typed)

"""Excerpts of texts in which what was asked for is marked."""

import html
from collections.abc import Iterable, Sequence

from .analysis import Token, normal, stems, tokens
from .phrases import Group, Phrase

SHOWN, BEFORE = 24, 4  # words of an excerpt, and how many of them precede the first match


def best(texts: Iterable[str], groups: Sequence[Group]) -> tuple[int, str]:
    """How many groups the best of several texts has, and its excerpt as escaped HTML with what was asked for in `<mark>`."""
    most, excerpt, rare = 0, "", [_stem_of(group) for group in groups]
    for text in texts:
        words = set(stems(text))
        if most < sum(stem is None or not words.isdisjoint(stem) for stem in rare):
            spans = list(tokens(text := normal(text)))
            marks = [_marked(spans, group) for group in groups]
            if (count := sum(map(bool, marks))) > most:
                most, excerpt = count, _excerpt(text, spans, set().union(*marks))
    return most, excerpt


def _stem_of(group: Group) -> set[str] | None:
    """Stems of which one is in any text that has the group; None where a beginning of a word is enough."""
    return None if any(phrase.prefix for phrase in group) else {phrase.stems[0] for phrase in group}


def first(text: str, phrase: Phrase) -> str | None:
    """A phrase as it is written in a text; None where it is not."""
    words = list(tokens(text := normal(text)))
    marked = sorted(_marked(words, (phrase,)))[: len(phrase.stems)]
    return text[words[marked[0]].start : words[marked[-1]].end] if marked else None


def plain(text: str) -> str:
    """The beginning of a text, in which nothing is marked."""
    return _excerpt(text := normal(text), list(tokens(text)), set())


def _marked(words: Sequence[Token], group: Group) -> set[int]:
    """The positions of the words that are one of the phrases."""
    marked: set[int] = set()
    for phrase in group:
        size = len(phrase.stems) + bool(phrase.prefix)
        for start in range(len(words) - size + 1):
            if _stands(words[start : start + size], phrase):
                marked.update(range(start, start + size))
    return marked


def _stands(words: Sequence[Token], phrase: Phrase) -> bool:
    if any(word.stem != stem for word, stem in zip(words, phrase.stems, strict=False)):
        return False
    return not phrase.prefix or words[-1].folded.startswith(phrase.prefix) or words[-1].stem.startswith(phrase.prefix)


def _excerpt(text: str, words: Sequence[Token], marked: set[int]) -> str:
    first = max(0, min(marked, default=0) - BEFORE)
    shown = range(first, min(first + SHOWN, len(words)))
    at = words[first].start if first else 0
    end = words[shown[-1]].end if shown and shown[-1] < len(words) - 1 else len(text)
    out = ["…"] if at else []
    for n in shown:
        if n in marked and words[n].start >= at:
            out += [
                html.escape(text[at : words[n].start], quote=False),
                f"<mark>{html.escape(text[words[n].start : words[n].end], quote=False)}</mark>",
            ]
            at = words[n].end
    return "".join([*out, html.escape(text[at:end], quote=False), "…" if end < len(text) else ""])

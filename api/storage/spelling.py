"""The nearest spelling of words that records do not have, or do not have together."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from .analysis import stem
from .full_text import Vocabulary
from .phrases import Group, Phrase, WordQuery
from .release import Release

SHORTEST, LONG, LONGER = 4, 6, 8  # letters of a word that may be misspelled, be so though it is one, and be so twice
MOST = 12  # words that are looked for in other spellings
NEAREST = 3  # spellings that are tried for a word
PART = 3  # letters of either part of a word that may be two


def respelled(release: Release, query: WordQuery) -> WordQuery | None:
    """The query with the nearest words that records have, besides those that it has; None if there is none to be added."""
    asked, rest = query.groups[:MOST], query.groups[MOST:]
    near = [_with_nearest(release, group) for group in asked]
    for n, one in _joined(release, asked):
        near[n : n + 2] = [(*group, one) for group in near[n : n + 2]]
    groups = (*near, *rest)
    return None if groups == query.groups else query._replace(groups=groups)


def _with_nearest(release: Release, group: Group) -> Group:
    (word, *more), terms = group[0].stems or ("",), vocabulary(release)
    if more or len(word) < SHORTEST or not word.isalpha():
        return group
    return (*group, *map(Phrase, [*_two(word, terms), *((term,) for term in nearest(word, terms))]))


def _joined(release: Release, groups: Sequence[Group]) -> Iterator[tuple[int, Phrase]]:
    """Two words after each other that records write as one: the place of the first, and the one."""
    for n, pair in enumerate(pairwise(groups)):
        (first, *more), (last, *others) = (group[0].stems or ("",) for group in pair)
        if not more and not others and first.isalpha() and last.isalpha() and (one := stem(first + last)) in vocabulary(release):
            yield n, Phrase((one,))


def nearest(word: str, terms: dict[str, int]) -> list[str]:
    """The nearest stems, nearest and most frequent first: one letter away, and two of a long word that no record has.

    A word that records have can only be one for another that begins like it, and only if it is long; the first letter and
    another one are not wrong at once.
    """
    from rapidfuzz import process  # noqa: PLC0415  # only who misspells a word waits for it to be read
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    known = word in terms
    if known and len(word) < LONG:
        return []
    cutoff = 1 if known or len(word) < LONGER else 2
    near = process.extract(word, terms.keys(), scorer=OSA.distance, score_cutoff=cutoff, limit=None)
    ordered = sorted((distance, term[0] != word[0], -terms[term], term) for term, distance, _ in near if term != word)
    return [term for distance, other, _, term in ordered if not (other and (known or distance > 1))][:NEAREST]


def _two(word: str, terms: dict[str, int]) -> Iterator[tuple[str, str]]:
    """The word as two that records have."""
    for end in range(PART, len(word) - PART + 1):
        last = word[end:]  # the word is a stem, and so is what it ends in
        pair = stem(word[:end]), last if last in terms else stem(last)
        if pair[0] in terms and pair[1] in terms:
            yield pair


def vocabulary(release: Release) -> dict[str, int]:
    """Every stem, and how many records have it."""

    def read() -> dict[str, int]:
        return dict(release.rows(Vocabulary.select(Vocabulary.term, Vocabulary.records)))

    return release.once("vocabulary", read)

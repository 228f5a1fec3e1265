"""What a search finds: the records that have all words; if only papers have, those spelled nearly so, or with most words."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ..resources.search_texts import KINDS
from ..storage import full_text, ranking
from ..storage.analysis import normal, stem, stems, tokens
from ..storage.phrases import Group, WordQuery, parse
from ..storage.release import Release
from ..storage.spelling import respelled
from .hits import written
from .holders import holders

MOST_WORDS = 12  # words that are looked for one by one
FEW = 10  # records with all of several words, below which those with most are looked at, too
MOST_ROWS = 30_000  # rows that are weighed; frequent words beyond them are left out


class Found(NamedTuple):
    """How many rows there are and the first of them, what was looked for, and what it is to what was asked for.

    `match` is `all`, `spelling` or `most`.
    """

    total: int
    rows: list[int]
    query: WordQuery
    groups: Sequence[Group]
    match: str = "all"


def found(release: Release, text: str, kinds: Sequence[int], most: int) -> Found:
    """The first `most` rows of these kinds for a text, best first.

    A paper that has all words does not hide the things that have them in another spelling. A few things that have all of
    several words do not hide those with most of them in their names, nor do those that have all words of a question.
    """
    query = parse(text)
    if query.question and not ranking.count(release, [query.called()[0]], kinds):
        return _most(release, query, kinds, most)
    total = ranking.count(release, query.groups, kinds)
    rows = ranking.ranked(release, query, kinds, most) if total else []
    things = bool(rows) and not full_text.is_paper(rows[0])
    few = things and total < FEW and len(query.groups) > 1
    if few and not query.question and not ranking.count(release, [query.called()[0]], kinds):
        return _most(release, query, kinds, most)
    if things:
        return Found(total, rows, query, query.groups)
    near = respelled(release, query) if query.groups else None
    if near and (of_near := ranking.count(release, near.groups, kinds)):
        nearly = ranking.ranked(release, near, kinds, most)
        if not rows or not full_text.is_paper(nearly[0]):
            return Found(of_near, nearly, query, near.groups, "spelling")
    return Found(total, rows, query, query.groups) if rows else _most(release, query, kinds, most)


def _most(release: Release, query: WordQuery, kinds: Sequence[int], most: int) -> Found:
    """The records that hold most of the words: at least half of them, rare words weighing more.

    A word that no record has is looked for in its nearest spelling.
    """
    records, groups = sum(release.about["counts"].values()), list(query.groups[:MOST_WORDS])
    held = [ranking.count(release, [group], kinds) for group in groups]
    if not all(held) and (near := respelled(release, query)):
        groups = [asked if known else other for asked, other, known in zip(groups, near.groups, held, strict=False)]
        held = [known or ranking.count(release, [group], kinds) for group, known in zip(groups, held, strict=True)]
    weighed: list[tuple[Group, int]] = []
    rows = 0
    for known, _, group in sorted((known, n, group) for n, (group, known) in enumerate(zip(groups, held, strict=True)) if known):
        rows += known
        if not weighed or rows <= MOST_ROWS:
            weighed.append((group, 1 + round(1000 * math.log(1 + records / known))))
    if len(groups) < 2 or not weighed:
        return Found(0, [], query, groups)
    total, best = ranking.holding(release, weighed, kinds, math.ceil(len(weighed) / 2), most)
    first = holders(release, query, kinds)
    return Found(max(total, len(first)), list(dict.fromkeys((*first, *best)))[:most], query, groups, "most")


def nearest_spelling(release: Release, text: str, kind: str) -> str | None:
    """The nearest spelling of a text that finds nothing in a kind; None if there is none, or the text finds something."""
    return spelling(release, text, found(release, text, [KINDS.index(kind)], 1))


def spelling(release: Release, text: str, found: Found) -> str | None:
    """The text in the nearest spelling, as records write it; None if nothing in it was looked for in another one."""
    nearest = {}
    for asked, group in zip(found.query.groups, found.groups, strict=False):
        if len(group) > len(asked):
            others = group[len(asked) :]
            if any(written(release, row, asked) for row in found.rows[:1]):
                continue
            rows = found.rows[:1] + ranking.ranked(release, WordQuery((others[:1],)), [], 1)
            nearest[asked[0].stems[0]] = next(filter(None, (written(release, row, others) for row in rows)), None)
    spelled, end, first, other = "", 0, "", ""
    for token in tokens(text := normal(text)):
        if other and stem(f"{first}{token.folded}") in stems(other):  # two words that records write as one
            end = token.end
        elif other := nearest.get(token.stem) or "":
            spelled += text[end : token.start] + other
            first, end = token.folded, token.end
    return spelled + text[end:] if end else None

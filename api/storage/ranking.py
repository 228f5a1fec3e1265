"""Which records have the words that are asked for, best first: operations on sets of rows, the same for both databases."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from heapq import heappop, heappush
from itertools import accumulate
from operator import and_, or_
from typing import NamedTuple

from .bits import ends, members, without
from .full_text import LAST
from .phrases import Group, WordQuery
from .release import Release
from .word_sets import ANY, Sets, of_kinds, places, sets, things

# Ever wider columns; what is in the names of what a record refers to, too, is anywhere.
ALIASES, NAMES = ("aliases",), ("name", "aliases")
SAID, WRITTEN, ANYWHERE = (*NAMES, "said"), (*NAMES, "said", "text"), (ANY,)
LEVELS = ANYWHERE, WRITTEN, SAID, NAMES


class PartOfKind(NamedTuple):
    """The rows of a kind: its place in the order of search, and whether its records are numbered from the last place on."""

    kind: int
    backwards: bool


def count(release: Release, groups: Iterable[Group], kinds: Sequence[int]) -> int:
    """How many rows have all groups."""
    return _having(release, groups, kinds).bit_count()


def numbers(release: Release, part: PartOfKind, query: WordQuery) -> list[int]:
    """The numbers of a kind's records that have all words."""
    every = places(release)
    found = [every[row] & LAST for row in members(_having(release, query.groups, [part.kind]))]
    return [LAST - number for number in found] if part.backwards else found


def ranked(release: Release, query: WordQuery, kinds: Sequence[int], most: int, columns: Sequence[str] = ANYWHERE) -> list[int]:
    """The numbers of the records that have all words in these columns, best first: the first `most`."""
    left = _having(release, query.groups, kinds, columns)
    if not left:
        return []
    found: list[int] = []
    for tier in _tiers(release, query, columns, left):
        found += ends(left & tier, most - len(found), descends=False)
        left = without(left, tier)
        if not left or len(found) >= most:
            break
    return [places(release)[row] for row in found]


def _having(release: Release, groups: Iterable[Group], kinds: Sequence[int], columns: Sequence[str] = ANYWHERE) -> int:
    """The rows that have all groups in these columns; none if there is no group."""
    found = sets(release, dict.fromkeys(groups, columns))
    return reduce(and_, (_within(each, columns) for each in found.values()), of_kinds(release, kinds) if found else 0)


def _within(group: Sets, columns: Iterable[str]) -> int:
    return reduce(or_, (group[column] for column in columns))


def _tiers(release: Release, query: WordQuery, columns: Sequence[str], every: int) -> Iterator[int]:
    """What comes first, second and so on, of rows that have all words in these columns."""
    exact, begins = query.called()
    within = (ALIASES, NAMES, SAID, WRITTEN) if columns == ANYWHERE else (ALIASES,)
    named = sets(release, dict.fromkeys((*query.groups, exact, begins), NAMES))
    classes = every & things(release), without(every, things(release))
    for one in classes:
        yield from (named[exact][name] & one for name in NAMES)
    for one in classes:
        yield from (named[begins][name] & one for name in NAMES)
        for some in within:
            found = sets(release, dict.fromkeys(query.groups, NAMES if set(some) <= set(NAMES) else WRITTEN))
            yield reduce(and_, (_within(group, some) for group in found.values()), one)
        yield one


def holding(
    release: Release, weighed: Sequence[tuple[Group, int]], kinds: Sequence[int], least: int, most: int
) -> tuple[int, list[int]]:
    """How many records hold at least `least` of the groups, and the numbers of the first `most`: things first, then by weight.

    A group weighs once wherever it is, and once more for each narrower set of columns that it is in; all that a record has
    weighs as often as it has groups.
    """
    found = sets(release, dict.fromkeys((group for group, _ in weighed), (*ANYWHERE, *WRITTEN)))
    levels = [[_within(found[group], some) for some in LEVELS] for group, _ in weighed]
    held = [of_kinds(release, kinds), *[0] * least]  # those that hold none or more, one or more ...
    for anywhere, *_ in levels:
        for n in range(least, 0, -1):
            held[n] |= held[n - 1] & anywhere
    rows: list[int] = []
    for some in (held[least] & things(release), without(held[least], things(release))):
        rows += _heaviest(some, levels, [weight for _, weight in weighed], most - len(rows))
    return held[least].bit_count(), [places(release)[row] for row in rows]


def _heaviest(rows: int, levels: Sequence[Sequence[int]], weights: Sequence[int], most: int) -> list[int]:
    """The first `most` of some rows by weight, and of those that weigh the same by place.

    Rows are divided by where they have the first group, then the second and so on, always those that may weigh most.
    """
    rest = [0, *accumulate(len(LEVELS) * weight for weight in reversed(weights))][::-1]
    heap = [(-rest[0] * len(weights), 0, rows, 0, 0)] if rows else []
    found: list[int] = []
    while heap and len(found) < most:
        bound, step, rows, weight, held = heappop(heap)
        if step == len(weights):
            while heap and heap[0][0] == bound:  # those that are to be divided come before those that are not
                rows |= heappop(heap)[2]
            found += ends(rows, most - len(found), descends=False)
            continue
        for times in range(len(LEVELS), -1, -1):
            some = rows & levels[step][times - 1] if times else rows
            if some:
                rows = without(rows, some)
                now, having = weight + times * weights[step], held + bool(times)
                most_weight = (now + rest[step + 1]) * (having + len(weights) - step - 1)
                heappush(heap, (-most_weight, step + 1, some, now, having))
    return found

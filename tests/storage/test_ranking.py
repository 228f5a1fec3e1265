"""Search as operations on sets of rows: whichever way a set is made, and whichever way rows are weighed."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import statements

from api.config import Settings
from api.releases import load
from api.storage import ranking, word_sets
from api.storage.full_text import COLUMNS
from api.storage.phrases import Phrase, parse
from api.storage.release import Release
from api.storage.spelling import vocabulary

LEVELS = len(ranking.LEVELS)


def loaded(monkeypatch: pytest.MonkeyPatch, small: Path, folder: Path, frequent: int) -> Release:
    """A release of the small dataset, in which words that so many rows have are frequent."""
    monkeypatch.setattr(word_sets, "FREQUENT", frequent)
    return load.load(Settings(dataset=small, data_dir=folder / str(frequent)))[0]


def test_the_set_of_a_word_made_by_the_load_is_what_the_index_finds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small: Path
) -> None:
    made, read = (loaded(monkeypatch, small, tmp_path, frequent) for frequent in (1, 1 << 60))
    words = {(Phrase((word,)),): (*COLUMNS, word_sets.ANY) for word in vocabulary(made)}
    assert word_sets.sets(made, words) == word_sets.sets(read, words)
    assert {word: records.bit_count() for word, records in anywhere(made).items()} == vocabulary(read)


def anywhere(release: Release) -> dict[str, int]:
    words = {word: (Phrase((word,)),) for word in vocabulary(release)}
    found = word_sets.sets(release, dict.fromkeys(words.values(), (word_sets.ANY,)))
    return {word: found[group][word_sets.ANY] for word, group in words.items()}


def test_rows_of_frequent_words_are_not_read_from_the_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small: Path) -> None:
    release = loaded(monkeypatch, small, tmp_path, 1)
    one, other = sorted(word for word in vocabulary(release) if re.fullmatch("[a-z]{5,}", word))[:2]
    query = parse(f"{one} {other}")
    with statements(release) as seen:
        assert ranking.holding(release, [(group, 1) for group in query.groups], [], 1, 10)[0]
        ranking.ranked(release, query, [], 10)
    asked = [value for statement, values in seen if "MATCH" in statement for value in values]
    assert all("=" in value for value in asked), asked  # but those of names that are the text


@given(
    st.lists(st.tuples(st.integers(1, 9), st.lists(st.integers(0, LEVELS), min_size=12, max_size=12)), min_size=1, max_size=4),
    st.integers(1, 14),
)
def test_the_heaviest_rows_are_those_of_a_plain_sort(groups: list[tuple[int, list[int]]], most: int) -> None:
    """Of each group its weight, and of each row in how many of the sets of columns it has the group."""
    levels = [[sum((held > n) << row for row, held in enumerate(rows)) for n in range(LEVELS)] for _, rows in groups]
    weights = [weight for weight, _ in groups]
    weighs = [sum(weight * rows[row] for weight, rows in groups) * sum(rows[row] > 0 for _, rows in groups) for row in range(12)]
    least = math.ceil(len(groups) / 2)
    some = [row for row in range(12) if sum(rows[row] > 0 for _, rows in groups) >= least]
    wanted = sorted(some, key=lambda row: (-weighs[row], row))[:most]
    assert ranking._heaviest(sum(1 << row for row in some), levels, weights, most) == wanted

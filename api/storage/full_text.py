"""Full-text search: one table of every record's words, for FTS5 in SQLite and `tsvector` in PostgreSQL.

Both hold the same tokens (analysis.py) and rank by one order: what is called so, what begins so, what has the words in its
other names, in its names, in what it says, in its text, in what it refers to; things before papers; short names before
long ones. The rows stand in the order of the last three, from 0 on, so that nothing is sorted: see word_sets.py and ranking.py.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import LiteralString

import peewee as pw

from .analysis import stemmed, stems
from .phrases import name_key

# The columns: a record's name, its other names, its prose, the names of what it refers to; and their labels in a tsvector.
# A statement is called by what was said, which is no name. One tsvector has the first three, another one all.
LABELS = {"name": "A", "aliases": "B", "said": "C", "text": "C", "related": "D"}
COLUMNS = tuple(LABELS)
SAID = COLUMNS[:3]
SEPARATOR = "="  # a token between two texts of a column: no phrase spans both
SENTENCE = 5  # words from which on what ends with a full stop is a sentence
MAX_POSITION = 16_000  # a tsvector has no higher positions
# Bits of a record's number in the order of search: its number within its kind, its kind, the words of its name; above them, the
# class of its kind.
SEQ, KIND, LENGTH = 34, 4, 6
LAST, LONGEST, MOST_KINDS, CLASS = (1 << SEQ) - 1, (1 << LENGTH) - 1, 1 << KIND, SEQ + KIND + LENGTH
THING, TYPE, PAPER = range(3)  # classes of kinds, in the order of search

# FTS5's table; the words themselves are stored only where a copy of the table is to be made of them.
STORED = f"CREATE VIRTUAL TABLE search USING fts5 ({', '.join(COLUMNS)}, columnsize=0, tokenize=\"ascii tokenchars '=_'\")"
INDEXED = f"{STORED[:-1]}, content='')"
# PostgreSQL's table; the indexes are created after the rows.
TABLE: LiteralString = "CREATE TABLE search (rowid bigint PRIMARY KEY, names tsvector NOT NULL, words tsvector NOT NULL)"
INDEXES: tuple[LiteralString, ...] = ("CREATE INDEX ON search USING gin (names)", "CREATE INDEX ON search USING gin (words)")


class Vocabulary(pw.Model):
    """Every stem of letters that a record has, and how many records have it."""

    term = pw.TextField(primary_key=True)
    records = pw.IntegerField()

    class Meta:
        table_name = "vocabulary"
        without_rowid = True


# The words of a record, as they are stored.


def number(seq: int, kind: int, words: int, of_class: int) -> int:
    """The number of a record's row: the `kind`-th kind in the order of search, the words of its name, its place in the kind."""
    return (of_class << CLASS) + (min(words, LONGEST) << (SEQ + KIND)) + (kind << SEQ) + seq


def column(texts: Iterable[str]) -> str:
    """Texts as the tokens of one column."""
    return joined(map(stemmed, texts))


def joined(tokens: Iterable[str]) -> str:
    """The tokens of several texts as those of one column."""
    return f" {SEPARATOR} ".join(tokens)


@cache
def equivalents(sets: tuple[str, ...]) -> Sequence[Sequence[str]]:
    """The tokens of each of the words that are taken for each other, in sets of `words = other words`."""
    return [[f" {' '.join(stems(words))} " for words in one.split("=")] for one in sets]


@cache
def any_equivalent(sets: tuple[str, ...]) -> re.Pattern[str]:
    """What finds words that have others."""
    return re.compile("|".join(re.escape(each) for one in equivalents(sets) for each in one) or "(?!)")


def with_equivalents(tokens: str, sets: tuple[str, ...]) -> str:
    """The tokens of a column, and after them what is taken for words among them."""
    if not sets or not any_equivalent(sets).search(padded := f" {tokens} "):
        return tokens
    met = (words for words in equivalents(sets) if any(each in padded for each in words))
    more = [each for words in met for each in words if each not in padded]
    return SEPARATOR.join([f"{tokens} ", *more]) if more else tokens


def names(texts: Iterable[str], title: bool = False) -> str:
    """Names as the tokens of one column, each followed by its key: a title by one of another form."""
    mark = "==" if title else "="
    found = map(stems, texts)
    return " ".join(token for tokens in found for token in (*tokens, f"{mark}{name_key(tokens)}"))


def is_sentence(name: str) -> bool:
    """Whether what a record is called by is no name, but what was said."""
    return name.endswith(".") and name.count(" ") >= SENTENCE - 1


def vectors(columns: Sequence[str]) -> tuple[str, str]:
    """The tokens of all columns as the texts of two tsvectors, labelled by column: of names and what was said, and of all."""
    texts, lexemes, place = [], [], 0
    for label, tokens in zip(LABELS.values(), columns, strict=True):
        for token in tokens.split():
            place += 1
            if token != SEPARATOR:
                lexemes.append(f"'{token}':{min(place, MAX_POSITION)}{label}")
        place += 1
        texts.append(" ".join(lexemes))
    return texts[len(SAID) - 1], texts[-1]


def place(number: int) -> tuple[int, int]:
    """The place of a number's kind in the order of search, and the place of its record in the kind."""
    return number >> SEQ & MOST_KINDS - 1, number & LAST


def is_paper(number: int) -> bool:
    """Whether the record with a number is a paper."""
    return number >= PAPER << CLASS

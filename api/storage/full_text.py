"""Full-text search: one table of every record's words, for FTS5 in SQLite and `tsvector` in PostgreSQL, and queries on it.

Both hold the same tokens (analysis.py) and rank by one order: what is called so, what begins so, what has the words in its
other names, in its names, in what it says, in its text, in what it refers to; things before papers; short names before
long ones. The number of a row is its place within these groups, so that a page is read without sorting.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, LiteralString, NamedTuple

import peewee as pw

from .analysis import stems
from .phrases import Group, Phrase, WordQuery, name_key
from .release import Release

# The columns: a record's name, its other names, its prose, the names of what it refers to; and their labels in a tsvector.
# A statement is called by what was said, which is no name. One tsvector has the first three, another one all.
LABELS = {"name": "A", "aliases": "B", "said": "C", "text": "C", "related": "D"}
COLUMNS = tuple(LABELS)
NAMES, SAID, WRITTEN = COLUMNS[:2], COLUMNS[:3], COLUMNS[:4]
SEPARATOR = "="  # a token between two texts of a column: no phrase spans both
SENTENCE = 5  # words from which on what ends with a full stop is a sentence
MAX_POSITION = 16_000  # a tsvector has no higher positions
# Bits of a row's number: the record's number within its kind, its kind, the words of its name; above them, the class of its kind.
SEQ, KIND, LENGTH = 34, 4, 6
LAST, LONGEST, MOST_KINDS, CLASS = (1 << SEQ) - 1, (1 << LENGTH) - 1, 1 << KIND, SEQ + KIND + LENGTH
THING, TYPE, PAPER = range(3)  # classes of kinds, in the order of search
THINGS, PAPERS = f"rowid < {PAPER << CLASS}", f"rowid >= {PAPER << CLASS}"

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


FILL_VOCABULARY = (
    "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, row)",
    "INSERT INTO vocabulary SELECT term, doc FROM temp.terms WHERE length(term) > 2 AND term GLOB '[a-z]*'",
    "DROP TABLE temp.terms",
)


# The words of a record, as they are stored.


def number(seq: int, kind: int, name: str, of_class: int) -> int:
    """The number of a record's row: the `kind`-th kind in the order of search, and the place of the record in the kind."""
    length = min(len(stems(name)), LONGEST)
    return (of_class << CLASS) + (length << (SEQ + KIND)) + (kind << SEQ) + seq


def column(texts: Iterable[str]) -> str:
    """Texts as the tokens of one column."""
    return joined(" ".join(stems(text)) for text in texts)


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
    padded = f" {tokens} "
    if not sets or not any_equivalent(sets).search(padded):
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


# Conditions on the table, and queries.


class Condition(NamedTuple):
    """A condition on the rows of the table in the language of either database, with `?` for its value."""

    sqlite: tuple[str, str]
    postgresql: tuple[str, str]

    def of(self, release: Release) -> tuple[str, str]:
        """Its statement and value for the database of a release."""
        return self.sqlite if release.database.param == "?" else self.postgresql


class Part(NamedTuple):
    """That one of several phrases is in one of these columns."""

    group: Iterable[Phrase]
    columns: Sequence[str] = COLUMNS

    def fts5(self) -> str:
        return f"{{{' '.join(self.columns)}}} : ({' OR '.join(phrase.fts5() for phrase in self.group)})"

    def tsquery(self) -> str:
        labels = "" if len(self.columns) == len(COLUMNS) else "".join(dict.fromkeys(LABELS[column] for column in self.columns))
        return f"({' | '.join(phrase.tsquery(labels) for phrase in self.group)})"


def condition(*alternatives: Sequence[Part]) -> Condition:
    """That a row has all parts of one of several alternatives. No row has all of no parts."""
    fts5 = " OR ".join(f"({' AND '.join(part.fts5() for part in parts)})" for parts in alternatives if parts) or '""'
    tsquery = " | ".join(f"({' & '.join(part.tsquery() for part in parts)})" for parts in alternatives if parts)
    named = all(column in SAID for parts in alternatives for part in parts for column in part.columns)
    vector = "names" if named else "words"
    return Condition(("search MATCH ?", fts5), (f"{vector} @@ CAST(? AS tsquery)", tsquery))


def everywhere(groups: Iterable[Group], columns: Sequence[str] = COLUMNS) -> list[Part]:
    """That all groups are in these columns."""
    return [Part(group, columns) for group in groups]


def of_kinds(kinds: Sequence[int]) -> str:
    """The condition that a row's record is of one of these kinds, given by their places in the order of search; no kind: any."""
    if not kinds:
        return "true"
    return f"rowid & {MOST_KINDS - 1 << SEQ} IN ({', '.join(str(kind << SEQ) for kind in kinds)})"


def place(row: int) -> tuple[int, int]:
    """The place of a row's kind in the order of search, and the place of its record in the kind."""
    return row >> SEQ & MOST_KINDS - 1, row & LAST


def is_paper(row: int) -> bool:
    """Whether a row's record is a paper."""
    return row >= PAPER << CLASS


class PartOfKind(NamedTuple):
    """The rows of a kind: its place in the order of search, and whether its records are numbered from the last place on."""

    kind: int
    backwards: bool


class Matching(pw.ColumnBase):
    """Select of the numbers of a kind's records that have all words; compiled for the database of the query around it."""

    def __init__(self, part: PartOfKind, query: WordQuery) -> None:
        self.part, self.condition = part, condition(everywhere(query.groups))
        super().__init__()

    def __sql__(self, ctx: Any) -> Any:
        where, value = self.condition.postgresql if ctx.state.param == "%s" else self.condition.sqlite
        return ctx.sql(pw.SQL(f"({_numbers(self.part, where)})".replace("?", ctx.state.param), [value]))


def numbers(release: Release, part: PartOfKind, query: WordQuery) -> list[int]:
    """The numbers of a kind's records that have all words."""
    where, value = condition(everywhere(query.groups)).of(release)
    return [number for (number,) in release.execute(_numbers(part, where), value)]


def _numbers(part: PartOfKind, where: str) -> str:
    number = f"{LAST} - (rowid & {LAST})" if part.backwards else f"rowid & {LAST}"
    return f"SELECT {number} FROM search WHERE {where} AND {of_kinds([part.kind])}"  # noqa: S608


def count(release: Release, groups: Iterable[Group], kinds: Sequence[int]) -> int:
    """How many rows have all groups."""
    where, value = condition(everywhere(groups)).of(release)
    ((number,),) = release.execute(f"SELECT COUNT(*) FROM search WHERE {where} AND {of_kinds(kinds)}", value)  # noqa: S608
    return int(number)


def ranked(release: Release, query: WordQuery, kinds: Sequence[int], most: int, columns: Sequence[str] = COLUMNS) -> list[int]:
    """The rows that have all words in these columns, best first: the first `most`. Stages are read until there are enough."""
    found: dict[int, None] = {}
    for stage in _stages(query, columns):
        selects, values = [], []
        for tier, (wanted, which) in enumerate(stage):
            where, value = wanted.of(release)
            selects.append(
                f"SELECT * FROM (SELECT rowid, {tier} AS tier FROM search WHERE {where} AND {which} AND {of_kinds(kinds)}"  # noqa: S608
                f" ORDER BY rowid LIMIT {most}) AS tier{tier}"
            )
            values.append(value)
        hits = " UNION ALL ".join(selects)
        statement = f"SELECT rowid FROM ({hits}) AS hits GROUP BY rowid ORDER BY MIN(tier), rowid LIMIT {most}"  # noqa: S608
        found.update(dict.fromkeys(row for (row,) in release.execute(statement, *values)))
        if len(found) >= most:
            break
    return list(found)[:most]


Tier = tuple[Condition, str]  # on the words, and on the number of the row


def _stages(query: WordQuery, columns: Sequence[str]) -> Iterator[list[Tier]]:
    """What comes first, second and so on, in groups that are read together."""
    words = everywhere(query.groups)
    exact, begins = query.called()
    begin = [condition([Part(begins, [name]), *words]) for name in NAMES]
    tiers = [*begin, *(condition(everywhere(query.groups, some)) for some in (NAMES[1:], NAMES, SAID, WRITTEN, COLUMNS))]
    for which in (THINGS, PAPERS):
        yield [(condition([Part(exact, [name]), *words]), which) for name in NAMES]
    for which in (THINGS, PAPERS):
        yield [(wanted, which) for wanted in tiers[:4]]
        if len(columns) > len(NAMES):
            yield [(wanted, which) for wanted in tiers[4:]]


def holding(
    release: Release, weighed: Sequence[tuple[Group, int]], kinds: Sequence[int], least: int, most: int
) -> tuple[int, list[int]]:
    """How many rows hold at least `least` of the groups, and the first `most`: things first, then by weight.

    A group weighs once wherever it is, and once more for each narrower set of columns that it is in; all that a row has
    weighs as often as it has groups.
    """
    selects: list[str] = []
    values: list[Any] = []
    for group, weight in weighed:
        for columns, held in ((COLUMNS, 1), (WRITTEN, 0), (SAID, 0), (NAMES, 0)):
            where, value = condition([Part(group, columns)]).of(release)
            selects.append(f"SELECT rowid, {weight} AS weight, {held} AS held FROM search WHERE {where} AND {of_kinds(kinds)}")  # noqa: S608
            values.append(value)
    hits = " UNION ALL ".join(selects)
    rows = release.execute(
        f"SELECT rowid, COUNT(*) OVER () FROM (SELECT rowid, SUM(weight) * SUM(held) AS weight FROM ({hits}) AS hits"  # noqa: S608
        f" GROUP BY rowid HAVING SUM(held) >= {least}) AS held ORDER BY {PAPERS}, weight DESC, rowid LIMIT {most}",
        *values,
    )
    return (int(rows[0][1]) if rows else 0), [row for row, _ in rows]

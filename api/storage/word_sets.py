"""The rows of the full-text index that have a phrase in a column, as sets of which searches are combined.

Those of frequent words are made by the load; others are read from the index, and kept.
"""

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import or_

from .bits import of_bytes, of_numbers
from .full_text import CLASS, COLUMNS, LABELS, PAPER, SAID, SEPARATOR, SEQ, place
from .packed_sets import store, unpacked
from .phrases import Group, Phrase
from .release import Release, placeholders

FREQUENT = 500  # the sets of a word that at least so many rows have are made by the load
ANY = ""  # in place of the name of a column: in any of them
KIND = "search"  # what the sets are of, among those of records
MOST_SELECTS = 100  # that are read in one statement
TERMS = "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, row)"
VOCABULARY = "INSERT INTO vocabulary SELECT term, doc FROM temp.terms WHERE length(term) > 2 AND term GLOB '[a-z]*'"
MATCHING = "SELECT rowid FROM search WHERE search MATCH ?"
Sets = Mapping[str, int]  # by column


# Making them.


def fill(connection: sqlite3.Connection) -> None:
    """Fills the full-text index, in order, the vocabulary and the sets in the database of a release that is being built."""
    numbers = array("Q", (number for (number,) in connection.execute("SELECT rowid FROM staged.search ORDER BY rowid")))
    store(connection, (KIND, "places", "", len(numbers), numbers.tobytes()))
    columns = ", ".join(COLUMNS)
    rows = f"SELECT ROW_NUMBER() OVER (ORDER BY rowid) - 1, {columns} FROM staged.search"  # noqa: S608
    connection.execute(f"INSERT INTO main.search (rowid, {columns}) {rows}")
    connection.execute("DROP TABLE staged.search")
    connection.execute(TERMS)
    connection.execute(VOCABULARY)
    frequent = connection.execute(
        "SELECT term, doc FROM temp.terms WHERE doc >= ? AND term <> ?", (FREQUENT, SEPARATOR)
    ).fetchall()
    width = (len(numbers) + 7) // 8
    for term, rows in frequent:
        found = (chain.from_iterable(connection.execute(MATCHING, (Phrase((term,)).fts5(column),))) for column in COLUMNS)
        data = b"".join(of_numbers([*each]).to_bytes(width, "little") for each in found)
        store(connection, (KIND, "word", term, rows, data))
    connection.execute("DROP TABLE temp.terms")


# Reading them.


def places(release: Release) -> Sequence[int]:
    """The number of the record at each place, which is that of its row."""

    def read() -> Sequence[int]:
        ((data,),) = release.execute("SELECT data FROM sets WHERE kind = ? AND filter = ?", KIND, "places")
        return array("Q", unpacked(data))

    return release.once("places of records", read)


def of_kinds(release: Release, kinds: Sequence[int]) -> int:
    """The rows of records of these kinds, given by their places in the order of search; no kind: all rows."""

    def read() -> int:
        every, rows, begin = places(release), 0, 0
        while begin < len(every):  # what is alike in class, length of the name and kind stands together
            end = bisect_left(every, (every[begin] >> SEQ) + 1 << SEQ, begin)
            if not kinds or place(every[begin])[0] in kinds:
                rows |= (1 << end) - (1 << begin)
            begin = end
        return rows

    return release.once(f"rows of {kinds}", read)


def things(release: Release) -> int:
    """The rows of all records but papers."""
    return release.once("rows of things", lambda: (1 << bisect_left(places(release), PAPER << CLASS)) - 1)


def sets(release: Release, asked: Mapping[Group, Iterable[str]]) -> dict[Group, Sets]:
    """The rows that have one of the phrases of each group, in each of these columns."""
    wanted = {phrase.fts5(column): (phrase, column) for group, of in asked.items() for phrase in group for column in of}
    found = release.once_each("rows with ", wanted, lambda missing: _read(release, {name: wanted[name] for name in missing}))
    return {
        group: {column: reduce(or_, (found[phrase.fts5(column)] for phrase in group), 0) for column in of}
        for group, of in asked.items()
    }


def _read(release: Release, wanted: dict[str, tuple[Phrase, str]]) -> dict[str, int]:
    """What the load has made, in all columns, and the others from the index."""
    made: dict[str, int] = {}
    if words := {phrase.stems[0] for phrase, _ in wanted.values() if len(phrase.stems) == 1 and not phrase.prefix}:
        stored = f"SELECT value, data FROM sets WHERE kind = ? AND filter = ? AND value IN ({placeholders(words)})"  # noqa: S608
        for word, packed in release.execute(stored, KIND, "word", *words):
            data = unpacked(packed)
            width = len(data) // len(COLUMNS)
            each = [of_bytes(data[n : n + width]) for n in range(0, len(data), width)]
            sets = zip((*COLUMNS, ANY), (*each, reduce(or_, each)), strict=True)
            made |= {Phrase((word,)).fts5(column): rows for column, rows in sets}
    rest = [name for name in wanted if name not in made]
    for start in range(0, len(rest), MOST_SELECTS):
        some = rest[start : start + MOST_SELECTS]
        selects, values = zip(*(_select(release, n, *wanted[name]) for n, name in enumerate(some)), strict=True)
        found: list[list[int]] = [[] for _ in some]
        for n, row in release.execute(" UNION ALL ".join(selects), *values):
            found[n].append(row)
        made.update(zip(some, map(of_numbers, found), strict=True))
    return made


def _select(release: Release, n: int, phrase: Phrase, column: str) -> tuple[str, str]:
    """The select of the rows that have a phrase in a column, and its value, in the language of the database."""
    if release.database.param == "?":
        where, value = "search MATCH ?", phrase.fts5(column)
    else:
        vector = "names" if column in SAID else "words"
        where, value = f"{vector} @@ CAST(? AS tsquery)", phrase.tsquery(LABELS.get(column, ""))
    return f"SELECT {n}, rowid FROM search WHERE {where}", value  # noqa: S608

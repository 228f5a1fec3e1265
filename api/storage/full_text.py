"""Full text: one table of every record's words, and how a user's text is looked up in it.

All that differs between the databases is here: FTS5 in SQLite, `tsvector` with GIN in PostgreSQL. Both find the same
records; they rank by formulas of their own. Whatever a user types is valid: it is read as words, never as query syntax.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import peewee as pw
from playhouse.sqlite_ext import FTS5Model, SearchField

# What counts more where it is found: a record's own name, its other names, its prose, the names of what it refers to.
COLUMNS = {"name": 10.0, "aliases": 8.0, "text": 3.0, "related": 1.0}
LABELS = dict(zip(COLUMNS, "ABCD", strict=True))  # how a tsvector tells the columns apart
PART = re.compile(r'"([^"]*)"?|(\S+)')
WORD = re.compile(r"[^\W_]+", re.UNICODE)
SHOWN, BEFORE = 24, 4  # words of a snippet, and how many of them stand before the first that was found
LONGEST = 500  # characters of a word that are looked at
FARTHEST = 16_000  # positions that a tsvector can tell apart


class Search(FTS5Model):  # type: ignore[misc]
    """One row a record, of every kind; `record` is its number within the kind."""

    kind = SearchField(unindexed=True)
    record = SearchField(unindexed=True)
    name = SearchField()
    aliases = SearchField()
    text = SearchField()
    related = SearchField()

    class Meta:
        table_name = "search"
        options = {"tokenize": "unicode61 remove_diacritics 2"}


class Either(pw.ColumnBase):
    """An expression in the words of SQLite or of PostgreSQL, whichever is asked."""

    def __init__(self, sqlite: Any, postgresql: Any) -> None:
        self.sqlite, self.postgresql = sqlite, postgresql
        super().__init__()

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self.postgresql if ctx.state.param == "%s" else self.sqlite)


def folded(text: str) -> str:
    """A text without case and diacritics."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def phrases(text: str) -> list[tuple[list[str], bool]]:
    """What a user's text asks for: phrases of folded words, each with whether its last word may go on."""
    found = []
    for phrase, bare in PART.findall(text):
        words = [word[:LONGEST] for word in WORD.findall(folded(phrase or bare))]
        if words:
            found.append((words, bare.endswith("*")))
    return found


def matches(text: str, columns: tuple[str, ...] = tuple(COLUMNS)) -> Any:
    """The condition that a row holds all words of a text in some of these columns. A text without any word matches nothing."""
    asked = phrases(text)
    fts5 = " ".join(f'"{" ".join(words)}"' + ("*" if open else "") for words, open in asked) or '""'
    labels = "".join(LABELS[column] for column in columns)

    def term(word: str, last: bool, open: bool) -> str:
        return f"'{word}':{'*' if last and open else ''}{labels}"

    tsquery = " & ".join(
        "(" + " <-> ".join(term(word, n == len(words), open) for n, word in enumerate(words, 1)) + ")" for words, open in asked
    )
    return Either(
        Search.match(f"{{{' '.join(columns)}}} : ({fts5})"), pw.Expression(pw.SQL("words"), "@@", pw.Cast(tsquery, "tsquery"))
    )


def matching(kind: str, text: str) -> Any:
    """The numbers of a kind's records that hold all the words of `text`."""
    return Search.select(pw.Cast(Search.record, "integer")).where((Search.kind == kind) & matches(text))


def ranked(text: str, kinds: list[str]) -> Any:
    """Select of (kind, record, each column's text, rank) for all hits, best first: what is called so, then by rank."""
    found = matches(text)
    shares = "{" + ",".join(str(weight / 10) for weight in reversed(COLUMNS.values())) + "}"
    rank = Either(
        pw.fn.bm25(Search._meta.entity, 0.0, 0.0, *COLUMNS.values()),
        pw.fn.ts_rank_cd(pw.Cast(shares, "real[]"), pw.SQL("words"), found.postgresql.rhs) * -1,
    )
    called = pw.fn.LOWER(Search.name) == text.lower()
    select = _shown(rank.alias("rank")).where(found & Search.kind.in_(kinds))
    return select.order_by(called.desc(), pw.SQL("rank"), Search.rowid)


def completing(text: str, kinds: list[str]) -> Any:
    """Select of (kind, record, each column's text) for what has a name with these words, the last one unfinished perhaps.

    First what is called so from its beginning, then the rest; the shorter name comes first.
    """
    typed = text.rstrip("*").lower()
    begins = pw.fn.SUBSTR(pw.fn.LOWER(Search.name), 1, len(typed)) == typed
    found = matches(as_beginning(text), ("name", "aliases")) & Search.kind.in_(kinds)
    return _shown().where(found).order_by(begins.desc(), pw.fn.LENGTH(Search.name), Search.rowid)


def _shown(*columns: Any) -> Any:
    texts = (getattr(Search, column) for column in COLUMNS)
    return Search.select(Search.kind, pw.Cast(Search.record, "integer"), *texts, *columns)


def count(text: str, kinds: list[str]) -> Any:
    """Select of the number of hits."""
    return Search.select(pw.fn.COUNT(Search.rowid)).where(matches(text) & Search.kind.in_(kinds))


def as_beginning(text: str) -> str:
    """A text whose last word may be unfinished."""
    return text if text.endswith(("*", '"', " ")) else f"{text}*"


def highlight(text: str, columns: Sequence[str]) -> tuple[str, str]:
    """The column that a hit was found in, and its words around there as safe HTML, what was asked for in `<mark>`."""
    asked = phrases(text)
    normal = [unicodedata.normalize("NFC", column or "") for column in columns]
    for name, column in zip(COLUMNS, normal, strict=True):
        words = list(WORD.finditer(column))
        if marked := _marked([folded(word[0]) for word in words], asked):
            return name, _snippet(column, words, marked)
    return "name", _snippet(normal[0], list(WORD.finditer(normal[0])), set())


def _marked(words: list[str], asked: list[tuple[list[str], bool]]) -> set[int]:
    """Which of a column's words are among what was asked for."""
    found: set[int] = set()
    for phrase, open in asked:
        *before, last = phrase
        for start in range(len(words) - len(before)):
            end = start + len(before)
            if words[start:end] == before and (words[end].startswith(last) if open else words[end] == last):
                found.update(range(start, end + 1))
    return found


def _snippet(text: str, words: list[re.Match[str]], marked: set[int]) -> str:
    first = max(0, min(marked, default=0) - BEFORE)
    shown = range(first, min(first + SHOWN, len(words)))
    at = words[first].start() if first else 0
    end = words[shown[-1]].end() if shown and shown[-1] < len(words) - 1 else len(text)
    out = ["…"] if at else []
    for n in shown:
        if n in marked:
            out += [html.escape(text[at : words[n].start()], quote=False), f"<mark>{html.escape(words[n][0])}</mark>"]
            at = words[n].end()
    return "".join([*out, html.escape(text[at:end], quote=False), "…" if end < len(text) else ""])


def words(texts: Iterator[str]) -> str:
    """Texts as one column, parts kept apart."""
    return " · ".join(texts)


# PostgreSQL's table: the same columns as FTS5's, and the words with their places; its indexes come after its rows.
TABLE = """CREATE TABLE search (rowid bigint PRIMARY KEY, kind text COLLATE "C" NOT NULL, record bigint NOT NULL,
name text NOT NULL, aliases text NOT NULL, text text NOT NULL, related text NOT NULL, words tsvector NOT NULL)"""
AFTER = "CREATE INDEX ON search USING gin (words)"


def vector(columns: Iterable[str]) -> str:
    """The words of all columns as a tsvector, each labelled with its column; no phrase goes from one column to the next."""
    found, place = [], 0
    for label, column in zip(LABELS.values(), columns, strict=True):
        for word in WORD.findall(folded(column)):
            place += 1
            found.append(f"'{word[:LONGEST]}':{min(place, FARTHEST)}{label}")
        place += 1
    return " ".join(found)

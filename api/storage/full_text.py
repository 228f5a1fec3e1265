"""Full-text search: one table of every record's words, and queries on it, for FTS5 in SQLite and `tsvector` in PostgreSQL.

Both match the same records and rank them by formulas of their own. Any text is a valid query: it is read as words, never
as query syntax.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import peewee as pw
from playhouse.sqlite_ext import FTS5Model, SearchField

# The columns and their weights: a record's name, its other names, its prose, the names of what it refers to.
COLUMNS = {"name": 10.0, "aliases": 8.0, "text": 3.0, "related": 1.0}
LABELS = dict(zip(COLUMNS, "ABCD", strict=True))  # the weights' labels in a tsvector
PART = re.compile(r'"([^"]*)"?|(\S+)')
WORD = re.compile(r"[^\W_]+", re.UNICODE)
SHOWN, BEFORE = 24, 4  # words of a snippet, and how many of them precede the first match
MAX_WORD = 500  # characters of a word that are indexed
MAX_POSITION = 16_000  # a tsvector has no higher positions


class Search(FTS5Model):  # type: ignore[misc]
    """One row a record of every kind; `record` is its number (`seq`) within the kind."""

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
    """An expression with a form for each database; the query is compiled with the form of its database."""

    def __init__(self, sqlite: Any, postgresql: Any) -> None:
        self.sqlite, self.postgresql = sqlite, postgresql
        super().__init__()

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self.postgresql if ctx.state.param == "%s" else self.sqlite)


def folded(text: str) -> str:
    """A text without case and diacritics."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def phrases(text: str) -> list[tuple[list[str], bool]]:
    """The phrases of a user's text: folded words, and whether the last one is a prefix."""
    parsed = []
    for phrase, bare in PART.findall(text):
        words = [word[:MAX_WORD] for word in WORD.findall(folded(phrase or bare))]
        if words:
            parsed.append((words, bare.endswith("*")))
    return parsed


def matches(text: str, columns: tuple[str, ...] = tuple(COLUMNS)) -> Any:
    """The condition that a row has all words of a text in some of these columns. A text without a word matches nothing."""
    terms = phrases(text)
    fts5 = " ".join(f'"{" ".join(words)}"' + ("*" if open else "") for words, open in terms) or '""'
    labels = "".join(LABELS[column] for column in columns)

    def term(word: str, last: bool, open: bool) -> str:
        return f"'{word}':{'*' if last and open else ''}{labels}"

    tsquery = " & ".join(
        "(" + " <-> ".join(term(word, n == len(words), open) for n, word in enumerate(words, 1)) + ")" for words, open in terms
    )
    return Either(
        Search.match(f"{{{' '.join(columns)}}} : ({fts5})"), pw.Expression(pw.SQL("words"), "@@", pw.Cast(tsquery, "tsquery"))
    )


def matching(kind: str, text: str) -> Any:
    """Select of the numbers of a kind's records that have all words of `text`."""
    return Search.select(pw.Cast(Search.record, "integer")).where((Search.kind == kind) & matches(text))


def ranked(text: str, kinds: list[str]) -> Any:
    """Select of (kind, record, each column's text, rank) of all hits: exact names first, then by rank."""
    match = matches(text)
    shares = "{" + ",".join(str(weight / 10) for weight in reversed(COLUMNS.values())) + "}"
    rank = Either(
        pw.fn.bm25(Search._meta.entity, 0.0, 0.0, *COLUMNS.values()),
        pw.fn.ts_rank_cd(pw.Cast(shares, "real[]"), pw.SQL("words"), match.postgresql.rhs) * -1,
    )
    called = pw.fn.LOWER(Search.name) == text.lower()
    select = _shown(rank.alias("rank")).where(match & Search.kind.in_(kinds))
    return select.order_by(called.desc(), pw.SQL("rank"), Search.rowid)


def completing(text: str, kinds: list[str]) -> Any:
    """Select of (kind, record, each column's text) of records with these words in a name; the last word is a prefix.

    Names that begin with the text come first; within both groups, shorter names come first.
    """
    typed = text.rstrip("*").lower()
    begins = pw.fn.SUBSTR(pw.fn.LOWER(Search.name), 1, len(typed)) == typed
    match = matches(as_beginning(text), ("name", "aliases")) & Search.kind.in_(kinds)
    return _shown().where(match).order_by(begins.desc(), pw.fn.LENGTH(Search.name), Search.rowid)


def _shown(*columns: Any) -> Any:
    texts = (getattr(Search, column) for column in COLUMNS)
    return Search.select(Search.kind, pw.Cast(Search.record, "integer"), *texts, *columns)


def count(text: str, kinds: list[str]) -> Any:
    """Select of the number of hits."""
    return Search.select(pw.fn.COUNT(Search.rowid)).where(matches(text) & Search.kind.in_(kinds))


def as_beginning(text: str) -> str:
    """The text with its last word as a prefix."""
    return text if text.endswith(("*", '"', " ")) else f"{text}*"


def highlight(text: str, columns: Sequence[str]) -> tuple[str, str]:
    """The first column that matches, and an excerpt of it as escaped HTML with the matches in `<mark>`."""
    terms = phrases(text)
    normal = [unicodedata.normalize("NFC", column or "") for column in columns]
    for name, column in zip(COLUMNS, normal, strict=True):
        words = list(WORD.finditer(column))
        if marked := _marked([folded(word[0]) for word in words], terms):
            return name, _snippet(column, words, marked)
    return "name", _snippet(normal[0], list(WORD.finditer(normal[0])), set())


def _marked(words: list[str], terms: list[tuple[list[str], bool]]) -> set[int]:
    """The positions of a column's words that match one of the phrases."""
    marked: set[int] = set()
    for phrase, open in terms:
        *before, last = phrase
        for start in range(len(words) - len(before)):
            end = start + len(before)
            if words[start:end] == before and (words[end].startswith(last) if open else words[end] == last):
                marked.update(range(start, end + 1))
    return marked


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
    """Several texts as the text of one column, separated."""
    return " · ".join(texts)


# PostgreSQL's table: the columns of FTS5's, and the tsvector; the index is created after the rows.
TABLE = """CREATE TABLE search (rowid bigint PRIMARY KEY, kind text COLLATE "C" NOT NULL, record bigint NOT NULL,
name text NOT NULL, aliases text NOT NULL, text text NOT NULL, related text NOT NULL, words tsvector NOT NULL)"""
AFTER = "CREATE INDEX ON search USING gin (words)"


def vector(columns: Iterable[str]) -> str:
    """The words of all columns as the text of a tsvector, labelled by column; no phrase spans two columns."""
    lexemes, place = [], 0
    for label, column in zip(LABELS.values(), columns, strict=True):
        for word in WORD.findall(folded(column)):
            place += 1
            lexemes.append(f"'{word[:MAX_WORD]}':{min(place, MAX_POSITION)}{label}")
        place += 1
    return " ".join(lexemes)

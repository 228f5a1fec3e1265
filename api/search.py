"""Full text: one table of every record's words, and how a user's text is looked up in it.

SQLite's FTS5; its tokenizer folds case and diacritics. Whatever a user types is valid: it is read as words, never as
query syntax.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

import peewee as pw
from playhouse.sqlite_ext import FTS5Model, SearchField

# What counts more where it is found: a record's own name, its other names, its prose, the names of what it refers to.
COLUMNS = {"name": 10.0, "aliases": 8.0, "text": 3.0, "related": 1.0}
MARK, UNMARK = "\ue000", "\ue001"
PART = re.compile(r'"([^"]*)"?|(\S+)')
WORD = re.compile(r"\w+", re.UNICODE)


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
        options = {"tokenize": "unicode61 remove_diacritics 2", "prefix": "'2 3'"}


def expression(text: str) -> str:
    """A user's text as a match expression: all words, phrases together, a trailing `*` as a prefix.

    A text without any word matches nothing.
    """
    found = []
    for phrase, bare in PART.findall(text):
        words = WORD.findall(phrase or bare)
        if words:
            found.append(f'"{" ".join(words)}"' + ("*" if bare.endswith("*") else ""))
    return " ".join(found) or '""'


def matching(kind: str, text: str) -> Any:
    """The numbers of a kind's records that hold all the words of `text`."""
    return Search.select(pw.Cast(Search.record, "integer")).where((Search.kind == kind) & Search.match(expression(text)))


def ranked(text: str, kinds: list[str], columns: tuple[str, ...] = tuple(COLUMNS)) -> Any:
    """Select of (kind, record, rank, snippets of each column) for all hits, best first. The rank is negative."""
    weights = [COLUMNS[column] if column in columns else 0.0 for column in COLUMNS]
    rank = pw.fn.bm25(Search._meta.entity, 0.0, 0.0, *weights)
    snippets = [getattr(Search, column).snippet(MARK, UNMARK, "…", 24) for column in COLUMNS]
    only = "" if columns == tuple(COLUMNS) else f"{{{' '.join(columns)}}} : "
    hits = Search.match(f"{only}({expression(text)})" if only else expression(text))
    select = Search.select(Search.kind, pw.Cast(Search.record, "integer"), rank.alias("rank"), *snippets).where(hits)
    return select.where(Search.kind.in_(kinds)).order_by(pw.SQL("rank"), Search.rowid)


def count(text: str, kinds: list[str]) -> Any:
    """Select of the number of hits."""
    return Search.select(pw.fn.COUNT(Search.rowid)).where(Search.match(expression(text)) & Search.kind.in_(kinds))


def as_beginning(text: str) -> str:
    """A text whose last word may be unfinished."""
    return text if text.endswith(("*", '"', " ")) else f"{text}*"


def highlight(snippets: tuple[str, ...]) -> tuple[str, str]:
    """The column that a hit was found in, and its text as safe HTML with the words in `<mark>`."""
    column, text = next(((c, t) for c, t in zip(COLUMNS, snippets, strict=True) if t and MARK in t), ("name", snippets[0]))
    safe = html.escape(text or "", quote=False)
    return column, safe.replace(MARK, "<mark>").replace(UNMARK, "</mark>")


def words(texts: Iterator[str]) -> str:
    """Texts as one column: private marks removed, parts kept apart."""
    return " · ".join(text.replace(MARK, "").replace(UNMARK, "") for text in texts)

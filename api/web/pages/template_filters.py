"""The filters and tests of the templates."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from ...resources.doubt import date_words, exact
from ...schema.fields import Record
from ...schema.shape import Node
from .labels import label, words
from .record import is_date, is_reference, is_simple, place, present, spans


def install(app: Flask) -> None:
    """Gives the templates their filters."""
    plain = (date_words, exact, label, words, is_date, is_reference, is_simple, present, place, spans, number, has, head, by)
    app.jinja_env.filters.update({function.__name__: function for function in plain})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def number(value: float) -> str:
    """A number with its thousands apart."""
    return f"{value:,}"


def has(node: Node, *names: str) -> bool:
    """Whether a mapping has all these keys."""
    return {part.name for part in node.parts}.issuperset(names)


def head(node: Node) -> Node | None:
    """The part that an item is about: its first reference, or its first text."""
    required = [part for part in node.parts if part.required and not part.many and part.name != "citations"]
    references = [part for part in required if is_reference(part)]
    texts = [part for part in required if part.type == "string" and not part.values]
    return next(iter((*references, *texts, *required)), None)


def by(items: Iterable[Record], key: str) -> list[tuple[Any, list[Record]]]:
    """Items grouped by the value of a key, in the order in which the values first come."""
    groups: dict[Any, list[Record]] = {}
    for item in items:
        groups.setdefault(item[key], []).append(item)
    return list(groups.items())

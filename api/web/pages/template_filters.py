"""The filters of the templates."""

import re
from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

from flask import Flask
from markupsafe import Markup

from ...resources.brief import words
from ...resources.doubt import NO_PROOF
from ...schema.public_date import render
from . import entries, values
from .labels import in_language, label
from .pictured import figure

CODE = re.compile("`([^`]+)`")


def install(app: Flask) -> None:
    """Gives the templates their filters."""
    markup: tuple[Callable[..., str], ...] = (
        coded,
        in_language,
        values.also_as,
        values.full_date,
        values.doubted,
        entries.entries,
        figure,
        values.reference,
    )
    plain = (label, words, number, in_words, values.by)
    app.jinja_env.filters.update({function.__name__: function for function in (*plain, *map(as_markup, markup))})
    app.jinja_env.globals["no_proof"] = NO_PROOF
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def number(value: float) -> str:
    """A number with its thousands apart."""
    return f"{value:,}"


def in_words(text: str) -> str:
    """An EDTF date in words."""
    return str(render(text)["text"])


def coded(text: str) -> str:
    """A text of the contract, with what stands between backticks as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def as_markup(function: Callable[..., str]) -> Callable[..., Markup]:
    """A function that returns HTML, for templates, which escape what is not marked as such."""

    @wraps(function)
    def marked(*values: Any) -> Markup:
        return Markup(function(*values))  # noqa: S704  # each escapes what it shows

    return marked

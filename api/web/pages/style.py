"""The style sheet of all pages and of the pictures in them, and their two scripts, under addresses that change with them."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

from flask import Response

from ..addresses import mounted
from ..colours import coloured
from ..pictures.style import CSS
from ..request_parameters import loaded
from ..responses import constant

FILES = Path(__file__).parent.parent / "templates" / "pages"
DAY = "public, max-age=86400"


@cache
def plain(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8") + (CSS if name == "style.css" else "")


def text(name: str) -> str:
    """One of them, with the colours of the served dataset."""
    return coloured(plain(name), loaded())


@lru_cache(16)
def version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def address(name: str) -> str:
    """Where the pages find one of them."""
    return mounted(f"/{name}?{version(text(name))}")


def style() -> Response:
    return constant(text("style.css"), "text/css", DAY)


def script(name: str) -> Response:
    return constant(text(name), "text/javascript", DAY)

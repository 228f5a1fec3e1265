"""The style sheet of all pages and of the pictures in them, under an address that changes with it."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response

from ..addresses import mounted
from ..pictures.style import CSS
from .contract import constant

FILE = Path(__file__).parent.parent / "templates" / "pages" / "style.css"


@cache
def text() -> str:
    return FILE.read_text(encoding="utf-8") + CSS


@cache
def version() -> str:
    return hashlib.sha256(text().encode()).hexdigest()[:12]


def address() -> str:
    """Where the pages find the style sheet."""
    return mounted(f"/style.css?{version()}")


def style() -> Response:
    return constant(text(), "text/css", "public, max-age=86400")

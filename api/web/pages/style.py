"""The style sheet of all pages, under an address that changes with it."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response

from ..addresses import mounted
from ..colours import coloured
from ..request_parameters import loaded
from .contract import constant

FILE = Path(__file__).parent.parent / "templates" / "pages" / "style.css"


@cache
def plain() -> str:
    return FILE.read_text(encoding="utf-8")


def text() -> str:
    return coloured(plain(), loaded())


def address() -> str:
    """Where the pages find the style sheet."""
    return mounted(f"/style.css?{hashlib.sha256(text().encode()).hexdigest()[:12]}")


def style() -> Response:
    return constant(text(), "text/css", "public, max-age=86400")

"""Records that the texts of another name by their titles, in quotation marks."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from ...resources import BY_KIND
from ...storage.release import Release

QUOTED = re.compile(r'\\"([^"\\]+)\\"')  # in a document as JSON text
TITLED = ("events", "agreements")  # kinds whose records are named so


def mentioned(release: Release, text: str) -> dict[str, str]:
    """The titles in a document that other records have, each with the kind and id of its record: `events/2021-06-16-...`."""
    titles, found = {title.casefold() for title in QUOTED.findall(text)}, dict[str, str]()
    for kind in TITLED if titles else ():
        model: Any = BY_KIND[kind].model
        rows = release.rows(model.select(model.called, model.id).where(model.title.in_(sorted(titles))))
        found |= {title: f"{kind}/{id}" for title, id in rows}
    return found


def linked(html: str, named: Mapping[str, str], base: str, pin: str) -> str:
    """A text as HTML in which these titles lead to their records."""
    for title, record in named.items():
        said = f"&quot;{escape(title)}&quot;"
        html = html.replace(said, f'<a href="{base}/{record}{pin}">{said}</a>')
    return html

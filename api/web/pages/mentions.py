"""Records that the texts of another name by their titles, in quotation marks."""

import re
from collections.abc import Mapping
from html import escape

from ...storage.release import Release, placeholders

QUOTED = re.compile(r'\\"([^"\\]+)\\"')  # in a document as JSON text
TITLED = ("events", "agreements")  # kinds whose records are named so, and their tables


def mentioned(release: Release, text: str) -> dict[str, str]:
    """The titles in a document that other records have, each with the kind and id of its record: `events/2021-06-16-...`."""
    titles = sorted({title.casefold() for title in QUOTED.findall(text)})
    if not titles:
        return {}
    one = 'SELECT "called", \'{0}/\' || "id" FROM "{0}" WHERE "title" IN ({1})'
    return dict(release.execute(" UNION ALL ".join(one.format(kind, placeholders(titles)) for kind in TITLED), *titles, *titles))


def linked(html: str, named: Mapping[str, str], base: str, pin: str) -> str:
    """A text as HTML in which these titles lead to their records."""
    for title, record in named.items():
        said = f"&quot;{escape(title)}&quot;"
        html = html.replace(said, f'<a class="quoted" href="{base}/{record}{pin}">{said}</a>')
    return html

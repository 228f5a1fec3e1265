"""The picture that a page shows: of what a list finds, or of one record."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from ..addresses import mounted
from ..pictures.drawings import DRAWINGS

CROWD = 200  # records, of which more are no marks that can be told apart: they are counted by year


def picture(kind: str, asked: Mapping[str, str], found: int = 0) -> str | None:
    """The address of the picture of what filters find of a kind, or of records that are named; None without one."""
    fitting = [name for name, drawing in DRAWINGS.items() if drawing.kind == kind and (not drawing.needs_ids or "ids" in asked)]
    name = "years" if found > CROWD and "years" in fitting else next(iter(fitting), None)
    query = urlencode(asked, safe=",:")
    return mounted(f"/pictures/{name}.svg{f'?{query}' if query else ''}") if name else None


def figure(address: str | None, what: str, later: bool = False) -> str:
    """A picture as it fits the screen, which leads to its page; nothing without one. `later`: once it is scrolled to."""
    if not address:
        return ""
    source, loading = escape(address), " loading=lazy" if later else ""
    sized = f"{source}{'&amp;' if '?' in source else '?'}width="
    return (
        f'<figure class="figure"><a href="{source.replace(".svg", "", 1)}"><picture>'
        f'<source media="(max-width: 34rem)" srcset="{sized}360"><source media="(max-width: 50rem)" srcset="{sized}640">'
        f'<img src="{source}" alt="{escape(what)}; the picture itself has a table of what it shows."{loading}>'
        "</picture></a></figure>"
    )

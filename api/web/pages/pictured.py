"""The picture that a page shows: of what a list finds, or of one record."""

from collections.abc import Mapping
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

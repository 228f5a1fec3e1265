"""Who held an office in a year, where both are among the words of a search: `who was ambassador in 1985`."""

import re
from collections.abc import Sequence

from ..resources import INDEXES
from ..resources.actors import ACTORS
from ..resources.search_texts import KINDS, class_of, place
from ..storage import full_text
from ..storage.analysis import stems
from ..storage.phrases import WordQuery
from ..storage.release import Release

YEAR = re.compile("[12][0-9]{3}")
KIND = KINDS.index(ACTORS.kind)


def holders(release: Release, query: WordQuery, kinds: Sequence[int]) -> list[int]:
    """The rows of the actors who may have held one of the offices with all words of a query in the year that it names."""
    words = {stem for group in query.groups for stem in group[0].stems}
    years = [word for word in words if YEAR.fullmatch(word)]
    if len(years) != 1 or (kinds and KIND not in kinds):
        return []
    (year,), table, model = years, INDEXES[ACTORS.kind, "role_on"], ACTORS.model
    titles = [title for title in _titles(release) if _is_meant(release, title, words - {year})]
    held = (table.value.in_(titles)) & (table.earliest <= f"{year}-12-31") & (table.latest >= f"{year}-01-01")
    actors = model.select(model.seq, model.called).where(model.seq.in_(table.select(table.record).where(held)))
    rows = release.rows(actors.order_by(model.seq)) if titles else []
    return [full_text.number(place(ACTORS.kind, seq), KIND, len(stems(called)), class_of(ACTORS.kind)) for seq, called in rows]


def _titles(release: Release) -> list[str]:
    table = INDEXES[ACTORS.kind, "role_on"]
    return release.once("titles of offices", lambda: [title for (title,) in release.rows(table.select(table.value).distinct())])


def _is_meant(release: Release, title: str, words: set[str]) -> bool:
    """Whether words are those of a title, its first among them: `Soviet Union` names no office."""
    line = " ".join(stems(title))
    has = set(full_text.with_equivalents(line, tuple(release.about["equivalents"])).split())
    return line.split()[0] in words and words <= has

"""The entries of records in lists, as HTML: each is written once for a release, and for the addresses in it."""

from collections.abc import Iterable, Mapping
from html import escape

from ...resources.brief import Brief, read
from ...storage.release import Release
from .values import Sheet, date, doubted, reference

LEVEL = 3  # of the headings of entries below that of a section


def entry(sheet: Sheet, item: Brief, level: int = LEVEL, text: str = "") -> str:
    """A record in a list, with a text about it where there is one."""
    line = [f"{item.act} {date(item.date)}".lstrip() if item.date else item.act, *map(escape, item.line)]
    about = f'\n<p class="about">{escape(text)}</p>' if text else ""
    name = reference(sheet, item.kind, {"id": item.id, "name": item.name})
    return (
        f'<li class="entry"><h{level}>{name}{doubted(item.doubts)}</h{level}>\n'
        f'<p class="dim">{" · ".join(filter(None, line))}</p>{about}</li>\n'
    )


def entries(sheet: Sheet, items: Iterable[Brief], level: int = LEVEL) -> str:
    return "".join([entry(sheet, item, level) for item in items])


def entries_of(release: Release, sheet: Sheet, briefs: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """The entries of records by what names each; `briefs` are their kinds, ids, names and stored briefs."""
    return release.once_each(
        f"entry {sheet.base}{sheet.pin} ",
        briefs,
        lambda missing: {name: entry(sheet, read(*briefs[name])) for name in missing},
    )

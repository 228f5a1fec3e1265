"""The entries of records in lists, as HTML: each is written once for a release, and for the addresses in it."""

import json
from collections.abc import Iterable, Mapping
from html import escape

from ...resources import BY_KIND
from ...storage.release import Release, placeholders
from .brief import Brief, brief
from .values import Sheet, date, doubted, reference

LEVEL = 3  # of the headings of entries below that of a section
DOCUMENTS = "SELECT '{kind}', seq, document FROM {table} WHERE seq IN ({marks})"


def entry(sheet: Sheet, item: Brief, level: int) -> str:
    """A record in a list."""
    line = [f"{item.act} {date(item.date)}".lstrip() if item.date else item.act, *map(escape, item.line)]
    text = f'\n<p class="about">{escape(item.text)}</p>' if item.text else ""
    name = reference(sheet, item.kind, {"id": item.id, "name": item.name})
    return (
        f'<li class="entry"><h{level}>{name}{doubted(item.doubts)}</h{level}>\n'
        f'<p class="dim">{" · ".join(filter(None, line))}</p>{text}</li>\n'
    )


def entries(sheet: Sheet, items: Iterable[Brief], level: int = LEVEL) -> str:
    return "".join(entry(sheet, item, level) for item in items)


def entries_of(release: Release, sheet: Sheet, records: Iterable[str]) -> Mapping[str, str]:
    """The entries of records, each named by its kind and number; those that are not known yet are read by one statement."""

    def read(missing: list[str]) -> dict[str, str]:
        numbers: dict[str, list[int]] = {}
        for kind, number in map(str.split, missing):
            numbers.setdefault(kind, []).append(int(number))
        tables = {kind: BY_KIND[kind].model._meta.table_name for kind in numbers}
        every = [DOCUMENTS.format(kind=kind, table=tables[kind], marks=placeholders(of)) for kind, of in numbers.items()]
        rows = release.execute(" UNION ALL ".join(every), *(number for of in numbers.values() for number in of))
        return {f"{kind} {number}": entry(sheet, brief(BY_KIND[kind], json.loads(text)), LEVEL) for kind, number, text in rows}

    return release.once_each(f"entry {sheet.base}{sheet.pin} ", records, read)

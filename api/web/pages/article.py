"""The lists on a record's page: its texts, what refers to it, the sources that it cites, its history."""

from collections.abc import Sequence
from html import escape

from ...resources.brief import Brief, read
from ...schema.fields import Record
from ...storage.release import Release, placeholders
from .labels import label
from .notes import Note
from .related import RelatedList
from .values import Sheet, date, marks, reference

HISTORY = "SELECT version, released, change, keys FROM changes WHERE kind = ? AND id = ? ORDER BY seq DESC"


def lead(sheet: Sheet, texts: Sequence[tuple[str, str]], citations: Sequence[Record]) -> str:
    """The texts under the title; the last one has the marks of the record, unless it is a quote."""
    written = [
        f"<blockquote><p>{escape(text)}</p></blockquote>\n" if name == "quote" else f'<p class="lead">{escape(text)}</p>\n'
        for name, text in texts
    ]
    if texts and texts[-1][0] != "quote":
        written[-1] = f'<p class="lead">{escape(texts[-1][1])}{marks(sheet, citations)}</p>\n'
    return "".join(written)


def referring(sheet: Sheet, lists: Sequence[RelatedList]) -> str:
    """The lists of what refers to a record, each with the address of the whole."""
    return "".join([_referring(sheet, list) for list in lists])


def _referring(sheet: Sheet, list: RelatedList) -> str:
    address, total, what = f"{sheet.base}{list.href}{sheet.pin.replace('?', '&amp;')}", f"{list.total:,}", escape(list.what)
    every = f'All {total} {list.title.lower()}<span class="unseen">: {what}</span>'
    return (
        f'<section class="related">\n<h2>{list.title} <span class="count">{total}</span> '
        f'<span class="dim">{what}</span></h2>\n<ul class="entries">{"".join(list.entries)}</ul>\n'
        + (f'<p><a href="{address}">{every}</a></p>\n' if list.total > len(list.entries) else "")
        + "</section>\n"
    )


def sources(sheet: Sheet, release: Release, notes: Sequence[Note]) -> str:
    """The sources that a page cites, each with who published it and when, and the places in it."""

    def missing(ids: list[str]) -> dict[str, str]:
        select = f"SELECT id, called, brief FROM sources WHERE id IN ({placeholders(ids)})"  # noqa: S608  # marks alone
        return {id: _published(read("sources", id, *columns)) for id, *columns in release.execute(select, *ids)}

    known = release.once_each("published ", (note.source["id"] for note in notes), missing)
    return "".join(
        [
            f'<li id="source-{note.number}">{reference(sheet, "sources", note.source)}{known[note.source["id"]]}'
            f"{': ' if note.places else ''}{escape('; '.join(note.places))}</li>\n"
            for note in notes
        ]
    )


def _published(source: Brief) -> str:
    *publisher, _ = source.line  # which ends with the kind
    said = [*(escape(by) for by in publisher if by not in source.name), *([date(source.date)] if source.date else ())]
    return "".join(f", {part}" for part in said)


def history(release: Release, kind: str, id: str) -> str:
    """The releases in which a record changed, and in which of its keys."""

    def said(version: str, released: str, change: str, keys: str) -> str:
        of = f": {', '.join(map(label, keys.split(',')))}" if keys else ""
        return f"<li>{version} ({released}): {change}{of}</li>\n"

    return "".join([said(*row) for row in release.execute(HISTORY, kind, id)])

"""The public form of what a search has found: the records, each with an excerpt of the text that matches."""

import json
from collections.abc import Iterable, Sequence

from ..resources import BY_KIND, search_texts
from ..resources.search_texts import KINDS, NAMED, Texts, misspellings, other_names, texts
from ..schema.fields import Record
from ..storage import full_text, highlight
from ..storage.phrases import Group, Phrase
from ..storage.release import Release
from . import addresses


def as_hits(release: Release, groups: Sequence[Group], rows: Iterable[int]) -> list[Record]:
    """Rows of the full-text index as public hits; one select a kind reads the documents."""
    records = [_record(row) for row in rows]
    documents = _documents(release, records)
    groups = [(*group, *_alike(release, group)) for group in groups]
    hits = []
    for kind, number in records:
        document = documents[kind, number]
        found = texts(BY_KIND[kind], document)
        misspelt = misspellings(document)
        found = found._replace(aliases=[misspelt.get(name, name) for name in found.aliases])
        field, excerpt = _shown(release, groups, found)
        about = {"kind": kind, "id": document["id"], "name": found.name}
        hits.append({**about, "field": field, "highlight": excerpt, "href": addresses.item(kind, document["id"])})
    return hits


def _alike(release: Release, group: Group) -> Iterable[Phrase]:
    """What is taken for one of the phrases of a group."""
    for words in full_text.equivalents(tuple(release.about["equivalents"])):
        if any(f" {' '.join(phrase.stems)} " in words for phrase in group):
            yield from (Phrase(tuple(other.split())) for other in words)


def _record(row: int) -> tuple[str, int]:
    """The kind of a row's record, and its number in the kind."""
    place, within = full_text.place(row)
    return KINDS[place], search_texts.place(KINDS[place], within)


def _documents(release: Release, records: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Record]:
    numbers: dict[str, list[int]] = {}
    for kind, number in records:
        numbers.setdefault(kind, []).append(number)
    found = {}
    for kind, wanted in numbers.items():
        model = BY_KIND[kind].model
        for number, document in release.rows(model.select(model.seq, model.document).where(model.seq.in_(wanted))):
            found[kind, number] = json.loads(document)
    return found


def _shown(release: Release, groups: Sequence[Group], found: Texts) -> tuple[str, str]:
    """The column of which most was asked for, and an excerpt of it."""
    related = [f"{name} ({', '.join(offices)})" if offices else name for name, offices in found.related.values()]
    columns = {"name": [found.name], "aliases": found.aliases, "text": found.text, "related": related}
    most, field, excerpt = 0, "name", ""
    for column, its_texts in columns.items():
        count, marked = highlight.best(its_texts, groups)
        if count > most:
            most, field, excerpt = count, column, marked
        if most == len(groups):
            break
    if not most:
        most, excerpt = highlight.best(_under_other_names(release, found), groups)
        field = "related" if most else field
    return field, excerpt if most else highlight.plain(found.name)


def _under_other_names(release: Release, found: Texts) -> Iterable[str]:
    """What a record refers to, each with one of its other names."""
    for (kind, id), (name, _) in found.related.items():
        if kind in NAMED:
            yield from (f"{name} ({other})" for other in _other_names(release, kind, id))


def _other_names(release: Release, kind: str, id: str) -> list[str]:
    def read() -> list[str]:
        model = BY_KIND[kind].model
        document = json.loads(release.scalar(model.select(model.document).where(model.id == id)))
        misspelt = misspellings(document)
        return [f"misspelt {name}" if name in misspelt else name for name in other_names(document)]

    return release.once(f"other names of {kind}/{id}", read)


def words(release: Release, groups: Iterable[Group], kind: str, document: Record) -> list[str]:
    """What a record has of what was asked for, as it writes it."""
    found = texts(BY_KIND[kind], document)
    return [span for group in groups if (span := _written(release, found, (*group, *_alike(release, group))))]


def written(release: Release, row: int, phrases: Iterable[Phrase]) -> str | None:
    """The first of the phrases as the record of a row writes it."""
    record = _record(row)
    return _written(release, texts(BY_KIND[record[0]], _documents(release, [record])[record]), phrases)


def _written(release: Release, found: Texts, phrases: Iterable[Phrase]) -> str | None:
    related = (name for name, _ in found.related.values())
    for text in (found.name, *found.aliases, *found.text, *related, *_under_other_names(release, found)):
        for phrase in phrases:
            if span := highlight.first(text, phrase):
                return span
    return None

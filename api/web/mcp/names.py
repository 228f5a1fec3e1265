"""From the names that an assistant knows to the ids that filters take; what a name was taken for is always said."""

import json
from collections.abc import Iterable, Iterator

from ...query.parsing import InvalidParameters
from ...resources import BY_KIND
from ...resources.filters import Terms
from ...resources.resource import Resource
from ...resources.search_texts import KINDS, other_names
from ...resources.search_texts import place as place_of
from ...schema.errors import Fault
from ...schema.fields import Record, is_id
from ...storage import full_text, ranking
from ...storage.analysis import normal, stems
from ...storage.phrases import parse
from ...storage.release import Release
from ..finding import found as search
from ..hits import as_hits

MOST, FEW_NEAR = 12, 6  # records among which a name is looked for, and that are named where none is called so
Strings = dict[str, list[str]]


def with_ids(release: Release, resource: Resource, strings: Strings) -> tuple[Strings, dict[str, str]]:
    """Parameters with ids in the place of names, and what each name was taken for. Raises UnclearName for one of several."""
    read: dict[str, str] = {}
    kinds = {
        name: filter.kind
        for filter in resource.filters
        if isinstance(filter, Terms) and filter.kind
        for name in filter.parameters()
    }
    changed = {
        name: list(_each(release, name, kinds[name], values, read)) if name in kinds else values
        for name, values in strings.items()
    }
    return changed, read


def _each(release: Release, name: str, kind: str, values: Iterable[str], read: dict[str, str]) -> Iterator[str]:
    for value in values:
        for part in [value] if meant(release, name, kind, value) else value.split(","):
            found = meant(release, name, kind, part.strip())
            if not found and not is_id(part.strip()):
                told = f"none of the {kind} is called {part.strip()!r}; {near(release, part, kind)}"
                raise UnclearName([Fault((name,), told)])
            if found and found["id"] != part.strip():
                read[part.strip()] = f"{kind}/{found['id']} ({BY_KIND[kind].name(found)})"
            yield found["id"] if found else part.strip()


def meant(release: Release, name: str, kind: str, text: str) -> Record | None:
    """The record of a kind with this id or name; None if there is none. Raises UnclearName if there are several.

    A name that one record has as it stands is that record, unless it is a person's other name and others are called so, too.
    Of several in one of whose names its words stand, it is the only one in whose first name they do.
    """
    model = BY_KIND[kind].model
    if is_id(text) and (document := release.scalar(model.select(model.document).where(model.id == text))):
        found: Record = json.loads(document)
        return found
    called = list(_called(release, kind, text))
    asked = normal(text).casefold()
    exact = [record for record in called if asked in _names(kind, record)]
    if len(exact) == 1 and (
        len(called) == 1 or exact[0].get("kind") != "person" or normal(BY_KIND[kind].name(exact[0])).casefold() == asked
    ):
        return exact[0]
    first = [record for record in called if set(stems(text)) <= set(stems(BY_KIND[kind].name(record)))]
    if len(called) > 1 and len(first) != 1:
        ids = tuple(record["id"] for record in called)
        told = "; ".join(f"{record['id']} ({BY_KIND[kind].name(record)})" for record in called)
        raise UnclearName([Fault((name,), f"{text!r} may be any of these {kind}: {told}", ids)])
    return next(iter(first or called), None)


def _names(kind: str, record: Record) -> set[str]:
    return {normal(name).casefold() for name in (BY_KIND[kind].name(record), *other_names(record))}


def _called(release: Release, kind: str, text: str) -> Iterator[Record]:
    """The records of a kind in whose names all words stand, best first."""
    query = parse(text)
    if not query.groups:
        return
    rows = ranking.ranked(release, query, [KINDS.index(kind)], MOST, ranking.NAMES)
    numbers = [place_of(kind, full_text.place(row)[1]) for row in rows]
    yield from map(json.loads, release.documents(BY_KIND[kind].model._meta.table_name, numbers))


def near(release: Release, text: str, kind: str | None = None) -> str:
    """The records that have the words of a text, or most of them, in words."""
    nearest = search(release, text, [KINDS.index(kind)] if kind else [], FEW_NEAR)
    hits = as_hits(release, nearest.groups, nearest.rows[:FEW_NEAR])
    named = "; ".join(f"{hit['id'] if kind else hit['kind'] + '/' + hit['id']} ({hit['name']})" for hit in hits)
    return f"near are {named}" if named else "nothing comes near"


class UnclearName(InvalidParameters):
    """A name that several records have, or none."""

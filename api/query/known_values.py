"""Values of filters that do not occur in a release: an unknown id is an error, not an empty list."""

from collections.abc import Iterable, Iterator
from typing import Any

from ..problems import nearest
from ..resources import BY_KIND, INDEXES
from ..resources.filters import Filter, Ids, InForce, OnDay, Terms, names
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..schema.query_fields import PartyDay
from ..storage.release import Release
from .parsing import Values
from .record_sets import of_values

MOST_COMPARED = 5000  # values among which a suggestion is looked for
MOST_LISTED = 40  # values that are listed as `allowed`


def unknown_values(resource: Resource, values: Values, release: Release, filters: Iterable[Filter]) -> list[Fault]:
    """An error for every value of these filters that the release does not know; what is known is remembered."""
    errors: list[Fault] = []
    for filter in filters:
        used = [name for name in names(filter) if name in values]
        if isinstance(filter, Ids):
            errors += _unknown(release, filter.name, values[filter.name], resource.model.id, resource.kind)
        elif isinstance(filter, Terms) and (filter.kind or not (filter.choices or filter.term)):
            column = BY_KIND[filter.kind].model.id if filter.kind else INDEXES[resource.kind, filter.name].value
            for name in used:
                known = of_values(release, resource.kind, filter.name, values[name]) if resource.kind in BY_KIND else {}
                if rest := [value for value in values[name] if not known.get(value)]:
                    errors += _unknown(release, name, rest, column, filter.kind)
        elif isinstance(filter, InForce):
            column = BY_KIND["actors"].model.id
            for name in used:
                if name != filter.name:
                    actors = sorted({PartyDay.parts(pair)[0] for pair in values[name]})
                    errors += _unknown(release, name, actors, column, "actors")
        elif isinstance(filter, OnDay) and filter.word in values:
            column = INDEXES[resource.kind, filter.name].value
            errors += _unknown(release, filter.word, values[filter.word], column)
    return errors


def _unknown(release: Release, name: str, values: list[str], column: Any, kind: str | None = None) -> Iterator[Fault]:
    """An error for each of these values that is not in the column; `kind` is given if they are ids of that kind."""
    key = f"{column.model._meta.table_name}.{column.column_name} {','.join(values)}"
    select = column.model.select(column).where(column.in_(values)).distinct()
    known = {value for (value,) in release.once(key, lambda: release.rows(select))}
    if known >= set(values):
        return
    every = [value for (value,) in release.rows(column.model.select(column).distinct().order_by(column).limit(MOST_COMPARED))]
    allowed = tuple(every) if len(every) <= MOST_LISTED else ()
    for value in values:
        if value not in known:
            message = f"{value!r} is not among the {kind}" if kind else f"no record has {value!r}"
            yield Fault((name,), message, allowed, nearest(value, every))

"""Counting: the values of filters over what a query finds, singly (facets) or several together (aggregates)."""

from collections.abc import Mapping
from urllib.parse import urlencode

import peewee as pw

from ..resources import BY_KIND, INDEXES
from ..resources.filters import Terms
from ..schema.errors import Fault
from ..schema.fields import Record
from ..storage.store import Release
from .query import Query, refuse

MOST_VALUES = 100
MOST_GROUPS = 10_000


def facets(query: Query, release: Release, args: Mapping[str, str], base: str) -> Record:
    """For each facet asked for, its values with counts, most frequent first, and the URL that narrows to each."""
    return {name: _facet(query, release, name, args, base) for name in query.asked["facets"]}


def _facet(query: Query, release: Release, name: str, args: Mapping[str, str], base: str) -> list[Record]:
    table = INDEXES[query.resource.kind, name]
    filter = _terms(query, name)
    found = query.filtered(query.resource.model.seq)
    count = pw.fn.COUNT(table.record)
    select = table.select(table.value, count).where(table.record.in_(found)).group_by(table.value)
    select = select.order_by(count.desc(), table.value).limit(MOST_VALUES)
    rows = release.once(f"{name} of {query.found}", lambda: release.rows(select))
    names = _names(release, filter, [value for value, _ in rows])
    kept = {key: value for key, value in args.items() if key not in ("cursor", "facets", "format")}
    return [
        {
            "value": value,
            "name": names.get(value),
            "count": count,
            "href": f"{base}?{urlencode(_narrow(filter, kept, value), safe=',')}",
        }
        for value, count in rows
    ]


def _narrow(filter: Terms, args: Mapping[str, str], value: str) -> dict[str, str]:
    """The same query with one more condition: that a record has this value."""
    if filter.single or filter.name not in args:
        return {**args, filter.name: value}
    every = f"{filter.name}_all"
    return {**args, every: ",".join([*filter_values(args.get(every)), value])}


def filter_values(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _terms(query: Query, name: str) -> Terms:
    return next(filter for filter in query.resource.filters if isinstance(filter, Terms) and filter.name == name)


def _names(release: Release, filter: Terms, values: list[str]) -> dict[str, str]:
    """What records are called, where the values of a filter are ids."""
    if not filter.kind:
        return {}
    model = BY_KIND[filter.kind].model
    return dict(release.rows(model.select(model.id, model.called).where(model.id.in_(values))))


def aggregate(query: Query, release: Release) -> list[Record]:
    """The number of records for each combination of values of the filters in `by`; null stands for no value.

    Raises a 400 Problem where there are more combinations than can be listed.
    """
    model, by = query.resource.model, query.asked["by"]
    tables = [INDEXES[query.resource.kind, name].alias() for name in by]
    columns = [table.value for table in tables]
    count = pw.fn.COUNT(model.seq)
    select = query.filtered(*columns, count)
    for table in tables:
        select = select.join(table, pw.JOIN.LEFT_OUTER, on=(table.record == model.seq)).switch(model)
    select = (
        select.group_by(*columns)
        .order_by(count.desc(), *(column.asc(nulls="first") for column in columns))
        .limit(MOST_GROUPS + 1)
    )
    rows = release.rows(select)
    if len(rows) > MOST_GROUPS:
        raise refuse([Fault(("by",), f"gives more than {MOST_GROUPS:,} groups; filter first, or group by less")])
    return [{**dict(zip(by, row, strict=False)), "count": row[-1]} for row in rows]

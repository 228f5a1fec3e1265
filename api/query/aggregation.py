"""Counting records by the values of filters: by one filter (facets) or by several together (aggregates)."""

from collections.abc import Mapping
from urllib.parse import urlencode

import peewee as pw

from ..resources import BY_KIND, INDEXES
from ..resources.filters import Terms
from ..schema.errors import Fault
from ..schema.fields import Record
from ..storage.release import Release
from .parsing import InvalidParameters
from .planner import plan
from .query import Query

MOST_VALUES = 100
MOST_GROUPS = 10_000


def facets(query: Query, args: Mapping[str, str], base: str) -> Record:
    """For each filter in `facets`, its values with counts, most frequent first, and the URL that narrows to each.

    `args` are the parameters as they were sent to the address `base`.
    """
    return {name: _facet(query, name, args, base) for name in query.values["facets"]}


def _facet(query: Query, name: str, args: Mapping[str, str], base: str) -> list[Record]:
    table, filter, planned = INDEXES[query.resource.kind, name], _terms(query, name), plan(query)
    count = pw.fn.COUNT(table.record)
    select = table.select(table.value, count).where(table.record.in_(planned.select(planned.number))).group_by(table.value)
    select = select.order_by(count.desc(), table.value).limit(MOST_VALUES)
    rows = query.release.once(f"{name} of {query.filters}", lambda: query.release.rows(select))
    names = _names(query.release, filter, [value for value, _ in rows])
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
    return {**args, every: f"{args[every]},{value}" if args.get(every) else value}


def _terms(query: Query, name: str) -> Terms:
    return next(filter for filter in query.resource.filters if isinstance(filter, Terms) and filter.name == name)


def _names(release: Release, filter: Terms, values: list[str]) -> dict[str, str]:
    """What records are called, if the values of a filter are ids."""
    if not filter.kind:
        return {}
    model = BY_KIND[filter.kind].model
    return dict(release.rows(model.select(model.id, model.called).where(model.id.in_(values))))


def aggregate(query: Query) -> list[Record]:
    """The number of records for each combination of values of the filters in `by`; null stands for no value.

    Raises InvalidParameters if there are more than MOST_GROUPS combinations.
    """
    model, by, planned = query.resource.model, query.values["by"], plan(query)
    tables = [INDEXES[query.resource.kind, name].alias() for name in by]
    columns = [table.value for table in tables]
    count = pw.fn.COUNT(planned.number)
    select = planned.select(*columns, count).switch(model)
    for table in tables:
        select = select.join(table, pw.JOIN.LEFT_OUTER, on=(table.record == planned.number)).switch(model)
    select = (
        select.group_by(*columns)
        .order_by(count.desc(), *(column.asc(nulls="first") for column in columns))
        .limit(MOST_GROUPS + 1)
    )
    rows = query.release.rows(select)
    if len(rows) > MOST_GROUPS:
        raise InvalidParameters([Fault(("by",), f"gives more than {MOST_GROUPS:,} groups; filter first, or group by less")])
    return [{**dict(zip(by, row, strict=False)), "count": row[-1]} for row in rows]

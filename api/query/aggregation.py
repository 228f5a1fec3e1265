"""Counting records by the values of filters: by one filter (facets) or by several together (aggregates)."""

import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter

from ..resources import BY_KIND
from ..resources.doubt import date_words
from ..resources.filters import Periods, Terms
from ..schema.errors import Fault
from ..schema.fields import Record
from ..storage.release import Release, placeholders
from .columns import Group
from .counting import counted
from .parsing import InvalidParameters, query_string, quoted
from .query import Query

MOST_VALUES = 100
MOST_PERIODS = 1500  # months of more than a century
MOST_GROUPS = 10_000
DIFFER = "Types of event differ in what was gone through for them: counts by time are no trend"
UNCOVERED = "no time gone through as a whole, so counts by time are no trend"
NO_VALUE = {"": None}.get  # of the value that stands for none, and of others


def facets(query: Query, args: Mapping[str, str], base: str) -> Record:
    """The members of `meta` for `facets`: for each filter its values with counts and the URL that narrows to each.

    Years and months come in order of time, other values most frequent first. `facets_cut` says which are not shown in full.
    `args` are the parameters as they were sent to the address `base`.
    """
    shown: Record = {}
    cut: Record = {}
    for name in query.values["facets"]:
        rows, values = _counted(query, name)
        shown[name] = _facet(query, _terms(query, name), rows, args, base)
        if values > len(rows):
            cut[name] = {"shown": len(rows), "values": values}
    return {"facets": shown, **({"facets_cut": cut} if cut else {})}


def _counted(query: Query, name: str) -> tuple[list[tuple[str, int]], int]:
    """The values of a filter with their counts, as many as are shown, and how many values there are."""
    rows = [(value, count) for (value,), count in counted(query, [name]).items() if value]
    if isinstance(_terms(query, name), Periods):
        return sorted(rows)[:MOST_PERIODS], len(rows)
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:MOST_VALUES], len(rows)


def _facet(query: Query, filter: Terms, rows: list[tuple[str, int]], args: Mapping[str, str], base: str) -> list[Record]:
    called, mark = names(query.release, filter.kind, [value for value, _ in rows]), secrets.token_hex()
    dropped = ("cursor", "facets", "format", *(["limit"] if args.get("limit") == "0" else []))
    kept = {key: value for key, value in args.items() if key not in dropped}
    before, after = f"{base}?{query_string(_narrow(filter, kept, mark).items(), ',')}".split(mark)
    return [
        {"value": value, "name": called.get(value), "count": count, "href": f"{before}{quoted(value, ',')}{after}"}
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


def names(release: Release, kind: str | None, ids: list[str]) -> dict[str, str]:
    """What records of a kind are called, by id; nothing without a kind, as the values of many filters are no ids."""
    if not kind:
        return {}
    table = BY_KIND[kind].model._meta.table_name

    def read(ids: list[str]) -> dict[str, str]:
        return dict(release.execute(f'SELECT "id", "called" FROM "{table}" WHERE "id" IN ({placeholders(ids)})', *ids))  # noqa: S608

    return release.once_each(f"called {kind} ", ids, read)


def aggregate(query: Query) -> list[tuple[Group, int]]:
    """The number of records for each combination of values of the filters in `by`; no value comes first.

    Raises InvalidParameters if there are more than MOST_GROUPS combinations.
    """
    by, word = query.values["by"], order(query)
    groups = counted(query, by)
    if len(groups) > MOST_GROUPS:
        raise InvalidParameters([Fault(("by",), f"gives more than {MOST_GROUPS:,} groups; filter first, or group by less")])

    rows = sorted(groups.items(), reverse=word == "-value")
    if word.endswith("count"):
        rows.sort(key=itemgetter(1), reverse=word == "-count")
    return rows


def as_record(by: Iterable[str], group: Group, count: int) -> Record:
    """A group as it is shown: null stands for no value."""
    return {**dict(zip(by, map(NO_VALUE, group, group), strict=True)), "count": count}


def covered(query: Query) -> Record:
    """Of counts by time: for each type of the events found, the time that was gone through for it (EDTF), or null."""
    filters = [filter for filter in query.resource.filters if isinstance(filter, Terms)]
    types = next((filter for filter in filters if filter.kind == "event-types"), None)
    if not types or not any(isinstance(_terms(query, name), Periods) for name in query.values["by"]):
        return {}
    found = event_types(query.release, [value for value, _ in _counted(query, types.name)[0]])
    return {"covered": {type["id"]: type["covered"] and type["covered"]["edtf"] for type in found}}


def gone_through(release: Release, ids: Collection[str], most: int) -> list[tuple[Record, str]]:
    """Types of events, each with the time that was gone through for it in words; none of more than `most`: see `DIFFER`."""
    words = ((type, type["covered"] and date_words(type["covered"])) for type in event_types(release, ids))
    return [(type, f"gone through {when}" if when else UNCOVERED) for type, when in words] if len(ids) <= most else []


def event_types(release: Release, ids: Collection[str]) -> list[Record]:
    model = BY_KIND["event-types"].model

    def read(ids: list[str]) -> dict[str, Record]:
        rows = release.rows(model.select(model.id, model.document).where(model.id.in_(ids)))
        return {id: json.loads(document) for id, document in rows}

    return [type for _, type in sorted(release.once_each("event type ", ids, read).items())]


def order(query: Query) -> str:
    """How groups are sorted: as `sort` says, otherwise by time if the first filter of `by` is one of time, or by count."""
    by_time = isinstance(_terms(query, query.values["by"][0]), Periods)
    return str(query.values.get("sort", "value" if by_time else "-count"))

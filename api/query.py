"""A list query: from the text of a URL to checked arguments, to one select, to a page and the cursor of the next."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
import peewee as pw
from marshmallow import validate
from webargs.fields import DelimitedList

from .dates import Bounds
from .fields import Choice, Fault, Schema, faults, paths
from .filters import Terms
from .formats import FORMATS
from .problems import Problem, nearest
from .resource import Resource
from .resources import BY_KIND, INDEXES
from .store import Release, Store

LIMIT, MOST = 50, 500
Arguments = Mapping[str, Any]


@cache
def selection(resource: Resource) -> dict[str, Any]:
    """The parameter `fields`, which lists and items share."""
    words = DelimitedList(
        Choice("A path.", tuple(paths(resource.schema))),
        validate=validate.Length(max=100, error="more than {max} paths"),
        metadata={"description": "Show only these keys (and the id); a dot leads further down, through lists too."},
    )
    return {"fields": words}


@cache
def item_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's items."""
    return Schema.from_dict(selection(resource), name=f"{resource.kind}-item-query")()


@cache
def arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's list, as a schema that refuses every other."""
    words = [f"{sign}{word}" for word in resource.sorts for sign in ("", "-")]
    parameters: dict[str, Any] = {}
    for filter in resource.filters:
        parameters |= filter.parameters()
    parameters |= {
        "sort": DelimitedList(
            Choice("A key.", words),
            validate=validate.Length(min=1, max=len(resource.sorts)),
            load_default=[resource.order],
            metadata={"description": f"Keys to sort by, in order; a minus turns one round. Default: `{resource.order}`."},
        ),
        "limit": ma.fields.Integer(
            validate=validate.Range(1, MOST, error="is not from {min} to {max}"),
            load_default=LIMIT,
            metadata={"description": "Records on a page."},
        ),
        "cursor": ma.fields.String(metadata={"description": "Where to go on: take it from `links.next`."}),
        **selection(resource),
        "format": Choice("Shape of the answer; otherwise `Accept` decides.", tuple(FORMATS)),
    }
    return Schema.from_dict(parameters, name=f"{resource.kind}-query")()


def refuse(found: list[Fault]) -> Problem:
    """The 400 that tells every fault of a query at once."""
    errors = [
        {
            "parameter": str(fault.path[0]),
            "detail": fault.message,
            "allowed": list(fault.allowed) or None,
            "suggestion": fault.suggestion,
        }
        for fault in found
    ]
    named = ", ".join(dict.fromkeys(error["parameter"] for error in errors))  # type: ignore[misc]
    return Problem(400, f"Not understood: {named}.", "invalid-parameters", errors=errors)


def understand(schema: ma.Schema, text: Mapping[str, list[str]]) -> Arguments:
    """The checked values of a URL's parameters. Raises a 400 Problem that names every fault."""
    found = [
        Fault((name,), f"is given {len(values)} times; separate several values with a comma")
        for name, values in text.items()
        if len(values) > 1
    ]
    found += [Fault((name,), "is empty") for name, values in text.items() if "" in values]
    single = {name: values[-1] for name, values in text.items()}
    try:
        asked: Arguments = schema.load(single)
    except ma.ValidationError as error:
        found += faults(schema, error.messages, single)
    if found:
        raise refuse(found)
    return asked


@dataclass(frozen=True)
class Query:
    """What was asked of one kind: `asked` holds checked values, defaults included."""

    resource: Resource
    asked: Arguments

    @classmethod
    def read(cls, resource: Resource, text: Mapping[str, list[str]]) -> "Query":
        """The query of a URL's parameters. Raises a 400 Problem that names every fault."""
        return cls(resource, understand(arguments(resource), text))

    @cached_property
    def understood(self) -> dict[str, Any]:
        """How the query was read, for `meta.query`: parsed values, date bounds, defaults."""
        return {name: _shown(name, value) for name, value in self.asked.items() if name not in ("cursor", "format")}

    @cached_property
    def normal(self) -> str:
        """The query's one normal text: the same for queries that mean the same. Neither cursor nor limit is in it."""
        pairs = ((name, _normal(value)) for name, value in self.understood.items() if name != "limit")
        return f"{self.resource.kind}?{urlencode(sorted(pairs))}"

    @property
    def keys(self) -> list[tuple[Any, bool]]:
        """Columns to sort by, each with whether it descends; the last one is unique."""
        resource = self.resource
        seq = resource.model.seq
        descends = self.asked["sort"][0].startswith("-")
        if [word.lstrip("-") for word in self.asked["sort"]] == [resource.order.lstrip("-")]:
            return [(seq, descends)]
        keys = [(resource.sorts[word.lstrip("-")], word.startswith("-")) for word in self.asked["sort"]]
        return [*keys, (seq, descends)]

    def filtered(self, *columns: Any) -> Any:
        """The select of what the filters find."""
        model = self.resource.model
        select = model.select(*columns)
        for filter in self.resource.filters:
            clause = filter.where(model, INDEXES.get((self.resource.kind, filter.name)), self.asked)
            if clause is not None:
                select = select.where(clause)
        return select

    def check_ids(self, release: Release) -> None:
        """Raises a 400 Problem that names every id that is no record of this release."""
        found = []
        for filter in self.resource.filters:
            if isinstance(filter, Terms) and filter.kind and filter.name in self.asked:
                found += _missing(release, filter.name, filter.kind, self.asked[filter.name])
        if found:
            raise refuse(found)


@dataclass(frozen=True)
class Page:
    """A page of rendered documents, how many there are in all, and the cursor of the next page or None."""

    release: Release
    documents: list[str]
    total: int
    next: str | None


def page(query: Query, store: Store, current: Release) -> Page:
    """Answers a query. Raises a 400 Problem for ids and cursors that are not understood, 410 for expired cursors."""
    release, after = current, None
    if text := query.asked.get("cursor"):
        release, after = _resume(query, text, store)
    query.check_ids(release)
    keys = query.keys
    model = query.resource.model
    select = query.filtered(model.document, *(column for column, _ in keys))
    if after:
        select = select.where(_beyond(keys, after))
    select = select.order_by(*(column.desc() if descends else column for column, descends in keys))
    limit = query.asked["limit"]
    rows = release.rows(select.limit(limit + 1))
    total = release.scalar(query.filtered(pw.fn.COUNT(model.seq)))
    following = _cursor(query, release, rows[limit - 1][1:]) if len(rows) > limit else None
    return Page(release, [row[0] for row in rows[:limit]], total, following)


def _beyond(keys: list[tuple[Any, bool]], after: list[Any]) -> Any:
    """The rows that come after the row with these key values."""
    (column, descends), value = keys[0], after[0]
    further = column < value if descends else column > value
    return further if len(keys) == 1 else further | ((column == value) & _beyond(keys[1:], after[1:]))


def _fingerprint(query: Query) -> str:
    return hashlib.sha256(query.normal.encode()).hexdigest()[:16]


def _cursor(query: Query, release: Release, values: tuple[Any, ...]) -> str:
    parts = [release.id, _fingerprint(query), *(v.isoformat() if isinstance(v, date) else v for v in values)]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def _resume(query: Query, text: str, store: Store) -> tuple[Release, list[Any]]:
    """The release and key values that a cursor stands for; nothing in it is trusted."""
    broken = refuse([Fault(("cursor",), "is not a cursor of this query; start again without it")])
    try:
        release, fingerprint, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if fingerprint != _fingerprint(query) or not isinstance(release, str) or len(values) != len(query.keys):
            raise broken
        after = [_typed(column, value) for (column, _), value in zip(query.keys, values, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise broken from None
    try:
        return store.release(release), after
    except FileNotFoundError:
        again = f"/v1/{query.normal}"
        raise Problem(410, f"Release {release} is no longer kept.", "cursor-expired", restart=again) from None


def _typed(column: Any, value: Any) -> Any:
    if isinstance(column, pw.DateField):
        return date.fromisoformat(value)
    if not isinstance(value, int if isinstance(column, pw.IntegerField) else str) or isinstance(value, bool):
        raise ValueError(value)
    return value


def _missing(release: Release, name: str, kind: str, ids: list[str]) -> list[Fault]:
    model = BY_KIND[kind].model
    known = {id for (id,) in release.rows(model.select(model.id).where(model.id.in_(ids)))}
    if known >= set(ids):
        return []
    some = [id for (id,) in release.rows(model.select(model.id).limit(5000))]
    return [Fault((name,), f"{id!r} is not among the {kind}", (), nearest(id, some)) for id in ids if id not in known]


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, Bounds):
        return (value.latest if name == "date_to" else value.earliest).isoformat()
    return value if name == "sort" or not isinstance(value, list) else sorted(set(value))


def _normal(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)

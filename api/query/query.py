"""What the text of a URL asks for: parameters declared, checked all at once, and understood."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from marshmallow import validate

from ..formats import formats_of
from ..problems import Problem, nearest
from ..resources import BY_KIND, INDEXES
from ..resources.filters import Filter, Holds, Ids, OnDay, SeqRange, Terms, names
from ..resources.resource import Resource
from ..schema.edtf import Bounds
from ..schema.errors import Fault, faults
from ..schema.fields import Choice, Record, Ref, Schema
from ..schema.query_fields import NonNegativeInteger, Version, distinct, listed
from ..schema.walk import leaf_fields, paths
from ..storage.store import Release
from .value_counts import totals

LIMIT, MOST = 50, 500
MOST_PARAMETERS = 100
Arguments = Mapping[str, Any]
Parameters = dict[str, Any]


def filter_parameters(resource: Resource) -> Parameters:
    """The parameters of a kind's filters."""
    return {name: field for filter in resource.filters for name, field in filter.parameters().items()}


def facet_names(resource: Resource) -> tuple[str, ...]:
    """The filters whose values can be counted."""
    return tuple(filter.name for filter in resource.filters if isinstance(filter, Terms))


def pin() -> Parameters:
    """The parameter that every query has: the published release to read."""
    text = "Read this published release of the data instead of the newest."
    return {"release": Version(metadata={"description": text, "example": "1.0.0"})}


def paging(what: str, default: int, most: int) -> Parameters:
    """The parameters of everything that comes in pages."""
    size = validate.Range(1, most, error="is not from {min} to {max}")
    limit = NonNegativeInteger(validate=size, load_default=default, metadata={"description": f"{what} on a page."})
    return {
        "limit": limit,
        "cursor": ma.fields.String(metadata={"description": "Where to go on: take it from `links.next`."}),
    }


def shape(words: tuple[str, ...]) -> Parameters:
    """The parameter that picks one of several shapes."""
    return {"format": Choice("Shape of the answer; otherwise `Accept` decides.", words)}


def selection(resource: Resource) -> Parameters:
    """What lists and items share: which keys to show, and which related records to bring along."""
    kinds = sorted({field.kind for field in leaf_fields(resource.schema) if isinstance(field, Ref)})
    shown = "Show only these keys (and the id); a dot leads further down, through lists too."
    found: Parameters = {**pin(), "fields": listed(Choice("A path.", tuple(paths(resource.schema))), shown)}
    if kinds:
        found["include"] = listed(Choice("A kind.", kinds), "Bring the referred records of these kinds along, once each.")
    return found


@cache
def item_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's items."""
    return Schema.from_dict(selection(resource), name=f"{resource.kind}-item-query")()


@cache
def arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's list, as a schema that refuses every other."""
    words = [f"{sign}{word}" for word in resource.sorts for sign in ("", "-")]
    sort = listed(Choice("A key.", words), f"Keys to sort by, in order; a minus turns one round. Default: `{resource.order}`.")
    sort.load_default = [resource.order]
    sort.validators.append(distinct)
    counted = "Count the values of these filters over all records found; `meta.facets` says how to narrow to each."
    cite = Choice("`true`: `meta.citation` says how to cite this very query.", ("true",))
    parameters = {
        **filter_parameters(resource),
        "sort": sort,
        **paging("Records", LIMIT, MOST),
        **selection(resource),
        "facets": listed(Choice("A filter.", facet_names(resource)), counted),
        "cite": cite,
        **shape(formats_of(resource.kind)),
    }
    return Schema.from_dict(parameters, name=f"{resource.kind}-query")()


@cache
def aggregate_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's aggregates."""
    by = listed(Choice("A filter.", facet_names(resource)), "The filters by whose values to group, three at most.")
    by.required = True
    by.error_messages["required"] = "is missing"
    by.validators.append(distinct)
    by.validators.append(validate.Length(max=3, error="names more than {max}"))
    return Schema.from_dict(
        {**filter_parameters(resource), **pin(), "by": by, **shape(("json", "csv"))}, name=f"{resource.kind}-aggregate"
    )()


@cache
def cite_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's citations: its filters, and the release."""
    return Schema.from_dict({**filter_parameters(resource), **pin()}, name=f"{resource.kind}-cite")()


def refuse(found: Iterable[Fault]) -> Problem:
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
    named = ", ".join(dict.fromkeys(str(error["parameter"]) for error in errors))
    return Problem(400, f"Not understood: {named}.", "invalid-parameters", errors=errors)


def understand(
    schema: ma.Schema, text: Mapping[str, list[str]], more: Callable[[Arguments], list[Fault]] | None = None
) -> Arguments:
    """The checked values of a URL's parameters. Raises a 400 Problem that names every fault, unless they are beyond measure.

    `more` finds what is wrong with values that are well-formed; it is asked only where something is wrong already, so
    that all faults are told at once and a good query costs nothing.
    """
    if len(text) > MOST_PARAMETERS:
        raise Problem(400, f"There are more than {MOST_PARAMETERS} parameters.", "invalid-parameters", errors=[])
    found = [
        Fault((name,), f"is given {len(values)} times; separate several values with a comma")
        for name, values in text.items()
        if len(values) > 1
    ]
    found += [Fault((name,), "is empty") for name, values in text.items() if "" in values]
    single = {name: values[-1] for name, values in text.items()}
    asked: Arguments = {}
    try:
        asked = {name: value for name, value in schema.load(single).items() if value is not None}
    except ma.ValidationError as error:
        found += [fault for fault in faults(schema, error.messages, single) if single.get(str(fault.path[0])) != ""]
        asked = {name: value for name, value in dict(error.valid_data or {}).items() if name in single and value is not None}
    if found and more:
        told = {fault.path[0] for fault in found}
        found += [fault for fault in more(asked) if fault.path[0] not in told]
    if found:
        raise refuse(found)
    return asked


@dataclass(frozen=True)
class Query:
    """What was asked of one kind: `asked` holds checked values, defaults included."""

    resource: Resource
    asked: Arguments

    @classmethod
    def read(
        cls,
        resource: Resource,
        text: Mapping[str, list[str]],
        schema: ma.Schema | None = None,
        serving: Callable[[Arguments], Release] | None = None,
    ) -> "Query":
        """The query of a URL's parameters. Raises a 400 Problem that names every fault.

        `serving` gives the release that a query reads; with it, values that the release does not know are told among
        the rest.
        """

        def unknown(asked: Arguments) -> list[Fault]:
            try:
                return cls(resource, asked).unknown(serving(asked)) if serving else []
            except Problem:
                return []  # without the release there is nothing to compare with; the other faults stand

        query = cls(resource, understand(schema or arguments(resource), text, unknown))
        clashes = [Fault((name,), why) for filter in resource.filters for name, why in filter.clash(query.asked)]
        if clashes:
            raise refuse(clashes)
        return query

    @cached_property
    def understood(self) -> Record:
        """How the query was read, for `meta.query`: parsed values, date bounds, defaults."""
        return {
            name: _shown(name, value) for name, value in self.asked.items() if name not in ("cursor", "format", "release", "cite")
        }

    @cached_property
    def normal(self) -> str:
        """The query's one normal text: the same for queries that mean the same. Neither cursor nor limit is in it."""
        pairs = ((name, _normal(value)) for name, value in self.understood.items() if name != "limit")
        return f"{self.resource.kind}?{urlencode(sorted(pairs))}"

    @cached_property
    def found(self) -> str:
        """The text of what is found, whatever its order and shape: the filters alone."""
        asked = {name for filter in self.resource.filters for name in names(filter)}
        pairs = ((name, _normal(value)) for name, value in self.understood.items() if name in asked)
        return f"{self.resource.kind}?{urlencode(sorted(pairs))}"

    @property
    def keys(self) -> list[tuple[Any, bool]]:
        """Columns to sort by, each with whether it descends; the last one is unique."""
        resource, words = self.resource, self.asked.get("sort") or [self.resource.order]
        seq = resource.model.seq
        descends = words[0].startswith("-")
        if [word.lstrip("-") for word in words] == [resource.order.lstrip("-")]:
            return [(seq, descends)]
        keys = [(resource.sorts[word.lstrip("-")], word.startswith("-")) for word in words]
        return [*keys, (seq, descends)]

    @property
    def by_number(self) -> bool:
        """Whether the order is that of the records' numbers."""
        return len(self.keys) == 1

    @cached_property
    def clauses(self) -> dict[Filter, list[Any]]:
        """The conditions of each filter that was asked for."""
        model, kind = self.resource.model, self.resource.kind
        found = (
            (filter, list(filter.where(model, INDEXES.get((kind, filter.name)), self.asked))) for filter in self.resource.filters
        )
        return {filter: clauses for filter, clauses in found if clauses}

    def filtered(self, *columns: Any) -> Any:
        """The select of what the filters find."""
        model = self.resource.model
        clauses = [clause for found in self.clauses.values() for clause in found]
        found = [clause.among(model.seq) if isinstance(clause, Holds) else clause for clause in clauses]
        conditions = [condition for condition in found if not isinstance(condition, SeqRange)]  # those only say where to look
        return model.select(*columns).where(*conditions) if conditions else model.select(*columns)

    def check_values(self, release: Release) -> None:
        """Raises a 400 Problem that names every value that this release does not know."""
        if found := self.unknown(release):
            raise refuse(found)

    def unknown(self, release: Release) -> list[Fault]:
        """Every value that a release does not know."""
        found: list[Fault] = []
        for filter in self.resource.filters:
            asked = [name for name in names(filter) if name in self.asked]
            if not asked:
                continue
            if isinstance(filter, Ids):
                found += _unknown(
                    release, filter.name, self.asked[filter.name], self.resource.model.id, f"the {self.resource.kind}"
                )
            elif isinstance(filter, Terms) and (filter.kind or not (filter.choices or filter.term)):
                column = BY_KIND[filter.kind].model.id if filter.kind else INDEXES[self.resource.kind, filter.name].value
                among = f"the {filter.kind}" if filter.kind else "what occurs"
                for name in asked:
                    counted = totals(release, self.resource.kind, filter.name, self.asked[name])
                    if rest := [value for value in self.asked[name] if value not in counted]:
                        found += _unknown(release, name, rest, column, among)
            elif isinstance(filter, OnDay) and filter.word in self.asked:
                values = INDEXES[self.resource.kind, filter.name].value
                found += _unknown(release, filter.word, self.asked[filter.word], values, "what occurs")
        return found


def _unknown(release: Release, name: str, asked: list[str], column: Any, among: str) -> list[Fault]:
    known = {value for (value,) in release.rows(column.model.select(column).where(column.in_(asked)).distinct())}
    if known >= set(asked):
        return []
    some = [value for (value,) in release.rows(column.model.select(column).distinct().order_by(column).limit(5000))]
    few = tuple(some) if len(some) <= 40 else ()  # a list that a person can take in
    return [Fault((name,), f"{value!r} is not among {among}", few, nearest(value, some)) for value in asked if value not in known]


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, Bounds):
        days = {"date_to": [value.latest], "on": list(value)}.get(name, [value.earliest])
        return "/".join(day.isoformat() for day in days)
    return value if name in ("sort", "by") or not isinstance(value, list) else sorted(set(value))


def _normal(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)

"""The query parameters of lists, items, aggregates and citations, declared as schemas."""

from functools import cache
from typing import Any

import marshmallow as ma
from marshmallow import validate

from ..formats import formats_of
from ..formats.tabular import list_paths
from ..resources.filters import Terms
from ..resources.resource import Resource
from ..schema.fields import Choice, Ref, Schema
from ..schema.query_fields import Version, distinct, listed, ranged
from ..schema.walk import leaf_fields, paths

JSON_ONLY = ("include", "facets", "cite")  # parameters that answer with more than records, which only JSON has room for
ITEM_FORMATS = ("json", "jsonld", "md")
AGGREGATE_ORDERS = ("count", "-count", "value", "-value")
Declared = dict[str, Any]  # name -> marshmallow field


def filter_parameters(resource: Resource) -> Declared:
    """The parameters of a kind's filters."""
    return {name: field for filter in resource.filters for name, field in filter.parameters().items()}


def facet_names(resource: Resource) -> tuple[str, ...]:
    """The filters whose values can be counted."""
    return tuple(filter.name for filter in resource.filters if isinstance(filter, Terms))


def pin() -> Declared:
    """`release`, which every query has: the published release to read."""
    text = "Read this published release of the data instead of the newest."
    return {"release": Version(metadata={"description": text, "example": "1.0.0"})}


def paging(what: str, default: int = 50, most: int = 500) -> Declared:
    """`limit` and `cursor`, for everything that has pages."""
    return {
        "limit": ranged(0, most, default, f"{what} on a page; 0 asks for `meta` alone, with the total."),
        "cursor": ma.fields.String(metadata={"description": "Where to go on: take it from `links.next`."}),
    }


def format_parameter(names: tuple[str, ...]) -> Declared:
    """`format`, which chooses one of several formats."""
    return {"format": Choice("Format of the response; otherwise `Accept` decides.", names)}


def fields_parameter(resource: Resource) -> Declared:
    """`fields`, which chooses keys of documents."""
    shown = "Show only these keys (and the id); a dot leads further down, through lists too."
    return {"fields": listed(Choice("A path.", tuple(paths(resource.schema))), shown)}


def selection(resource: Resource) -> Declared:
    """`release`, `fields` and `include`, for lists and items."""
    kinds = sorted({field.kind for field in leaf_fields(resource.schema) if isinstance(field, Ref)})
    declared: Declared = {**pin(), **fields_parameter(resource)}
    if kinds:
        text = "Kinds of which the records referred to come along."
        declared["include"] = listed(Choice("A kind.", kinds), text)
    return declared


@cache
def item_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's items."""
    return Schema.from_dict({**selection(resource), **format_parameter(ITEM_FORMATS)}, name=f"{resource.kind}-item-query")()


@cache
def arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's list."""
    words = [f"{sign}{word}" for word in resource.sorts for sign in ("", "-")]
    text = f"Keys to sort by, `-` for descending; `{resource.order}` by default."
    sort = listed(Choice("A key.", words), text)
    sort.load_default = [resource.order]
    sort.validators.append(distinct)
    lists = list_paths(resource)
    counted = "Filters whose values to count, for `meta.facets`."
    declared = {
        **filter_parameters(resource),
        "sort": sort,
        **paging("Records"),
        **selection(resource),
        "facets": listed(Choice("A filter.", facet_names(resource)), counted),
        "cite": Choice("`true`: `meta.citation` says how to cite this very query.", ("true",)),
        **format_parameter(formats_of(resource.kind)),
        "expand": Choice("With `format=csv`: a row for each item of this list, instead of one for each record.", lists),
        "spreadsheet": Choice(
            "`true`, with `format=csv`: for spreadsheets, with a BOM and no text that becomes a formula or a day.", ("true",)
        ),
    }
    return Schema.from_dict(declared, name=f"{resource.kind}-query")()


@cache
def aggregate_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's aggregates."""
    by = listed(Choice("A filter.", facet_names(resource)), "Filters by whose values to group.", required=True)
    by.validators.append(distinct)
    by.validators.append(validate.Length(max=3, error="names more than {max}"))
    order = (
        "By `count` or by `value`, the values of `by` in their order; `-` for descending. By default `value` where `by` begins "
        "with `year` or `month`, otherwise `-count`."
    )
    sort = Choice(order, AGGREGATE_ORDERS)
    declared = {**filter_parameters(resource), **pin(), "by": by, "sort": sort, **format_parameter(("json", "csv"))}
    return Schema.from_dict(declared, name=f"{resource.kind}-aggregate")()


@cache
def cite_arguments(resource: Resource) -> ma.Schema:
    """The query parameters of a kind's citations: its filters, and the release."""
    return Schema.from_dict({**filter_parameters(resource), **pin()}, name=f"{resource.kind}-cite")()

"""The page of a list: the filters as a form, the records found, counts that narrow them, and the pages of the result."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

import marshmallow as ma
from flask import Response, get_template_attribute, redirect, request
from markupsafe import Markup
from webargs.fields import DelimitedList

from ...formats import formats_of
from ...formats.tabular import cell_at, columns
from ...query.aggregation import facets
from ...query.aggregation import names as called_so
from ...query.citation import cite
from ...query.pagination import by_match
from ...query.pagination import page as read_page
from ...query.parameters import arguments
from ...query.parsing import joined
from ...query.query import Query
from ...resources.filters import Terms, names
from ...resources.resource import Resource
from ...schema.fields import Record, choices
from ...storage.release import Release
from .. import addresses
from ..finding import nearest_spelling
from ..request_parameters import read_query, store
from ..resources import FEW, coverage
from ..responses import HTML, not_modified
from .brief import brief
from .labels import layout
from .pictured import picture
from .render import page

# Parameters that the form has no control for: of paging and of other shapes; what of them was asked for is kept.
KEPT = ("fields", "facets", "include", "cite", "release", "limit")
NO_CONTROL = (*KEPT, "cursor", "format", "expand", "spreadsheet", "sort")
UNDRAWN = tuple(name for name in NO_CONTROL if name != "release")  # parameters that no picture has
FIRST = ("q", "date_from", "date_to")  # what a form begins with besides the filters of the layout


class Control(NamedTuple):
    """A control of the form: a parameter with its value, the words it may have, or values to offer with their names."""

    name: str
    value: str
    description: str
    choices: tuple[str, ...]
    offered: list[tuple[str, str]]
    kind: str


def without_empty() -> Response | None:
    """A redirect to this address without the parameters that a form sent empty; None if there are none."""
    given = list(request.args.items(multi=True))
    kept = [(name, value) for name, value in given if value]
    if len(kept) == len(given):
        return None
    query = urlencode(kept, safe=",:/*")
    return redirect(f"{addresses.mounted(request.path)}{f'?{query}' if query else ''}", 302)  # type: ignore[return-value]


def list_page(resource: Resource) -> Response:
    if cleaned := without_empty():
        return cleaned
    if "format" in request.args:
        return redirect(addresses.for_programs(), 307)  # type: ignore[return-value]
    query = read_query(resource, arguments(resource))
    return not_modified(query.release, HTML) or render(query)


def render(query: Query) -> Response:
    resource, values, results = query.resource, query.values, read_page(query)
    documents = [json.loads(text) for text in results.documents]
    args = {name: joined(given) for name, given in request.args.lists()}
    counted = facets(query, args, addresses.mounted(request.path)) if "facets" in values else {}
    paths = [path for path in columns(resource, values["fields"]) if path != "id"] if "fields" in values else []
    spelling = nearest_spelling(query.release, values["q"], resource.kind) if not results.total and "q" in values else None
    return page(
        "list",
        query.release,
        following=addresses.next_page(results.next),
        here=resource.kind,
        resource=resource,
        total=results.total,
        entries=[] if paths else [brief(resource, document) for document in documents],
        paths=paths,
        rows=[(document, [cell_at(path.split("."))(document) for path in paths]) for document in documents if paths],
        match=by_match(query),
        facets=counted.get("facets", {}),
        facets_cut=counted.get("facets_cut", {}),
        countable=countable(resource, args) if results.total > FEW and not counted else None,
        how=cite(query, addresses.root(), store().versions()) if "cite" in values else None,
        coverage=coverage(query) if results.total < FEW else None,
        spelling=spelling,
        **form(resource, args, counted.get("facets", {})),
        given=given(query.release, resource),
        shapes=[(word, shape_address(word)) for word in formats_of(resource.kind)],
        picture=drawn(resource.kind, args, results.total),
    )


def drawn(kind: str, asked: Mapping[str, str], found: int) -> str | None:
    """The address of the picture of what a list finds."""
    return picture(kind, {name: asked[name] for name in asked if name not in UNDRAWN}, found) if found else None


def countable(resource: Resource, asked: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """What the records of a list are counted by first, and the address that counts them."""
    by = layout(resource).facets
    query = urlencode({**asked, "facets": ",".join(by)}, safe=",:/*")
    return by, f"{addresses.mounted(request.path)}?{query}"


def form(resource: Resource, asked: Mapping[str, str], counted: Record) -> dict[str, Any]:
    """The form of a list."""
    return controls(resource, arguments(resource), (*FIRST, *layout(resource).filters), asked, counted)


def controls(
    resource: Resource, schema: ma.Schema, first: Sequence[str], asked: Mapping[str, str], counted: Record
) -> dict[str, Any]:
    """What a form is made of: a control for each parameter of a filter, those of `first` and what was asked
    before the others, and the order.

    A control without a value and without values to offer is the same on every page.
    """
    written = dict(blank(resource, schema))
    for name in written.keys() & (asked.keys() | counted.keys()):
        written[name] = as_html(control(resource, schema, name, asked.get(name, ""), counted.get(name, [])))
    before = dict.fromkeys(name for name in (*first, *asked) if name in written)
    return {
        "first": [written[name] for name in before],
        "more": [html for name, html in written.items() if name not in before],
        "sort": [f"{sign}{word}" for word in resource.sorts for sign in ("", "-") if "sort" in schema.load_fields],
        "sorted": asked.get("sort", resource.order),
        "kept": [(name, asked[name]) for name in KEPT if name in asked],
    }


@cache
def blank(resource: Resource, schema: ma.Schema) -> dict[str, Markup]:
    """The controls of a form that nothing was asked with."""
    names = (name for name in schema.load_fields if name not in NO_CONTROL)
    return {name: as_html(control(resource, schema, name, "", [])) for name in names}


def control(resource: Resource, schema: ma.Schema, name: str, value: str, counts: list[Record]) -> Control:
    """The control of a parameter; one for a word of several turns into a text if it has several."""
    kinds = {filter.name: filter.kind or "" for filter in resource.filters if isinstance(filter, Terms)}
    field = schema.load_fields[name]
    allowed = choices(field.inner if isinstance(field, DelimitedList) else field)
    offered = [(facet["value"], facet["name"] or "") for facet in counts]
    kind = kinds.get(name.removesuffix("_all").removesuffix("_not"), "")
    return Control(name, value, field.metadata["description"], allowed if value in ("", *allowed) else (), offered, kind)


def as_html(control: Control) -> Markup:
    html: Markup = get_template_attribute("pages/macros.html", "control")(control)
    return html


def given(release: Release, resource: Resource | None = None) -> list[tuple[str, str, str]]:
    """The filters that the request gives: name, values as a reader calls them, and the address without it."""
    args = request.args.to_dict(flat=False)
    filters = {name: filter for filter in (resource.filters if resource else ()) for name in names(filter)}
    found = []
    for name, values in args.items():
        if name not in (*NO_CONTROL,):
            others = [(key, value) for key, rest in args.items() if key not in (name, "cursor") for value in rest]
            query = urlencode(others, safe=",:/*")
            said = joined(values)
            if isinstance(filter := filters.get(name), Terms) and filter.kind:
                ids = said.split(",")
                called = called_so(release, filter, ids)
                said = ", ".join(called.get(id, id) for id in ids)
            found.append((name, said, f"{addresses.mounted(request.path)}{f'?{query}' if query else ''}"))
    return found


def shape_address(word: str) -> str:
    """The address of the same list in another format, without what that format cannot honour."""
    dropped = ("facets", "include", "cite", *(() if word in ("json", "atom") else ("cursor", "limit")))
    if word not in ("json", "ndjson", "csv"):
        dropped = (*dropped, "fields")
    kept = [(name, value) for name, value in request.args.items(multi=True) if word == "json" or name not in dropped]
    query = urlencode([*kept, *([("format", word)] if word != "json" else [])], safe=",:/*")
    return addresses.mounted(f"/v1{request.path}{f'?{query}' if query else ''}")

"""The page of a list: the filters as a form, the records found, counts that narrow them, and the pages of the result."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import marshmallow as ma
from flask import Response, get_template_attribute, redirect, request
from markupsafe import Markup
from webargs.fields import DelimitedList

from ...formats import formats_of
from ...formats.tabular import cell_at, columns
from ...query.aggregation import facets
from ...query.citation import cite
from ...query.pagination import by_match
from ...query.pagination import page as read_page
from ...query.parameters import arguments
from ...query.parsing import joined, query_string
from ...query.query import Query
from ...query.wording import values_in_words
from ...resources.brief import brief
from ...resources.filters import Terms, names
from ...resources.resource import Resource
from ...schema.fields import Record, choices
from ...storage.release import Release
from .. import addresses
from ..finding import nearest_spelling
from ..request_parameters import read_query, store
from ..resources import FEW, coverage
from ..responses import HTML, not_modified
from .entries import entry
from .labels import layout
from .pictured import picture
from .render import page, pin
from .values import Sheet, for_spreadsheets

# Parameters that the form has no control for: of paging and of other shapes; what of them was asked for is kept.
KEPT = ("fields", "facets", "include", "cite", "release", "limit")
NO_CONTROL = (*KEPT, "cursor", "format", "expand", "spreadsheet", "sort")
UNDRAWN = tuple(name for name in NO_CONTROL if name != "release")  # parameters that no picture has
LEVEL = 2  # of the headings of entries, below the title of the page
FIRST = ("q", "date_from", "date_to")  # what a form begins with besides the filters of the layout


class FilterForm(NamedTuple):
    """The form of a list: its controls as HTML, those to begin with and the others; its orders, and what else was asked for."""

    first: Markup
    more: Markup
    orders: tuple[str, ...]
    order: str
    kept: list[tuple[str, str]]


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
    return redirect(address(kept), 302)  # type: ignore[return-value]


def list_page(resource: Resource) -> Response:
    if cleaned := without_empty():
        return cleaned
    if "format" in request.args:
        return redirect(addresses.for_programs(), 307)  # type: ignore[return-value]
    query = read_query(resource, arguments(resource))
    return not_modified(query.release, HTML) or render(query)


def render(query: Query) -> Response:
    resource, values = query.resource, query.values
    paths = [path for path in columns(resource, values["fields"]) if path != "id"] if "fields" in values else []
    results = read_page(query, None if paths else entries)
    args = {name: joined(given) for name, given in request.args.lists()}
    counted = facets(query, args, addresses.mounted(request.path)) if "facets" in values else {}
    parsed = [json.loads(text) for text in results.documents if paths]
    spelling = nearest_spelling(query.release, values["q"], resource.kind) if not results.total and "q" in values else None
    return page(
        "list",
        query.release,
        following=addresses.next_page(results.next),
        here=resource.kind,
        resource=resource,
        total=results.total,
        entries=Markup("" if paths else "".join(results.documents)),  # noqa: S704
        paths=paths,
        rows=[(document, [cell_at(path.split("."))(document) for path in paths]) for document in parsed],
        match=by_match(query),
        facets=counted.get("facets", {}),
        facets_cut=counted.get("facets_cut", {}),
        countable=countable(resource, args) if results.total > FEW and not counted else None,
        how=cite(query, addresses.root(), store().versions()) if "cite" in values else None,
        coverage=coverage(query) if results.total < FEW else None,
        spelling=spelling,
        form=form(resource, args, counted.get("facets", {})),
        given=given(query.release, resource),
        shapes=for_spreadsheets(shapes(formats_of(resource.kind))),
        picture=drawn(resource.kind, args, results.total),
    )


def entries(query: Query, found: Sequence[int]) -> list[str]:
    """The entries of the records with these numbers, each with its text."""
    resource, sheet, wanted = query.resource, Sheet(request.root_path, pin(), {}), [str(number) for number in found]
    table, text = resource.model._meta.table_name, layout(resource).text

    def written(missing: list[str]) -> dict[str, str]:
        documents = map(json.loads, query.release.documents(table, map(int, missing)))
        return {
            number: entry(sheet, brief(resource, document), LEVEL, document.get(text) or "")
            for number, document in zip(missing, documents, strict=True)
        }

    known = query.release.once_each(f"listed {table} {sheet.base}{sheet.pin} ", wanted, written)
    return [known[number] for number in wanted]


def drawn(kind: str, asked: Mapping[str, str], found: int) -> str | None:
    """The address of the picture of what a list finds."""
    return picture(kind, {name: asked[name] for name in asked if name not in UNDRAWN}, found) if found else None


def countable(resource: Resource, asked: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """What the records of a list are counted by first, and the address that counts them."""
    by = layout(resource).facets
    return by, address({**asked, "facets": ",".join(by)}.items())


def form(resource: Resource, asked: Mapping[str, str], counted: Record) -> FilterForm:
    """The form of a list."""
    return controls(resource, arguments(resource), (*FIRST, *layout(resource).filters), asked, counted)


def controls(
    resource: Resource, schema: ma.Schema, first: Sequence[str], asked: Mapping[str, str], counted: Record
) -> FilterForm:
    """A form with a control for each parameter of a filter, those of `first` and what was asked before the others.

    A control without a value and without values to offer is the same on every page.
    """
    written = dict(blank(resource, schema))
    for name in written.keys() & (asked.keys() | counted.keys()):
        written[name] = as_html(control(resource, schema, name, asked.get(name, ""), counted.get(name, [])))
    before = dict.fromkeys(name for name in (*first, *asked) if name in written)
    return FilterForm(
        Markup("".join([written.pop(name) for name in before])),  # noqa: S704
        Markup("".join(written.values())),  # noqa: S704
        tuple(f"{sign}{word}" for word in resource.sorts for sign in ("", "-") if "sort" in schema.load_fields),
        asked.get("sort", resource.order),
        [(name, asked[name]) for name in KEPT if name in asked],
    )


@cache
def blank(resource: Resource, schema: ma.Schema) -> dict[str, str]:
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


def as_html(control: Control) -> str:
    return str(get_template_attribute("pages/macros.html", "control")(control))


def given(release: Release, resource: Resource | None = None) -> list[tuple[str, str, str]]:
    """The filters that the request gives: name, values as a reader calls them, and the address without it."""
    args = request.args.to_dict(flat=False)
    filters = {name: filter for filter in (resource.filters if resource else ()) for name in names(filter)}
    found = []
    for name, values in args.items():
        if name not in (*NO_CONTROL,):
            others = [(key, value) for key, rest in args.items() if key not in (name, "cursor") for value in rest]
            said = ", ".join(values_in_words(release, filters.get(name), name, joined(values).split(",")))
            found.append((name, said, address(others)))
    return found


def shapes(words: Iterable[str]) -> list[tuple[str, str]]:
    """The same list in other formats, each with its address, without what that format cannot honour."""
    given, found = list(request.args.items(multi=True)), []
    for word in words:
        dropped = ("facets", "include", "cite", *(() if word == "atom" else ("cursor", "limit")))
        dropped = (*dropped, *(() if word in ("ndjson", "csv") else ("fields",)))
        kept = [(name, value) for name, value in given if name not in dropped]
        found.append((word, address(given if word == "json" else [*kept, ("format", word)], "/v1")))
    return found


def address(pairs: Iterable[tuple[str, str]], above: str = "") -> str:
    """The address of this list with other parameters, below a path."""
    query = query_string(pairs, ",:/*")
    return addresses.mounted(f"{above}{request.path}{f'?{query}' if query else ''}")

"""NDJSON and CSV: one record a line, all pages of a list."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ..resources.resource import Resource
from ..schema.fields import Record
from ..schema.shape import Node, shape
from ..schema.walk import paths
from .result import Listing
from .sparse import narrowed

ALTERED = re.compile("[=+@\t\r-]|0[0-9]+$")  # text that a spreadsheet runs, or takes for a number without its zeros
NOT_FLAT = ("links", "offices")
BOM = "\ufeff"


def ndjson(listing: Listing) -> Iterator[str]:
    """The documents of the JSON list, one a line."""
    return (f"{text}\n" for text in narrowed(listing.texts, listing.fields))


def columns(resource: Resource, fields: list[str] | None) -> list[str]:
    """The column names: the dotted path of every value that is not a mapping; with `fields`, of those only and the id."""
    every = list(paths(resource.schema))
    flat = [p for p in every if not any(other.startswith(f"{p}.") for other in every) and p.split(".")[-1] not in NOT_FLAT]
    wanted = ["id", *(fields or [])]
    return [p for p in flat if not fields or any(p == path or p.startswith(f"{path}.") for path in wanted)]


@cache
def list_paths(resource: Resource) -> tuple[str, ...]:
    """The dotted path of every list of a kind's documents, which `expand` can take."""

    def below(nodes: Iterable[Node], prefix: str) -> Iterator[str]:
        for node in nodes:
            if node.name not in NOT_FLAT:
                yield from [f"{prefix}{node.name}"] if node.many else []
                yield from below(node.parts, f"{prefix}{node.name}.")

    return tuple(below(shape(resource.schema), ""))


def csv_rows(listing: Listing) -> Iterator[str]:
    """A header line of dotted paths, then one line a record, or with `expand` one line an item of that list.

    With `spreadsheet`, a byte order mark comes first, and no text is a formula or loses a zero.
    """
    header = columns(listing.resource, listing.fields)
    steps = [path.split(".") for path in header]
    yield (BOM if listing.spreadsheet else "") + row(header)
    for document in listing.documents():
        for item in spread(document, listing.expand.split(".")) if listing.expand else [document]:
            yield row([cell(item, path) for path in steps], guard=listing.spreadsheet)


def row(cells: Iterable[Any], *, guard: bool = False) -> str:
    """One line of CSV (RFC 4180); with `guard`, an apostrophe goes before text that a spreadsheet would alter."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{c}" if guard and isinstance(c, str) and ALTERED.match(c) else c for c in cells])
    return out.getvalue()


def spread(value: Record, path: list[str]) -> Iterator[Record]:
    """A document once for each item of a list, with the item in its place; once without, if the list is empty."""
    key, *rest = path
    items = value[key]
    for item in (items or [None]) if isinstance(items, list) else [items]:
        for inner in spread(item, rest) if rest and item is not None else [item]:
            yield {**value, key: inner}


def cell(value: Any, path: list[str], depth: int = 0) -> Any:
    """The value at a path, an empty string for null.

    The items of a list are joined by ` | `, those of a list in it by ` || ` and so on, each in its place, an empty one
    for null; `|` and `\\` in an item have a `\\` before them.
    """
    for step, key in enumerate(path):
        if isinstance(value, list):
            return _items(value, path[step:], depth + 1)
        if value is None:
            return ""
        value = value[key]
    if value is None:
        return ""
    if isinstance(value, list):
        return _items(value, [], depth + 1)
    value = str(value).lower() if isinstance(value, bool) else value
    return str(value).replace("\\", "\\\\").replace("|", "\\|") if depth else value


def _items(values: list[Any], path: list[str], depth: int) -> str:
    return f" {'|' * depth} ".join([str(cell(value, path, depth)) for value in values])

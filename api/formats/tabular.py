"""NDJSON and CSV: one record a line, all pages of a list."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from ..resources.resource import Resource
from ..schema.fields import Record
from ..schema.shape import Node, shape
from ..schema.walk import paths
from .result import Listing
from .sparse import narrowed

# Text that a spreadsheet runs, or takes for a number without its zeros, or for a day: `2021-06` for its first, `8-9`.
MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
ALTERED = re.compile(rf"[=+@\t\r-]|0[0-9]+$|\d{{1,4}}[-/]\d{{1,2}}$|{MONTH} \d{{1,4}}$|\d{{1,2}} {MONTH}$")
NOT_FLAT = ("links", "offices")
BOM = "\ufeff"
AS_TEXT = SimpleNamespace(write=str)  # a file whose `write` gives the text back, which `writerow` passes on


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

    With `spreadsheet`, a byte order mark comes first, and no text is a formula, loses a zero or becomes a day.
    """
    header = columns(listing.resource, listing.fields)
    cells = [cell_at(path.split(".")) for path in header]
    yield (BOM if listing.spreadsheet else "") + row(header)
    for document in listing.documents():
        for item in spread(document, listing.expand.split(".")) if listing.expand else [document]:
            yield row([read(item) for read in cells], guard=listing.spreadsheet)


def row(cells: Iterable[Any], *, guard: bool = False) -> str:
    """One line of CSV (RFC 4180); with `guard`, an apostrophe goes before text that a spreadsheet would alter."""
    if guard:
        cells = [f"'{cell}" if isinstance(cell, str) and ALTERED.match(cell) else cell for cell in cells]
    return str(csv.writer(AS_TEXT).writerow(cells))


def spread(value: Record, path: list[str]) -> Iterator[Record]:
    """A document once for each item of a list, with the item in its place; once without, if the list is empty."""
    key, *rest = path
    items = value[key]
    for item in (items or [None]) if isinstance(items, list) else [items]:
        for inner in spread(item, rest) if rest and item is not None else [item]:
            yield {**value, key: inner}


def cell_at(path: Sequence[str], depth: int = 0) -> Callable[[Any], Any]:
    """What reads the cell at a path of a value: an empty string for null.

    The items of a list are joined by ` | `, those of a list in it by ` || ` and so on, each in its place, an empty one
    for null; `|` and `\\` in an item have a `\\` before them.
    """
    if not path:
        return _escaped if depth else plain
    key, *rest = path
    one, item, between = cell_at(rest, depth), cell_at(rest, depth + 1), f" {'|' * (depth + 1)} "
    as_is = one is plain

    def read(value: Any) -> Any:
        found = value and value[key]
        if as_is and type(found) is str:
            return found
        if isinstance(found, list):
            return between.join(map(item, found))
        return "" if found is None else one(found)

    return read


def plain(value: Any) -> Any:
    """A value as CSV has it: true and false in lower case, null as an empty cell."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def _escaped(value: Any) -> str:
    text = value if type(value) is str else str(plain(value))
    return text.replace("\\", "\\\\").replace("|", "\\|") if "|" in text or "\\" in text else text

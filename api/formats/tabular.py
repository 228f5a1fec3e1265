"""NDJSON and CSV: one record a line, all pages of a list."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from ..resources.resource import Resource
from ..schema.fields import Record
from ..schema.walk import paths
from .result import Listing
from .sparse import narrowed

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
NOT_FLAT = ("links", "offices")
JOINT = " | "


def ndjson(listing: Listing) -> Iterator[str]:
    """The documents of the JSON list, one a line."""
    return (f"{text}\n" for text in narrowed(listing.texts, listing.fields))


def columns(resource: Resource, fields: list[str] | None) -> list[str]:
    """The column names: the dotted path of every value that is not a mapping; with `fields`, of those only and the id."""
    every = list(paths(resource.schema))
    flat = [p for p in every if not any(other.startswith(f"{p}.") for other in every) and p.split(".")[-1] not in NOT_FLAT]
    wanted = ["id", *(fields or [])]
    return [p for p in flat if not fields or any(p == path or p.startswith(f"{path}.") for path in wanted)]


def csv_rows(listing: Listing) -> Iterator[str]:
    """A header line of dotted paths, then one line a record; several values of a cell are joined by ` | `."""
    header = columns(listing.resource, listing.fields)
    yield row(header)
    for document in listing.documents():
        yield row(cell(document, path.split(".")) for path in header)


def row(cells: Iterable[Any]) -> str:
    """One line of CSV (RFC 4180); an apostrophe goes before text that a spreadsheet would run as a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{c}" if isinstance(c, str) and c.startswith(DANGEROUS) else c for c in cells])
    return out.getvalue()


def cell(document: Record, path: list[str]) -> Any:
    """The value at a path; values from lists joined by ` | `; an empty string for null."""
    values: list[Any] = [document]
    many = False
    for key in path:
        values = [item[key] for item in values if item.get(key) is not None]
        many = many or any(isinstance(item, list) for item in values)
        values = [inner for item in values for inner in (item if isinstance(item, list) else [item])]
    texts = [str(item).lower() if isinstance(item, bool) else item for item in values]
    if many:
        return JOINT.join(str(text) for text in texts)
    return texts[0] if texts else ""

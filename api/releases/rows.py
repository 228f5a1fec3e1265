"""What a record puts into a release, as plain rows: its document, its words, its numbers in other schemes, its index rows."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from marshmallow.experimental.context import Context

from ..dataset.dataset import Chunk, Dataset
from ..dataset.record import Entry
from ..dataset.rules import Survey
from ..resources import INDEXES, RESOURCES
from ..resources.filters import Terms
from ..resources.resource import Resource
from ..schema import fast_path
from ..schema.fields import Record, Text
from ..storage import full_text
from ..storage.full_text import Search
from ..storage.tables import Identifier
from ..versions import sortable

# Keys whose text is a code or stands in a column of its own.
NO_PROSE = ("title", "name", "label", "also_known_as", "language", "translated_from", "geonames", "wikidata", "plover", "cameo")
Row = tuple[Any, ...]


@dataclass
class Batch:
    """What a chunk of records puts into a release: rows by table, (name, digest, keys) for the manifest, what came up."""

    kind: str
    count: int = 0
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    digests: list[tuple[str, str, str]] = field(default_factory=list)
    survey: Survey = field(default_factory=Survey)


def batch(dataset: Dataset, chunk: Chunk) -> Batch:
    """The rows of a chunk; no rows of records with faults, as a dataset that has any is not loaded."""
    found = Batch(chunk.kind, len(chunk.items))
    with Context(dataset):
        for seq, item in enumerate(chunk.items, chunk.first):
            entry = found.survey.examine(chunk.kind, item, dataset)
            if entry is None:
                continue
            dataset.at_hand = entry
            try:
                _enter(found, seq, item[0], entry, dataset)
            except KeyError:
                if not dataset.findings and not found.survey.findings and not _leads_nowhere(entry, dataset):
                    raise
    dataset.at_hand = None
    return found


def _leads_nowhere(entry: Entry, dataset: Dataset) -> bool:
    """Whether a record refers to one that cannot be read, whose own faults are told where it stands."""
    return any(not _readable(dataset, kind, id) for _, kind, id in entry.refs)


def _readable(dataset: Dataset, kind: str, id: str) -> bool:
    try:
        return bool(dataset.record(kind, id))
    except KeyError:
        return False


def _enter(found: Batch, seq: int, id: str, entry: Entry, dataset: Dataset) -> None:
    resource = entry.resource
    name, rows = f"{resource.kind}/{id}", found.rows
    kept = entry.manifest
    updated = dataset.updated_in(name, kept.digest)
    shared = {"seq": seq, "id": id, "called": resource.name(entry.record), "updated": sortable(updated), "digest": kept.digest}
    values = {**shared, "document": render(resource, id, entry.record, dataset, updated), **resource.columns(entry.record)}
    rows[table(resource.model)].append(tuple(plain(values[field]) for field in columns(resource.model)))
    rows[table(Search)].append(words(resource, seq, entry, dataset))
    rows[table(Identifier)] += [(scheme, value, resource.kind, id) for scheme, value in resource.identifiers(entry.record)]
    for filter, target in indexed(resource):
        rows[target] += [(*row, seq) for row in filter.rows(entry.record, dataset)]
    found.digests.append((name, kept.digest, ",".join(f"{key}={value}" for key, value in sorted(kept.keys.items()))))


def plain(value: Any) -> Any:
    """A value as SQLite stores it."""
    return value.isoformat() if isinstance(value, date) else value


@cache
def table(model: Any) -> str:
    return str(model._meta.table_name)


@cache
def columns(model: Any) -> tuple[str, ...]:
    """The names of a table's fields, in the order of its columns."""
    return tuple(field.name for field in model._meta.sorted_fields)


@cache
def indexed(resource: Resource) -> tuple[tuple[Any, str], ...]:
    """The filters of a kind that have an index table, each with that table's name."""
    return tuple((f, table(INDEXES[resource.kind, f.name])) for f in resource.filters if (resource.kind, f.name) in INDEXES)


def words(resource: Resource, seq: int, entry: Entry, dataset: Dataset) -> Row:
    """What a record can be found by: its name, its other names, its prose, and the names of what it refers to."""
    prose = (value for path, field, value in entry.leaves if type(field) is Text and path[0] not in NO_PROSE)
    related = dict.fromkeys((kind, id) for _, kind, id in entry.refs if kind != "sources")
    names = dict.fromkeys(dataset.name(kind, id) for kind, id in related)
    texts = ([resource.name(entry.record)], entry.record.get("also_known_as", []), prose, names)
    return resource.kind, seq, *(full_text.words(iter(part)) for part in texts)


def render(resource: Resource, id: str, record: Record, dataset: Dataset, updated: str) -> str:
    """The public document of a record, as JSON text. Needs a Context that holds the dataset."""
    derived = resource.derive(record, dataset)
    about = {"id": id, "updated_in": updated, "links": links(resource, id)}
    document = fast_path.dump(resource.schema, {**record, **derived, **about})
    return _json(document)


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def links(resource: Resource, id: str) -> dict[str, str]:
    """Where a record is, and where the records that belong to it are."""
    return {name: f"{address}{id}" for name, address in addresses(resource)}


@cache
def addresses(resource: Resource) -> tuple[tuple[str, str], ...]:
    """The names of the links of a kind's records, each with the address that a record's id completes."""
    back = (
        (filter.reverse, f"/v1/{other.kind}?{filter.name}=")
        for other in RESOURCES
        for filter in other.filters
        if isinstance(filter, Terms) and filter.kind == resource.kind and filter.reverse
    )
    return (("self", f"/v1/{resource.kind}/"), *((name, address) for name, address in back if name))

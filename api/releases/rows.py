"""The database rows written for one record: its document, its search text, its identifiers, its index rows."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from marshmallow.experimental.context import Context

from ..dataset.dataset import Chunk, Dataset
from ..dataset.manifests import keys_text
from ..dataset.record import Entry
from ..dataset.rules import Survey
from ..resources import INDEXES, RESOURCES, timeline
from ..resources.agreements import AGREEMENTS
from ..resources.common import derived_doubt
from ..resources.filters import Catalog, Terms, day_columns
from ..resources.resource import Resource
from ..resources.search_texts import KINDS, NAMED, class_of, other_names, place, texts
from ..resources.timeline import TIMELINE
from ..schema import fast_path
from ..schema.fields import Record
from ..schema.versions import sortable
from ..storage import full_text
from ..storage.tables import Identifier

TableRow = tuple[Any, ...]


class DatedChunk(NamedTuple):
    """A chunk, with the version in which each of its published records last changed and its digest there, by id.

    `version` is that of the records that differ from what was published.
    """

    chunk: Chunk
    published: dict[str, tuple[str, str]]
    version: str

    def updated_in(self, id: str, digest: str) -> str:
        """The version in which a record with a digest last changed."""
        known, unchanged = self.published.get(id, ("", ""))
        return known if digest == unchanged else self.version


@dataclass
class Batch:
    """What a chunk of records makes: rows by table, (name, digest, keys) for the manifest, and findings and sums.

    `unresolved` tells which records have no rows as they need others that cannot be read.
    """

    kind: str
    count: int = 0
    rows: dict[str, list[TableRow]] = field(default_factory=lambda: defaultdict(list))
    digests: list[tuple[str, str, str]] = field(default_factory=list)
    survey: Survey = field(default_factory=Survey)
    unresolved: list[str] = field(default_factory=list)


class RecordCatalog:
    """The dataset as the filters of one record read it; the record's sources are those that its entry has collected."""

    __slots__ = ("_sources", "about", "ancestors", "name", "offices", "outlets", "record", "states")

    def __init__(self, dataset: Dataset, entry: Entry) -> None:
        self.about: Record = dataset.about
        self.record: Callable[[str, str], Record] = dataset.record
        self.name: Callable[[str, str], str] = dataset.name
        self.offices: Callable[[str, str], list[Record]] = dataset.offices
        self.ancestors: Callable[[str, str], Iterator[str]] = dataset.ancestors
        self.states: Callable[[str], list[str]] = dataset.states
        self.outlets: Callable[[str], list[str]] = dataset.outlets
        self._sources = entry.sources

    def sources(self, kind: str, record: Record) -> set[str]:
        return self._sources


def batch(dataset: Dataset, dated: DatedChunk) -> Batch:
    """Examines the records of a chunk and makes their rows; none for faulty records, as then nothing is loaded."""
    chunk = dated.chunk
    made = Batch(chunk.kind, len(chunk.items))
    with Context(dataset):
        for seq, item in enumerate(chunk.items, chunk.first):
            entry = made.survey.examine(chunk.kind, item, dataset)
            if entry is None or dataset.findings:
                continue
            try:
                version = dated.updated_in(item.id, entry.manifest.digest)
                _add_rows(made, (seq, item.id), entry, dataset, version)
            except KeyError as error:  # a record that it needs is missing or faulty, which is a finding there
                made.unresolved.append(f"{chunk.kind}/{item.id} needs {error}")
    return made


def _add_rows(made: Batch, numbered: tuple[int, str], entry: Entry, dataset: Dataset, updated: str) -> None:
    """Makes the rows of the record with a (number, id), which last changed in the version `updated`."""
    (seq, id), resource, record, digest = numbered, entry.resource, entry.record, entry.manifest.digest
    name, rows, catalog = f"{resource.kind}/{id}", made.rows, RecordCatalog(dataset, entry)
    shared = {"seq": seq, "id": id, "called": resource.name(record), "updated": sortable(updated), "digest": digest}
    document = public(resource, id, record, catalog, updated)
    values = {**shared, "document": as_json(document), **resource.columns(record)}
    rows[table_name(resource.model)].append(tuple(sqlite_value(values[field]) for field in columns(resource.model)))
    rows["search"].append(search_row(resource, seq, document, dataset))
    outside = [*resource.identifiers(record), *((other["scheme"], other["value"]) for other in record["identifiers"])]
    rows[table_name(Identifier)] += [(scheme, value, resource.kind, id) for scheme, value in dict.fromkeys(outside)]
    for filter, target in indexed(resource):
        rows[target] += [(*row, seq) for row in filter.rows(record, catalog)]
    if resource is AGREEMENTS:
        _add_actions(made, (seq, id), record, catalog, {**shared, "updated_in": updated})
    made.digests.append((name, digest, keys_text(entry.manifest)))


def _add_actions(made: Batch, numbered: tuple[int, str], agreement: Record, catalog: Catalog, shared: Record) -> None:
    """Makes the rows of an agreement's actions on the timeline; `shared` are the values that they have from the agreement."""
    seq, id = numbered
    for position, action in enumerate(timeline.actions(id, agreement)):
        number = seq * timeline.MOST_ACTIONS + position
        entry = {**action, **derived_doubt(agreement, catalog), "updated_in": shared["updated_in"]}
        document = as_json(fast_path.dump(TIMELINE.schema, entry))
        own = {"seq": number, "id": action["id"], "called": action["title"], "document": document, "agreement": seq}
        values = {**shared, **own, **day_columns(action["date"])}
        made.rows[table_name(TIMELINE.model)].append(tuple(sqlite_value(values[name]) for name in columns(TIMELINE.model)))
        for filter, target in indexed(TIMELINE):
            made.rows[target] += [(*row, number) for row in filter.rows(action, catalog)]


def sqlite_value(value: Any) -> Any:
    """A value as SQLite stores it."""
    return value.isoformat() if isinstance(value, date) else value


@cache
def table_name(model: Any) -> str:
    return str(model._meta.table_name)


@cache
def columns(model: Any) -> tuple[str, ...]:
    """The names of a table's fields, in the order of its columns."""
    return tuple(field.name for field in model._meta.sorted_fields)


@cache
def indexed(resource: Resource) -> tuple[tuple[Any, str], ...]:
    """The filters of a kind that have an index table, each with the name of the table."""
    return tuple((f, table_name(INDEXES[resource.kind, f.name])) for f in resource.filters if (resource.kind, f.name) in INDEXES)


def search_row(resource: Resource, seq: int, document: Record, dataset: Dataset) -> TableRow:
    """The row of the full-text index, for the texts of a public document and the other names of what it refers to."""
    found = texts(resource, document)
    number = full_text.number(place(resource.kind, seq), KINDS.index(resource.kind), found.name, class_of(resource.kind))
    others = ([name, *_other_names(dataset, *key), *offices] for key, (name, offices) in found.related.items())
    related = full_text.column(text for names in others for text in names)
    name, said = ([], [found.name]) if full_text.is_sentence(found.name) else ([found.name], [])
    names = (full_text.names(name, resource.kind not in NAMED), full_text.names(found.aliases))
    columns = (*names, full_text.column(said), full_text.column(found.text), related)
    return number, *(full_text.with_equivalents(column, tuple(dataset.about["equivalents"])) for column in columns)


def _other_names(dataset: Dataset, kind: str, id: str) -> list[str]:
    """The other names of a record; for a place the names of those that it lies in, too."""
    if kind not in NAMED:
        return []
    wider = [dataset.name(kind, place) for place in dataset.ancestors(kind, id)] if kind == "places" else []
    return [*other_names(dataset.record(kind, id)), *wider]


def public(resource: Resource, id: str, record: Record, catalog: Catalog, updated: str) -> Record:
    """The public document of a record. Needs a marshmallow Context that holds the dataset."""
    derived = resource.derive(record, catalog)
    about = {"id": id, "updated_in": updated, "links": links(resource, id)}
    return fast_path.dump(resource.schema, {**record, **derived, **about})


as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def links(resource: Resource, id: str) -> dict[str, str]:
    """The addresses of a record and of the lists of records that refer to it, by name."""
    return {name: f"{address}{id}" for name, address in addresses(resource)}


@cache
def addresses(resource: Resource) -> tuple[tuple[str, str], ...]:
    """Name and address of the links of a kind's records; the record's id is to be appended."""
    back = (
        (filter.reverse, f"/v1/{other.kind}?{filter.name}=")
        for other in RESOURCES
        for filter in other.filters
        if isinstance(filter, Terms) and filter.kind == resource.kind and filter.reverse
    )
    return (("self", f"/v1/{resource.kind}/"), *((name, address) for name, address in back if name))

"""The database rows written for one record: its document, its search text, its identifiers, its index rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from ..dataset.dataset import Chunk, Dataset
from ..dataset.findings import DatasetError
from ..dataset.manifests import keys_text
from ..dataset.record import Entry
from ..dataset.rules import Survey
from ..resources import BY_KIND, INDEXES, RESOURCES, brief, timeline
from ..resources.agreements import AGREEMENTS
from ..resources.brief import as_json
from ..resources.filters import Catalog, Filter, Terms, day_columns
from ..resources.resource import Resource
from ..resources.search_texts import KINDS, NAMED, class_of, other_names, place, texts
from ..resources.sides import derived_doubt
from ..resources.timeline import TIMELINE
from ..schema import rendering
from ..schema.fields import Record
from ..schema.versions import sortable
from ..storage import full_text
from ..storage.tables import Identifier

TableRow = tuple[Any, ...]
SAMPLES = 2  # documents of a kind that packing refers to
REFERRED = 1 << 13  # records of which the words are kept for others that refer to them


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

    def numbered_on(self, entries: int) -> Iterator[tuple[str, list[TableRow]]]:
        """The rows by table; entries of the timeline, which each batch numbers from 1 on, come after so many before them."""
        for name, rows in self.rows.items():
            if name == table_name(TIMELINE.model):
                yield name, [(number + entries, *others) for number, *others in rows]
            elif name in {target for _, filters in indexed(TIMELINE) for _, target in filters}:
                yield name, [(*others, number + entries) for *others, number in rows]
            else:
                yield name, rows


class RowMaker:
    """What makes the rows of a dataset's records, `published` or to be examined; documents are packed if `pack` is given."""

    def __init__(self, dataset: Dataset, published: bool) -> None:
        self.dataset, self.published = dataset, published
        self.pack: Callable[[str], bytes] | None = None
        self.words = lru_cache(REFERRED)(self._words)
        self.equivalents = tuple(dataset.about.get("equivalents", ()))

    def _words(self, kind: str, id: str, offices: tuple[str, ...]) -> str:
        """The tokens of a record's names where another refers to it, offices among them; of a place, those of wider ones, too."""
        others = other_names(self.dataset.record(kind, id)) if kind in NAMED else []
        wider = [self.dataset.name(kind, place) for place in self.dataset.ancestors(kind, id)] if kind == "places" else []
        return full_text.column([self.dataset.name(kind, id), *others, *wider, *offices])


def samples(maker: RowMaker) -> Iterator[str]:
    """A few documents of each kind, those of most records last."""
    dataset = maker.dataset
    for kind in sorted(BY_KIND, key=dataset.count) if not dataset.findings else ():
        for item in islice(dataset.ordered(kind), SAMPLES):
            with suppress(KeyError, DatasetError):  # a fault, of it or of what it refers to, is told when it is its turn
                entry = dataset.entry(kind, item)
                yield as_json(public(entry.resource, item.id, entry.record, dataset, ""))


def batch(maker: RowMaker, chunk: Chunk) -> Batch:
    """Examines the records of a chunk and makes their rows; none for faulty records, as then nothing is loaded."""
    dataset = maker.dataset
    made = Batch(chunk.kind, len(chunk.items), survey=Survey(maker.published))
    # One kind of work after another, not one record: its code and data stay in the processor's caches.
    entries = [(item.id, made.survey.examine(chunk.kind, item, dataset)) for item in chunk.items]
    for seq, (id, entry) in enumerate(entries, chunk.first):
        if entry is None or dataset.findings:
            continue
        try:
            known, unchanged = chunk.published.get(id, ("", ""))
            version = known if entry.manifest.digest == unchanged else chunk.version
            _add_rows(made, (seq, id), entry, maker, version)
        except KeyError as error:  # a record that it needs is missing or faulty, which is a finding there
            made.unresolved.append(f"{chunk.kind}/{id} needs {error}")
    if maker.pack:
        for model in (BY_KIND[chunk.kind].model, TIMELINE.model):
            _pack(made.rows[table_name(model)], columns(model).index("document"), maker.pack)
    return made


def _pack(rows: list[TableRow], place: int, pack: Callable[[str], bytes]) -> None:
    """Packs the documents in a place of rows."""
    rows[:] = [(*row[:place], pack(row[place]), *row[place + 1 :]) for row in rows]


def _add_rows(made: Batch, numbered: tuple[int, str], entry: Entry, maker: RowMaker, updated: str) -> None:
    """Makes the rows of the record with a (number, id), which last changed in the version `updated`."""
    (seq, id), resource, record, digest = numbered, entry.resource, entry.record, entry.manifest.digest
    name, rows, dataset = f"{resource.kind}/{id}", made.rows, maker.dataset
    dataset.cited = entry.sources
    shared = {"seq": seq, "id": id, "called": resource.name(record), "updated": sortable(updated), "digest": digest}
    document = public(resource, id, record, dataset, updated)
    values = {**shared, "brief": brief.stored(resource, document), "document": as_json(document)}
    values |= resource.columns(record)
    rows[table_name(resource.model)].append(tuple([values[field] for field in columns(resource.model)]))
    rows["search"].append(search_row(resource, seq, document, maker))
    outside = [*resource.identifiers(record), *((other["scheme"], other["value"]) for other in record.get("identifiers", ()))]
    rows[table_name(Identifier)] += [(scheme, value, resource.kind, id) for scheme, value in dict.fromkeys(outside)]
    _add_index_rows(rows, resource, record, seq, dataset)
    if resource is AGREEMENTS:
        _add_actions(made, (seq, id), record, maker, {**shared, "updated_in": updated})
    made.digests.append((name, digest, keys_text(entry.manifest)))


def _add_actions(made: Batch, numbered: tuple[int, str], agreement: Record, maker: RowMaker, shared: Record) -> None:
    """Makes the rows of an agreement's actions on the timeline; `shared` are the values that they have from the agreement."""
    (seq, id), entries = numbered, made.rows[table_name(TIMELINE.model)]
    for number, action in enumerate(timeline.actions(id, agreement), len(entries) + 1):
        entry = {**action, **derived_doubt(agreement, maker.dataset), "updated_in": shared["updated_in"]}
        document = as_json(rendering.dump(TIMELINE.schema, entry, maker.dataset))
        own = {"seq": number, "id": action["id"], "called": action["title"], "document": document, "agreement": seq}
        values = {**shared, **own, **day_columns(action["date"])}
        entries.append(tuple([values[name] for name in columns(TIMELINE.model)]))
        _add_index_rows(made.rows, TIMELINE, action, number, maker.dataset)


def _add_index_rows(rows: dict[str, list[TableRow]], resource: Resource, record: Record, seq: int, dataset: Dataset) -> None:
    """Makes the rows of the filters' tables for the record with a number."""
    for key, filters in indexed(resource):
        if not key or record[key]:
            for filter, target in filters:
                if found := filter.rows(record, dataset):
                    rows[target] += [(*row, seq) for row in found]


@cache
def table_name(model: Any) -> str:
    return str(model._meta.table_name)


@cache
def columns(model: Any) -> tuple[str, ...]:
    """The names of a table's fields, in the order of its columns."""
    return tuple(field.name for field in model._meta.sorted_fields)


@cache
def indexed(resource: Resource) -> tuple[tuple[str, list[tuple[Filter, str]]], ...]:
    """The filters of a kind that have an index table, each with the name of the table, by the key that holds their values."""
    by_key: dict[str, list[tuple[Filter, str]]] = defaultdict(list)
    for filter in resource.filters:
        if (resource.kind, filter.name) in INDEXES:
            by_key[filter.key].append((filter, table_name(INDEXES[resource.kind, filter.name])))
    return tuple(by_key.items())


def search_row(resource: Resource, seq: int, document: Record, maker: RowMaker) -> TableRow:
    """The row of the full-text index, for the texts of a public document and the other names of what it refers to."""
    found = texts(resource, document)
    number = full_text.number(place(resource.kind, seq), KINDS.index(resource.kind), found.name, class_of(resource.kind))
    related = full_text.joined(maker.words(*key, tuple(offices)) for key, (_, offices) in found.related.items())
    name, said = ([], [found.name]) if full_text.is_sentence(found.name) else ([found.name], [])
    names = (full_text.names(name, resource.kind not in NAMED), full_text.names(found.aliases))
    columns = (*names, full_text.column(said), full_text.column(found.text), related)
    return number, *(full_text.with_equivalents(column, maker.equivalents) for column in columns)


def public(resource: Resource, id: str, record: Record, catalog: Catalog, updated: str) -> Record:
    derived = resource.derive(record, catalog)
    about = {"id": id, "updated_in": updated, "links": links(resource, id)}
    return rendering.dump(resource.schema, {**record, **derived, **about}, catalog)


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

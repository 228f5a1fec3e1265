"""The database rows written for one record: its document, its search text, its identifiers, its index rows."""

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
from ..resources.filters import Catalog, Filter, Terms
from ..resources.resource import Resource
from ..resources.search_texts import KINDS, NAMED, class_of, other_names, place, texts
from ..resources.shared_filters import CITED
from ..resources.timeline import TIMELINE
from ..schema import rendering
from ..schema.fields import Record
from ..schema.versions import sortable
from ..schema.walk import as_json
from ..storage import full_text
from ..storage.analysis import stems
from ..storage.tables import Identifier

TableRow = tuple[Any, ...]
Rows = dict[str, list[TableRow]]  # by table
SAMPLES = 2  # documents of a kind that packing refers to
REFERRED = 1 << 13  # records of which the words are kept for others that refer to them


@dataclass
class Batch:
    """What a chunk of records makes: rows by table, (name, digest, keys) for the manifest, and findings and sums.

    `unresolved` tells what a record needs that cannot be read.
    """

    kind: str
    count: int = 0
    rows: Rows = field(default_factory=dict)
    digests: list[tuple[str, str, str]] = field(default_factory=list)
    survey: Survey = field(default_factory=Survey)
    unresolved: str = ""

    def numbered_on(self, entries: int) -> Iterator[tuple[str, list[TableRow]]]:
        """The rows by table; entries of the timeline, which each batch numbers from 1 on, come after so many before them."""
        for name, rows in self.rows.items():
            if name == table_name(TIMELINE.model):
                yield name, [(number + entries, *others) for number, *others in rows]
            elif name in {target for _, target in indexed(TIMELINE)}:
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
                record = complete(entry.resource, item.id, entry, dataset, "")
                yield as_json(rendering.dump(entry.resource.schema, record, dataset))


def batch(maker: RowMaker, chunk: Chunk) -> Batch:
    """Examines the records of a chunk and makes their rows; none if one of them is faulty, as then nothing is loaded."""
    made = Batch(chunk.kind, len(chunk.items), survey=Survey(maker.published))
    entries = made.survey.examine(chunk.kind, chunk.items, maker.dataset)
    if not (maker.dataset.findings or made.survey.findings):
        try:
            _add_records(made, chunk, entries, maker)
        except KeyError as error:  # a record that is needed is missing or faulty, which is a finding there
            made.unresolved = f"one of the {chunk.kind} needs {error}"
    return made


def _add_records(made: Batch, chunk: Chunk, entries: list[Entry], maker: RowMaker) -> None:
    """Makes the rows of sound records.

    One kind of work is done after another, not one record: its code and data stay in the processor's caches.
    """
    resource, rows = BY_KIND[chunk.kind], made.rows
    records: list[Record] = []
    for item, entry in zip(chunk.items, entries, strict=True):
        own = entry.manifest
        made.digests.append((f"{chunk.kind}/{item.id}", own.digest, keys_text(own)))
        record = complete(resource, item.id, entry, maker.dataset, chunk.updated(item.id, own.digest))
        records.append({**record, "seq": chunk.first + len(records), "digest": own.digest})
    documents = _add_rows(rows, resource, records, maker)
    rows["search"] = [search_row(resource, seq, document, maker) for seq, document in enumerate(documents, chunk.first)]
    rows[table_name(Identifier)] = [(*outside, chunk.kind, one["id"]) for one in records for outside in _outside(resource, one)]
    if resource is AGREEMENTS:
        acts = (act for record in records for act in timeline.actions(record))
        _add_rows(rows, TIMELINE, [{**act, "seq": seq} for seq, act in enumerate(acts, 1)], maker)


def _add_rows(rows: Rows, resource: Resource, records: list[Record], maker: RowMaker) -> list[Record]:
    """Makes the rows of complete records in their table and in those of their filters; returns their documents."""
    documents = [rendering.dump(resource.schema, record, maker.dataset) for record in records]
    texts: list[Any] = [*map(as_json, documents)]
    stored = [*map(maker.pack, texts)] if maker.pack else texts
    rows[table_name(resource.model)] = [_row(resource, *each) for each in zip(records, documents, stored, strict=True)]
    for filter, target in indexed(resource):
        rows[target] = filter.numbered(records, maker.dataset)
    return documents


def _row(resource: Resource, record: Record, document: Record, stored: Any) -> TableRow:
    """The row of a complete record in the table of its kind, for its document, which is stored so."""
    told = {"called": resource.name(record), "updated": sortable(record["updated_in"]), "document": stored}
    if "brief" in columns(resource.model):
        told["brief"] = brief.stored(resource, document)
    values = {**told, **resource.columns(record)}
    return tuple([values[name] if name in values else record[name] for name in columns(resource.model)])


def _outside(resource: Resource, record: Record) -> dict[tuple[str, str], None]:
    """The ids of a record in other schemes, as (scheme, id)."""
    return dict.fromkeys([*resource.identifiers(record), *((o["scheme"], o["value"]) for o in record.get("identifiers", ()))])


@cache
def table_name(model: Any) -> str:
    return str(model._meta.table_name)


@cache
def columns(model: Any) -> tuple[str, ...]:
    """The names of a table's fields, in the order of its columns."""
    return tuple(field.name for field in model._meta.sorted_fields)


@cache
def indexed(resource: Resource) -> list[tuple[Filter, str]]:
    """The filters of a kind that have an index table, each with its name."""
    tables = ((filter, INDEXES.get((resource.kind, filter.name))) for filter in resource.filters)
    return [(filter, table_name(table)) for filter, table in tables if table]


def search_row(resource: Resource, seq: int, document: Record, maker: RowMaker) -> TableRow:
    """The row of the full-text index, for the texts of a public document and the other names of what it refers to."""
    found = texts(resource, document)
    words = stems(found.name)
    number = full_text.number(place(resource.kind, seq), KINDS.index(resource.kind), len(words), class_of(resource.kind))
    related = full_text.joined([maker.words(*key, tuple(offices)) for key, (_, offices) in found.related.items()])
    name, said = ([], " ".join(words)) if full_text.is_sentence(found.name) else ([found.name], "")
    names = (full_text.names(name, resource.kind not in NAMED), full_text.names(found.aliases))
    columns = (*names, said, full_text.column(found.text), related)
    return number, *(full_text.with_equivalents(column, maker.equivalents) for column in columns)


def complete(resource: Resource, id: str, entry: Entry, catalog: Catalog, updated: str) -> Record:
    """A record with what its document and its filters have besides what its file says."""
    about = {"id": id, "updated_in": updated, "links": links(resource, id), CITED: entry.sources}
    return {**entry.record, **resource.derive(entry.record, catalog), **about}


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

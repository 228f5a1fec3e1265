"""Filters that several kinds share: by relations, by cited sources, by what accounts leave in doubt."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..schema.fields import Record
from .filters import Catalog, Filter, Ids, Terms, Updated, Words, each
from .sides import alone, conflict


def shared(kind: str) -> tuple[Filter, ...]:
    """The filters that every kind has."""
    return Ids(), Words(kind), Updated()


def by_relation(relations: Mapping[str, str], key: str, to: str) -> Iterator[Terms]:
    """A filter for each kind of relation; a record has its relations under `key`, each with the other record as `to`."""
    for relation, description in relations.items():
        yield Terms(relation, description, _Related(relation, key, to), f"{to}s")


@dataclass(frozen=True)
class _Related:
    relation: str
    key: str
    to: str

    def __call__(self, record: Record, catalog: Catalog) -> list[str]:
        return [other[self.to] for other in record[self.key] if other["relation"] == self.relation]


def _doubt(name: str, description: str, holds: Callable[[Record, Catalog], bool]) -> Terms:
    def values(record: Record, catalog: Catalog) -> list[str]:
        return ["true" if holds(record, catalog) else "false"]

    return Terms(name, description, values, choices=("true", "false"), single=True)


DISPUTED = _doubt("disputed", "`true` finds records whose accounts conflict.", lambda record, catalog: conflict(record))
ONE_SIDED = _doubt("one_sided", "`true` finds records in which something rests on one party's account alone.", alone)
HOLDER = Terms("holder", "With an account held by this actor.", each("accounts.holders"), kind="actors")


def cited(kind: str) -> Terms:
    """The filter by cited source; `kind` also names the link from a source to the records that cite it."""

    def values(record: Record, catalog: Catalog) -> set[str]:
        return catalog.sources(kind, record)

    return Terms("source", "Citing this source anywhere in the record.", values, kind="sources", reverse=kind)


def by_sources(kind: str) -> tuple[Terms, ...]:
    """The filters by cited sources, and by what these and their accounts leave in doubt."""
    return cited(kind), DISPUTED, ONE_SIDED, HOLDER

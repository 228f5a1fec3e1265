"""Filters that several kinds share: by relations, by cited sources, by what accounts leave in doubt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..schema.fields import Record
from .filters import Catalog, Filter, Ids, Terms, Updated, Words, each, expanded


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


def _doubt(name: str, description: str) -> Terms:
    words = expanded(name, lambda holds, catalog: ("true" if holds else "false",))
    return Terms(name, description, words, choices=("true", "false"), single=True)


CITED = "cited"  # key of a complete record: every source that it cites anywhere
DISPUTED = _doubt("disputed", "`true` finds records whose accounts conflict.")
ONE_SIDED = _doubt("one_sided", "`true` finds records in which something rests on one party's account alone.")
HOLDER = Terms("holder", "With an account held by this actor.", each("accounts.holders"), kind="actors")


def cited(kind: str) -> Terms:
    """The filter by cited source; `kind` also names the link from a source to the records that cite it."""
    return Terms("source", "Citing this source anywhere in the record.", each(CITED), kind="sources", reverse=kind)


def by_sources(kind: str) -> tuple[Terms, ...]:
    """The filters by cited sources, and by what these and their accounts leave in doubt."""
    return cited(kind), DISPUTED, ONE_SIDED, HOLDER

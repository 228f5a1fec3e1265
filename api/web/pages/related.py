"""What refers to a record: the first records of each list that its document links to, all in one statement."""

import json
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from ...resources import BY_KIND, INDEXES
from ...resources.filters import Terms
from ...resources.resource import Resource
from ...schema.fields import Record
from ...storage.release import Release
from .brief import Brief, brief
from .labels import label

SHOWN = 6
FIRST = """
SELECT * FROM (
  SELECT {number} AS number, COALESCE(
    (SELECT records FROM sets WHERE kind = '{kind}' AND filter = '{filter}' AND value = ?),
    (SELECT COUNT(*) FROM {index} WHERE value = ?)) AS total,
    own.document AS document, listed.record AS record
  FROM (SELECT record FROM {index} WHERE value = ? ORDER BY record{way} LIMIT {shown}) AS listed
  JOIN {table} AS own ON own.seq = listed.record
) AS list{number}
"""


class RelatedList(NamedTuple):
    """A list of records that refer to one: its name, its address, how many there are, and the first of them."""

    title: str
    what: str
    href: str
    total: int
    entries: list[Brief]


class Link(NamedTuple):
    """A link of a document to a list, taken apart."""

    name: str
    kind: str
    filter: str


def related(release: Release, links: Record) -> list[RelatedList]:
    """The lists that a document links to, without those that are empty."""
    names = tuple(link_of(name, address) for name, address in links.items() if name != "self")
    if not names:
        return []
    id = links["self"].rsplit("/", 1)[1]
    rows = release.execute(statement(names), *(value for _ in names for value in (id, id, id)))
    found: dict[int, list[tuple[int, Record]]] = {}
    totals = {}
    for number, total, document, record in sorted(rows, key=lambda row: row[0]):
        found.setdefault(number, []).append((record, json.loads(document)))
        totals[number] = total
    return [
        RelatedList(
            label(link.kind),
            description(link),
            f"/{link.kind}?{link.filter}={id}",
            totals[number] or len(found[number]),
            [brief(BY_KIND[link.kind], document) for document in in_order(BY_KIND[link.kind], found[number])],
        )
        for number, link in enumerate(names)
        if number in found
    ]


def in_order(resource: Resource, rows: list[tuple[int, Record]]) -> list[Record]:
    """Documents with their numbers in the order of their kind's lists."""
    return [document for _, document in sorted(rows, key=lambda row: row[0], reverse=resource.order.startswith("-"))]


def link_of(name: str, address: str) -> Link:
    """`/v1/events?actor=russia` as the kind and the filter."""
    parts = urlsplit(address)
    return Link(name, parts.path.rsplit("/", 1)[1], parts.query.partition("=")[0])


def description(link: Link) -> str:
    """What the filter of a list says of its records."""
    every = (filter for filter in BY_KIND[link.kind].filters if isinstance(filter, Terms))
    return next(filter.description for filter in every if filter.name == link.filter)


@cache
def statement(links: tuple[Link, ...]) -> str:
    """The statement that reads the first records of all lists."""
    return " UNION ALL ".join(
        FIRST.format(
            number=number,
            kind=link.kind,
            filter=link.filter,
            index=INDEXES[link.kind, link.filter]._meta.table_name,
            table=BY_KIND[link.kind].model._meta.table_name,
            way=" DESC" if BY_KIND[link.kind].order.startswith("-") else "",
            shown=SHOWN,
        )
        for number, link in enumerate(links)
    )

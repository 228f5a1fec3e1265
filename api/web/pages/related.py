"""What refers to a record: the first records of each list that its document links to, all in one statement."""

from functools import cache
from typing import NamedTuple

from ...resources import BY_KIND, INDEXES
from ...resources.filters import Terms
from ...resources.resource import Resource
from ...schema.fields import Record
from ...storage.release import Release
from .entries import entries_of
from .labels import label
from .values import Sheet

SHOWN = 6
FIRST = """
SELECT list{number}.*, id, called, brief FROM (
  SELECT {number} AS number, COALESCE(
    (SELECT records FROM sets WHERE kind = '{kind}' AND filter = '{filter}' AND value = ?),
    (SELECT COUNT(*) FROM {index} WHERE value = ?)) AS total, record
  FROM {index} WHERE value = ? ORDER BY record{way} LIMIT {shown}
) AS list{number} JOIN {table} ON seq = record
"""


class RelatedList(NamedTuple):
    """A list of records that refer to one: its name, its address, how many there are, and the first of them as HTML."""

    title: str
    what: str
    href: str
    total: int
    entries: list[str]


class Link(NamedTuple):
    """A link of a document to a list, taken apart."""

    name: str
    kind: str
    filter: str


def related(release: Release, sheet: Sheet, links: Record) -> list[RelatedList]:
    """The lists that a document links to, without those that are empty."""
    names = tuple(link_of(name, address) for name, address in links.items() if name != "self")
    if not names:
        return []
    id = links["self"].rsplit("/", 1)[1]
    totals, found, briefs = dict[int, int](), dict[int, list[str]](), dict[str, tuple[str, ...]]()
    for number, total, record, *columns in sorted(release.execute(statement(names), *(id for _ in names for _ in range(3)))):
        name = f"{(kind := names[number].kind)} {record}"
        briefs[name] = (kind, *columns)
        found.setdefault(number, []).append(name)
        totals[number] = total
    known = entries_of(release, sheet, briefs)
    return [
        RelatedList(
            label(link.kind),
            description(link),
            f"/{link.kind}?{link.filter}={id}",
            totals[number] or len(found[number]),
            [known[record] for record in in_order(BY_KIND[link.kind], found[number])],
        )
        for number, link in enumerate(names)
        if number in found
    ]


def in_order(resource: Resource, records: list[str]) -> list[str]:
    """Records, which are in the order of their numbers, in that of their kind's lists."""
    return records[::-1] if resource.order.startswith("-") else records


def link_of(name: str, address: str) -> Link:
    """`/v1/events?actor=russia` as the kind and the filter."""
    path, _, query = address.partition("?")
    return Link(name, path.rpartition("/")[2], query.partition("=")[0])


@cache
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

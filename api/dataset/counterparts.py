"""Which curated events have counterparts in a machine-coded dataset: same days, same two countries, same category."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

from ..resources.events import with_records
from ..schema import edtf
from ..schema.fields import Record
from .dataset import Dataset

LONGEST = 31  # days of a date that can be compared
SHOWN = 5  # ids of counterparts that are listed
Dyad = tuple[str, str]


class Counterparts(NamedTuple):
    """An event of ours: how many counterparts there are, those of the same category apart, and the first ids of them.

    `compared` is `yes`, or why it cannot be.
    """

    event: str
    date: str
    type: str
    title: str
    compared: str
    counterparts: int = 0
    same_category: int = 0
    ids: str = ""


class Machine(NamedTuple):
    """A machine-coded event, as far as it is compared."""

    id: str
    categories: frozenset[str]


def compare(ours: Dataset, theirs: Dataset, days: int) -> Iterator[Counterparts]:
    """A row for each curated event of ours, in the order of the list."""
    index = _index(theirs)
    for item in ours.ordered("events"):
        event = ours.entry("events", item).record
        if event["coding"] != "curated":
            continue
        row = Counterparts(item.id, event["date"], event["type"], event["title"], _comparable(ours, event))
        if row.compared != "yes":
            yield row
            continue
        span = edtf.bounds(event["date"])
        wanted = [span.earliest + timedelta(n) for n in range(-days, (span.latest - span.earliest).days + days + 1)]
        found = {other.id: other for day in wanted for dyad in _dyads(ours, event) for other in index[dyad][str(day)]}
        categories = _categories(ours, event)
        alike = [other.id for other in found.values() if categories & other.categories]
        shown = " ".join([*alike, *(id for id in found if id not in set(alike))][:SHOWN])
        yield row._replace(counterparts=len(found), same_category=len(alike), ids=shown)


def _index(dataset: Dataset) -> dict[Dyad, dict[str, list[Machine]]]:
    """The machine-coded events by the countries that they are between, and by day."""
    index: dict[Dyad, dict[str, list[Machine]]] = defaultdict(lambda: defaultdict(list))
    for item in dataset.ordered("events"):
        event = dataset.entry("events", item).record
        for dyad in _dyads(dataset, event):
            index[dyad][event["date"]].append(Machine(item.id, _categories(dataset, event)))
    return index


def _comparable(dataset: Dataset, event: Record) -> str:
    span = edtf.bounds(event["date"])
    if (span.latest - span.earliest).days >= LONGEST:
        return "its date is not known to a month"
    return "yes" if _dyads(dataset, event) else "its actors are not of two countries"


def _dyads(dataset: Dataset, event: Record) -> list[Dyad]:
    countries = {dataset.record("actors", participant["actor"])["country"] for participant in with_records(event)}
    return list(combinations(sorted(filter(None, countries)), 2))


def _categories(dataset: Dataset, event: Record) -> frozenset[str]:
    """The event of PLOVER and the root of the CAMEO code that an event's type has."""
    type = dataset.record("event-types", event["type"])
    named: Iterable[str | None] = (type["plover"] and type["plover"]["event"], type["cameo"] and type["cameo"]["code"][:2])
    return frozenset(filter(None, named))

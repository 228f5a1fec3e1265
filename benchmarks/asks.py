"""The page that everybody is asked for: 20 events with an actor between two days, in an order; and how each server spells it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from .generate import World

RECORDS = 20
# Days to begin and end with, and so few and frequent actors that the page is full in the smallest dataset too.
ACTORS, BEGINS, ENDS = 5, 12_000, 4_000
FREQUENT = [id for id, _ in World(1).actor_names[:ACTORS]]
FIRST, LAST = date(1946, 1, 1), date(2026, 12, 31)
STRIDE = 148_329_619  # a prime, so that numbers one after the other give asks far apart, and none twice


@dataclass(frozen=True)
class Ask:
    """One page of events."""

    actor: str
    date_from: str
    date_to: str
    sort: str = "-date"


Spelling = Callable[[Ask], str]


def ask(number: int, sort: str = "-date") -> Ask:
    """The ask with this number; 240 million numbers give as many different ones."""
    rest, actor = divmod(number * STRIDE % (ACTORS * BEGINS * ENDS), ACTORS)
    end, begin = divmod(rest, BEGINS)
    return Ask(FREQUENT[actor], str(FIRST + timedelta(days=begin)), str(LAST - timedelta(days=end)), sort)


def rest(asked: Ask) -> str:
    """As this project and the FastAPI peer spell it."""
    return f"/v1/events?{urlencode({**vars(asked), 'limit': RECORDS})}"


def page(asked: Ask) -> str:
    """The same as a page for people."""
    return rest(asked).removeprefix("/v1")


def datasette(asked: Ask) -> str:
    """As Datasette's table page spells it, with the total and the next page.

    Its `_through=` would say the same, but mixes up its parameters with those of other filters (0.65).
    """
    order = {"-date": ("_sort_desc", "seq"), "date": ("_sort", "seq"), "-title": ("_sort_desc", "title")}
    direction, column = order.get(asked.sort, ("_sort", "title"))
    parameters = {
        "_where": f"seq in (select record from events_actor where value = '{asked.actor}')",
        "latest__gte": asked.date_from, "earliest__lte": asked.date_to,
        direction: column, "_size": RECORDS, "_col": "document", "_nofacet": 1,
    }  # fmt: skip
    return f"/release/events.json?{urlencode(parameters, quote_via=quote)}"


def datasette_rows(asked: Ask) -> str:
    """As Datasette's query of our own spells it: the rows alone."""
    parameters = {"actor": asked.actor, "date_from": asked.date_from, "date_to": asked.date_to, "_shape": "arrays"}
    return f"/release/rows.json?{urlencode(parameters)}"


class Fresh:
    """Pages never asked for before, each spelled by its number: every call of `take` goes on after those that were used."""

    def __init__(self, path: Callable[[int], str], first: int = 1) -> None:
        self.path, self.next = path, first

    def take(self, count: int) -> Iterator[str]:
        return (self.path(number) for number in range(self.next, self.next + count))

    def use(self, count: int) -> None:
        self.next += count


def fresh(spelling: Spelling, sort: str = "-date", first: int = 1) -> Fresh:
    """The page in an order, as a server spells it."""
    return Fresh(lambda number: spelling(ask(number, sort)), first)

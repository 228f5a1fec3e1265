"""Shapes of query: neither the filters that are used nor the number of events should count in what a first answer costs."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from .asks import BEGINS, FIRST, RECORDS, Ask, Fresh, ask
from .generate import World

# Actors that datasets of every size have: no bodies, whose names depend on the size.
ACTORS = [id for number, (id, _) in enumerate(World(1).actor_names) if number % 5 != 4]
WORDS = ("treaty", "sanctions", "envoy", "border", "trade", "nuclear", "energy")


def days(asked: Ask) -> dict[str, str]:
    return {"date_from": asked.date_from, "date_to": asked.date_to}


# What is asked of the list of events; the number of the ask is for what its actor and days do not make different.
LISTS: dict[str, Callable[[int, Ask], Mapping[str, str]]] = {
    # With pages of 1 to 39 records, 20 on average, as there are only so many actors.
    "one actor": lambda number, asked: {"actor": ACTORS[number % len(ACTORS)], "limit": str(number // len(ACTORS) % 39 + 1)},
    "actor, days": lambda number, asked: {"actor": asked.actor, **days(asked)},
    "two filters, days": lambda number, asked: {"actor": asked.actor, "status": "occurred", **days(asked)},
    "text, actor, days": lambda number, asked: {"q": WORDS[number % len(WORDS)], "actor": asked.actor, **days(asked)},
    "by title": lambda number, asked: {"actor": asked.actor, "sort": "title", **days(asked)},
    "not the actor": lambda number, asked: {"actor_not": asked.actor, **days(asked)},
    "certain": lambda number, asked: {"actor": asked.actor, "date_match": "certain", **days(asked)},
    "ascending from a day": lambda number, _: {
        "date_from": str(FIRST + timedelta(days=number * 7919 % BEGINS)),
        "sort": "date",
    },
}
GROUPS = "groups of two"
SHAPES = (*LISTS, GROUPS)


BARE_FLASK = "bare flask"


def name(shape: str, events: int | None = None) -> str:
    """What the bursts of a shape are called, at a size."""
    return f"shapes: {shape}{'' if events is None else f', {events}'}"


def path(shape: str, number: int) -> str:
    """The ask of a shape with this number."""
    asked = ask(number)
    if shape == GROUPS:
        return f"/v1/aggregates/events?{urlencode({'by': 'type,status', **days(asked)})}"
    return f"/v1/events?{urlencode({'limit': RECORDS, **LISTS[shape](number, asked)})}"


def fresh(shape: str) -> Fresh:
    """Asks of a shape, none twice; of one actor alone there are 3,120."""
    return Fresh(partial(path, shape))

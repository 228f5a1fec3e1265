"""The filters of a query in words, as chips, calendars, feeds and pictures say them."""

import re
from collections.abc import Mapping
from typing import Any

from ..resources.brief import country
from ..resources.filters import Filter, Terms, names
from ..resources.resource import Resource
from ..schema.public_date import render
from ..storage.release import Release
from .aggregation import names as called_so

BEFORE = {"date_from": "from", "date_to": "until", "q": "words", "ids": ""}  # what is said before a value instead of the name
DAYS = re.compile(r"(\d{4}-\d\d(?:-\d\d)?)(?:/(\d{4}-\d\d-\d\d))?")
OF_ACTOR = ("did", "bound_on")  # filters whose values are an actor and what it did, or the day


def in_words(release: Release, resource: Resource | None, given: Mapping[str, Any]) -> str:
    """What filters ask for: `from 1 January 2000 · type Summit or Veto`."""
    filters = {name: filter for filter in (resource.filters if resource else ()) for name in names(filter)}
    return " · ".join(_said(release, filters.get(name), name, given[name]) for name in sorted(given))


def _said(release: Release, filter: Filter | None, name: str, given: Any) -> str:
    found = values_in_words(release, filter, name, given if isinstance(given, list) else [str(given)])
    stem = name.removesuffix("_all").removesuffix("_not")
    said = (" and " if name.endswith("_all") else " or ").join(found)
    return f"{'not ' if name.endswith('_not') else ''}{BEFORE.get(stem, stem.replace('_', ' '))} {said}".strip()


def values_in_words(release: Release, filter: Filter | None, name: str, given: list[str]) -> list[str]:
    """The values of a parameter as a person says them: names instead of ids and codes, days in words."""
    if name == "q":
        return given
    if name in OF_ACTOR:
        called = called_so(release, "actors", [value.partition(":")[0] for value in given])
        return [f"{called.get(actor, actor)} {_word(name, what)}".strip() for actor, _, what in (v.partition(":") for v in given)]
    called = called_so(release, filter.kind if isinstance(filter, Terms) else None, given)
    return [called.get(value) or _word(name, value) for value in given]


def _word(name: str, value: str) -> str:
    if days := DAYS.fullmatch(value):
        return str(render(days[1] if days[2] in (None, days[1]) else value)["text"])
    if "country" in name:
        return country(value)
    return {"true": "yes", "false": "no"}.get(value) or value.replace("_", " ")

"""A machine-coded event, whatever layout it was read from."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar

import pycountry

T = TypeVar("T")


class CodedParty(NamedTuple):
    """Who did something, or to whom it was done: a name, the country's ISO 3166-1 alpha-3 code, what sort of actor it is."""

    name: str
    country: str | None
    state: bool  # the country as a whole, not somebody in it
    about: str = ""


class Category(NamedTuple):
    """A category of a scheme: `CAMEO` with its code, or `PLOVER` with event and mode; its name where the layout gives it."""

    scheme: str
    code: str
    name: str = ""
    score: float | None = None  # Goldstein value


class Coded(NamedTuple):
    """An event as its coder published it: its line, and the record there; `report` is the address of the news report."""

    line: int
    id: str
    day: date
    sources: tuple[CodedParty, ...]
    targets: tuple[CodedParty, ...]
    category: Category
    locator: str
    report: str = ""


class BadLine(NamedTuple):
    """A line that is no event: its number from 1, and why."""

    number: int
    reason: str


def checked(lines: Iterable[tuple[int, T]], events: Callable[[int, T], Iterable[Coded]]) -> Iterator[Coded | BadLine]:
    """What `events` makes of each line with its number; the ValueError that it raises says why a line is no event."""
    for number, line in lines:
        try:
            yield from events(number, line)
        except ValueError as error:
            yield BadLine(number, str(error))


def day_of(name: str, text: object) -> date:
    """The day in a column. Raises ValueError."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{name} {text!r} is not a day") from None


def digits_of(name: str, text: str, what: str) -> str:
    """The digits in a column. Raises ValueError."""
    if not text.isdecimal():
        raise ValueError(f"{name} {text!r} is not {what}")
    return text


@cache
def country(text: str) -> str | None:
    """The alpha-3 code of a country that is written as code or English name; None if ISO 3166-1 has none such."""
    try:
        return str(pycountry.countries.lookup(text).alpha_3) if text else None
    except LookupError:
        return None


@cache
def names(code: str) -> list[str]:
    """The English names of a country, the common one first where there is one."""
    found: Any = pycountry.countries.get(alpha_3=code)
    return [getattr(found, kind) for kind in ("common_name", "name", "official_name") if hasattr(found, kind)]


def is_country(name: str, code: str) -> bool:
    """Whether a name is that of a country, or what its name begins with: `Russia`, `Iran`."""
    return any(known.startswith(name) for known in names(code))

"""Inter-coder reliability: Krippendorff's alpha of each variable, with a bootstrapped interval.

Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import chain, combinations
from statistics import quantiles
from typing import Any, NamedTuple

from ..schema import edtf
from .codings import NOT_APPLICABLE, UNKNOWN, WORDS, Codings

SEED, RESAMPLES = 2021, 2000
Units = Sequence[Sequence[Any]]  # the values of each unit, missing ones left out
# The sum of the squared differences of all ordered pairs of values; it depends on the level of measurement.
Disagreement = Callable[[Sequence[Any]], float]


def nominal(values: Sequence[Any]) -> float:
    """Two values differ by 1, or not at all."""
    return len(values) ** 2 - sum(count * count for count in Counter(values).values())


def interval(values: Sequence[Any]) -> float:
    """Two numbers differ by the square of their distance."""
    found: float = 2 * (len(values) * sum(value * value for value in values) - sum(values) ** 2)
    return found


def pairable(units: Units) -> Units:
    """The units that two coders or more have given a value."""
    return [values for values in units if len(values) > 1]


def alpha(units: Units, level: Disagreement) -> float | None:
    """Krippendorff's alpha; None where it is not defined, as all values are the same or no unit has two."""
    return _alpha([(values, level(values) / (len(values) - 1)) for values in pairable(units)], level)


def _alpha(units: Sequence[tuple[Sequence[Any], float]], level: Disagreement) -> float | None:
    """Alpha of units, each with its own part of the observed disagreement."""
    values = list(chain.from_iterable(values for values, _ in units))
    expected = level(values)
    if not expected:
        return None
    return 1 - (len(values) - 1) * sum(observed for _, observed in units) / expected


def confidence(units: Units, level: Disagreement, resamples: int = RESAMPLES, seed: int = SEED) -> tuple[float, float] | None:
    """The 95 % interval of alpha: percentiles 2.5 and 97.5 over samples of the units, drawn with replacement.

    Samples for which alpha is not defined are left out. None where fewer than two are left.
    """
    chance = random.Random(seed)  # noqa: S311 - for a sample that anybody can draw again
    parts = [(values, level(values) / (len(values) - 1)) for values in pairable(units)]
    drawn = [_alpha(chance.choices(parts, k=len(parts)), level) for _ in range(resamples)] if parts else []
    found = [each for each in drawn if each is not None]
    if len(found) < 2:
        return None
    cuts = quantiles(found, n=40, method="inclusive")
    return cuts[0], cuts[-1]


def agreement(units: Units) -> float | None:
    """The share of the pairs of values within units that are equal; None where there is no pair."""
    pairs = [one == other for values in units for one, other in combinations(values, 2)]
    return sum(pairs) / len(pairs) if pairs else None


class Variable(NamedTuple):
    """A variable of the codings: what it is, how its values differ, and its value in a coder's row (None if missing)."""

    name: str
    what: str
    level: Disagreement
    value: Callable[[Mapping[str, str]], Any]


class Figures(NamedTuple):
    """The reliability of a variable: over how many units, the share of agreement, alpha, and its 95 % interval."""

    variable: Variable
    units: int
    agreement: float | None
    alpha: float | None
    interval: tuple[float, float] | None


def column(name: str) -> Callable[[Mapping[str, str]], str | None]:
    """The value in a column; None where it does not apply."""
    return lambda row: None if row[name] == NOT_APPLICABLE else row[name]


def of_date(part: Callable[[edtf.EdtfDate], Any]) -> Callable[[Mapping[str, str]], Any]:
    """What follows from the date; None where there is none."""
    return lambda row: None if row["date"] in (NOT_APPLICABLE, UNKNOWN) else part(edtf.read(row["date"]))


def earliest_day(found: edtf.EdtfDate) -> int | None:
    """The number of the earliest day; None where it is open."""
    return None if found.bounds.earliest == date.min else found.bounds.earliest.toordinal()


VARIABLES = (
    Variable("kind", "Event, statement, act on an agreement, office, or nothing to record.", nominal, column("kind")),
    Variable("type", "Type of an event, or kind of an act on an agreement.", nominal, column("type")),
    Variable("status", "Status of an event.", nominal, column("status")),
    Variable("date", "The date, to the letter.", nominal, column("date")),
    Variable("precision", "Precision of the date.", nominal, of_date(lambda found: found.precision)),
    Variable("sense", "Sense of the date: extent, one of.", nominal, of_date(lambda found: found.sense)),
    Variable("earliest", "Earliest day of the date; differences in days.", interval, of_date(earliest_day)),
    Variable("source", "Side of who acts, speaks or holds the office.", nominal, column("source")),
    Variable("target", "Side of whom it is directed at.", nominal, column("target")),
    Variable("place", "Country of the place.", nominal, column("place")),
    Variable("one_sided", "Whether it rests on one party's account alone.", nominal, column("one_sided")),
    Variable("act", f"Act of a statement, one of {len(WORDS['act'])}.", nominal, column("act")),
    Variable("form", "Whether the speaker's own words are given.", nominal, column("form")),
)


def figures(codings: Codings) -> list[Figures]:
    """The reliability of every variable."""
    found = []
    for variable in VARIABLES:
        values = [[variable.value(coder[unit]) for coder in codings.coders] for unit in codings.units]
        units = pairable([[value for value in row if value is not None] for row in values])
        measured = agreement(units), alpha(units, variable.level), confidence(units, variable.level)
        found.append(Figures(variable, len(units), *measured))
    return found

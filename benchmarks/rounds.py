"""Short rounds in turn, so that what disturbs the machine disturbs everybody; medians, spread and ratios of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from .asks import Fresh
from .loads import NO_HEADERS, Burst, Generator, Target

WARM_UP = 0.3  # seconds
MOST = 20_000  # pages never asked for that are made ready for each second


@dataclass(frozen=True)
class Case:
    """One thing to measure: a server and what to ask it, the same path again and again or fresh ones."""

    name: str
    port: int
    asked: str | Fresh
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)

    def paths(self, seconds: float) -> Sequence[str]:
        return [self.asked] if isinstance(self.asked, str) else list(self.asked.take(int(MOST * max(seconds, 1))))


@dataclass(frozen=True)
class Figure:
    """A median with the least and the most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Figure":
        return cls(median(values), min(values), max(values))


Measured = dict[str, list[Burst]]


@dataclass(frozen=True)
class Turns:
    """How cases are measured: with what, in how many rounds of how many seconds, over how many connections."""

    generator: Generator
    rounds: int
    seconds: float
    connections: int

    def burst(self, case: Case, seconds: float) -> Burst:
        found = self.generator.burst(Target(case.port, case.paths(seconds), self.connections, case.headers), seconds)
        if isinstance(case.asked, Fresh):
            case.asked.use(found.requests + self.connections)
        return found


def alternate(cases: Sequence[Case], turns: Turns) -> tuple[Measured, dict[str, str]]:
    """Each case in each round, another one first every time; a short burst before warms it up.

    A case that fails is left out from then on; the second value says why.
    """
    found: Measured = {case.name: [] for case in cases}
    failed: dict[str, str] = {}
    for number in range(-1, turns.rounds):
        first = number % len(cases)
        for case in [*cases[first:], *cases[:first]]:
            try:
                if number < 0 and case.name not in failed:
                    turns.burst(case, min(turns.seconds, WARM_UP))
                elif case.name not in failed:
                    found[case.name].append(turns.burst(case, turns.seconds))
            except RuntimeError as error:
                failed[case.name] = str(error)
    return {name: bursts for name, bursts in found.items() if name not in failed}, failed


def figure(measured: Measured, name: str, value: Callable[[Burst], float] = lambda burst: burst.rate) -> Figure:
    return Figure.of([value(burst) for burst in measured[name]])


def ratio(measured: Measured, name: str, other: str, value: Callable[[Burst], float] = lambda burst: burst.rate) -> Figure | None:
    """How often one goes into the other, round by round; None where either was not measured."""
    if name not in measured or other not in measured:
        return None
    pairs = zip(measured[name], measured[other], strict=True)
    return Figure.of([value(one) / value(two) for one, two in pairs])

"""The goals, each judged by what was measured."""

from dataclasses import dataclass
from statistics import median

from .loads import Burst, percentile
from .results import Results
from .rounds import Figure, ratio
from .shapes import LISTS


@dataclass(frozen=True)
class Goal:
    """What is to be reached: at least `bound`, or with `most` at most; and the profile that says where the time goes."""

    what: str
    bound: float
    figure: Figure | None
    profile: str
    most: bool = False
    unit: str = "x"

    @property
    def reached(self) -> bool | None:
        """None where it was not measured."""
        if self.figure is None:
            return None
        return self.figure.middle <= self.bound if self.most else self.figure.middle >= self.bound


def judge(results: Results) -> list[Goal]:
    """Every goal, in the order in which the design lists them."""
    measured = results.measured

    def against(what: str, other: str) -> Figure | None:
        return ratio(measured, f"{what}: ours", f"{what}: {other}")

    dumps = ratio(measured, "dump: ours", "dump: nginx", lambda burst: burst.flow)
    again, item, first = "list again", "item again", "list first time"
    return [
        Goal("list asked for before, against a constant body without a framework", 1.5, against(again, "constant"), again),
        Goal("item asked for before, against a constant body without a framework", 1.5, against(item, "constant"), item),
        Goal(
            "list in the cache of nginx as deployed, against a file of nginx",
            0.9,
            ratio(measured, f"{again}: front", f"{again}: nginx"),
            again,
        ),
        Goal("list never asked for, against a constant body from bare Flask", 0.4, against(first, "bare flask"), first),
        Goal("list asked for before, against Datasette", 20, against(again, "datasette"), again),
        Goal("list never asked for, against Datasette", 5, against(first, "datasette"), first),
        Goal("list never asked for, against FastAPI + sqlite3 + pydantic", 2, against(first, "fastapi"), first),
        Goal(
            "page of a list never asked for, against the same list as JSON",
            0.5,
            ratio(measured, f"{first}: page", f"{first}: ours"),
            first,
        ),
        *growth(results),
        Goal("first answer, p50: the slowest shape of list against the fastest", 3, shapes(results), first, most=True),
        *loads(results),
        Goal(f"a file of {results.plan.megabytes} MiB, against nginx", 0.5, dumps, "dump"),
    ]


def growth(results: Results) -> list[Goal]:
    """p99 from the smallest dataset to the largest, page by page."""
    small, large = min(results.plan.sizes), max(results.plan.sizes)
    words = f"from {small:,} to {large:,} events"

    def p99(burst: Burst) -> float:
        return burst.p99

    found = []
    kinds = {
        "again": "largest, list again",
        "first time": "largest, list first time",
        "first time, by title": "largest, by title",
    }
    for kind, profile in kinds.items():
        grown = ratio(results.measured, f"sizes, {kind}: {large}", f"sizes, {kind}: {small}", p99)
        found.append(Goal(f"p99 of a page, {kind}, {words}", 2, grown, profile, most=True))
    depth = None
    if results.deep.get(small) and results.deep.get(large):
        depth = Figure.of([percentile(results.deep[large], 0.99) / percentile(results.deep[small], 0.99)])
    return [*found, Goal(f"p99 of a page at any depth, {words}", 2, depth, "largest, deep", most=True)]


def shapes(results: Results) -> Figure | None:
    """How many times as long the slowest shape takes as the fastest of its size, at each size."""
    sizes = {events for events, _ in results.shapes}
    middles = [[median(results.shapes[events, shape]) for shape in LISTS] for events in sizes]
    return Figure(max(ratios), min(ratios), max(ratios)) if (ratios := [max(row) / min(row) for row in middles]) else None


def loads(results: Results) -> list[Goal]:
    """What loading the largest dataset took."""
    data = results.data[max(results.data)]
    peak = None if data.spent.peak is None else Figure.of([data.spent.peak / (1 << 20)])
    return [
        Goal(f"loading {data.events:,} events: memory", 500, peak, "load", most=True, unit="MiB"),
        Goal(f"loading {data.events:,} events: events a second", 5000, Figure.of([data.rate]), "load", unit="/s"),
    ]

"""The goals, each judged by what was measured."""

from dataclasses import dataclass
from statistics import median

from .formats import MANY
from .loads import Burst, percentile
from .records import times_as_long
from .results import Results
from .rounds import Figure, ratio
from .shapes import BARE_FLASK, LISTS, name


@dataclass(frozen=True)
class Goal:
    """What is to be reached: at least `bound`, or with `most` at most.

    `page` is that of `decisions/` which says what keeps it from being reached, `profile` the profile of where the time goes.
    """

    what: str
    bound: float
    figure: Figure | None
    page: str
    profile: str = ""
    most: bool = False
    unit: str = "x"

    @property
    def reached(self) -> bool | None:
        """None where it was not measured."""
        if self.figure is None:
            return None
        return self.figure.middle <= self.bound if self.most else self.figure.middle >= self.bound


DOOR, SETS, LOADS = "002-gunicorn-worker-and-connection.md", "017-sets-of-records.md", "004-one-walk.md"
PAGES, SIZE, WORDS = "020-values-of-a-page-in-python.md", "023-packed-documents.md", "024-growth-of-search.md"
BARE = "list never asked for, against a constant body from bare Flask"


def judge(results: Results) -> list[Goal]:
    """Every goal, in the order in which the design lists them."""
    measured = results.measured

    def against(what: str, other: str, one: str = "ours") -> Figure | None:
        return ratio(measured, f"{what}: {one}", f"{what}: {other}")

    dumps = ratio(measured, "dump: ours", "dump: nginx", lambda burst: burst.flow)
    again, item, first = "list again", "item again", "list first time"
    return [
        Goal("list asked for before, against a constant body without a framework", 1.5, against(again, "constant"), DOOR, again),
        Goal("item asked for before, against a constant body without a framework", 1.5, against(item, "constant"), DOOR, item),
        Goal("list in the cache of nginx as deployed, against a file of nginx", 0.9, against(again, "nginx", "front"), DOOR),
        Goal(BARE, 0.45, against(first, "bare flask"), SETS, first),
        Goal(f"{BARE}, slowest shape and size", 0.45, slowest(results), SETS, first),
        Goal("first answer, p50: the slowest shape of list against the fastest", 3, spread(results), SETS, first, most=True),
        Goal("list asked for before, against Datasette", 25, against(again, "datasette"), DOOR, again),
        Goal("list never asked for, against Datasette", 25, against(first, "datasette"), SETS, first),
        Goal("list never asked for, against FastAPI + sqlite3 + pydantic", 20, against(first, "fastapi"), SETS, first),
        Goal("page of a list never asked for, against the same list as JSON", 0.5, against(first, "ours", "page"), PAGES, first),
        Goal("page of a record never asked for, against its JSON, slowest kind", 2, slowest_page(results), PAGES, most=True),
        *growth(results),
        *loads(results),
        *formats(results),
        Goal(f"a file of {results.plan.megabytes} MiB, against nginx", 0.9, dumps, DOOR, "dump"),
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
        found.append(Goal(f"p99 of a page, {kind}, {words}", 2, grown, SETS, profile, most=True))
    depth = None
    if results.deep.get(small) and results.deep.get(large):
        depth = Figure.of([percentile(results.deep[large], 0.99) / percentile(results.deep[small], 0.99)])
    found.append(Goal(f"p99 of a page at any depth, {words}", 3, depth, SETS, "largest, deep", most=True))
    for database, times in results.searches.items():
        found.append(Goal(f"p99 of a search, {database}, {words}", 5, Figure.of([times]), WORDS, most=True))
    return found


def slowest(results: Results) -> Figure | None:
    """The shape of list, and the size, that is furthest from bare Flask."""
    cells = [
        found
        for events in results.plan.sizes
        for kind in LISTS
        if (found := ratio(results.measured, name(kind, events), name(BARE_FLASK)))
    ]
    return min(cells, key=lambda figure: figure.middle, default=None)


def slowest_page(results: Results) -> Figure | None:
    """The kind of record whose page takes the most times as long as its JSON."""
    return max(map(times_as_long, results.records.values()), key=lambda figure: figure.middle, default=None)


def spread(results: Results) -> Figure | None:
    """How many times as long the slowest shape takes as the fastest of its size, at each size."""
    ratios = []
    for events in results.plan.sizes:
        row = [bursts for kind in LISTS if (bursts := results.measured.get(name(kind, events)))]
        if row:
            middles = [median(burst.p50 for burst in bursts) for bursts in row]
            ratios.append(max(middles) / min(middles))
    return Figure(max(ratios), min(ratios), max(ratios)) if ratios else None


def loads(results: Results) -> list[Goal]:
    """What loading the largest dataset took, and its size."""
    if not results.data:
        return []
    data = results.data[max(results.data)]
    peak = None if data.spent.peak is None else Figure.of([data.spent.peak / (1 << 20)])
    what = f"loading {data.events:,} events"
    return [
        Goal(f"{what}: memory", 500, peak, LOADS, "load", most=True, unit="MiB"),
        Goal(f"{what}: events a second", 5000, Figure.of([data.rate]), LOADS, "load", unit="/s"),
        Goal(f"{what}: on disk, a record", 3, Figure.of([data.bytes / data.records / 1000]), SIZE, most=True, unit="kB"),
    ]


def formats(results: Results) -> list[Goal]:
    """Whole answers in other formats, against NDJSON or in seconds."""
    found = results.formats
    rates = [
        (word, Figure.of([one / other for one, other in zip(found["ndjson"], found[word], strict=True)]))
        for word in ("csv", "ics")
        if "ndjson" in found and word in found
    ]
    times = [(word, Figure.of([time / 1000 for time in found[word]])) for word in ("geojson", "network") if word in found]
    return [
        *(Goal(f"{word} of {MANY:,} events, rate against NDJSON", 0.2, figure, SETS) for word, figure in rates),
        *(Goal(f"{word} of {MANY:,} events", 1, figure, SETS, most=True, unit="s") for word, figure in times),
    ]

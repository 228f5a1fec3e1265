"""What a run is to do and what it found, as plain data."""

from dataclasses import dataclass, field
from pathlib import Path

from .processes import Spent
from .profiles import Profile
from .records import Times
from .rounds import Measured


@dataclass(frozen=True)
class Plan:
    """How much to measure."""

    events: int = 100_000
    sizes: tuple[int, ...] = (1000, 10_000, 100_000, 1_000_000)
    rounds: int = 5
    seconds: float = 3.0
    workers: int = 2
    threads: int = 4
    megabytes: int = 200
    starts: int = 5
    pages: int = 400  # pages at depth, for each size
    profiled: int = 10_000  # about the size of dataset whose load is profiled, where that is needed

    @property
    def connections(self) -> int:
        """Enough to keep every thread of every worker busy."""
        return self.workers * self.threads


@dataclass(frozen=True)
class Data:
    """A loaded dataset: where it lies, and what loading it cost."""

    events: int
    dataset: Path
    data_dir: Path
    database: Path
    records: int  # of all kinds
    spent: Spent
    bytes: int

    @property
    def rate(self) -> float:
        """Events a second, whatever else was loaded with them."""
        return self.events / self.spent.seconds


@dataclass
class Results:
    """Everything that a run found; bursts by `what: who`."""

    plan: Plan
    generator: str
    data: dict[int, Data] = field(default_factory=dict)
    bodies: dict[str, int] = field(default_factory=dict)
    measured: Measured = field(default_factory=dict)
    deep: dict[int, list[float]] = field(default_factory=dict)
    formats: dict[str, list[float]] = field(default_factory=dict)  # milliseconds of a whole answer
    searches: dict[str, float] = field(default_factory=dict)  # by database, how p99 grows from the smallest size to the largest
    records: dict[str, Times] = field(default_factory=dict)  # by kind, milliseconds of first answers as JSON and as pages
    starts: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, int | None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    profiles: list[Profile] = field(default_factory=list)
    search: str = ""  # the section on search
    tools: str = ""  # the section on tools for assistants

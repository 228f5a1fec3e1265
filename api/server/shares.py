"""How many connections each process has, so that one with more of them leaves the next to another."""

from multiprocessing.sharedctypes import RawArray

SLOTS, NOBODY = 256, -1


class Shares:
    """The number of connections of each process, by its number, in memory that all processes share."""

    def __init__(self) -> None:
        self.counts = RawArray("i", [NOBODY] * SLOTS)

    def set(self, process: int, count: int = NOBODY) -> None:
        """Without a count, the process accepts nobody any more."""
        self.counts[process % SLOTS] = count

    def least(self) -> int:
        """The number of connections of the process that has the fewest."""
        return min((count for count in self.counts if count != NOBODY), default=0)

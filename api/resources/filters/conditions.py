"""WHERE conditions that the planner can write in several forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee as pw

from .tables import alias


@dataclass(frozen=True)
class Holds:
    """An index table lists the record under at least one of `values`; if `negated`, under none of them; if `every`, under all."""

    filter: str
    table: Any
    values: tuple[str, ...]
    negated: bool = False
    every: bool = False

    def among(self, seq: Any) -> Any:
        """As `seq IN (SELECT ...)`: fast where few records have the values."""
        listed = self.table.select(self.table.record).where(self.table.value.in_(self.values))
        if self.every:
            listed = listed.group_by(self.table.record).having(_count() == len(self.values))
        return seq.not_in(listed) if self.negated else seq.in_(listed)

    def probed(self, seq: Any) -> Any:
        """As `EXISTS (...)` or a count for each record: fast where many records have the values and few are tested."""
        table = alias(self.table, "probed")
        # Of several values, each of the record's few is looked up among them; the index by value would be searched for each.
        value = table.value if len(self.values) == 1 else table.value.concat("")
        entries = (table.record == seq) & value.in_(self.values)
        if self.every:
            return pw.Expression(table.select(_count()).where(entries), pw.OP.EQ, len(self.values))
        entry = pw.fn.EXISTS(table.select(pw.SQL("1")).where(entries))
        return ~entry if self.negated else entry

    def alone(self, value: str) -> "Holds":
        """The condition for one of the values."""
        return Holds(self.filter, self.table, (value,))


def _count() -> Any:
    """The number of rows: of values, as an index table has each of a record's values once."""
    return pw.fn.COUNT(pw.SQL("*"))


@dataclass(frozen=True)
class SeqRange:
    """The record's `seq` lies in a range; `first` and `last` are selects of one `seq`, None where that end is open."""

    first: Any = None
    last: Any = None

    def on(self, seq: Any) -> Iterator[Any]:
        """The comparisons on a column that holds a record's `seq`."""
        if self.first is not None:
            yield seq >= self.first
        if self.last is not None:
            yield seq <= self.last

"""WHERE conditions that the planner can write in several forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee as pw

from .tables import alias


@dataclass(frozen=True)
class Holds:
    """An index table lists the record under at least one of `values`; if `negated`, under none of them."""

    filter: str
    table: Any
    values: tuple[str, ...]
    negated: bool = False

    def among(self, seq: Any) -> Any:
        """As `seq IN (SELECT ...)`: fast where few records have the values."""
        listed = self.table.select(self.table.record).where(self.table.value.in_(self.values))
        return seq.not_in(listed) if self.negated else seq.in_(listed)

    def probed(self, seq: Any) -> Any:
        """As `EXISTS (...)` for each record: fast where many records have the values and few are tested."""
        table = alias(self.table, "probed")
        entry = pw.fn.EXISTS(table.select(pw.SQL("1")).where((table.record == seq) & table.value.in_(self.values)))
        return ~entry if self.negated else entry


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

"""The WHERE of a query, the only place where one is built: which index is scanned, and how the other conditions are tested.

Scan the index of the most selective value; test the other conditions with EXISTS, so that cost follows page size, not result
size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee as pw

from ..resources.filters import Holds, SeqRange, alias
from .query import Query
from .record_sets import totals

FEW = 2000  # records that are gathered and sorted at once


@dataclass(frozen=True)
class Plan:
    """Where to read from, the column that holds a record's number there, and every condition."""

    source: Any
    number: Any
    conditions: list[Any]

    def select(self, *columns: Any) -> Any:
        """The select of some columns of the records that the query finds."""
        select = self.source(*columns)
        # One flat AND: nested ones, as of `&`, are more than SQLite's parser takes where there are a hundred.
        return select.where(pw.NodeList(self.conditions, " AND ", parens=True)) if self.conditions else select


def plan(query: Query, keys: Sequence[tuple[Any, bool]] = ()) -> Plan:
    """How to read a query's records: in order of `keys`, a page at a time, or without keys all of them in any order."""
    model = query.resource.model
    by_number = not keys or keys[0][0] is model.seq
    clauses = [clause for clauses in query.clauses.values() for clause in clauses]
    holds = [clause for clause in clauses if isinstance(clause, Holds)]
    size, lead = _rarest(query, holds)
    source, number, conditions = model.select, model.seq, []
    if lead and len(lead.values) == 1 and (by_number or size <= FEW):
        table = alias(lead.table, "lead")
        number = table.record
        conditions.append(table.value == lead.values[0])

        def source(*columns: Any) -> Any:
            return table.select(*columns).join(model, on=(model.seq == number))
    elif lead:
        conditions.append(lead.among(number) if size <= FEW or not keys else lead.probed(number))
    conditions += [clause.probed(number) for clause in holds]
    conditions += [bound for clause in clauses if isinstance(clause, SeqRange) for bound in clause.on(number)]
    conditions += [clause for clause in clauses if not isinstance(clause, (Holds, SeqRange))]
    return Plan(source, number, conditions)


def _rarest(query: Query, holds: list[Holds]) -> tuple[int, Holds | None]:
    """The condition with the fewest records, and how many they are; it is taken out of `holds`.

    One for every value of several stays there, and the rarest of its values leads.
    """
    kind, sizes = query.resource.kind, []
    for n, clause in enumerate(holds):
        if not clause.negated:
            counted = totals(query.release, kind, clause.filter, list(clause.values))
            value = min(clause.values, key=lambda value: counted.get(value, 0)) if clause.every else ""
            sizes.append((counted.get(value, 0) if clause.every else sum(counted.values()), n, value))
    size, n, value = min(sizes, default=(0, -1, ""))
    if n < 0:
        return 0, None
    return size, holds[n].alone(value) if holds[n].every else holds.pop(n)

"""How a query is put to the database: which condition leads, and how the others are looked at.

A list is a walk along numbers or along a sort key until a page is full. The rarest value leads the walk where it can; what
is looked at on the way is probed entry by entry, so that no page costs more because much else was found.
"""

from dataclasses import dataclass
from typing import Any

from ..resources.filters import Holds, SeqRange, alias
from ..storage.store import Release
from .query import Query
from .value_counts import totals

FEW = 2000  # records that are gathered and sorted at once


@dataclass(frozen=True)
class Plan:
    """Where to read from, the column that holds a record's number there, and every condition."""

    source: Any
    number: Any
    conditions: list[Any]

    def select(self, *columns: Any) -> Any:
        """The select of some columns of what is found."""
        select = self.source(*columns)
        return select.where(*self.conditions) if self.conditions else select


def plan(query: Query, release: Release) -> Plan:
    """The plan of a query on a release; it depends on how frequent the values are that it asks for."""
    model = query.resource.model
    clauses = [clause for found in query.clauses.values() for clause in found]
    holds = [clause for clause in clauses if isinstance(clause, Holds)]
    sizes = [(_size(query, release, clause), n) for n, clause in enumerate(holds) if not clause.negated]
    size, rarest = min(sizes, default=(0, None))
    lead = None if rarest is None else holds.pop(rarest)
    source, number, conditions = model.select, model.seq, []
    if lead and len(lead.values) == 1 and (query.by_number or size <= FEW):
        table = alias(lead.table, "lead")
        number = table.record
        conditions.append(table.value == lead.values[0])

        def source(*columns: Any) -> Any:
            return table.select(*columns).join(model, on=(model.seq == number))
    elif lead:
        conditions.append(lead.among(number) if size <= FEW else lead.probed(number))
    conditions += [clause.probed(number) for clause in holds]
    conditions += [bound for clause in clauses if isinstance(clause, SeqRange) for bound in clause.on(number)]
    conditions += [clause for clause in clauses if not isinstance(clause, (Holds, SeqRange))]
    return Plan(source, number, conditions)


def _size(query: Query, release: Release, clause: Holds) -> int:
    return sum(totals(release, query.resource.kind, clause.filter, list(clause.values)).values())

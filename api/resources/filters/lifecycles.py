"""Filters of agreements: by the days of their actions, and by the days on which they were in force or bound a party."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import marshmallow as ma
import peewee as pw

from ...schema import edtf
from ...schema.fields import Record
from ...schema.query_fields import Day, PartyDay, listed
from .base import ALL_OF, ANY_OF, Arguments, Catalog
from .dates import DATE_MATCH, Dates, Spans
from .tables import Row


@dataclass(frozen=True)
class ActionDates(Dates):
    """The filter by dates of records with `actions`: one action must lie in the range."""

    def columns(self, target: type[Row] | None) -> dict[str, pw.Field[Any]]:
        # peewee orders columns by the time at which their fields are made: here that of the values in `rows`.
        return {
            "earliest": pw.DateField(index=True),
            "latest": pw.DateField(index=True),
            "certain_from": pw.DateField(),
            "certain_to": pw.DateField(),
            "doubtful": pw.IntegerField(),
        }

    def rows(self, record: Record, catalog: Catalog) -> list[tuple[Any, ...]]:
        rows = set()
        for text in (action["date"] for action in record["actions"]):
            days, core = edtf.bounds(text), edtf.certain_core(text)
            rows.add((*(day.isoformat() for day in (*days, *(core or days))), int(core is None)))
        return sorted(rows)

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        begin, end = (arguments.get(name) or arguments.get("on") for name in ("date_from", "date_to"))
        certain = self.certain(arguments)
        within = [table.doubtful == 0] if certain else []
        # What is certain is also possible: only the days of what is possible have an index, which leads the way to both.
        if begin:
            within += [table.latest >= begin.earliest, *([table.certain_to >= begin.earliest] if certain else [])]
        if end:
            within += [table.earliest <= end.latest, *([table.certain_from <= end.latest] if certain else [])]
        if begin or end:
            yield model.seq.in_(table.select(table.record).where(*within))


@dataclass(frozen=True)
class InForce(Spans):
    """`in_force_on=2021-06-16`, with `party` only of parties bound on that day; `bound_on=ACTOR:2021-06-16`.

    The spans are the periods in force, without a word, and those of each party. With `date_match=certain` only what was
    certainly in force or bound on the day.
    """

    name: str = "in_force_on"
    bound: str = "bound_on"
    party: str = "party"

    def parameters(self) -> dict[str, ma.fields.Field[Any]]:
        day = (
            "In force on this day between at least two parties, suspended or not. `party` and `party_all` then find "
            "agreements by which that party was bound on the day; `date_match` applies."
        )
        bound = "A party was bound on a day, suspended or not, as `party:day`."
        return {
            self.name: Day(metadata={"description": day, "example": "2021-06-16"}),
            self.bound: listed(PartyDay("One party and day."), f"{bound} {ANY_OF}"),
            f"{self.bound}_all": listed(PartyDay("One party and day."), f"{bound} {ALL_OF}"),
        }

    def where(self, model: Any, table: Any, arguments: Arguments) -> Iterator[Any]:
        certain = arguments.get(DATE_MATCH) == "certain"
        for pairs, every in self._wanted(arguments):
            yield model.seq.in_(_holding(table, certain, pairs, every))

    def _wanted(self, arguments: Arguments) -> Iterator[tuple[list[tuple[str, date]], bool]]:
        """Lists of (party, or nothing for the agreement, day), each with whether every pair must hold, otherwise one."""
        for suffix, every in (("", False), ("_all", True)):
            if pairs := arguments.get(f"{self.bound}{suffix}"):
                yield [PartyDay.parts(pair) for pair in pairs], every
        if self.name in arguments:
            day = arguments[self.name].earliest
            yield [("", day)], False
            for suffix, every in (("", False), ("_all", True)):
                if parties := arguments.get(f"{self.party}{suffix}"):
                    yield [(party, day) for party in parties], every

    def match(self, arguments: Arguments) -> str:
        return DATE_MATCH

    def understood(self, arguments: Arguments) -> dict[str, Any]:
        """That `party` means parties bound on the day of `in_force_on`."""
        if self.name in arguments and (self.party in arguments or f"{self.party}_all" in arguments):
            return {"party_bound_on": arguments[self.name].earliest.isoformat()}
        return {}


def _holding(table: Any, certain: bool, pairs: list[tuple[str, date]], every: bool) -> Any:
    """The select of the records that hold one of the pairs of value and day, or every pair; one join, however many there are."""
    first, last = (table.surely_earliest, table.surely_latest) if certain else (table.earliest, table.latest)
    rows = [(number, value, day) for number, (value, day) in enumerate(pairs)]
    wanted = pw.ValuesList(rows).alias("wanted")  # both databases name the columns of VALUES column1, column2 ...
    day = wanted.c.column3
    select = table.select(table.record).join(wanted, on=(table.value == wanted.c.column2) & (first <= day) & (last >= day))
    if every and len(pairs) > 1:
        select = select.group_by(table.record).having(pw.fn.COUNT(wanted.c.column1.distinct()) == len(pairs))
    return select

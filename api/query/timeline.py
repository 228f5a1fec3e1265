"""The timeline: one query for each kind, and the merge of their results into one dated list."""

import heapq
import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

import marshmallow as ma
import peewee as pw

from ..formats import dumps
from ..resources import BY_KIND
from ..resources import timeline as entries
from ..resources.filters import names
from ..resources.timeline import TIMELINE
from ..schema.errors import Fault
from ..schema.fields import Choice, Schema
from ..schema.query_fields import listed
from ..storage.release import Release
from ..storage.store import Store
from . import pagination, record_order
from .parameters import Declared, cite_arguments, fields_parameter, filter_parameters, format_parameter, paging, pin
from .parsing import InvalidParameters
from .query import Parameters, Query, Strings

FORMATS = ("json", "ndjson", "csv", "atom", "ics")
CHUNK = 500
# Kind -> the resource that is queried for its entries; the actions of agreements are in the timeline's own table.
RESOURCES = {kind: TIMELINE if kind == "agreements" else BY_KIND[kind] for kind in entries.KINDS}
# What a filter of the timeline is called there, where the name is another one.
RENAMED = {"statements": {"actor": "speaker", "actor_all": "speaker_all", "actor_not": "speaker_not"}}
# Of the last entry of a page: its earliest day, whether that is certain, the place of its kind, its number.
POSITION = (pw.DateField(), pw.IntegerField(), pw.IntegerField(), pw.IntegerField())
Key = tuple[int, int, int, int]  # what entries are sorted by
Row = tuple[Key, str]  # an entry as that and the document


@cache
def timeline_arguments() -> ma.Schema:
    """The query parameters of the timeline: the filters that its kinds share."""
    declared: Declared = {
        "kind": listed(Choice("A kind.", entries.KINDS), "Only entries of these kinds; of agreements, their actions."),
        **filter_parameters(TIMELINE),
        "sort": Choice("Oldest (`date`) or newest first.", ("date", "-date"), load_default="-date"),
        **paging("Entries"),
        **pin(),
        **fields_parameter(TIMELINE),
        **format_parameter(FORMATS),
    }
    return Schema.from_dict(declared, name="timeline-query")()


class Timeline(Parameters):
    """A checked query of the timeline, with a query of each kind that it asks for; `schema` is that of what has further
    parameters."""

    resource = TIMELINE

    def __init__(self, strings: Strings, store: Store, *, served: Release | None = None, schema: ma.Schema | None = None) -> None:
        self._strings, self._store = strings, store
        self.queries: dict[str, Query] = {}
        super().__init__("timeline", schema or timeline_arguments(), strings, store, served=served, columns=POSITION)

    def _conflicts(self) -> list[Fault]:
        return [Fault((name,), why) for filter in TIMELINE.filters for name, why in filter.clash(self.values)]

    def _unknown(self) -> list[Fault]:
        """Makes the queries; values that the release does not know are told once, whichever kinds were asked for them."""
        errors: dict[tuple[str, str], Fault] = {}
        for kind in self.values.get("kind", entries.KINDS):
            try:
                self.queries[kind] = self._query(kind)
            except InvalidParameters as invalid:
                called = {there: here for here, there in RENAMED.get(kind, {}).items()}
                for error in invalid.errors:
                    name = called.get(str(error.path[0]), str(error.path[0]))
                    errors.setdefault((name, error.message), Fault((name,), error.message, error.allowed, error.suggestion))
        return list(errors.values())

    def _query(self, kind: str) -> Query:
        shared = {name for filter in TIMELINE.filters for name in names(filter)}
        renamed = RENAMED.get(kind, {})
        strings = {renamed.get(name, name): values for name, values in self._strings.items() if name in shared}
        return Query(RESOURCES[kind], cite_arguments(RESOURCES[kind]), strings, self._store, served=self.release)

    @property
    def descends(self) -> bool:
        return self.values.get("sort") != "date"

    def totals(self) -> dict[str, int]:
        """How many entries of each kind there are."""
        return {kind: pagination.total(query) for kind, query in self.queries.items()}

    def by_match(self) -> dict[str, dict[str, int]]:
        """How many entries are certain and how many possible, for each parameter that makes a difference."""
        summed: dict[str, dict[str, int]] = {}
        for counts in (pagination.by_match(query) for query in self.queries.values()):
            for name, words in counts.items():
                for word, count in words.items():
                    summed.setdefault(name, {}).setdefault(word, 0)
                    summed[name][word] += count
        return summed

    def page(self) -> pagination.Page:
        """The entries of a page, as JSON text."""
        limit, total = self.values["limit"], sum(self.totals().values())
        rows = self._rows(self.after, limit + 1) if limit else []
        following = self.next_cursor(self._position(rows[limit - 1])) if len(rows) > limit > 0 else None
        return pagination.Page([row[-1] for row in rows[:limit]], total, following)

    def every(self) -> Iterator[str]:
        """All entries in order, as JSON text; the first are read at once, so that an error comes before a response has begun."""

        def texts(rows: list[Row]) -> Iterator[str]:
            while rows:
                yield from (row[-1] for row in rows)
                rows = self._rows(self._position(rows[-1]), CHUNK)

        return texts(self._rows(None, CHUNK))

    def _rows(self, after: Sequence[Any] | None, count: int) -> list[Row]:
        """So many entries after a position, in order; the documents of these alone are read."""
        streams = [self._stream(kind, query, after, count) for kind, query in self.queries.items()]
        merged = list(islice(heapq.merge(*streams), count))
        texts: dict[Key, str] = {}
        for kind, query in self.queries.items():
            own = [key for key in merged if entries.KINDS[key[2] - 1] == kind]
            read = record_order.read(query, [abs(number) for *_, number in own], "document")
            texts |= {key: _entry(kind, text) for key, (text,) in zip(own, read, strict=True)}
        return [(key, texts[key]) for key in merged]

    def _stream(self, kind: str, query: Query, after: Sequence[Any] | None, count: int) -> list[Key]:
        """What the next entries of a kind are sorted by; of one day the certain come first."""
        model: Any = query.resource.model
        rank, sign = entries.KINDS.index(kind) + 1, -1 if self.descends else 1
        keys = [(model.earliest, self.descends), (model.vague, False), (model.seq, self.descends)]
        found = record_order.numbers(query, keys, self._last(query, rank, after) if after else 0, count)
        days = record_order.read(query, found, "earliest", "vague")
        return [(sign * _ordinal(day), vague, rank, sign * number) for number, (day, vague) in zip(found, days, strict=True)]

    def _last(self, query: Query, rank: int, after: Sequence[Any]) -> int:
        """The number of a kind's last record that is not after a position; 0 if all are."""
        day, vague, of, number = after
        if rank == of:
            return int(number)
        model: Any = query.resource.model
        # Of one day, entries that are as certain are in the order of their kinds.
        same = (model.earliest == day) & (model.vague <= vague if rank < of else model.vague < vague)
        if self.descends:
            until, before, order = model.earliest >= day, model.earliest > day, (model.earliest, model.vague.desc(), model.seq)
        else:
            until, before = model.earliest <= day, model.earliest < day
            order = model.earliest.desc(), model.vague.desc(), model.seq.desc()
        select = model.select(model.seq).where(until, before | same)  # the former makes the index usable
        return int(query.release.scalar(select.order_by(*order).limit(1)) or 0)

    def _position(self, row: Row) -> list[Any]:
        (day, vague, rank, number), _ = row
        return [date.fromordinal(abs(day)), vague, rank, abs(number)]


def _entry(kind: str, text: str) -> str:
    return text if RESOURCES[kind] is TIMELINE else dumps(entries.entry(kind, json.loads(text)))


def _ordinal(day: Any) -> int:
    return date.fromisoformat(str(day)).toordinal()

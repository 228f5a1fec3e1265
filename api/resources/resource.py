"""A resource: one kind of record, described for the rest of the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..schema.fields import Record, Schema
from .filters import Catalog, DatedRow, Filter, Row, day_columns, snake
from .schema_org import Refer, thing


@dataclass(frozen=True, eq=False)
class Resource:
    """One kind of record: its table, its schema, its filters.

    `kind` is the folder, the URL segment and the OpenAPI tag. `heading` is the key whose value names a record, and a column
    where records are sorted by it. `identifiers` gives a record's ids in other schemes, as (scheme, id). `derive` computes the
    keys of the public document that the file lacks so. `parent` is the key of the record that contains it, `dated` the key
    of its date; `when` gives the date of a kind that has no such key. `example` is the id and the name of a record, for the
    contract; `line` are the paths of what a list shows beside a name, `jsonld` gives the schema.org node of a public document.
    Of a `light` kind other records need the name alone, so a load need not keep its records.
    """

    kind: str
    description: str
    model: type[Row]
    schema: Schema
    heading: str
    filters: tuple[Filter, ...]
    identifiers: Callable[[Record], Iterable[tuple[str, str]]] = lambda record: ()
    derive: Callable[[Record, Catalog], Record] = lambda record, catalog: {}
    parent: str | None = None
    dated: str | None = None
    when: Callable[[Record], str | None] | None = None
    example: tuple[str, str] = ("an-id", "A name")
    line: tuple[str, ...] = ("kind",)
    jsonld: Callable[[Record, Refer], Record] = thing
    light: bool = False

    @property
    def singular(self) -> str:
        """What one of the records is called: `event_type`."""
        return snake(self.model.__name__)

    def name(self, record: Record) -> str:
        """The name of a record where other records refer to it."""
        return str(record[self.heading])

    @cached_property
    def sorts(self) -> dict[str, Any]:
        """The column that each value of `sort=` stands for."""
        date = {"date": self.model.earliest} if issubclass(self.model, DatedRow) else {}
        return date | ({self.heading: getattr(self.model, self.heading)} if hasattr(self.model, self.heading) else {})

    @property
    def order(self) -> str:
        """The default of `sort=`: newest first, otherwise by name."""
        return "-date" if issubclass(self.model, DatedRow) else self.heading

    def columns(self, record: Record) -> dict[str, Any]:
        """The values of the columns that only this kind's table has; in a name that is sorted by, case does not count."""
        name = {self.heading: self.name(record).casefold()} if self.heading in self.sorts else {}
        if not issubclass(self.model, DatedRow):
            return name
        return name | day_columns(self.when(record) if self.when else record[self.dated or ""])

"""A request's parameters: parsed, and checked against a release in the constructor, so no caller can skip the check."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import marshmallow as ma

from ..problems import Problem, nearest
from ..resources.filters import Filter, names
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..schema.fields import Record
from ..storage.release import Release
from ..storage.store import Store
from . import cursor, record_sets
from .known_values import unknown_values
from .parsing import InvalidParameters, Values, canonical_text, normalized, parse

Strings = Mapping[str, list[str]]
CSV_ONLY = ("expand", "spreadsheet")
SHARED = {"used", "holding", "dated"}  # what a query makes of its values, whichever of certain and possible is asked for
MADE = {"normalized", "canonical", "filters", "keys", "undated", "records", "total", *SHARED}  # what it makes of all its values
NOT_CANONICAL = ("cursor", "format", "release", "cite", *CSV_ONLY)


class Parameters:
    """The checked parameters of a request (`values`, defaults included), and the `release` that it reads.

    `name` is the last part of the path. `columns` are those of a cursor's position, which is in `after`. `served` is the
    served release, if the caller has resolved it already.

    Raises InvalidParameters with every error at once, a 410 Problem for the cursor of a release that is no longer kept,
    and a 503 Problem if no release can be read.
    """

    def __init__(
        self,
        name: str,
        schema: ma.Schema,
        strings: Strings,
        store: Store,
        *,
        served: Release | None = None,
        columns: Sequence[Any] = (),
    ) -> None:
        self.name, self._columns = name, columns
        self.after: list[Any] | None = None
        self.values, errors = parse(schema, strings)
        errors += self._conflicts()
        try:
            self.release = _release(self.values, store, served)
            errors += self._resume(store, errors)
        except InvalidParameters as invalid:
            errors += invalid.errors
        except Problem:
            if not errors:
                raise
        else:
            named = {error.path[0] for error in errors}
            errors += [error for error in self._unknown() if error.path[0] not in named]
        if errors:
            raise InvalidParameters(errors)

    def _resume(self, store: Store, errors: list[Fault]) -> list[Fault]:
        """Continues where the cursor says, if there is one; returns its errors.

        Which query a cursor belongs to can be told only if there are no other `errors`; with some, its form is checked.
        """
        if "cursor" not in self.values or any(error.path[0] == "cursor" for error in errors):
            return []
        try:
            if errors:
                cursor.decode(self.values["cursor"])
            else:
                columns = self._position_columns()
                self.release, self.after = cursor.resume(store, self.values["cursor"], self.canonical, columns)
        except InvalidParameters as invalid:
            return invalid.errors
        return []

    def _conflicts(self) -> list[Fault]:
        """Valid values that exclude each other."""
        return []

    def _unknown(self) -> list[Fault]:
        """Valid values that do not occur in the release."""
        return []

    def _position_columns(self) -> Sequence[Any]:
        return self._columns

    @cached_property
    def normalized(self) -> Record:
        """The parsed values, with date bounds and defaults."""
        return {name: normalized(name, value) for name, value in self.values.items() if name not in NOT_CANONICAL}

    @cached_property
    def canonical(self) -> str:
        """`events?type=summit`: one text for all requests with the same results in the same order, whatever the page."""
        return self._text([name for name in self.normalized if name != "limit"])

    def next_cursor(self, position: Sequence[Any]) -> str:
        """The cursor of the page that begins after this position."""
        return cursor.encode(self.release.id, self.canonical, position)

    def _text(self, wanted: Iterable[str]) -> str:
        return f"{self.name}?{canonical_text({name: self.normalized[name] for name in wanted})}"


class Query(Parameters):
    """A checked query of one kind. Whatever reads records takes one of these, and there is no other way to make one."""

    def __init__(
        self, resource: Resource, schema: ma.Schema, strings: Strings, store: Store, *, served: Release | None = None
    ) -> None:
        self.resource = resource
        super().__init__(resource.kind, schema, strings, store, served=served)

    def _conflicts(self) -> list[Fault]:
        clashes = [Fault((name,), why) for filter in self.used for name, why in filter.clash(self.values)]
        only_csv = [name for name in CSV_ONLY if name in self.values and self.values.get("format") != "csv"]
        return [*clashes, *(Fault((name,), "needs format=csv") for name in only_csv)]

    def _unknown(self) -> list[Fault]:
        return unknown_values(self.resource, self.values, self.release, self.used)

    def _position_columns(self) -> Sequence[Any]:
        return [column for column, _ in self.keys]

    @property
    def understood(self) -> Record:
        """For `meta.query`: the normalized values, and what filters say beside them of how they were understood."""
        said = dict(self.normalized)
        for filter in self.used:
            said |= filter.understood(self.values)
        return said

    def matching(self, name: str, word: str) -> "Query":
        """The same query with a word of `name`, which chooses between what is certain and what is possible."""
        if self.values.get(name) == word:
            return self
        other = self.variant(**{name: word})
        vars(other).update({made: vars(self)[made] for made in SHARED & vars(self).keys()})
        return other

    def variant(self, **values: Any) -> "Query":
        """The same query with other values of some parameters, from its first page on."""
        other = object.__new__(type(self))
        kept = {name: value for name, value in vars(self).items() if name not in MADE}
        vars(other).update(kept, values={**self.values, **values}, after=None)
        return other

    @cached_property
    def filters(self) -> str:
        """The canonical text of the filters alone: the same for queries that find the same records."""
        return self.text_of(self.resource.filters)

    def text_of(self, filters: Iterable[Filter]) -> str:
        """The canonical text of what is asked of some filters."""
        wanted = {name for filter in filters for name in names(filter)}
        return self._text([name for name in self.normalized if name in wanted])

    @cached_property
    def keys(self) -> list[tuple[Any, bool]]:
        """Columns to sort by, each with whether it descends; the last one is unique."""
        words = self.values.get("sort") or [self.resource.order]
        number, default = (self.resource.model.seq, words[0].startswith("-")), self.resource.order
        # The numbers follow the default order, and the reverse one unless it is by date, where the certain come first in both.
        if words == [default]:
            return [number]
        keys = [key for word in words for key in self._sort_columns(word)]
        return [number] if len(keys) == 1 and words[0].lstrip("-") == default.lstrip("-") else [*keys, number]

    def _sort_columns(self, word: str) -> Iterator[tuple[Any, bool]]:
        """The columns of one sort key, each with whether it descends; by date, the certain come first on the same day."""
        column = self.resource.sorts[word.lstrip("-")]
        yield column, word.startswith("-")
        if column.name == "earliest":
            yield self.resource.model.vague, False  # type: ignore[attr-defined]

    @cached_property
    def used(self) -> list[Filter]:
        """The filters that the query uses."""
        return record_sets.used(self.resource, self.values)

    @cached_property
    def holding(self) -> int:
        """The set of the records that the filters by values find."""
        return record_sets.holding(self)

    @cached_property
    def dated(self) -> tuple[int, int]:
        """The sets of the records that may lie in the range of days asked for, and of those that do for certain."""
        return record_sets.dated(self)

    @cached_property
    def undated(self) -> int:
        """The set of the records that the other filters find."""
        return record_sets.undated(self)

    @cached_property
    def records(self) -> int:
        """The set of the records that the filters find."""
        return record_sets.found(self)

    @cached_property
    def total(self) -> int:
        """How many records the filters find."""
        return self.records.bit_count()


def _release(values: Values, store: Store, served: Release | None) -> Release:
    """The served release, or the published one that `release` names."""
    if "release" not in values:
        return served or store.current()
    try:
        return store.version(values["release"])
    except FileNotFoundError:
        published, version = store.versions(), values["release"]
        error = Fault(("release",), f"{version} is not published", tuple(published), nearest(version, published))
        raise InvalidParameters([error]) from None

"""Filters: the query parameters of a list, the index table of each, and its WHERE conditions."""

from .base import Arguments, Catalog, Filter, Values, each, expanded, index_table, names, through, within
from .columns import Ids, Updated, Words
from .dates import Before, Dates, OnDay, Span, day_columns
from .lifecycles import ActionDates, InForce
from .periods import Periods, dated, years
from .quantities import Quantities, counted
from .tables import DatedRow, Row, alias, snake
from .terms import Holds, Terms

__all__ = [
    "ActionDates",
    "Arguments",
    "Before",
    "Catalog",
    "DatedRow",
    "Dates",
    "Filter",
    "Holds",
    "Ids",
    "InForce",
    "OnDay",
    "Periods",
    "Quantities",
    "Row",
    "Span",
    "Terms",
    "Updated",
    "Values",
    "Words",
    "alias",
    "counted",
    "dated",
    "day_columns",
    "each",
    "expanded",
    "index_table",
    "names",
    "snake",
    "through",
    "within",
    "years",
]

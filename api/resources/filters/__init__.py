"""Filters: the query parameters of a list, the index table of each, and its WHERE conditions."""

from .base import Catalog, Filter, Records, Values, each, names, within
from .columns import Ids, Updated, Words
from .conditions import Holds, SeqRange
from .dates import Before, Dates, OnDay, day_columns, years
from .lifecycles import ActionDates, BoundSpan, InForce
from .tables import DatedRow, Row, alias, index_table
from .terms import Terms

__all__ = [
    "ActionDates",
    "Before",
    "BoundSpan",
    "Catalog",
    "DatedRow",
    "Dates",
    "Filter",
    "Holds",
    "Ids",
    "InForce",
    "OnDay",
    "Records",
    "Row",
    "SeqRange",
    "Terms",
    "Updated",
    "Values",
    "Words",
    "alias",
    "day_columns",
    "each",
    "index_table",
    "names",
    "within",
    "years",
]

"""The order of kinds in search: what has other names, what has not, papers; and the order within each kind."""

from ..storage.full_text import LAST, PAPER, THING, TYPE

KINDS = ("agreements", "actors", "places", "events", "statements", "topics", "event-types", "sources")
# Records that are alike are found from the last one on: those of today before those of old.
NEWEST_FIRST = ("agreements", "events", "statements", "sources")
PAPERS = "sources"  # found after the things that they are about
TYPES = "event-types"  # found after the things that have them


def class_of(kind: str) -> int:
    """The class of a kind in the order of search: things, types that things have, papers about things."""
    if kind == PAPERS:
        return PAPER
    return TYPE if kind == TYPES else THING


def place(kind: str, number: int) -> int:
    """The place in the order of search of the record with a number in its kind; and the number of the record at a place."""
    return LAST - number if kind in NEWEST_FIRST else number

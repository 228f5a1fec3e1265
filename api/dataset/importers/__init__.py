"""Machine-coded events of other projects, in their published layouts, as a dataset of their own."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from . import gdelt, icews, plover
from .coded import BadLine, Coded


class EventLayout(NamedTuple):
    """A published layout: how its lines are read, and what is known of what it comes from."""

    read: Callable[[Iterable[str]], Iterator[Coded | BadLine]]
    title: str
    publisher: str
    url: str
    licence: str
    licence_url: str


LAYOUTS = {
    "gdelt": EventLayout(
        gdelt.read,
        "GDELT events",
        "The GDELT Project",
        "https://www.gdeltproject.org/data.html",
        "GDELT terms of use",
        "https://www.gdeltproject.org/about.html#termsofuse",
    ),
    "icews": EventLayout(
        icews.read,
        "ICEWS coded event data",
        "Lockheed Martin",
        "https://doi.org/10.7910/DVN/28075",
        "Terms of the data set's page",
        "https://doi.org/10.7910/DVN/28075",
    ),
    "plover": EventLayout(
        plover.read,
        "Events in PLOVER's JSON",
        "Not told by the file",
        "https://github.com/openeventdata/PLOVER",
        "Not told by the file",
        "https://github.com/openeventdata/PLOVER",
    ),
}

"""The kinds of records, in the order in which they are loaded and documented, and the index tables of their filters."""

from typing import Any

from .actors import ACTORS
from .agreements import AGREEMENTS
from .event_types import EVENT_TYPES
from .events import EVENTS
from .filters import index_table
from .places import PLACES
from .resource import Resource
from .sources import SOURCES
from .statements import STATEMENTS
from .timeline import TIMELINE
from .topics import TOPICS

RESOURCES: tuple[Resource, ...] = (EVENTS, STATEMENTS, AGREEMENTS, ACTORS, SOURCES, PLACES, TOPICS, EVENT_TYPES)
BY_KIND: dict[str, Resource] = {resource.kind: resource for resource in RESOURCES}

TABLED = (*RESOURCES, TIMELINE)  # what has a table in a release

# (kind, filter) -> index table; a filter on the kind's own columns has none.
INDEXES: dict[tuple[str, str], Any] = {}
for _resource in TABLED:
    for _filter in _resource.filters:
        _kind = getattr(_filter, "kind", None)
        _target = BY_KIND[_kind].model if _kind else None
        if _table := index_table(_resource.model, _filter, _target):
            INDEXES[_resource.kind, _filter.name] = _table

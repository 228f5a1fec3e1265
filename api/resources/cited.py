"""Every citation in a public document, wherever it stands: its own first, then those of its parts, in the order of the schema."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ..schema.fields import Record
from ..schema.shape import Node, shape
from .resource import Resource

Branches = tuple[tuple[str, Any], ...]  # keys with what is below each; nothing is below `citations`


def citations(resource: Resource, document: Record) -> Iterator[Record]:
    return _below(_branches(resource), document)


@cache
def _branches(resource: Resource) -> Branches:
    """The keys of a kind's documents below which something is cited."""
    return _of(shape(resource.schema))


def _of(nodes: tuple[Node, ...]) -> Branches:
    own: Branches = tuple((node.name, ()) for node in nodes if node.name == "citations")
    return (*own, *((node.name, inner) for node in nodes if (inner := _of(node.parts))))


def _below(branches: Branches, value: Record) -> Iterator[Record]:
    for name, inner in branches:
        found = value.get(name) or []
        for item in found if isinstance(found, list) else [found]:
            yield from _below(inner, item) if inner else (item,)

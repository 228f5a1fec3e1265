"""`fields=`: documents cut down to the paths that were asked for."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .result import dumps

Tree = dict[str, Any]


def tree(paths: list[str]) -> Tree:
    """Dotted paths as nested keys; a path that is named whole keeps everything below it."""
    root: Tree = {}
    for path in sorted(paths, key=lambda path: path.count(".")):
        node = root
        for key in path.split("."):
            if key in node and not node[key]:
                break
            node = node.setdefault(key, {})
    return root


def pick(value: Any, wanted: Tree) -> Any:
    """What `wanted` names of a document, at any depth and through lists, in the document's own order."""
    if isinstance(value, list):
        return [pick(item, wanted) for item in value]
    if not wanted or not isinstance(value, dict):
        return value
    return {key: pick(inner, wanted[key]) for key, inner in value.items() if key in wanted}


def narrowed(texts: Iterable[str], paths: list[str] | None) -> Iterator[str]:
    """Stored documents as they are, or cut down to some paths (and the id) where any are asked for."""
    if not paths:
        yield from texts
        return
    wanted = tree(["id", *paths])
    yield from (dumps(pick(json.loads(text), wanted)) for text in texts)

"""Sparse fieldsets (`fields=`): documents reduced to some of their paths."""

import json
from collections.abc import Iterable
from typing import Any

from .result import dumps

Tree = dict[str, Any]


def tree(paths: list[str]) -> Tree:
    """Dotted paths as nested keys; an empty mapping stands for everything below a key."""
    root: Tree = {}
    for path in sorted(paths, key=lambda path: path.count(".")):
        node = root
        for key in path.split("."):
            if key in node and not node[key]:
                break
            node = node.setdefault(key, {})
    return root


def pick(value: Any, wanted: Tree) -> Any:
    """The part of a document that `wanted` names, through lists, keys in the order of the document."""
    if isinstance(value, list):
        return [pick(item, wanted) for item in value]
    if not wanted or not isinstance(value, dict):
        return value
    return {key: pick(inner, wanted[key]) for key, inner in value.items() if key in wanted}


def narrowed(texts: Iterable[str], paths: list[str] | None) -> Iterable[str]:
    """Stored documents reduced to `paths` and the id; unchanged without paths."""
    if not paths:
        return texts
    wanted = tree(["id", *paths])
    return (dumps(pick(json.loads(text), wanted)) for text in texts)

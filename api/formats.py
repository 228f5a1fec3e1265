"""Shapes of an answer: how stored documents become a body, and which shape a request wants."""

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MIMEAccept

from .problems import Problem

# Word of `format=` -> media type.
FORMATS: dict[str, str] = {"json": "application/json"}


def choose(asked: str | None, accept: MIMEAccept) -> str:
    """The word of the format that a request wants: `format=` first, then `Accept`. Raises a 406 Problem."""
    if asked:
        return asked
    best = accept.best_match(list(FORMATS.values())) if accept else FORMATS["json"]
    if best is None:
        raise Problem(406, "None of the acceptable media types can be had.", available=list(FORMATS.values()))
    return next(word for word, media_type in FORMATS.items() if media_type == best)


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


def narrowed(documents: list[str], paths: list[str] | None) -> list[str]:
    """Stored documents, cut down to some paths (and the id) where any are asked for."""
    if not paths:
        return documents
    wanted = tree(["id", *paths])
    return [dumps(pick(json.loads(document), wanted)) for document in documents]


def dumps(value: Any) -> str:
    """Compact JSON text, keys as given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def envelope(data: str, meta: Mapping[str, Any], links: Mapping[str, Any]) -> str:
    """`data` is JSON text already: stored documents go out as they are stored."""
    return f'{{"data":{data},"meta":{dumps(meta)},"links":{dumps(links)}}}\n'

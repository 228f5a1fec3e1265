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


def dumps(value: Any) -> str:
    """Compact JSON text, keys as given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def envelope(data: str, meta: Mapping[str, Any], links: Mapping[str, Any]) -> str:
    """`data` is JSON text already: stored documents go out as they are stored."""
    return f'{{"data":{data},"meta":{dumps(meta)},"links":{dumps(links)}}}\n'

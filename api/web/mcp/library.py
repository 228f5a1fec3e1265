"""The resources: the codebook, the filters and the event types, and each record as Markdown."""

import json
from collections.abc import Callable

from ...formats.markdown import escaped
from ...problems import Problem
from ...releases.codebook import filters, keys, table
from ...resources import BY_KIND
from ...schema.fields import Record
from ..request_parameters import served
from . import answers
from .errors import INVALID_PARAMS, RpcError

SCHEME, MARKDOWN = "dataset://", "text/markdown"


def event_types() -> str:
    """The event types with their definitions."""
    model = BY_KIND["event-types"].model
    types = [json.loads(text) for (text,) in served().rows(model.select(model.document).order_by(model.id))]
    return table(
        ("type", "label", "definition"), *((f"`{t['id']}`", escaped(t["label"]), escaped(t["definition"])) for t in types)
    )


BOOKS: dict[str, tuple[str, Callable[[], str]]] = {
    "codebook": ("Every key of every kind of record, what it means and what it can be.", keys),
    "filters": ("The filters and sort keys of each kind.", filters),
    "event-types": ("The types of events, with their definitions.", event_types),
}
TEMPLATES = [
    {"uriTemplate": f"{SCHEME}{{kind}}/{{id}}", "name": "record", "description": "A record as Markdown.", "mimeType": MARKDOWN}
]


def listed() -> list[Record]:
    """The resources as clients list them."""
    return [
        {"uri": f"{SCHEME}{name}", "name": name, "description": what, "mimeType": MARKDOWN} for name, (what, _) in BOOKS.items()
    ]


def read(uri: object) -> Record:
    """The contents of a resource. Raises RpcError if there is none with this address."""
    name = uri.removeprefix(SCHEME) if isinstance(uri, str) and uri.startswith(SCHEME) else ""
    if name in BOOKS:
        return {"uri": uri, "mimeType": MARKDOWN, "text": BOOKS[name][1]()}
    try:
        if "/" not in name:
            raise Problem(404, "There is no such resource.")
        kind, document = answers.record(served(), name)
    except Problem as problem:
        if problem.status >= 500:
            raise
        raise RpcError(INVALID_PARAMS, problem.body["detail"], {"uri": uri}) from None
    return {"uri": uri, "mimeType": MARKDOWN, "text": answers.as_markdown(served(), kind, document)}

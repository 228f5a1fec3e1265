"""`/v1/threads/<id>`: the trees of claims and replies that a statement belongs to."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint

from ..query.parameters import pin
from ..resources import BY_KIND, INDEXES
from ..schema.fields import Record, Schema, is_id
from ..storage.release import Release
from .addresses import absolute, item
from .request_parameters import json_only, read_parameters
from .responses import answer_json, gone_or_unknown, not_modified

STATEMENTS: Any = BY_KIND["statements"].model
REPLIES = INDEXES["statements", "replies_to"]
ARGUMENTS = Schema.from_dict(pin())()
blueprint = Blueprint("threads", __name__, url_prefix="/v1")


@blueprint.get("/threads/<id>")
def thread_view(id: str) -> Any:
    """The threads of a statement, each from the statement that began it."""
    release = read_parameters("threads", ARGUMENTS).release
    json_only()
    if unchanged := not_modified(release):
        return unchanged
    if not is_id(id) or not _read(release, STATEMENTS.id == id):
        return gone_or_unknown(release, BY_KIND["statements"], id)
    found = trees(release, roots(release, id))
    return answer_json(found, release, links={"statement": absolute("resources.statements-item", id=id)})


def roots(release: Release, id: str) -> list[str]:
    """The statements that began the threads of a statement; itself, if its replies go in a circle."""
    above, seen, began = [id], {id}, []
    while above:
        documents, above = _read(release, STATEMENTS.id.in_(above)), []
        for document in documents:
            targets = [reply["statement"]["id"] for reply in document["replies_to"]]
            if not targets:
                began.append(document["id"])
            above += [target for target in targets if target not in seen]
            seen.update(targets)
    return sorted(began) or [id]


def trees(release: Release, ids: list[str]) -> list[Record]:
    """Statements with their replies, level by level."""
    return list(_trees(release, _read(release, STATEMENTS.id.in_(ids)), None, set()))


def _trees(release: Release, documents: list[Record], above: str | None, seen: set[str]) -> Iterator[Record]:
    """The trees of statements that reply to the one `above`; `seen` are all above, which end a circle."""
    for document in (document for document in documents if document["id"] not in seen):
        id = document["id"]
        replies = _read(release, STATEMENTS.seq.in_(REPLIES.select(REPLIES.record).where(REPLIES.value == id)))
        yield {
            "id": id,
            "stance": next((reply["stance"] for reply in document["replies_to"] if reply["statement"]["id"] == above), None),
            "speakers": document["speakers"],
            "date": document["date"],
            "act": document["act"],
            "paraphrase": document["paraphrase"],
            "href": item("statements", id),
            "replies": list(_trees(release, replies, id, {*seen, id})),
        }


def _read(release: Release, condition: Any) -> list[Record]:
    rows = release.rows(STATEMENTS.select(STATEMENTS.document).where(condition).order_by(STATEMENTS.seq))
    return [json.loads(document) for (document,) in rows]

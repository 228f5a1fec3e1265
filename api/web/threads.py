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

ARGUMENTS = Schema.from_dict(pin())()
blueprint = Blueprint("threads", __name__, url_prefix="/v1")


@blueprint.get("/threads/<id>")
def thread_view(id: str) -> Any:
    """The threads of a statement, each from the statement that began it."""
    release = read_parameters("threads", ARGUMENTS).release
    json_only()
    if unchanged := not_modified(release):
        return unchanged
    if not is_id(id) or not _read(release, [id]):
        return gone_or_unknown(release, BY_KIND["statements"], id)
    found = list(trees(release, roots(release, id), {}, set()))
    return answer_json(found, release, links={"statement": absolute("resources.statements-item", id=id)})


def roots(release: Release, id: str) -> list[str]:
    """The statements that began the threads of a statement; itself, if its replies go in a circle."""
    above, seen, began = [id], {id}, []
    while above:
        documents, above = _read(release, above), []
        for document in documents:
            targets = [reply["statement"]["id"] for reply in document["replies_to"]]
            if not targets:
                began.append(document["id"])
            above += [target for target in targets if target not in seen]
            seen.update(targets)
    return sorted(began) or [id]


def _read(release: Release, ids: list[str]) -> list[Record]:
    model = BY_KIND["statements"].model
    rows = release.rows(model.select(model.document).where(model.id.in_(ids)).order_by(model.seq))
    return [json.loads(document) for (document,) in rows]


def trees(release: Release, ids: list[str], stances: dict[str, str], seen: set[str]) -> Iterator[Record]:
    """Statements with their replies, level by level; `seen` are the statements above, which end a circle."""
    model, table = BY_KIND["statements"].model, INDEXES["statements", "replies_to"]
    for document in _read(release, [id for id in ids if id not in seen]):
        id = document["id"]
        below = model.select(model.id).where(model.seq.in_(table.select(table.record).where(table.value == id)))
        replies = [reply for (reply,) in release.rows(below.order_by(model.seq))]
        reply_stances = {}
        for reply in _read(release, replies):
            reply_stances[reply["id"]] = next(r["stance"] for r in reply["replies_to"] if r["statement"]["id"] == id)
        yield {
            "id": id,
            "stance": stances.get(id),
            "speakers": document["speakers"],
            "date": document["date"],
            "act": document["act"],
            "paraphrase": document["paraphrase"],
            "href": item("statements", id),
            "replies": list(trees(release, replies, reply_stances, {*seen, id})),
        }

"""`/v1/changes`: which records were created, changed, renamed and withdrawn, in the order in which it happened."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import marshmallow as ma
import peewee as pw
from flask import Blueprint, Response, request

from .. import formats
from ..formats.atom import Head, entry, feed, tag
from ..formats.result import named, title_of
from ..query.parameters import format_parameter, paging, pin
from ..query.parsing import canonical_text
from ..query.query import Parameters
from ..query.wording import in_words
from ..releases.files import CHANGE, as_change
from ..resources import BY_KIND
from ..schema.fields import Choice, Record, Schema
from ..schema.query_fields import Partial, Version, listed
from ..schema.versions import VERSION, version_key
from ..storage.release import Release
from ..storage.tables import Changed
from . import addresses
from .addresses import absolute, here, next_page
from .request_parameters import choose_format, read_parameters
from .responses import answer, answer_json, not_modified

FORMATS = ("json", "atom")
blueprint = Blueprint("changes", __name__, url_prefix="/v1")


class Since(ma.fields.Field[str]):
    """A version, or a day, month or year (ISO 8601) as its first day."""

    pattern = f"{Version.pattern}|{Partial.pattern}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if VERSION.fullmatch(str(value)):
            return str(value)
        return str(Partial().deserialize(value).earliest)


SINCE = "Changes after this version, or in releases of this day and later."
ARGUMENTS = Schema.from_dict(
    {
        "since": Since(metadata={"description": SINCE, "example": "1.0.0"}),
        "kind": listed(Choice("A kind.", tuple(BY_KIND)), "Only records of these kinds."),
        **paging("Changes"),
        **pin(),
        **format_parameter(FORMATS),
    }
)()


@blueprint.get("/changes")
def changes_view() -> Response:
    """A page of changes: in the order in which they happened, as a feed newest first."""
    accept, newest_first = request.headers.get("Accept", ""), (Changed.released, Changed.seq)
    is_feed = formats.choose(request.args.get("format"), accept, FORMATS) == "atom"
    parameters = changes_parameters(newest_first if is_feed else (Changed.seq,))
    name = choose_format(parameters, FORMATS)
    release, media_type = parameters.release, formats.FORMATS[name].media_type
    if unchanged := not_modified(release, media_type):
        return unchanged
    results = changed(parameters, newest_first=is_feed)
    changes, following = results.changes, next_page(results.next)
    if is_feed:
        asked: Record = {name: parameters.normalized[name] for name in ("kind", "since") if name in parameters.normalized}
        head = Head(
            named("changes", canonical_text(asked)),
            title_of(release.about, "changes", in_words(release, None, asked)),
            changes[0]["released"] if changes else release.about["released"],
            here(),
            following,
        )
        return answer(_feed(release, head, changes), release, media_type, links={"next": following})
    return answer_json(changes, release, {"total": total(parameters), "query": parameters.normalized}, {"next": following})


class Changes(NamedTuple):
    """A page of changes, and the cursor of the next one or None."""

    changes: list[Record]
    next: str | None


def changes_parameters(columns: Sequence[Any] = (Changed.seq,)) -> Parameters:
    return read_parameters("changes", ARGUMENTS, columns)


def total(parameters: Parameters) -> int:
    """How many changes there are on all pages."""
    select = Changed.select(pw.fn.COUNT(Changed.seq)).where(Changed.seq > 0, *_conditions(parameters))
    return int(parameters.release.scalar(select))


def changed(parameters: Parameters, *, newest_first: bool = False) -> Changes:
    """The changes of the page that `limit` and `cursor` ask for."""
    conditions = _conditions(parameters)
    after, limit = (parameters.after or [None])[-1], parameters.values["limit"]
    if after is not None:
        conditions = [*conditions, Changed.seq < after if newest_first else Changed.seq > after]
    order = Changed.seq.desc() if newest_first else Changed.seq
    rows = parameters.release.rows(
        Changed.select(Changed.seq, *CHANGE).where(Changed.seq > 0, *conditions).order_by(order).limit(limit + 1)
    )
    changes = [as_change(tuple(values)) for _, *values in rows[:limit]]
    titles = _titles(parameters.release, changes)
    for change in changes:
        change["title"] = titles.get((change["kind"], change["id"]))
        change["href"] = addresses.item(change["kind"], change["id"])
    if not len(rows) > limit > 0:
        return Changes(changes, None)
    position = [rows[limit - 1][0]]
    return Changes(changes, parameters.next_cursor([changes[-1]["released"], *position] if newest_first else position))


def _titles(release: Release, changes: Sequence[Record]) -> dict[tuple[str, str], str]:
    """What the records are called that are there still, by kind and id."""
    found: dict[tuple[str, str], str] = {}
    for kind in {change["kind"] for change in changes}:
        model, ids = BY_KIND[kind].model, [change["id"] for change in changes if change["kind"] == kind]
        rows = release.rows(model.select(model.id, model.called).where(model.id.in_(ids)))
        found |= {(kind, id): called for id, called in rows}
    return found


def _conditions(parameters: Parameters) -> list[Any]:
    """The conditions of `kind` and `since`."""
    values, release = parameters.values, parameters.release
    conditions: list[Any] = [Changed.kind.in_(values["kind"])] if "kind" in values else []
    since = values.get("since")
    if since and VERSION.fullmatch(since):
        versions = [version for (version,) in release.rows(Changed.select(Changed.version).distinct())]
        later = [version for version in versions if version_key(version) > version_key(since)]
        conditions.append(Changed.version.in_(later))
    elif since:
        conditions.append(Changed.released >= since)
    return conditions


def _feed(release: Release, head: Head, changes: list[Record]) -> Iterator[str]:
    """Changes as Atom entries; the id of an entry is the version and the record."""
    links = [absolute(f"resources.{change['kind']}-item", id=change["id"]) for change in changes]

    def entries() -> Iterator[str]:
        for change, address in zip(changes, links, strict=True):
            name = f"{change['kind']}/{change['id']}"
            text = ", ".join(change["keys"]) or change["to"] or change["reason"] or change["change"]
            title = f"{change['change']}: {change['title'] or name} ({change['kind']})"
            yield entry(tag(release.about, "changes", f"{change['version']}/{name}"), title, change["released"], address, text)

    return feed(release.about, head, entries())

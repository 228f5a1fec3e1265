"""`/v1/resolve`: from an identifier in another scheme, or an old id, to the record."""

from typing import Any

from flask import Blueprint, redirect

from ..problems import Problem
from ..resources import BY_KIND, RESOURCES
from ..schema.fields import Schema
from ..storage.release import Release
from ..storage.tables import Identifier, Moved
from .addresses import item
from .request_parameters import read_parameters
from .responses import gone_or_unknown
from .search import text_parameter

ID = "An id in a scheme (wikidata, iso3166, cow ...), `SCHEME:ID`, or one of ours, also of old: `actors/vladimir-putin`."
ARGUMENTS = Schema.from_dict({"id": text_parameter(ID, "vladimir-putin")})()
blueprint = Blueprint("resolve", __name__, url_prefix="/v1")


@blueprint.get("/resolve")
def resolve_view() -> Any:
    """303 to the record with an id, 308 to the new id of a renamed one, 410 for a withdrawn one."""
    parameters = read_parameters("resolve", ARGUMENTS)
    text, release = parameters.values["id"], parameters.release
    scheme, _, value = text.partition(":")
    if value:
        return _identified(release, text, scheme, value)
    kind, _, id = text.rpartition("/")
    resources = [BY_KIND[kind]] if kind in BY_KIND else RESOURCES if not kind else []
    for resource in resources:
        if release.scalar(resource.model.select(resource.model.seq).where(resource.model.id == id)):
            return redirect(item(resource.kind, id), 303)
    for resource in resources:
        if release.rows(Moved.select(Moved.kind).where((Moved.kind == resource.kind) & (Moved.id == id))):
            return gone_or_unknown(release, resource, id)
    raise Problem(404, f"No record has the id {text!r}.", "unknown-record")


def _identified(release: Release, text: str, scheme: str, value: str) -> Any:
    """303 to the record with an identifier in another scheme. Raises a 404 Problem."""
    matches = (Identifier.scheme == scheme) & (Identifier.value == value)
    rows = release.rows(Identifier.select(Identifier.kind, Identifier.id).where(matches))
    if not rows:
        schemes = [
            scheme for (scheme,) in release.rows(Identifier.select(Identifier.scheme).distinct().order_by(Identifier.scheme))
        ]
        raise Problem(404, f"No record has the id {text!r}.", "unknown-record", schemes=schemes)
    return redirect(item(*rows[0]), 303)

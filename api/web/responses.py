"""Answers: the response around a body, its validators and links, and what stands in for a record that is not there."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from werkzeug.urls import iri_to_uri

from .. import __version__
from ..formats import choose
from ..problems import Problem, nearest
from ..query.query import refuse
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..schema.fields import is_id
from ..storage.store import Moved, Release, Store
from .response_cache import keep, known

JSON = "application/json"
FRESH = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


def store() -> Store:
    found: Store = current_app.extensions["store"]
    return found


def here() -> str:
    """The address of this request, as a URI: a header can hold it whatever was asked."""
    return iri_to_uri(request.url)


def onward(cursor: str | None) -> str | None:
    """This request's address with the cursor of the next page; None where there is none."""
    if cursor is None:
        return None
    return url_for(request.endpoint or "", **{**request.args.to_dict(), "cursor": cursor}, _external=True)


def json_only() -> None:
    """Raises a 406 Problem where a client takes no JSON and there is nothing else."""
    choose(None, request.accept_mimetypes)


def no_parameters() -> None:
    """Raises a 400 Problem if a route that takes no parameters is given some."""
    if request.args:
        raise refuse(Fault((name,), "is unknown: there are no parameters here") for name in request.args)


def serving(asked: Mapping[str, Any]) -> Release:
    """The release that a query reads: the served one, or the published one that `release` names."""
    if "release" not in asked:
        return store().current()
    try:
        return store().version(asked["release"])
    except FileNotFoundError:
        known = store().versions()
        fault = Fault(("release",), f"{asked['release']} is not published", tuple(known), nearest(asked["release"], known))
        raise refuse([fault]) from None


def answer(
    body: str | Iterator[str], release: Release, links: Mapping[str, str | None] | None = None, type: str = JSON
) -> Response:
    """A 200 with everything a cache and a client want to know of it."""
    response = Response(body, mimetype=type)
    response.headers["Cache-Control"] = FRESH
    response.headers["Vary"] = "Accept"
    relations = {
        "self": here(),
        **(links or {}),
        "describedby": url_for("pages.openapi_yaml"),
        "license": release.about["licence_url"],
    }
    response.headers["Link"] = ", ".join(f'<{href}>; rel="{rel}"' for rel, href in relations.items() if href)
    return response


def conditional(release: Release, identity: str, make: Callable[[], Response]) -> Response:
    """The answer that `make` gives, with its validator; 304, and nothing made, for a client that has it.

    `identity` is what was asked, in words that are the same for the same answer.
    """
    whole = f"{release.id} {release.about['code']} {__version__} {request.host_url} {identity}"
    etag = hashlib.sha256(whole.encode()).hexdigest()[:32]
    asked = request.headers.get("If-None-Match", "")
    star = asked.strip() == "*"
    tag = known(asked, etag, request.headers.get("Accept-Encoding", "")) if asked else None
    if tag and not star:
        return unchanged(tag)
    response = make()
    if response.status_code != HTTPStatus.OK:
        return response
    if star:
        return unchanged(etag)  # any answer will do, where there is one
    response.set_etag(etag)
    if not response.is_streamed:
        keep()
    return response


def unchanged(etag: str) -> Response:
    """The 304 for a client that has this very answer."""
    response = Response(status=304)
    response.set_etag(etag)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = FRESH
    return response


def about(release: Release) -> dict[str, Any]:
    return {"release": {"version": release.about["version"], "digest": release.about["digest"]}}


def gone_or_unknown(release: Release, resource: Resource, id: str) -> Any:
    """308 to where a renamed record is, 410 for a withdrawn one, 404 for an id that never was."""
    moves = Moved.select(Moved.renamed, Moved.withdrawn).where((Moved.kind == resource.kind) & (Moved.id == id))
    rows = release.rows(moves) if is_id(id) else []
    if rows and rows[0][0]:
        return redirect(url_for(f"v1.{resource.kind}-item", id=rows[0][0]), 308)
    if rows:
        raise Problem(410, f"{id} was withdrawn: {rows[0][1]}")
    model = resource.model
    close = nearest(id, (known for (known,) in release.rows(model.select(model.id).limit(5000))))
    raise Problem(404, f"There is no {id!r} among the {resource.kind}.", "unknown-record", suggestion=close)

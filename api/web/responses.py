"""Responses from a release: validators, caching and links around a body, and what replaces a missing record."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Response, redirect, request
from werkzeug.utils import get_content_type

from .. import __version__
from ..formats import dumps, envelope
from ..formats.accept import best_coding
from ..problems import Problem, nearest
from ..query.citation import release_url
from ..resources.resource import Resource
from ..schema.fields import Record, is_id
from ..storage.release import Release
from ..storage.tables import Moved
from . import addresses
from .addresses import asked, here
from .application import Asked, Ready
from .headers import LONGEST_LINK
from .response_cache import KEPT, keep, matching_tag

JSON, HTML = "application/json", "text/html"
FRESH = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


def etag(this: Asked, release: Release, media_type: str) -> str:
    """The validator of a response, made from all that it depends on: release, code, canonical address and media type.

    In the canonical address parameters are in order, and `format` is left out, as the media type says the same.
    """
    arguments = sorted([(name, value) for name, values in this.strings.items() if name != "format" for value in values])
    path = this.address.partition("?")[0]
    identity = f"{release.id} {release.about['code']} {__version__} {path} {arguments} {media_type}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def not_modified(release: Release, media_type: str = JSON) -> Response | None:
    """A 304 if the client has the response already; checked before anything is read for it.

    `If-None-Match: *` matches only a response that exists, which `answer` is the first to know.
    """
    this = asked()
    header = this.environ.get("HTTP_IF_NONE_MATCH", "")
    if not header or header.strip() == "*":
        return None
    tag = matching_tag(header, etag(this, release, media_type), this.headers.get("Accept-Encoding", ""))
    return _unchanged(tag) if tag else None


def answer(
    body: str | bytes | Iterator[str],
    release: Release,
    media_type: str = JSON,
    *,
    links: Mapping[str, str | None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A 200 with its validator, caching and links; kept in the response cache unless it is streamed.

    Links that are long are in the body alone.
    """
    this = asked()
    validator = etag(this, release, media_type)
    if this.environ.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
        return _unchanged(validator)
    relations = {
        "self": this.address,
        "alternate": addresses.for_people(this),
        **(links or {}),
        "describedby": f"{this.root_path}/openapi.yaml",
        "license": release.about["licence_url"],
    }
    types = {"alternate": f'; type="{JSON if media_type == HTML else HTML}"'}
    link = ", ".join(
        [f'<{href}>; rel="{rel}"{types.get(rel, "")}' for rel, href in relations.items() if href and len(href) <= LONGEST_LINK]
    )
    tagged = {"Cache-Control": FRESH, "Vary": "Accept, Accept-Encoding", "Link": link, "ETag": f'"{validator}"'}
    fields = {**(headers or {}), **tagged}
    if not isinstance(body, str | bytes):
        return Response(body, mimetype=media_type, headers=fields)
    this.environ[KEPT] = True
    if best_coding(this.environ.get("HTTP_ACCEPT_ENCODING", "")):
        return Response(body, mimetype=media_type, headers=fields)
    whole = body.encode() if isinstance(body, str) else body
    described = {"Content-Type": get_content_type(media_type, "utf-8"), "Content-Length": str(len(whole))}
    return Ready(whole, fields | described)  # type: ignore[return-value]


def fixed(
    body: str | bytes, media_type: str = JSON, cache_control: str = FRESH, headers: Mapping[str, str] | None = None
) -> Response:
    """A 200 that depends on no loaded release, with the hash of its bytes as validator; 304 if the client has it."""
    validator = hashlib.sha256(body if isinstance(body, bytes) else body.encode()).hexdigest()[:32]
    known, codings = request.headers.get("If-None-Match", ""), request.headers.get("Accept-Encoding", "")
    if known and (tag := matching_tag(known, validator, codings)):
        return _unchanged(tag, cache_control, (headers or {}).get("Vary", ""))
    response = Response(body, mimetype=media_type, headers={**(headers or {}), "Cache-Control": cache_control})
    response.set_etag(validator)
    return response


def constant(
    body: str | bytes, media_type: str = JSON, cache_control: str = FRESH, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that depends on the code and the served release alone; kept in the response cache."""
    keep()
    return fixed(body, media_type, cache_control, headers)


def answer_json(data: Any, release: Release, meta: Record | None = None, links: Record | None = None) -> Response:
    """A 200 with `data` in the envelope; `links.next` is in the `Link` header, too."""
    links = {"self": here(), **(links or {})}
    body = envelope(dumps(data), {**(meta or {}), **about(release)}, links)
    return answer(body, release, links={"next": links.get("next")})


def _unchanged(tag: str, cache_control: str = FRESH, vary: str = "Accept") -> Response:
    """A 304 with the headers that the 200 would have: a browser puts them in the place of those that it keeps."""
    response = Response(status=304, headers={"Cache-Control": cache_control} | ({"Vary": vary} if vary else {}))
    response.set_etag(tag)
    return response


def about(release: Release) -> Record:
    """The member of `meta` that names the release, with its address."""
    about, url = release.about, release_url(release.about, addresses.root())
    return {"release": {"version": about["version"], "digest": about["digest"], "url": url}}


def gone_or_unknown(release: Release, resource: Resource, id: str, address: Callable[[str, str], str] = addresses.item) -> Any:
    """A 308 to the `address` of a renamed record. Raises a Problem as `current_id` does."""
    return redirect(address(resource.kind, current_id(release, resource, id)), 308)


def current_id(release: Release, resource: Resource, id: str) -> str:
    """The id that a renamed record has now. Raises a 410 Problem for a withdrawn one, a 404 Problem for an unknown id."""
    moves = Moved.select(Moved.renamed, Moved.withdrawn).where((Moved.kind == resource.kind) & (Moved.id == id))
    rows = release.rows(moves) if is_id(id) else []
    if rows and rows[0][0]:
        return str(rows[0][0])
    if rows:
        raise Problem(410, f"{id} was withdrawn: {rows[0][1]}")
    model = resource.model
    close = nearest(id, (known for (known,) in release.rows(model.select(model.id).limit(5000))))
    raise Problem(404, f"There is no {id!r} among the {resource.kind}.", "unknown-record", suggestion=close)

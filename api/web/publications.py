"""What was published: releases and their files, changes between them, citations and their verification."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import marshmallow as ma
import peewee as pw
from flask import Blueprint, Response, redirect, request, send_file, url_for

from .. import formats
from ..formats.atom import entry, feed, tag
from ..problems import Problem, nearest
from ..query.citation import citation, cite, verify
from ..query.pagination import encode, resume
from ..query.query import Query, cite_arguments, paging, pin, refuse, shape, understand
from ..releases import publish
from ..releases.files import CHANGE, as_change, file_of
from ..resources import BY_KIND, RESOURCES
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..schema.fields import Choice, Record, Schema, Text
from ..schema.query_fields import Form, NonNegativeInteger, Partial, Version
from ..storage.store import Changed, Release, unavailable
from ..versions import VERSION, version_key
from .responses import about, answer, conditional, here, json_only, no_parameters, onward, serving, store

ONE_RANGE = re.compile(r"bytes=([0-9]+-[0-9]*|-[0-9]+)")
FOREVER = "public, max-age=31536000, immutable"
QUALITY = "quality.json"
blueprint = Blueprint("publications", __name__, url_prefix="/v1")


def enveloped(release: Release, identity: str, data: Callable[[], Any]) -> Response:
    """A JSON answer from a release; `data` is computed only where the client has not got it already."""
    json_only()

    def make() -> Response:
        return answer(formats.envelope(formats.dumps(data()), about(release), {"self": here()}), release)

    return conditional(release, identity, make)


def published(version: str) -> Path:
    """The folder of a published version. Raises a 404 Problem if there is none."""
    known = store().versions()
    folder = store().published
    if version not in known or folder is None:
        raise Problem(
            404, f"Version {version!r} is not published.", "unknown-record", suggestion=nearest(version, known), published=known
        )
    return folder / version


@contextmanager
def whole(version: str, name: str) -> Iterator[None]:
    """A published file that is gone or damaged is a 503, which nobody keeps."""
    try:
        yield
    except (OSError, ValueError):
        raise unavailable(f"{name} of release {version} is damaged.") from None


def summed(version: str, folder: Path) -> dict[str, str]:
    """The files of a published version, and their sums."""
    with whole(version, publish.SUMS):
        return publish.sums(folder)


def described(version: str, folder: Path) -> Record:
    """A published version: what it is, and every file with its size, sum and how to open it."""
    sums = summed(version, folder)
    with whole(version, QUALITY):
        rows = json.loads(publish.intact(folder / QUALITY, sums.get(QUALITY)).read_text(encoding="utf-8"))["files"]
    files = []
    for name, sha256 in sorted(sums.items()):
        href = url_for("publications.release_file", version=version, name=name, _external=True)
        file = file_of(name)
        with whole(version, name):
            size = publish.intact(folder / name, sha256).stat().st_size
        files.append(
            {
                "name": name,
                "what": file.what if file else None,
                "media_type": file.media_type if file else "application/octet-stream",
                "bytes": size,
                "sha256": sha256,
                "records": rows.get(name),
                "href": href,
                "open": {tool: line.replace("URL", href) for tool, line in file.open.items()} if file else {},
            }
        )
    release = store().version(version)
    shown = ("version", "released", "digest", "title", "licence", "licence_url", "counts")
    return {**{key: release.about[key] for key in shown}, "citation": citation(release.about), "files": files}


@blueprint.get("/releases")
def releases() -> Response:
    no_parameters()
    json_only()
    versions = store().versions()
    data = []
    for version in versions:
        release = store().version(version)
        href = url_for("publications.release", version=version, _external=True)
        data.append({"version": version, "released": release.about["released"], "digest": release.about["digest"], "href": href})
    latest = url_for("publications.release", version="latest", _external=True) if versions else None
    body = formats.envelope(formats.dumps(data), {"total": len(data)}, {"self": here(), "latest": latest})
    return validated(Response(body, mimetype="application/json", headers={"Cache-Control": "public, max-age=60"}))


@blueprint.get("/releases/<version>")
def release(version: str) -> Any:
    no_parameters()
    if version == "latest":
        return redirect(url_for("publications.release", version=newest()), 307)
    folder = published(version)
    links = {
        "self": here(),
        "sums": url_for("publications.release_file", version=version, name=publish.SUMS, _external=True),
    }
    body = formats.envelope(formats.dumps(described(version, folder)), {}, links)
    return validated(Response(body, mimetype="application/json", headers={"Cache-Control": FOREVER}))


def validated(response: Response) -> Response:
    """An answer that no release stands behind, with a validator of its bytes."""
    response.add_etag()
    response.make_conditional(request)
    return response


def newest() -> str:
    versions = store().versions()
    if not versions:
        raise Problem(404, "Nothing is published yet.", "unknown-record")
    return versions[0]


@blueprint.get("/releases/<version>/<name>")
def release_file(version: str, name: str) -> Any:
    """A file of a release: resumable, with its digest, cached for good."""
    no_parameters()
    if version == "latest":
        return redirect(url_for("publications.release_file", version=newest(), name=name), 307)
    folder = published(version)
    sums = summed(version, folder)
    if name == publish.SUMS:
        sums[name] = publish.digest(folder / name)
    if name not in sums:
        raise Problem(
            404, f"Release {version} has no file {name!r}.", "unknown-record", suggestion=nearest(name, sums), files=sorted(sums)
        )
    file = file_of(name)
    if not ONE_RANGE.fullmatch(request.headers.get("Range", "")):
        request.environ.pop("HTTP_RANGE", None)  # what is not one range of bytes is ignored, as RFC 9110 allows
    with whole(version, name):
        response = send_file(
            publish.intact(folder / name, sums[name]),
            mimetype=file.media_type if file else "text/plain",
            as_attachment=True,
            download_name=name,
            conditional=True,
            etag=sums[name],
        )
    response.headers["Cache-Control"] = FOREVER
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sums[name])).decode()}:"
    response.headers["Accept-Ranges"] = "bytes"
    return response


@blueprint.get("/quality")
def quality_view() -> Any:
    """How good the data of the served release is, in numbers."""
    release = serving(understand(quality_arguments(), dict(request.args.lists())))
    return enveloped(release, "quality", lambda: release.about["quality"])


@cache
def quality_arguments() -> ma.Schema:
    """The parameters of `/v1/quality`."""
    return Schema.from_dict(pin(), name="quality-query")()


class Since(ma.fields.Field[str]):
    """A version, or a day, month or year."""

    pattern = f"{Version.pattern}|{Partial.pattern}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if VERSION.fullmatch(str(value)):
            return str(value)
        return str(Partial().deserialize(value).earliest)


@cache
def changes_arguments() -> ma.Schema:
    """The parameters of `/v1/changes`."""
    parameters = {
        "since": Since(
            metadata={"description": "Changes after this version, or in releases of this day and later.", "example": "1.0.0"}
        ),
        "kind": Choice("Only records of this kind.", tuple(BY_KIND)),
        **paging("Changes", 50, 500),
        **pin(),
        **shape(("json", "atom")),
    }
    return Schema.from_dict(parameters, name="changes-query")()


@blueprint.get("/changes")
def changes_view() -> Any:
    """What was created, changed, renamed and withdrawn, in the order in which it happened."""
    asked = understand(changes_arguments(), dict(request.args.lists()))
    word = formats.choose(asked.get("format"), request.accept_mimetypes, ("json", "atom"))
    release = serving(asked)
    return conditional(release, f"changes {word} {sorted(asked.items())}", lambda: _changes(release, asked, word))


def _changes(release: Release, asked: Any, word: str) -> Response:
    conditions, after = _since(release, asked), 0
    identity = [asked.get("since"), asked.get("kind")]
    if "cursor" in asked:
        release, after = resume(store(), asked["cursor"], identity, "/v1/changes")
    select = (
        Changed.select(Changed.seq, *CHANGE)
        .where(Changed.seq > after, *conditions)
        .order_by(Changed.seq)
        .limit(asked["limit"] + 1)
    )
    rows = release.rows(select)
    following = None
    if len(rows) > asked["limit"]:
        following = onward(encode([release.id, identity, rows[asked["limit"] - 1][0]]))
    found = [as_change(tuple(values)) for _, *values in rows[: asked["limit"]]]
    for change in found:
        change["href"] = f"/v1/{change['kind']}/{change['id']}"
    if word == "atom":
        return answer(_feed(release, found, following), release, {"next": following}, formats.FORMATS["atom"].media_type)
    total = release.scalar(Changed.select(pw.fn.COUNT(Changed.seq)).where(Changed.seq > 0, *conditions))
    meta = {
        "total": total,
        **about(release),
        "query": {k: v for k, v in asked.items() if k not in ("cursor", "format", "release")},
    }
    body = formats.envelope(formats.dumps(found), meta, {"self": here(), "next": following})
    return answer(body, release, {"next": following})


def _since(release: Release, asked: Any) -> list[Any]:
    found: list[Any] = [Changed.kind == asked["kind"]] if "kind" in asked else []
    since = asked.get("since")
    if since and VERSION.fullmatch(since):
        versions = [version for (version,) in release.rows(Changed.select(Changed.version).distinct())]
        later = [version for version in versions if version_key(version) > version_key(since)]
        found.append(Changed.version.in_(later))
    elif since:
        found.append(Changed.released >= since)
    return found


def _feed(release: Release, found: list[Record], following: str | None) -> Iterator[str]:
    """Changes as Atom entries; the id of one is the record and the version."""
    base = request.host_url.rstrip("/")

    def entries() -> Iterator[str]:
        for change in found:
            name = f"{change['kind']}/{change['id']}"
            more = ", ".join(change["keys"]) or change["to"] or change["reason"] or change["change"]
            title = f"{change['change']}: {name}"
            yield entry(tag("changes", f"{change['version']}/{name}"), title, change["released"], base + change["href"], more)

    return feed(release.about, "changes", here(), following, entries())


def cite_view(resource: Resource) -> Any:
    def view() -> Any:
        query = Query.read(resource, dict(request.args.lists()), cite_arguments(resource), serving)
        release = serving(query.asked)
        return enveloped(release, f"cite {query.normal}", lambda: cite(query, release, request.host_url))

    return view


def cited(description: str) -> Text:
    field = Text(description, required=True)
    field.metadata = {**field.metadata, "example": "events?type=summit"}
    return field


@cache
def cite_query_arguments() -> ma.Schema:
    """The parameters of `/v1/cite`."""
    parameters = {"query": cited("The query to cite."), **pin()}
    return Schema.from_dict(parameters, name="cite-query")()


@blueprint.get("/cite")
def cite_query_view() -> Any:
    """How to cite what a query found, the query given as one text."""
    asked = understand(cite_query_arguments(), dict(request.args.lists()))
    query = read_query(asked["query"])
    release = serving({**query.asked, **asked})
    return enveloped(release, f"cite {query.normal}", lambda: cite(query, release, request.host_url))


@cache
def verify_arguments() -> ma.Schema:
    """The parameters of `/v1/cite/verify`."""
    parameters = {
        "query": cited("The cited query."),
        "sha256": Text("The cited sum.", required=True, validate=Form("^[0-9a-f]{64}$", error="is not a SHA-256 in hex")),
        "count": NonNegativeInteger(metadata={"description": "The cited number of records."}),
        **pin(),
    }
    return Schema.from_dict(parameters, name="verify-query")()


def read_query(text: str) -> Query:
    """A cited query, `events?type=summit`. Raises a 400 Problem if it is none."""
    kind, _, rest = text.partition("?")
    if kind not in BY_KIND:
        raise refuse([Fault(("query",), f"{kind!r} is no kind", tuple(BY_KIND), nearest(kind, BY_KIND))])
    return Query.read(BY_KIND[kind], parse_qs(rest, keep_blank_values=True), cite_arguments(BY_KIND[kind]))


@blueprint.get("/cite/verify")
def verify_view() -> Any:
    """Whether a release still gives what was cited."""
    asked = understand(verify_arguments(), dict(request.args.lists()))
    query = read_query(asked["query"])
    release = serving({**query.asked, **({"release": asked["release"]} if "release" in asked else {})})
    identity = f"verify {sorted(asked.items())}"
    return enveloped(release, identity, lambda: verify(query, release, asked.get("count"), asked["sha256"]))


for _resource in RESOURCES:
    blueprint.add_url_rule(f"/cite/{_resource.kind}", f"cite-{_resource.kind}", cite_view(_resource))

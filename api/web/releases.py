"""`/v1/releases`: the published releases and their files."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, request, send_file, url_for

from .. import formats
from ..problems import Problem, nearest
from ..query.citation import citation, release_url
from ..releases.descriptions import Description
from ..releases.files import QUALITY, File, file_of
from ..schema.fields import Record
from ..schema.versions import is_draft
from ..storage.published import SUMS, PublishedRelease
from .addresses import absolute, here, root
from .request_parameters import json_only, loaded, no_parameters, store
from .responses import JSON, about, fixed
from .signposts import description, header, of_file, of_release

ONE_RANGE = re.compile(r"bytes=([0-9]+-[0-9]*|-[0-9]+)")
FOREVER = "public, max-age=31536000, immutable"
LISTED = ("version", "released", "digest")
SHOWN = ("version", "released", "digest", "title", "licence", "licence_url", "counts")
blueprint = Blueprint("releases", __name__, url_prefix="/v1/releases")


@blueprint.get("")
def releases() -> Response:
    """The published releases, newest first; `meta.release` is the one that is served, which may be a draft."""
    no_parameters()
    json_only()
    versions = store().versions()
    data = [
        {**{key: known[key] for key in LISTED}, "href": absolute("releases.release", version=known["version"])}
        for known in (store().version(version).about for version in versions)
    ]
    latest = absolute("releases.release", version="latest") if versions else None
    now = loaded()  # what is published is there even where nothing is loaded
    return _answer(data, {"total": len(data), **(about(now) if now else {})}, {"latest": latest}, "public, max-age=60")


@blueprint.get("/<version>")
def release(version: str) -> Any:
    """What a published release is, with every file of it."""
    no_parameters()
    if version == "latest":
        return redirect(url_for("releases.release", version=newest()), 307)
    known, described = release_of(version)
    signposts = header(of_release(described))
    if not known["files"]:
        return _answer(known, {}, {"sums": None}, "public, max-age=60", {"Link": signposts})
    sums = absolute("releases.release_file", version=version, name=SUMS)
    return _answer(known, {}, {"sums": sums}, FOREVER, {"Link": signposts})


@blueprint.get("/<version>/<name>")
def release_file(version: str, name: str) -> Any:
    """A file of a release: resumable, with its digest, cached for good."""
    no_parameters()
    files = published(newest() if version == "latest" else version)
    sums = files.sums()
    if name not in sums:
        raise Problem(
            404,
            f"Release {files.version} has no file {name!r}.",
            "unknown-record",
            suggestion=nearest(name, sums),
            files=sorted(sums),
        )
    if version == "latest":
        return redirect(url_for("releases.release_file", version=files.version, name=name), 307)
    if elsewhere := current_app.config["RELEASES_URL"]:
        return redirect(f"{elsewhere}/{files.version}/{quote(name)}", 307)
    response = as_published(files, name, sums[name])
    response.headers["Link"] = of_file(absolute("pages.release", version=files.version), name).header()
    return response


def as_published(published: PublishedRelease, name: str, sha256: str) -> Response:
    """The bytes of a file exactly as they were published, or one range of them: verified before, never compressed."""
    # With a weak ETag the bytes may differ: If-Range compares strongly (RFC 9110, 13.1.5), werkzeug does not.
    weak = request.headers.get("If-Range", "").startswith(("W/", "w/"))
    if weak or not ONE_RANGE.fullmatch(request.headers.get("Range", "")):
        request.environ.pop("HTTP_RANGE", None)  # a server may ignore what is not one range of bytes (RFC 9110)
    file = file_of(name)
    with published.reading(name):
        response = send_file(
            published.verified(name, sha256),
            mimetype=file.media_type if file else "text/plain",
            as_attachment=True,
            download_name=name,
            conditional=True,
            etag=sha256,
        )
    response.headers["Cache-Control"] = FOREVER
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
    response.headers["Accept-Ranges"] = "bytes"
    return response


def is_as_published(response: Response) -> bool:
    """Whether a response holds the bytes of a published file, whose digest and ranges a coding would make untrue."""
    return "Repr-Digest" in response.headers


def published(version: str) -> PublishedRelease:
    """The files of a published version. Raises a 404 Problem if there is none."""
    versions, folder = store().versions(), store().published
    if version not in versions or folder is None:
        detail = f"Version {version!r} is not published."
        raise Problem(404, detail, "unknown-record", suggestion=nearest(version, versions), published=versions)
    return PublishedRelease(version, folder / version)


def newest() -> str:
    """The newest published version. Raises a 404 Problem if there is none."""
    versions = store().versions()
    if not versions:
        raise Problem(404, "Nothing is published yet: `diplomatic-events release` publishes, see /releases.", "unknown-record")
    return versions[0]


def release_of(version: str) -> tuple[Record, Description]:
    """A published version, or the served one of which this server has no files: what is told of it. Raises a 404 Problem."""
    now = loaded()
    if now and now.about["version"] == version and not is_draft(version) and version not in store().versions():
        release, files = now, []
    else:
        files = list(files_of(published(version)))
        release = store().version(version)
    return {**shown(release.about), "files": files}, description(release, files)


def files_of(published: PublishedRelease) -> Iterator[Record]:
    """Each file of a published version, with size, SHA-256 and the code that opens it."""
    sums = published.sums()
    with published.reading(QUALITY):
        records = json.loads(published.verified(QUALITY, sums.get(QUALITY)).read_text(encoding="utf-8"))["files"]
    for name, sha256 in sorted((name, sha256) for name, sha256 in sums.items() if name != SUMS):
        href = absolute("releases.release_file", version=published.version, name=name)
        file = file_of(name)
        with published.reading(name):
            size = published.verified(name, sha256).stat().st_size
        yield {
            "name": name,
            "what": file.what if file else None,
            "media_type": file.media_type if file else "application/octet-stream",
            "bytes": size,
            "sha256": sha256,
            "records": records.get(name),
            "href": href,
            "open": {tool: line.replace("URL", href) for tool, line in file.open.items()} if isinstance(file, File) else {},
        }


def shown(known: Record) -> Record:
    """The metadata of a release, with its address and how to cite it."""
    base = root()
    return {**{key: known[key] for key in SHOWN}, "url": release_url(known, base), "citation": citation(known, base)}


def _answer(data: Any, meta: Record, links: Record, cache_control: str, headers: Record | None = None) -> Response:
    return fixed(formats.envelope(formats.dumps(data), meta, {"self": here(), **links}), JSON, cache_control, headers)

"""The pages of the published releases: which there are, and what each of them holds."""

from typing import Any

from flask import Response, redirect

from ...resources import BY_KIND
from .. import addresses
from ..headers import PAGE
from ..releases import described, newest, published, shown, unpublished
from ..request_parameters import loaded, no_parameters, served, store
from ..responses import HTML, fixed
from .render import html


def releases_page() -> Response:
    no_parameters()
    known = [store().version(version).about for version in store().versions()]
    return respond("releases", known=known)


def release_page(version: str) -> Any:
    no_parameters()
    if version == "latest":
        return redirect(addresses.mounted(f"/releases/{newest()}"), 307)
    release = {**shown(served().about), "files": []} if unpublished(version) else described(published(version))
    kinds = [kind for kind in BY_KIND if kind in release["counts"]]
    return respond("release", release=release, kinds=kinds)


def respond(template: str, **values: Any) -> Response:
    """A page that depends on what is published, and on the served release for its frame alone."""
    programs = addresses.for_programs()
    body = html(template, loaded(), programs=addresses.from_root(programs), here="releases", **values)
    link = f'<{programs}>; rel="alternate"; type="application/json"'
    headers = {"Content-Security-Policy": PAGE, "Link": link, "Vary": "Accept"}
    return fixed(body, HTML, "public, max-age=60", headers)

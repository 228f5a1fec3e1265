"""The pages of the published releases: which there are, and what each of them holds."""

from typing import Any

from flask import Response, redirect

from ...formats import dumps
from ...releases.descriptions import schema_org
from ...resources import BY_KIND
from .. import addresses
from ..headers import PAGE
from ..releases import newest, release_of
from ..request_parameters import loaded, no_parameters, store
from ..responses import HTML, fixed
from ..signposts import LINKSET, header, linkset, of_release, to_files
from .render import html, in_script


def releases_page() -> Response:
    no_parameters()
    known = [store().version(version).about for version in store().versions()]
    return respond("releases", known=known)


def release_page(version: str) -> Any:
    no_parameters()
    if version == "latest":
        return redirect(addresses.mounted(f"/releases/{newest()}"), 307)
    release, described = release_of(version)
    return respond(
        "release",
        header(of_release(described)),
        release=release,
        kinds=[kind for kind in BY_KIND if kind in release["counts"]],
        links=[*of_release(described), *to_files(described)],
        jsonld=in_script(dumps(schema_org(described))),
    )


def release_linkset(version: str) -> Response:
    """The signposts of a release and of each of its files."""
    no_parameters()
    return fixed(dumps(linkset(release_of(version)[1])), LINKSET, "public, max-age=60")


def respond(template: str, signposts: str = "", **values: Any) -> Response:
    """A page that depends on what is published, and on the served release for its frame alone."""
    programs = addresses.for_programs()
    body = html(template, loaded(), programs=addresses.from_root(programs), here="releases", **values)
    link = f'<{programs}>; rel="alternate"; type="application/json"'
    headers = {"Content-Security-Policy": PAGE, "Link": ", ".join(filter(None, (link, signposts))), "Vary": "Accept"}
    return fixed(body, HTML, "public, max-age=60", headers)

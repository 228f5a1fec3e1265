"""The index of the API and the quality figures: what the served release is."""

from flask import Blueprint, Response

from .. import __version__
from ..query.citation import citation
from ..query.parameters import pin
from ..resources import BY_KIND
from ..schema.fields import Schema
from .addresses import absolute, root
from .request_parameters import json_only, no_parameters, read_parameters, served
from .responses import answer_json, not_modified

SHOWN = ("title", "description", "version", "released", "licence", "licence_url", "creators", "coverage", "countries", "counts")
# Member of `links` -> endpoint.
LINKS = {
    **{kind: f"resources.{kind}" for kind in BY_KIND},
    "timeline": "timeline.timeline_view",
    "network": "network.network_view",
    "changes": "changes.changes_view",
    "quality": "index.quality_view",
    "releases": "releases.releases",
    "openapi": "pages.openapi_yaml",
    "docs": "pages.docs",
}
QUALITY = Schema.from_dict(pin())()
blueprint = Blueprint("index", __name__, url_prefix="/v1")


@blueprint.get("")
def index() -> Response:
    """What the dataset is, and the addresses of everything."""
    no_parameters()
    json_only()
    release = served()
    if unchanged := not_modified(release):
        return unchanged
    how = citation(release.about, root())
    data = {**{key: release.about[key] for key in SHOWN}, "api_version": __version__, "citation": how}
    return answer_json(data, release, links={name: absolute(endpoint) for name, endpoint in LINKS.items()})


@blueprint.get("/quality")
def quality_view() -> Response:
    """The quality of the data of a release, in numbers."""
    release = read_parameters("quality", QUALITY).release
    json_only()
    return not_modified(release) or answer_json(release.about["quality"], release)

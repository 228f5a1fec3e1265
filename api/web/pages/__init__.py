"""The pages for people, made by the server from the same queries and documents as the answers for programs.

Every address below `/v1` that has a page has it at the same address without `/v1`, with the same query string.
"""

from functools import partial

from flask import Blueprint

from ...resources import RESOURCES
from ..pictures.drawings import DRAWINGS
from . import changes, contract, faults, gallery, home, listing, record, releases, search, style, timeline
from .problems import problem_page, wanted
from .template_filters import install

__all__ = ["faults", "install", "problem_page", "routes", "wanted"]


def routes() -> Blueprint:
    """The pages, the style sheet and the scripts that they share, and the contract."""
    blueprint = Blueprint("pages", __name__)
    contract.add_to(blueprint)
    blueprint.add_url_rule("/", "home", home.home)
    blueprint.add_url_rule("/style.css", "style", style.style)
    for name in ("suggest.js", "png.js"):
        blueprint.add_url_rule(f"/{name}", name.removesuffix(".js"), partial(style.script, name))
    blueprint.add_url_rule("/search", "search", search.search_page)
    blueprint.add_url_rule("/timeline", "timeline", timeline.timeline_page)
    blueprint.add_url_rule("/changes", "changes", changes.changes_page)
    blueprint.add_url_rule("/network", "network", gallery.network_page)
    blueprint.add_url_rule("/threads/<id>", "thread", gallery.thread_page)
    blueprint.add_url_rule("/pictures", "pictures", gallery.gallery)
    for name in DRAWINGS:
        blueprint.add_url_rule(f"/pictures/{name}", f"picture-{name}", partial(gallery.picture_page, name))
    blueprint.add_url_rule("/releases", "releases", releases.releases_page)
    blueprint.add_url_rule("/releases/<version>", "release", releases.release_page)
    blueprint.add_url_rule("/releases/<version>/linkset", "linkset", releases.release_linkset)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.kind}", resource.kind, partial(listing.list_page, resource))
        blueprint.add_url_rule(f"/{resource.kind}/<id>", f"{resource.kind}-item", partial(record.record_page, resource))
    return blueprint

"""Makes the HTML of a page, and its response: policy, validator, and the link to the same answer for programs."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from flask import Response, current_app, request
from markupsafe import Markup

from ... import __version__
from ...query.citation import citation
from ...resources import RESOURCES
from ...storage.release import Release
from ..addresses import for_programs, from_root, root
from ..headers import PAGE
from ..responses import HTML, answer
from . import style
from .values import Sheet

NOWHERE: Mapping[str, str | None] = MappingProxyType({})
# What the head of every page leads to, after the kinds of records; the words are the last part of the address.
OTHERS = ("timeline", "network", "pictures")


def pin() -> str:
    """The query string that keeps to the release that the request reads, empty for the one that is served."""
    version = request.args.get("release")
    return f"?release={version}" if version and version.replace(".", "").isdigit() else ""


@lru_cache(64)
def navigation(base: str, kept: str, here: str) -> Markup:
    """What the head of every page leads to; `here` is where the page is."""
    made = current_app.jinja_env.get_template("pages/navigation.html")
    return Markup(made.render(base=base, pin=kept, here=here, resources=RESOURCES, others=OTHERS))  # noqa: S704  # escaped there


def context(release: Release | None, here: str) -> dict[str, Any]:
    """What the frame of every page needs; nothing of it if no release is loaded."""
    base, kept = request.root_path, pin()
    return {
        "about": release.about if release else None,
        "base": base,
        "pin": kept,
        "sheet": Sheet(base, kept, {}),
        "resources": RESOURCES,
        "navigation": navigation(base, kept, here),
        "style": style.address("style.css"),
        "suggest": style.address("suggest.js"),
        "api_version": __version__,
        "asked": request.args.get("q", ""),
    }


def html(template: str, release: Release | None, /, here: str = "", **values: Any) -> str:
    """The HTML of a page; `here` is the kind of its records, or its own name, in the head."""
    values = {**context(release, here), **values}
    current_app.update_template_context(values)
    return current_app.jinja_env.get_template(f"pages/{template}.html").render(values)


def in_script(json: str) -> str:
    """JSON that can stand in a script element, whatever its texts hold."""
    return json.strip().replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def page(
    template: str,
    release: Release,
    *,
    following: str | None = None,
    programs: str | None = None,
    leads_to: Mapping[str, str | None] = NOWHERE,
    **values: Any,
) -> Response:
    """A page as a response; its other shape is the answer for programs at the same address below `/v1`, or at another path.

    `leads_to` are further links, by relation.
    """
    programs = for_programs() if programs is None else f"{root()[:-1]}{programs}" if programs else ""
    how = citation(release.about, root())
    onward = from_root(following) if following else None
    body = html(template, release, programs=from_root(programs) if programs else "", following=onward, citation=how, **values)
    links = {"next": following, "alternate": programs, **leads_to}
    return answer(body, release, HTML, links=links, headers={"Content-Security-Policy": PAGE})

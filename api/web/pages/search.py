"""The page of a search: what is found, by kind, each with the text in which it was found."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, request

from ...resources import BY_KIND
from .. import addresses
from ..responses import HTML, not_modified
from ..search import search_parameters, searched
from .listing import without_empty
from .render import page
from .values import by


def search_page() -> Any:
    if not any(request.args.getlist("q")):
        return redirect(addresses.mounted("/"), 302)
    if cleaned := without_empty():
        return cleaned
    parameters = search_parameters()
    if unchanged := not_modified(parameters.release, HTML):
        return unchanged
    results, values = searched(parameters), parameters.values
    only = values.get("kind", [])
    return page(
        "search",
        parameters.release,
        following=addresses.next_page(results.next),
        results=results,
        groups=by(results.hits, "kind"),
        kinds=[(kind, narrowed(values["q"], kind), only == [kind]) for kind in BY_KIND],
        everything=narrowed(values["q"]),
    )


def narrowed(text: str, *kinds: str) -> str:
    """The address of a search for a text among some kinds."""
    release = {"release": request.args["release"]} if "release" in request.args else {}
    kind = {"kind": ",".join(kinds)} if kinds else {}
    return addresses.mounted(f"/search?{urlencode({'q': text, **kind, **release})}")

"""The routes of the pictures."""

from functools import partial

from flask import Blueprint, Response, request

from ..addresses import mounted
from ..colours import coloured
from ..headers import page_policy
from ..request_parameters import served, store
from ..responses import answer, not_modified
from .drawings import DRAWINGS, read

SVG = "image/svg+xml"


def routes() -> Blueprint:
    """A route for each picture."""
    blueprint = Blueprint("pictures", __name__, url_prefix="/pictures")
    for name in DRAWINGS:
        blueprint.add_url_rule(f"/{name}.svg", name, partial(picture_view, name))
    return blueprint


def list_query(name: str) -> str:
    """The query string of this request without the parameters that the picture alone has, for the list that it is of."""
    own = {"width", *DRAWINGS[name].own} - {"ids"}
    asked = "&".join(part for part in request.query_string.decode("latin-1").split("&") if part.partition("=")[0] not in own)
    return f"?{asked}" if asked else ""


def picture_view(name: str) -> Response:
    """A picture of what the query finds; `Link` has the same query as JSON."""
    drawing, query = DRAWINGS[name], read(name, dict(request.args.lists()), store(), served())
    if unchanged := not_modified(query.release, SVG):
        return unchanged
    body = coloured(drawing.draw(query).svg(), query.release)
    alternate = mounted(f"/v1/{drawing.kind}{list_query(name)}")
    headers = {
        "Content-Security-Policy": page_policy(body),
        "Content-Disposition": f'inline; filename="{name}-{query.release.about["version"]}.svg"',
    }
    return answer(body, query.release, SVG, links={"alternate": alternate}, headers=headers)

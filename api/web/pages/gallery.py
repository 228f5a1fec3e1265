"""The pages of pictures: all of them; and each with links that work, its controls, and its content as a table."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from markupsafe import Markup

from ...query.parsing import joined
from ...query.query import Query, Strings
from ...query.timeline import Timeline
from ...resources import BY_KIND
from ...schema.fields import is_id
from .. import addresses
from ..pictures.drawings import DRAWINGS, arguments, read
from ..pictures.routes import list_query
from ..request_parameters import no_parameters, served, store
from ..responses import HTML, gone_or_unknown, not_modified
from . import style
from .labels import layout
from .listing import FIRST, controls, given, without_empty
from .render import page

NARROW = 360  # pixels


def gallery() -> Response:
    """Every picture that needs no record to be named."""
    no_parameters()
    drawings = {name: drawing for name, drawing in DRAWINGS.items() if not drawing.needs_ids}
    return not_modified(served(), HTML) or page("gallery", served(), programs="", here="pictures", drawings=drawings)


def picture_page(name: str) -> Response:
    return without_empty() or shown(name, dict(request.args.lists()), f"/v1/{DRAWINGS[name].kind}{list_query(name)}")


def network_page() -> Response:
    return without_empty() or shown("network", dict(request.args.lists()), f"/v1/network{list_query('network')}")


def thread_page(id: str) -> Any:
    """The picture of the threads that a statement belongs to."""
    release, model = served(), BY_KIND["statements"].model
    if not is_id(id) or not release.rows(model.select(model.id).where(model.id == id)):
        return gone_or_unknown(release, BY_KIND["statements"], id, lambda _, id: addresses.mounted(f"/threads/{id}"))
    return shown("thread", {**dict(request.args.lists()), "ids": [id]}, f"/v1/threads/{id}{list_query('thread')}")


def shown(name: str, strings: Strings, programs: str) -> Response:
    """The page of the picture that some parameters ask for; `programs` is the path of what it shows as JSON."""
    query = read(name, strings, store(), served())
    return not_modified(query.release, HTML) or render(name, query, programs)


def render(name: str, query: Query | Timeline, programs: str) -> Response:
    drawing = DRAWINGS[name]
    drawn = drawing.draw(query)
    asked = {word: joined(values) for word, values in request.args.lists()}
    first = (*(word for word in drawing.own if word != "ids"), *FIRST, *layout(drawing.resource).filters)
    named = {"ids": ",".join(query.values["ids"])} if drawing.needs_ids else {}
    words = urlencode({**asked, **named}, safe=",:")
    return page(
        "picture",
        query.release,
        programs=programs,
        here="network" if name == "network" else "pictures",
        drawing=drawing,
        heading=drawn.frame.heading,
        picture=Markup(drawn.svg(styled=False)),  # noqa: S704  # each of its texts is escaped
        table=Markup(drawn.table()),  # noqa: S704
        png=style.address("png.js"),
        svg=addresses.mounted(f"/pictures/{name}.svg?{words}".rstrip("?")),
        path=request.path,
        width=drawn.frame.width,
        narrow=f"{addresses.mounted(request.path)}?{urlencode({**asked, 'width': NARROW}, safe=',:')}",
        given=given(query.release, drawing.resource),
        records=f"/{drawing.kind}",
        form=controls(drawing.resource, arguments(name), first, asked, {}),
    )

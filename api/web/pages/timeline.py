"""The page of the timeline: events, statements and acts of agreements under their dates."""

import json
from typing import Any

from flask import redirect, request

from ...query.parsing import joined
from ...query.timeline import FORMATS, timeline_arguments
from ...resources.timeline import TIMELINE
from .. import addresses
from ..request_parameters import read_timeline
from ..responses import HTML, not_modified
from .brief import Brief, at, doubts
from .labels import words
from .listing import controls, drawn, given, shapes, without_empty
from .render import page

FIRST = ("q", "date_from", "date_to", "kind", "actor", "topic")


def timeline_page() -> Any:
    if cleaned := without_empty():
        return cleaned
    if "format" in request.args:
        return redirect(addresses.for_programs(), 307)
    timeline = read_timeline()
    if unchanged := not_modified(timeline.release, HTML):
        return unchanged
    results = timeline.page()
    asked = {name: joined(values) for name, values in request.args.lists()}
    return page(
        "timeline",
        timeline.release,
        following=addresses.next_page(results.next),
        here="timeline",
        total=results.total,
        kinds=timeline.totals(),
        match=timeline.by_match(),
        entries=[entry(json.loads(text)) for text in results.documents],
        form=controls(TIMELINE, timeline_arguments(), FIRST, asked, {}),
        given=given(timeline.release, TIMELINE),
        shapes=shapes(FORMATS),
        picture=drawn("timeline", asked, results.total),
    )


def entry(document: dict[str, Any]) -> Brief:
    """An entry of the timeline, which leads to its record."""
    id = document["links"]["self"].rsplit("/", 1)[1]
    date = document["date"]
    line = [words(document["what"]), *at(document, "places.name")]
    return Brief(document["kind"], id, document["title"], date, "", doubts(document), line, "")

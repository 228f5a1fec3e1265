"""The page of the timeline: events, statements and acts of agreements under their dates."""

import json
from typing import Any

from flask import redirect, request

from ...query.parsing import joined
from ...query.timeline import FORMATS, timeline_arguments
from ...resources import BY_KIND
from ...resources.brief import Brief, at, doubts, words
from ...resources.timeline import TIMELINE
from ...storage.release import Release
from .. import addresses
from ..request_parameters import read_timeline
from ..responses import HTML, not_modified
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
    types = type_names(timeline.release)
    asked = {name: joined(values) for name, values in request.args.lists()}
    return page(
        "timeline",
        timeline.release,
        following=addresses.next_page(results.next),
        here="timeline",
        total=results.total,
        kinds=timeline.totals(),
        match=timeline.by_match(),
        entries=[entry(json.loads(text), types) for text in results.documents],
        form=controls(TIMELINE, timeline_arguments(), FIRST, asked, {}),
        given=given(timeline.release, TIMELINE),
        shapes=shapes(FORMATS),
        picture=drawn("timeline", asked, results.total),
    )


def type_names(release: Release) -> dict[str, str]:
    """What the types of events are called, by id."""
    model = BY_KIND["event-types"].model
    return release.once("names of types", lambda: dict(release.rows(model.select(model.id, model.called))))


def entry(document: dict[str, Any], types: dict[str, str]) -> Brief:
    """An entry of the timeline, which leads to its record."""
    id = document["links"]["self"].rsplit("/", 1)[1]
    date = document["date"]
    what = types[document["what"]] if document["kind"] == "events" else words(document["what"])
    line = [what, *at(document, "places.name")]
    return Brief(document["kind"], id, document["title"], date, "", doubts(document), line)

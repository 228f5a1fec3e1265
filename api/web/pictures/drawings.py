"""The pictures by name: the kind of record that each is of, the parameters that it has beside that kind's filters, and how
its documents are read and drawn."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import Any
from urllib.parse import unquote_plus

import marshmallow as ma
from marshmallow import validate

from ...query.pagination import every, total
from ...query.parameters import Declared, filter_parameters, pin
from ...query.query import Query
from ...resources import BY_KIND
from ...resources.resource import Resource
from ...schema import edtf
from ...schema.fields import Choice, Record, Schema
from ...schema.query_fields import Day, NonNegativeInteger, PartyDay
from ..addresses import mounted
from ..resources import asked
from . import timeline, treaties
from .svg import Frame, Picture

NARROWEST, WIDEST, WIDTH = 320, 1600, 960
MOST_MARKS = 1000
LANES = ("none", "type", "actor", "side")


@dataclass(frozen=True)
class Drawing:
    """A picture: of which kind, with which parameters of its own, drawn by which function of the query."""

    kind: str
    what: str
    draw: Callable[[Query], Picture]
    own: Mapping[str, Callable[[], ma.fields.Field[Any]]]
    most_bytes: int = 60_000  # of an answer, compressed

    @property
    def resource(self) -> Resource:
        return BY_KIND[self.kind]


def width_field() -> ma.fields.Field[Any]:
    size = validate.Range(NARROWEST, WIDEST, error="is not from {min} to {max}")
    text = "Width of the picture in pixels; what is drawn is laid out for it."
    return NonNegativeInteger(validate=size, load_default=WIDTH, metadata={"description": text})


@cache
def arguments(name: str) -> ma.Schema:
    """The parameters of a picture: the filters of its kind, the release, the width, and its own."""
    drawing = DRAWINGS[name]
    own: Declared = {word: field() for word, field in drawing.own.items()}
    declared = {**filter_parameters(drawing.resource), **pin(), "width": width_field(), **own}
    return Schema.from_dict(declared, name=f"picture-{name}")()


def page_of(kind: str, document: Record, version: str | None) -> str:
    """The address of a record's page."""
    return mounted(f"/{kind}/{document['id']}{f'?release={version}' if version else ''}")


def documents(query: Query, most: int) -> list[Record]:
    """The first so many documents that a query finds."""
    return [json.loads(text) for text in islice(every(query), most)]


def cut(shown: int, query: Query, what: str) -> str:
    """What is said where not everything is shown."""
    found = total(query)
    return f"{shown:,} of {found:,} {what} are shown; the filters can find fewer." if shown < found else ""


def frame(query: Query, what: str) -> Frame:
    """What every drawing is told of a query."""
    found, resource, values = total(query), query.resource, query.values
    heading = f"{what} of {found:,} {resource.singular if found == 1 else resource.kind}"
    return Frame(values["width"], heading, partial(page_of, resource.kind, version=values.get("release")))


def notes(query: Query) -> list[str]:
    """The filters of the query, and the release."""
    given = unquote_plus(asked(query.resource, query.normalized)).replace("&", " · ")
    return [" · ".join(filter(None, (given, f"release {query.release.about['version']}")))]


def with_notes(picture: Picture, query: Query, what: str, shown: int) -> Picture:
    said = " ".join(filter(None, (cut(shown, query, what), picture.cut)))
    return replace(picture, notes=[*notes(query), *picture.notes], cut=said)


def draw_timeline(query: Query) -> Picture:
    found = documents(query, MOST_MARKS)
    keys = lane_keys(query, query.values["lanes"])
    picture = timeline.timeline(found, frame(query, "Timeline"), keys, shown(query))
    return with_notes(picture, query, "events", len(found))


def shown(query: Query) -> tuple[date, date] | None:
    """The days that the query asks for, from the first to the last; None where it leaves a side open."""
    values = query.values
    spans = [edtf.bounds(text) for name in ("year", "month") for text in values.get(name, ())]
    spans += [values[name] for name in ("on",) if name in values]
    first, last = [span.earliest for span in spans], [span.latest for span in spans]
    first += [values["date_from"].earliest] if "date_from" in values else []
    last += [values["date_to"].latest] if "date_to" in values else []
    return (min(first), max(last)) if first and last else None


def lane_keys(query: Query, by: str) -> Callable[[Record], Iterable[timeline.Key]]:
    """The lanes of an event: its type, its actors, or the countries of those who act."""
    if by == "none":
        return lambda event: [timeline.ALL]
    if by == "type":
        return lambda event: [(event["type"]["id"], event["type"]["name"])]
    if by == "actor":
        return lambda event: [(part["actor"]["id"], part["actor"]["name"]) for part in event["participants"]]
    return partial(sides, countries(query))


def countries(query: Query) -> dict[str, timeline.Key]:
    """The country that each actor is of or acts for, with the name of the state where there is one."""
    model = BY_KIND["actors"].model
    actors = [json.loads(text) for (text,) in query.release.rows(model.select(model.document))]
    names = {actor["country"]: actor["name"] for actor in actors if actor["kind"] == "state"}
    return {actor["id"]: (code, names.get(code, code)) for actor in actors if (code := actor["country"])}


def sides(of: dict[str, timeline.Key], event: Record) -> list[timeline.Key]:
    """The countries of those who act, where some act upon others; otherwise it is of all who take part."""
    acting = [part["actor"]["id"] for part in event["participants"] if part["role"] == "source"]
    found = list(dict.fromkeys(of[id] for id in acting if id in of))
    return found if acting else [("~together", "Together")]


def draw_treaties(query: Query) -> Picture:
    found, about = documents(query, treaties.MOST), query.release.about
    days = [PartyDay.parts(text)[1] for text in query.values.get("bound_on", ())]
    days += [query.values[name].earliest for name in ("in_force_on", "day") if name in query.values]
    at, today = sorted(set(days)), date.fromisoformat(about["released"])
    picture = treaties.treaties(found, frame(query, "Life"), today, at)
    return with_notes(picture, query, "agreements", len(found))


def lanes_field() -> ma.fields.Field[Any]:
    field = Choice("Lanes: by type, by actor, by the side that acts, or none.", LANES)
    field.load_default = "none"
    return field


def day_field() -> ma.fields.Field[Any]:
    return Day(metadata={"description": "A day that is drawn as a line, with who was bound on it.", "example": "2021-06-16"})


DRAWINGS: dict[str, Drawing] = {
    "timeline": Drawing("events", "Events at their dates, in lanes", draw_timeline, {"lanes": lanes_field}),
    "treaties": Drawing("agreements", "Agreements as bars, one for each party", draw_treaties, {"day": day_field}),
}

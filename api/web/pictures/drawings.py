"""The pictures by name: the kind of record that each is of, the parameters that it has beside that kind's filters, and how
its documents are read and drawn."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import marshmallow as ma
from marshmallow import validate

from ...formats.geojson import read_places
from ...problems import nearest
from ...query.pagination import every, total
from ...query.parameters import Declared, filter_parameters, pin
from ...query.parsing import InvalidParameters
from ...query.query import Query
from ...resources import BY_KIND
from ...resources.resource import Resource
from ...schema import edtf
from ...schema.errors import Fault
from ...schema.fields import Choice, Record, Schema
from ...schema.query_fields import Day, NonNegativeInteger, PartyDay, QueryText, listed
from ..addresses import mounted
from ..resources import asked
from ..threads import roots, trees
from . import net, places, thread, timeline, treaties, years
from .svg import Frame, Picture

NARROWEST, WIDEST, WIDTH = 320, 1600, 960
MOST_MARKS = 1000
MOST_EVENTS = 10_000
NODES, MOST_NODES = 40, 80
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

    @property
    def needs_ids(self) -> bool:
        """Whether it is of records that are named, instead of what filters find."""
        return "ids" in self.own


def width_field() -> ma.fields.Field[Any]:
    size = validate.Range(NARROWEST, WIDEST, error="is not from {min} to {max}")
    text = "Width of the picture in pixels; what is drawn is laid out for it."
    return NonNegativeInteger(validate=size, load_default=WIDTH, metadata={"description": text})


@cache
def arguments(name: str) -> ma.Schema:
    """The parameters of a picture: the filters of its kind, the release, the width, and its own."""
    drawing = DRAWINGS[name]
    own: Declared = {word: field() for word, field in drawing.own.items()}
    filters = {} if drawing.needs_ids else filter_parameters(drawing.resource)
    declared = {**filters, **pin(), "width": width_field(), **own}
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


def frame(query: Query, what: str, kind: str | None = None) -> Frame:
    """What every drawing is told of a query; `kind` is that of the records that its marks lead to, if it is another one."""
    found, resource, values = total(query), query.resource, query.values
    heading = f"{what} of {found:,} {resource.singular if found == 1 else resource.kind}"
    return Frame(values["width"], heading, partial(page_of, kind or resource.kind, version=values.get("release")))


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


def draw_years(query: Query) -> Picture:
    found, by = documents(query, MOST_EVENTS), query.values["by"]
    key = {"type": lambda event: (event["type"]["id"], event["type"]["name"])}.get(by, lambda event: (event[by], event[by]))
    groups = years.Groups(key, lambda year, value: narrowed(query, year=year, **({by: value} if value else {})), shown(query))
    picture = years.years(found, frame(query, "Years", "actors"), groups, terms(query))
    return with_notes(picture, query, "events", len(found))


def narrowed(query: Query, **more: object) -> str:
    """The address of the page with the events of the query that have these values, too."""
    given = dict(parse_qsl(asked(query.resource, query.normalized), keep_blank_values=True))
    pinned = {"release": query.values["release"]} if "release" in query.values else {}
    return mounted(f"/{query.resource.kind}?{urlencode({**given, **pinned, **more}, safe=',')}")


def terms(query: Query) -> list[tuple[Record, Record]]:
    """The actors who held one of the offices asked for, each with its role; of offices the titles, as roles have them."""
    wanted, model = query.values.get("office", []), BY_KIND["actors"].model
    if not wanted:
        return []
    actors = [json.loads(text) for (text,) in query.release.rows(model.select(model.document).order_by(model.id))]
    roles = [(actor, role) for actor in actors for role in actor["roles"] if role["from"] or role["to"]]
    known = {role["title"] for _, role in roles}
    if missing := [title for title in wanted if title not in known]:
        faults = (Fault(("office",), f"no role has the title {title!r}", (), nearest(title, known)) for title in missing)
        raise InvalidParameters(faults)
    return [(actor, role) for actor, role in roles if role["title"] in wanted]


def draw_map(query: Query) -> Picture:
    found = documents(query, MOST_EVENTS)
    at = read_places(query.release)
    picture = places.world(found, at, frame(query, "Map"), lambda id: narrowed(query, place=id))
    return with_notes(picture, query, "events", len(found))


def draw_network(query: Query) -> Picture:
    found = documents(query, MOST_EVENTS)
    also = query.values.get("actor_all", [])
    both = partial(lambda a, b: narrowed(query, actor_all=",".join(dict.fromkeys([*also, a, b]))))
    picture = net.net(found, frame(query, "Network", "actors"), query.values["nodes"], both)
    return with_notes(picture, query, "events", len(found))


def draw_thread(query: Query) -> Picture:
    began = dict.fromkeys(root for id in query.values["ids"] for root in roots(query.release, id))
    found = list(trees(query.release, list(began), {}, set()))
    picture = thread.thread(found, query.values["ids"], frame(query, "Thread")._replace(heading="Claim and answer"))
    return with_notes(picture, query, "", total(query))


def lanes_field() -> ma.fields.Field[Any]:
    field = Choice("Lanes: by type, by actor, by the side that acts, or none.", LANES)
    field.load_default = "none"
    return field


def day_field() -> ma.fields.Field[Any]:
    return Day(metadata={"description": "A day that is drawn as a line, with who was bound on it.", "example": "2021-06-16"})


def by_field() -> ma.fields.Field[Any]:
    field = Choice("What the parts of a bar stand for.", ("type", "status", "coding"))
    field.load_default = "type"
    return field


def office_field() -> ma.fields.Field[Any]:
    return listed(QueryText("A title."), "Titles of roles, whose holders are shown above the bars.")


def nodes_field() -> ma.fields.Field[Any]:
    size = validate.Range(2, MOST_NODES, error="is not from {min} to {max}")
    return NonNegativeInteger(validate=size, load_default=NODES, metadata={"description": "How many actors are shown at most."})


def ids_field() -> ma.fields.Field[Any]:
    field: ma.fields.Field[Any] = filter_parameters(BY_KIND["statements"])["ids"]
    field.required = True
    field.error_messages["required"] = "is missing"
    return field


DRAWINGS: dict[str, Drawing] = {
    "timeline": Drawing("events", "Events at their dates, in lanes", draw_timeline, {"lanes": lanes_field}),
    "treaties": Drawing("agreements", "Agreements as bars, one for each party", draw_treaties, {"day": day_field}),
    "years": Drawing("events", "Events by year, as stacked bars", draw_years, {"by": by_field, "office": office_field}),
    "map": Drawing("events", "Events at their places", draw_map, {}, 110_000),
    "network": Drawing("events", "Actors who acted together", draw_network, {"nodes": nodes_field}),
    "thread": Drawing("statements", "A statement, what it answers and what answers it", draw_thread, {"ids": ids_field}),
}

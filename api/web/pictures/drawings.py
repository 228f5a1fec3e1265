"""The pictures by name: the kind of record that each is of, the parameters that it has beside that kind's filters, and how
its documents are read and drawn."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import Any

import marshmallow as ma

from ...formats.geojson import read_places
from ...problems import nearest
from ...query.aggregation import DIFFER, gone_through
from ...query.pagination import total
from ...query.parameters import Declared, filter_parameters, pin
from ...query.parsing import InvalidParameters
from ...query.query import Query, Strings
from ...query.timeline import Timeline, timeline_arguments
from ...resources import BY_KIND
from ...resources.events import with_records
from ...resources.resource import Resource
from ...resources.timeline import TIMELINE
from ...schema.errors import Fault
from ...schema.fields import Record, Schema
from ...schema.query_fields import PartyDay
from ...storage.release import Release
from ...storage.store import Store
from ..threads import roots, trees
from . import net, places, thread, timeline, treaties, years
from .asked import documents, frame, narrowed, notes, of_entry, shown
from .own_parameters import DAY, IDS, KINDS, LANES, NODES, OFFICES, PARTS, WIDTH
from .svg import Frame, Picture

# So that a page with the picture and its table stays small; fewer where an event can be in several lanes, or has a long title.
MOST_MARKS, MOST_ENTRIES = 800, 450
MOST_EVENTS = 10_000
FEW_TYPES = 2  # of which a picture says what was gone through


@dataclass(frozen=True)
class Drawing:
    """A picture: of which kind, with which parameters of its own, drawn by which function of the query."""

    kind: str
    what: str
    draw: Callable[[Any], Picture]
    own: Mapping[str, ma.fields.Field[Any]]
    most_bytes: int = 60_000  # of an answer, compressed

    @property
    def resource(self) -> Resource:
        return BY_KIND.get(self.kind, TIMELINE)

    @property
    def needs_ids(self) -> bool:
        """Whether it is of records that are named, instead of what filters find."""
        return "ids" in self.own


@cache
def arguments(name: str) -> ma.Schema:
    """The parameters of a picture: the filters of its kind, the release, the width, and its own."""
    drawing = DRAWINGS[name]
    filters = {} if drawing.needs_ids else filter_parameters(drawing.resource)
    if drawing.kind == TIMELINE.kind:
        filters["kind"] = timeline_arguments().fields["kind"]
    declared: Declared = {**filters, **pin(), "width": WIDTH, **drawing.own}
    return Schema.from_dict(declared, name=f"picture-{name}")()


def read(name: str, strings: Strings, store: Store, served: Release | None) -> Query | Timeline:
    """The checked query of what a picture is of. Raises InvalidParameters."""
    drawing, schema = DRAWINGS[name], arguments(name)
    if drawing.kind != TIMELINE.kind:
        return Query(drawing.resource, schema, strings, store, served=served)
    return Timeline(strings, store, served=served, schema=schema)


def framed(query: Query, what: str, found: list[Record]) -> Frame:
    """The frame of a picture that is called by what it shows: how many records, or the only one."""
    whole = frame(query, f"{what} of {{}}", len(found))
    return whole._replace(heading=f"{what} of {found[0]['title']}") if len(found) == 1 else whole


def draw_timeline(query: Query) -> Picture:
    found = documents(query, MOST_MARKS if query.values["lanes"] in ("none", "type") else MOST_ENTRIES)
    keys = lane_keys(query, query.values["lanes"])
    return timeline.timeline(found, framed(query, "Timeline", found), keys, shown(query))


def lane_keys(query: Query, by: str) -> Callable[[Record], Iterable[timeline.Key]]:
    """The lanes of an event: its type, its actors, or the countries of those who act."""
    if by == "none":
        return lambda event: [timeline.ALL]
    if by == "type":
        return lambda event: [(event["type"]["id"], event["type"]["name"])]
    if by == "actor":
        return lambda event: [(part["actor"]["id"], part["actor"]["name"]) for part in with_records(event)]
    return partial(sides, countries(query))


def countries(query: Query) -> dict[str, timeline.Key]:
    """The country that each actor is of or acts for, with the name of the state where there is one."""
    model = BY_KIND["actors"].model
    actors = [json.loads(text) for (text,) in query.release.rows(model.select(model.document))]
    names = {actor["country"]: actor["name"] for actor in actors if actor["kind"] == "state"}
    return {actor["id"]: (code, names.get(code, code)) for actor in actors if (code := actor["country"])}


def sides(of: dict[str, timeline.Key], event: Record) -> list[timeline.Key]:
    """The countries of those who act, where some act upon others; otherwise it is of all who take part."""
    acting = [part["actor"]["id"] for part in with_records(event) if part["role"] == "source"]
    found = list(dict.fromkeys(of[id] for id in acting if id in of))
    return found if acting else [("~together", "Together")]


def draw_chronicle(entries: Timeline) -> Picture:
    """Entries are read newest first, and drawn oldest first."""
    found = [json.loads(text) for text in islice(entries.every(), MOST_ENTRIES)]
    of, values = sum(entries.totals().values()), entries.values
    lanes: dict[str, Callable[[Record], Iterable[timeline.Key]]] = {
        "kind": lambda entry: [(entry["kind"], entry["kind"].capitalize())],
        "actor": lambda entry: [(actor["id"], actor["name"]) for actor in entry["actors"]],
        "none": lambda entry: [timeline.ALL],
    }
    whole = f"Latest {len(found):,} of {of:,} entries" if len(found) < of else f"Timeline of {of:,} entries"
    cut = f"{len(found):,} of {of:,} entries are shown; the filters can find fewer." if len(found) < of else ""
    frame = Frame(values["width"], whole, partial(of_entry, version=values.get("release")), notes(entries, "kind"), cut)
    return timeline.timeline(found, frame, lanes[values["lanes"]], shown(entries))


def draw_treaties(query: Query) -> Picture:
    found, about = documents(query, treaties.MOST), query.release.about
    days = [PartyDay.parts(text)[1] for text in query.values.get("bound_on", ())]
    days += [query.values[name].earliest for name in ("in_force_on", "day") if name in query.values]
    at, today = sorted(set(days)), date.fromisoformat(about["released"])
    return treaties.treaties(found, framed(query, "Life", found), today, at)


def draw_years(query: Query) -> Picture:
    found, by = documents(query, MOST_EVENTS), query.values["by"]
    key = {"type": lambda event: (event["type"]["id"], event["type"]["name"])}.get(by, lambda event: (event[by], event[by]))
    groups = years.Groups(key, lambda year, value: narrowed(query, year=year, **({by: value} if value else {})), shown(query))
    types = {event["type"]["id"] for event in found}
    covered = [f"{type['label']}: {when}." for type, when in gone_through(query.release, types, FEW_TYPES)]
    covered = covered or [f"{DIFFER}."] * bool(types)
    whole = frame(query, "{} by year", len(found), "actors")
    return years.years(found, whole._replace(notes=[*whole.notes, *covered]), groups, terms(query))


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
    whole = frame(query, "Map of {}", len(found))
    return places.world(found, read_places(query.release), whole, lambda id: narrowed(query, place=id))


def draw_network(query: Query) -> Picture:
    found = documents(query, MOST_EVENTS)
    also = query.values.get("actor_all", [])
    both = partial(lambda a, b: narrowed(query, actor_all=",".join(dict.fromkeys([*also, a, b]))))
    return net.net(found, frame(query, "Network of {}", len(found), "actors"), query.values["nodes"], both)


def draw_thread(query: Query) -> Picture:
    began = dict.fromkeys(root for id in query.values["ids"] for root in roots(query.release, id))
    found = trees(query.release, list(began))
    return thread.thread(found, query.values["ids"], frame(query, "Claim and answer", total(query)))


DRAWINGS: dict[str, Drawing] = {
    "timeline": Drawing("events", "Events at their dates, in lanes", draw_timeline, {"lanes": LANES}),
    "treaties": Drawing("agreements", "Agreements as bars, one for each party", draw_treaties, {"day": DAY}),
    "years": Drawing("events", "Events by year, as stacked bars", draw_years, {"by": PARTS, "office": OFFICES}),
    "map": Drawing("events", "Events at their places", draw_map, {}, 110_000),
    "network": Drawing("events", "Actors who acted together", draw_network, {"nodes": NODES}),
    "chronicle": Drawing(
        TIMELINE.kind, "Events, statements and acts of agreements at their dates", draw_chronicle, {"lanes": KINDS}
    ),
    "thread": Drawing("statements", "A statement, what it answers and what answers it", draw_thread, {"ids": IDS}),
}

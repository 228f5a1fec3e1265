"""The map: places with events on the outline of the land, without borders, which would take sides."""

from collections.abc import Callable
from math import sqrt

from ...formats.geojson import location
from ...schema.fields import Record
from .marks import keys
from .projection import HEIGHT, WIDTH, project
from .style import part
from .svg import Box, Cell, Frame, Picture, circle, element, free, link, text

SHAPE = 0.62  # height of a part of the map, of its width
OUTLINE = part("outline.txt")  # the land as the data of a path, made by .ci/outline.py
STEPS = 4  # of the outline, to a pixel of the projection
LOW = project(0, -57)[1]  # where the outline ends
LABELS = 24  # at most
CLOSEST = 90.0  # pixels of the projection that a map shows at least


def located(events: list[Record], places: dict[str, Record]) -> tuple[dict[tuple[str, bool], list[Record]], list[Record]]:
    """The events at each place that has coordinates, or within it (True); and those without such a place."""
    found: dict[tuple[str, bool], list[Record]] = {}
    nowhere = []
    for event in events:
        at = {(where, where != place["id"]) for place in event["places"] if (where := location(place["id"], places))}
        for key in sorted(at):
            found.setdefault(key, []).append(event)
        if not at:
            nowhere.append(event)
    return found, nowhere


def world(events: list[Record], places: dict[str, Record], frame: Frame, list_of: Callable[[str], str]) -> Picture:
    """The picture; `list_of` is the address of the events at a place."""
    found, nowhere = located(events, places)
    points = {key: project(places[key[0]]["longitude"], places[key[0]]["latitude"]) for key in found}
    x, y, across = _window(list(points.values()))
    zoom = frame.width / across
    low = HEIGHT if any(at > LOW for _, at in points.values()) else LOW
    height = (min(across * SHAPE, low - y) if across < WIDTH else low) * zoom
    drawn, rows, labels, taken = [], [], [], list[Box]()
    for key in sorted(found, key=lambda key: (-len(found[key]), key)):
        (id, within), here = key, found[key]
        cx, cy, r = (points[key][0] - x) * zoom, (points[key][1] - y) * zoom, (3 + 2.1 * sqrt(len(here))) * frame.scale
        sure = [event for event in here if event["status"] == "occurred" and not event["disputed"]]
        class_ = "dot near" if within else "dot" if sure else "hollow doubtful"
        name = places[id]["name"]
        doubtful = f", {len(here) - len(sure)} of them doubtful" if len(sure) < len(here) else ""
        what = f"{name}{', somewhere within' if within else ''}: {len(here)}{doubtful}"
        href = frame.href(here[0]) if len(here) == 1 else list_of(id)
        drawn.append(link(href, what, circle(cx, cy, r, class_)))
        left = cx + r + 3
        if len(taken) < LABELS and left + len(name) * 6.2 < frame.width and free(taken, left, cy, name):
            labels.append(text(left, cy + 4, name, "small halo"))
        said = (str(len(here)), "within" if within else "there", doubtful.strip(" ,") or "-")
        rows.append([Cell(name, list_of(id)), *map(Cell, said)])
    at = f"scale({zoom / STEPS:.4f}) translate({-x * STEPS:.1f} {-y * STEPS:.1f})"
    land = element("path", d=OUTLINE, class_="land", transform=at)
    inner = element("svg", land, *reversed(drawn), *labels, width=frame.width, height=round(height))
    samples = [(circle(0, 0, 6, class_), meaning) for class_, meaning in SAMPLES if f'class="{class_}"' in inner]
    legend, more = keys(samples, frame.width, height + 8)
    without = f"{len(nowhere):,} of the events have no place with coordinates and are not on the map." if nowhere else ""
    return Picture(
        "map",
        frame,
        f"{len(events) - len(nowhere)} events at {len(found)} places; the larger the circle, the more events.",
        height + 14 + more,
        inner + legend,
        ("Place", "Events", "Where", "Doubt"),
        rows,
        cut=without,
    )


SAMPLES = (
    ("dot", "events there; the area says how many"),
    ("dot near", "somewhere within"),
    ("hollow doubtful", "none of them undisputed"),
)


def _window(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """The left and upper end and the width of what is shown of the projection: all points, with room around them."""
    if not points:
        return 0.0, 0.0, WIDTH
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across = max((max(xs) - min(xs)) * 1.3, (max(ys) - min(ys)) * 1.4 / SHAPE, CLOSEST)
    if across > WIDTH * 0.8:
        return 0.0, 0.0, WIDTH
    left = min(max((max(xs) + min(xs) - across) / 2, 0), WIDTH - across)
    top = min(max((max(ys) + min(ys) - across * SHAPE) / 2, 0), max(HEIGHT - across * SHAPE, 0))
    return left, top, across

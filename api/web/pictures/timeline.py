"""The timeline: events in lanes, each at its date, with what is doubtful in it."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from ...schema.fields import Record
from ...schema.public_date import render
from .marks import ends, extent, features, legend, mark, words
from .scale import Scale
from .svg import Cell, Frame, Picture, fitted, link, rect, rows_of, text

FEW = 45  # so many events have a row and a title each
LANES = 9
ROW, PACKED = 22.0, 14.0
NARROW, LEAST = 600, 120  # pixels of a picture, and beside a mark; where there are fewer, a title has a line of its own
Key = tuple[str, str]  # of a lane: an id and a name
ALL: Key = ("", "")


class Lane(NamedTuple):
    name: str
    events: list[Record]


def lanes(events: list[Record], keys: Callable[[Record], Iterable[Key]]) -> tuple[list[Lane], int]:
    """The events of the most frequent keys, those without one of these, and how many keys have no lane of their own."""
    of = {event["id"]: list(dict.fromkeys(keys(event))) for event in events}
    counts = Counter(key for found in of.values() for key in found)
    kept = sorted(counts, key=lambda key: (-counts[key], key))[:LANES]
    found = [Lane(key[1], [event for event in events if key in of[event["id"]]]) for key in kept]
    others = [event for event in events if not set(of[event["id"]]) & set(kept)]
    return [*found, *([Lane("Others", others)] if others else [])], len(counts) - len(kept)


def timeline(
    events: list[Record], frame: Frame, keys: Callable[[Record], Iterable[Key]], asked: tuple[date, date] | None
) -> Picture:
    """The picture of events in order of time; `keys` gives the lanes of an event, `asked` the days shown."""
    width, href = frame.width, frame.href
    scale = Scale.within(*asked, 22, width - 22) if asked else Scale.over((event["date"] for event in events), 22, width - 22)
    found, cut = lanes(events, keys)
    titled = sum(len(lane.events) for lane in found) <= FEW
    backs, drawn, y = [], [], 30.0
    for number, lane in enumerate(found):
        begun = y
        if lane.name:
            drawn.append(text(16, y + 15, fitted(f"{lane.name} · {len(lane.events)}", width - 32), "lane"))
            y += 22
        body, y = (_titled if titled else _packed)(lane.events, scale, y + 4, href)
        if number % 2:
            backs.append(rect(0, begun, width, y - begun, "band"))
        drawn.append(body)
    told = {word for event in events for word in (*features(event), *(["beyond"] if ends(event, scale) else []))}
    key, more = legend(told, width, y + 8)
    rows = [
        [Cell(event["date"]["text"]), Cell(event["title"], href(event)), Cell(", ".join(doubts(event)) or "-")]
        for event in events
    ]
    return Picture(
        "timeline",
        frame,
        f"{len(events)} marks at their dates, {span(events)}; {len(found)} {'lane' if len(found) == 1 else 'lanes'}.",
        y + 12 + more,
        "".join([*backs, scale.axis(y + 2), *drawn, key]),
        ("When", "What", "Status and doubt"),
        rows,
        cut=f"{cut} further lanes are together in the last." if cut else "",
    )


def doubts(event: Record) -> list[str]:
    """The status, and what is doubtful, in words."""
    said = [event["status"]] if event.get("status") else []
    return said + [key.replace("_", "-") for key in ("disputed", "one_sided") if event.get(key)]


def span(events: list[Record]) -> str:
    """From the first to the last day of some events, in words."""
    first = min((event["date"]["earliest"] for event in events if event["date"]["earliest"]), default=None)
    last = max((event["date"]["latest"] for event in events if event["date"]["latest"]), default=None)
    return f"from {render(first)['text']} to {render(last)['text']}" if first and last else "without bounds"


def _titled(events: list[Record], scale: Scale, y: float, href: Callable[[Record], str]) -> tuple[str, float]:
    """Each event in a row of its own, oldest first, with its title on the side where there is more room."""
    drawn = []
    for event in in_time(events):
        left, right = extent(event, scale)
        after, before = scale.right - right - 8, left - scale.left - 8
        title, at = event["title"], y + ROW / 2
        if scale.right - scale.left < NARROW or max(after, before) < min(len(title) * 6.5, LEAST):
            drawn.append(_stacked(event, scale, y, href(event)))
            y += 2 * ROW - 6
            continue
        if after >= before or len(title) * 6.5 < after:
            label = text(right + 13, at + 4, fitted(title, after - 8))
        else:
            label = text(left - 13, at + 4, fitted(title, before - 8), anchor="end")
        hit = rect(scale.left, y + 1, scale.right - scale.left, ROW - 2, "hit")
        drawn.append(link(href(event), words(event, title), hit, mark(event, scale, at), label))
        y += ROW
    return "".join(drawn), y + 4


def _stacked(event: Record, scale: Scale, y: float, href: str) -> str:
    """The title on a line of its own, above the mark."""
    label = text(16, y + 14, fitted(event["title"], scale.right - 4))
    hit = rect(scale.left, y + 1, scale.right - scale.left, 2 * ROW - 8, "hit")
    return link(href, words(event, event["title"]), hit, label, mark(event, scale, y + 27))


def _packed(events: list[Record], scale: Scale, y: float, href: Callable[[Record], str]) -> tuple[str, float]:
    """The marks alone, in as few rows as they need."""
    found = in_time(events)
    reach = []
    for event in found:
        (first, last), room = extent(event, scale), 6 if {"disputed", "one_sided", "vague"} & set(features(event)) else 1
        reach.append((first - room, last + room))
    rows = rows_of(reach)
    drawn = (
        link(href(event), words(event, event["title"]), mark(event, scale, y + row * PACKED + PACKED / 2))
        for event, row in zip(found, rows, strict=True)
    )
    return "".join(drawn), y + PACKED * (max(rows, default=0) + 1) + 6


def in_time(events: list[Record]) -> list[Record]:
    """Events by their first day, then their last, then their id; open at the beginning comes first."""
    return sorted(events, key=lambda event: (event["date"]["earliest"] or "", event["date"]["latest"] or "9999", event["id"]))

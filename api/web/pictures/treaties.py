"""Agreements as bars, one for each party: when it was bound, who suspended, how it ended, and what is not known."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from ...formats.result import xml
from ...schema.fields import Record
from .marks import glyph, keys
from .scale import Scale, days
from .svg import Cell, Frame, Picture, element, fitted, line, link, rect, text, title

MOST = 80
BAR, ROW, HEAD = 9.0, 15.0, 21.0
MADE = ("signed", "opened_for_signature", "adopted", "announced")
NEVER = date.max.toordinal()
LEGEND = {
    "signed": "signed",
    "adopted": "adopted or announced",
    "bound": "bound",
    "set": "set to last so long",
    "suspended": "suspended",
    "unknown": "not known",
    "left": "left or terminated",
    "ended": "expired or superseded",
    "succeeded": "succeeded by another party",
}


class When(NamedTuple):
    """The scale of time, the day of the release, and the days that are drawn as lines."""

    scale: Scale
    today: int
    at: list[int]


def treaties(agreements: list[Record], frame: Frame, today: date, at: list[date]) -> Picture:
    """The picture of agreements; `today` is the day of the release, `at` are days that are drawn as lines."""
    width, heading, href = frame
    found = sorted(agreements, key=lambda a: (min((d["date"]["earliest"] or "" for d in a["actions"]), default="9"), a["id"]))
    marked = [day.toordinal() for day in at]
    left = min(max(100.0, width * 0.15), 150.0) + 16
    scale = Scale.over(_dates(found), left, width - 22, today.toordinal(), *marked)
    backs: list[str] = []
    drawn: list[str] = []
    rows: list[list[Cell]] = []
    used, y, when = set[str](), 32.0, When(scale, today.toordinal(), marked)
    for place, agreement in enumerate(found):
        if place % 2:
            backs.append(rect(0, y, width, HEAD + ROW * len(agreement["parties"]) + 8, "band"))
        rows += _rows(agreement, href(agreement), marked)
        body, bars = [], y + HEAD
        for number, party in enumerate(agreement["parties"]):
            body.append(_party(agreement, party, bars + ROW * number, when, used))
        state = agreement["status"]["state"].replace("_", " ")
        called = fitted(agreement["title"], width - 48 - len(state) * 6, 13)
        name = element(
            "text", xml(called), element("tspan", xml(f"  {state}"), class_="dim small"), x=16, y=y + 15, class_="lane"
        )
        what = f"{agreement['title']} · {agreement['status']['detail']}"
        drawn.append(link(href(agreement), what, name, *body))
        y = bars + ROW * len(agreement["parties"]) + 8
    lines = "".join(_line(scale, day.toordinal(), y, day.isoformat()) for day in at)
    key, more = keys([(_sample(word), LEGEND[word]) for word in LEGEND if word in used], width, y + 8)
    return Picture(
        "treaties",
        heading,
        f"{len(found)} agreements, a bar for each party from the day on which it was bound to that on which it was no longer.",
        width,
        y + 14 + more,
        "".join([*backs, scale.axis(y + 2), *drawn, lines, key]),
        ("Agreement", "Party", "Bound", "Suspended", "Ended", "State", *(f"On {day}" for day in at)),
        rows,
    )


def _dates(agreements: list[Record]) -> Iterator[Record]:
    for agreement in agreements:
        yield from (action["date"] for action in agreement["actions"])
        for party in agreement["parties"]:
            for period in party["bound"]:
                yield from (period[key] for key in ("from", "to") if period[key])


def _line(scale: Scale, day: int, height: float, words: str) -> str:
    x = scale.x(day)
    anchor = "end" if x > (scale.left + scale.right) / 2 else "start"
    return line(x, 22, x, height, "day") + text(x + (-4 if anchor == "end" else 4), 28, words, "day small", anchor)


def _party(agreement: Record, party: Record, y: float, when: When, used: set[str]) -> str:
    """One party's name and bar."""
    scale, today, at = when
    middle = y + BAR / 2
    drawn = [text(16, y + 9, fitted(party["name"], scale.left - 24, 11), "dim small")]
    for period in party["bound"]:
        drawn.append(_period(period, scale, y, today, used))
    made = [action for action in agreement["actions"] if action["kind"] in MADE]
    if not party["bound"] and party["status"] == "unknown":
        first = min((day for action in made for day in days(action["date"])[:1] if day), default=None)
        x = scale.left if first is None else scale.x(first)
        drawn.append(_hatched(x, scale.x(today), y))
        used.add("unknown")
    names = {one["id"] for one in agreement["parties"]}
    for action in made:
        by = {actor["id"] for actor in action["by"]} & names
        if not by or party["id"] in by:
            drawn.append(_made(action, scale, y, used))
    drawn += [_bound(party, day, scale.x(day), middle) for day in at]
    return "".join(drawn)


def _made(action: Record, scale: Scale, y: float, used: set[str]) -> str:
    """The mark of a signature (a line across) or an adoption (a ring); dashes through the days of a date that is not exact."""
    first, last = days(action["date"])
    left, right = scale.x(first or scale.first), scale.x(last or scale.last)
    x, middle = (left + right) / 2, y + BAR / 2
    adopted = action["kind"] in ("adopted", "announced")
    used.add("adopted" if adopted else "signed")
    drawn = glyph("ring", x, middle) if adopted else line(x, y - 2, x, y + BAR + 2, "edge")
    dashes = line(left, middle, right, middle, "dash") if first != last else ""
    return element("g", title(f"{action['kind'].replace('_', ' ')}: {action['date']['text']}"), dashes, drawn)


def _period(period: Record, scale: Scale, y: float, today: int, used: set[str]) -> str:
    """The bar of a period: solid where it is certain, hatched where its first or last day is not known exactly."""
    possible, sure = days(period["from"])
    sure_end, possible_end = days(period["to"]) if period["to"] else (None, None)
    end = possible_end if possible_end is not None else (today if not period["to"] else scale.last)
    solid = sure_end if sure_end is not None else end
    start = sure if sure is not None else end
    drawn = (
        [rect(scale.x(start), y, scale.x(min(solid, today)) - scale.x(start), BAR, "solid", rx=1)]
        if start < min(solid, today)
        else []
    )
    used.add("bound")
    if solid > today:
        drawn.append(rect(scale.x(max(start, today)), y, scale.x(solid) - scale.x(max(start, today)), BAR, "dash", rx=1))
        used.add("set")
    for first, last in ((possible or scale.first, start), (solid, end)):
        if last > first:
            drawn.append(_hatched(scale.x(first), scale.x(last), y))
            used.add("unknown")
    for suspension in period["suspensions"]:
        drawn.append(_suspension(suspension, scale, y, end))
        used.add("suspended")
    if period["ended_by"] and period["to"]:
        drawn.append(_end(period, scale.x(end), y, used))
    how = f" ({period['ended_by']}{_by(period['by'])})" if period["ended_by"] else ""
    return element("g", title(f"bound {_span(period, 'from ')}{how}"), *drawn)


def _suspension(suspension: Record, scale: Scale, y: float, end: int) -> str:
    first, last = days(suspension["from"])[0], days(suspension["to"])[1] if suspension["to"] else None
    x, until = scale.x(first or scale.first), scale.x(min(last or end, end))
    what = title(f"suspended{_by(suspension['by'])}, {_span(suspension, 'from ')}")
    return element("g", what, rect(x, y, until - x, BAR, "hollow"), rect(x, y, until - x, BAR, "pause"))


def _span(period: Record, first: str = "") -> str:
    """A period in words: `20 June 1963 to 3 October 1972`, or `since 20 June 1963` where it has no end."""
    began, ended = (
        when and f"{'a day ' * when['text'].startswith('between')}{when['text']}" for when in (period["from"], period["to"])
    )
    return f"{first}{began} to {ended}" if ended else f"since {began}"


def _by(actors: list[Record]) -> str:
    return f" by {', '.join(actor['name'] for actor in actors)}" if actors else ""


def _end(period: Record, x: float, y: float, used: set[str]) -> str:
    """How it ended: a line where it expired or was superseded, a cross where it was left or terminated, an arrow to another."""
    kind = {"withdrawn": "left", "terminated": "left", "succeeded": "succeeded"}.get(period["ended_by"], "ended")
    used.add(kind)
    return _ending(kind, x, y)


def _ending(kind: str, x: float, y: float) -> str:
    middle = y + BAR / 2
    if kind == "left":
        return glyph("cross", x, middle)
    if kind == "succeeded":
        return element("path", d=f"M{x + 2:.1f} {y:.1f}l5 {BAR / 2} -5 {BAR / 2}", class_="edge")
    return line(x, y - 2, x, y + BAR + 2, "edge")


def _hatched(left: float, right: float, y: float) -> str:
    return rect(left, y, right - left, BAR, "hatch") + rect(left, y, right - left, BAR, "dash")


def bound(party: Record, day: int) -> str:
    """Whether a party was bound on a day: `certain`, `possible`, `unknown` (what would say so was not read), or `no`."""
    found = "unknown" if not party["bound"] and party["status"] == "unknown" else "no"
    for period in party["bound"]:
        (first, begun), (ends, last) = days(period["from"]), days(period["to"]) if period["to"] else (NEVER, NEVER)
        if (begun or NEVER) <= day <= (ends or 0):
            return "certain"
        if (first or 0) <= day <= (last or NEVER):
            found = "possible"
    return found


def _bound(party: Record, day: int, x: float, y: float) -> str:
    """A mark on the line of a day: a disc if the party was bound for certain, a ring if possibly."""
    found = bound(party, day)
    if found == "certain":
        return element("circle", cx=x, cy=y, r=4.2, class_="caught")
    return element("circle", cx=x, cy=y, r=4.2, class_="perhaps") if found == "possible" else ""


def _rows(agreement: Record, href: str, at: list[int]) -> Iterator[list[Cell]]:
    for party in agreement["parties"]:
        periods: list[Any] = party["bound"]
        suspended = [f"{_span(one)}{_by(one['by'])}" for p in periods for one in p["suspensions"]]
        ended = [f"{p['ended_by']}{_by(p['by'])}" for p in periods if p["ended_by"]]
        yield [
            Cell(agreement["title"], href),
            Cell(party["name"]),
            Cell("; ".join(map(_span, periods)) or "-"),
            Cell("; ".join(suspended) or "-"),
            Cell("; ".join(ended) or "-"),
            Cell(party["status"].replace("_", " ")),
            *(Cell(bound(party, day)) for day in at),
        ]


def _sample(word: str) -> str:
    y = -BAR / 2
    solid = rect(-11, y, 22, BAR, "solid")
    samples = {
        "signed": line(0, y - 2, 0, -y + 2, "edge"),
        "adopted": glyph("ring", 0, 0),
        "set": rect(-11, y, 22, BAR, "dash"),
        "suspended": rect(-11, y, 22, BAR, "hollow") + rect(-11, y, 22, BAR, "pause"),
        "unknown": _hatched(-11, 11, y),
        "bound": solid,
    }
    return samples[word] if word in samples else solid + _ending(word, 8, y)

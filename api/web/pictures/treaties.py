"""Agreements as bars, one for each party: when it was bound, who suspended, how it ended, and what is not known."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from ...formats.result import xml
from ...schema.fields import Record
from .marks import glyph, keys
from .scale import Scale, days
from .svg import Cell, Frame, Picture, circle, element, fitted, line, link, rect, text, title

MOST = 80
BAR, ROW, HEAD = 9.0, 15.0, 21.0
MADE = ("signed", "opened_for_signature", "adopted", "announced")
ENDINGS = {"withdrawn": "left", "terminated": "left", "succeeded": "succeeded"}
NEVER = date.max.toordinal()


class When(NamedTuple):
    """The scale of time, the day of the release, and the days that are drawn as lines."""

    scale: Scale
    today: int
    at: list[int]


def treaties(agreements: list[Record], frame: Frame, today: date, at: list[date]) -> Picture:
    """The picture of agreements; `today` is the day of the release, `at` are days that are drawn as lines."""
    width, href = frame.width, frame.href
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
    key, more = keys([LEGEND[word] for word in LEGEND if word in used], width, y + 8)
    return Picture(
        "treaties",
        frame,
        f"{len(found)} agreements, a bar for each party from the day on which it was bound to that on which it was no longer.",
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
    sure_until = min(solid, today)
    width = scale.x(sure_until) - scale.x(start)
    drawn = [rect(scale.x(start), y, width, BAR, "solid", rx=1)] if start < sure_until else []
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
        kind = ENDINGS.get(period["ended_by"], "ended")
        drawn.append(_ending(kind, scale.x(end), y))
        used.add(kind)
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


def _ending(kind: str, x: float, y: float) -> str:
    """How it ended: a line where it expired or was superseded, a cross where it was left or terminated, an arrow to another."""
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
    class_ = {"certain": "caught", "possible": "perhaps"}.get(bound(party, day))
    return circle(x, y, 4.2, class_) if class_ else ""


def _rows(agreement: Record, href: str, at: list[int]) -> Iterator[list[Cell]]:
    for party in agreement["parties"]:
        periods: list[Any] = party["bound"]
        suspended = [f"{_span(one)}{_by(one['by'])}" for p in periods for one in p["suspensions"]]
        ended = [f"{p['ended_by']}{_by(p['by'])}" for p in periods if p["ended_by"]]
        told = ("; ".join(each) or "-" for each in (map(_span, periods), suspended, ended))
        states = (party["status"].replace("_", " "), *(bound(party, day) for day in at))
        yield [Cell(agreement["title"], href), *map(Cell, (party["name"], *told, *states))]


TOP, SOLID = -BAR / 2, rect(-11, -BAR / 2, 22, BAR, "solid")
# What a mark means: a sample of it, drawn around the origin, and the meaning.
LEGEND = {
    "signed": (line(0, TOP - 2, 0, -TOP + 2, "edge"), "signed"),
    "adopted": (glyph("ring", 0, 0), "adopted or announced"),
    "bound": (SOLID, "bound"),
    "set": (rect(-11, TOP, 22, BAR, "dash"), "set to last so long"),
    "suspended": (rect(-11, TOP, 22, BAR, "hollow") + rect(-11, TOP, 22, BAR, "pause"), "suspended"),
    "unknown": (_hatched(-11, 11, TOP), "not known"),
    "left": (SOLID + _ending("left", 8, TOP), "left or terminated"),
    "ended": (SOLID + _ending("ended", 8, TOP), "expired or superseded"),
    "succeeded": (SOLID + _ending("succeeded", 8, TOP), "succeeded by another party"),
}

"""The mark of an event: its shape says the status, its outline the sides, its length and stroke the date.

None of these is told by colour. Shape: a disc for what occurred, a ring for what was announced or planned, a diamond for what
is alleged, a cross for what was cancelled. Around it: a circle where accounts conflict, a half circle where one side alone says
so. Date: a bar for what lasted, a dashed line for one day among several, dots for an approximate or uncertain date, a bar that
fades where nothing bounds it.
"""

from collections.abc import Iterable

from ...resources.doubt import date_words, heading
from ...schema.fields import Record
from .scale import Scale, days
from .svg import circle, element, line, rect, text

R = 4.5  # the radius of a mark
REACH = 9.0  # how far a dashed or dotted line reaches at least, so that it is seen at any scale
SHAPES = {"occurred": "disc", "announced": "ring", "planned": "ring", "alleged": "diamond", "cancelled": "cross"}


def features(event: Record) -> list[str]:
    """The words of LEGEND that hold for an event."""
    when = event["date"]
    found = [SHAPES.get(event.get("status") or "", "disc"), *(key for key in ("disputed", "one_sided") if event.get(key))]
    if None in (when["earliest"], when["latest"]):
        found.append("open")
    elif when["earliest"] != when["latest"]:
        found.append(when["sense"])
    return found + (["vague"] if when["approximate"] or when["uncertain"] else [])


def words(event: Record, name: str) -> str:
    """A mark in words: what happened, what is doubtful in it, and when."""
    return f"{heading(name, event)} · {date_words(event['date'])}"


def glyph(shape: str, x: float, y: float) -> str:
    """The shape alone."""
    match shape:
        case "ring":
            return circle(x, y, R - 0.7, "hollow")
        case "diamond":
            d = f"M{x - 5.5:.1f} {y:.1f}l5.5-5.5 5.5 5.5-5.5 5.5z"
            return element("path", d=d, class_="hollow")
        case "cross":
            return element("path", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8", class_="edge")
        case _:
            return circle(x, y, R - 0.5, "solid")


def sides(x: float, y: float, half: float, found: list[str]) -> str:
    """What surrounds a mark that is `half` its length wide on each side."""
    r, width = R + 3, max(half - R, 0)
    left, right = x - width, x + width
    arc = f"M{right:.1f} {y - r:.1f}a{r} {r} 0 0 1 0 {2 * r}"
    whole = f"{arc}H{left:.1f}a{r} {r} 0 0 1 0 {-2 * r}z"
    drawn = [element("path", d=whole, class_="ring")] if "disputed" in found else []
    if "one_sided" in found:
        thick = {"stroke_width": 2.6} if drawn else {}
        drawn.append(element("path", d=arc, class_="ring", **thick))
    return "".join(drawn)


def extent(event: Record, scale: Scale) -> tuple[float, float]:
    """The pixels between which a mark is drawn."""
    first, last = days(event["date"])
    found = features(event)
    left = scale.left if first is None else scale.held(first)
    right = scale.right if last is None else scale.held(last)
    short = REACH if {"one_of", "vague"} & set(found) else R
    middle = (left + right) / 2
    if first is None or last is None:
        return left, right
    return min(left, middle - short), max(right, middle + short)


def mark(event: Record, scale: Scale, y: float) -> str:
    """The mark of an event at its date."""
    (first, last), found = days(event["date"]), features(event)
    left, right = extent(event, scale)
    x, shape = (left + right) / 2, found[0]
    if "open" in found:
        x = right if first is None and last is not None else left if last is None and first is not None else x
        fading = "" if first is None and last is None else "from" if first is None else "to"
        drawn = rect(left, y - 2, right - left, 4, fading) + glyph(shape, x, y)
        return drawn + sides(x, y, R, found)
    half = (right - left) / 2
    beyond = "".join(_beyond(at, y, way) for at, way in ends(event, scale))
    if "extent" in found and half > R + 1:
        drawn = _bar(shape, left, right, y)
    else:
        half = R
        drawn = line(left, y, right, y, "dash") if "one_of" in found else ""
        drawn += glyph(shape, x, y)
    if "vague" in found:
        drawn += line(left - 4, y, left, y, "edge dots") + line(right, y, right + 4, y, "edge dots")
        drawn += line(x - REACH, y, x - R - 1, y, "edge dots") + line(x + R + 1, y, x + REACH, y, "edge dots")
    return drawn + sides(x, y, half, found) + beyond


def ends(event: Record, scale: Scale) -> list[tuple[float, int]]:
    """Where a date goes on beyond the scale: the pixel, and -1 for before it, 1 for after it."""
    first, last = days(event["date"])
    before = [(scale.left, -1)] if first is not None and first < scale.first else []
    return before + ([(scale.right, 1)] if last is not None and last > scale.last else [])


def _beyond(x: float, y: float, way: int) -> str:
    """An arrow head at an end of the scale."""
    return element("path", d=f"M{x + way * 2:.1f} {y - 4:.1f}l{way * 5} 4 {-way * 5} 4", class_="edge")


def _bar(shape: str, left: float, right: float, y: float) -> str:
    """A bar with the fill of a shape: solid, outlined, outlined with a diamond, crossed out."""
    x, outlined = (left + right) / 2, shape != "disc"
    bar = rect(left, y - R + 0.5, right - left, 2 * R - 1, "hollow" if outlined else "solid", rx=3)
    return bar + (glyph(shape, x, y) if shape in ("diamond", "cross") else "")


def legend(found: set[str], width: float, y: float) -> tuple[str, float]:
    """What the marks mean, for those that occur beside plain ones, in lines from `y` on; and the height that it takes."""
    return keys([LEGEND[word] for word in LEGEND if word in found], width, y)


def keys(samples: Iterable[tuple[str, str]], width: float, y: float) -> tuple[str, float]:
    """Samples, each drawn around the origin in 26 pixels, with their meaning, in lines; and the height that they take."""
    drawn, x, row = [], 16.0, 0
    for sample, meaning in samples:
        needed = 34 + len(meaning) * 6.2 + 14
        if x > 16 and x + needed > width - 8:
            x, row = 16.0, row + 1
        at = y + 12 + row * 20
        drawn.append(element("g", sample, transform=f"translate({x + 13:.0f} {at:.0f})"))
        drawn.append(text(x + 32, at + 4, meaning, "dim small"))
        x += needed
    return "".join(drawn), 20.0 * (row + 1) + 10 if drawn else 0.0


DISC = glyph("disc", 0, 0)
# What a mark means: a sample of it, drawn around the origin, and the meaning.
LEGEND = {
    "disc": (DISC, "occurred"),
    "ring": (glyph("ring", 0, 0), "announced or planned"),
    "diamond": (glyph("diamond", 0, 0), "alleged"),
    "cross": (glyph("cross", 0, 0), "cancelled"),
    "disputed": (DISC + sides(0, 0, R, ["disputed"]), "disputed: accounts conflict"),
    "one_sided": (DISC + sides(0, 0, R, ["one_sided"]), "one side's account alone"),
    "extent": (_bar("disc", -12, 12, 0), "lasted so long"),
    "one_of": (line(-12, 0, 12, 0, "dash") + DISC, "on one day of these"),
    "vague": (line(-12, 0, -6, 0, "edge dots") + line(6, 0, 12, 0, "edge dots") + DISC, "approximate or uncertain"),
    "open": (rect(-10, -2, 22, 4, "to") + glyph("disc", -10, 0), "nothing bounds it there"),
    "beyond": (line(-10, 0, 4, 0, "dash") + _beyond(3, 0, 1), "goes on beyond the days shown"),
}

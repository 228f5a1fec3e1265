"""Events by year as stacked bars, with the terms of offices above: who held them when."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from ...schema.fields import Record
from .marks import keys
from .scale import Scale, days
from .svg import Cell, Frame, Picture, fitted, line, link, rect, text

GROUPS, TALL, STRIP = 6, 230.0, 19.0
KINDS = ("sure", "unsure", "other")  # of that year for certain; perhaps of that year; not occurred, whatever the year
Key = tuple[str, str]
Address = Callable[[int, str | None], str]  # of the list of a year, and of a value in it


def years_of(event: Record) -> tuple[range, str]:
    """The years in which an event was or may have been, and which of KINDS it is in each."""
    when = event["date"]
    if None in (when["earliest"], when["latest"]):
        year = int((when["earliest"] or when["latest"] or "1")[:4])
        return range(year, year + 1), "unsure"
    years = range(int(when["earliest"][:4]), int(when["latest"][:4]) + 1)
    doubtful = when["approximate"] or when["uncertain"] or (len(years) > 1 and when["sense"] == "one_of")
    return years, "other" if event["status"] != "occurred" else "unsure" if doubtful else "sure"


class Groups(NamedTuple):
    """The group of an event, the address of the list behind a bar, and the days asked for, beyond which nothing is counted."""

    key: Callable[[Record], Key]
    list_of: Address
    asked: tuple[date, date] | None


def years(events: list[Record], frame: Frame, by: Groups, terms: list[tuple[Record, Record]]) -> Picture:
    """The picture of events; `terms` are actors with a role each."""
    key, list_of, asked = by
    width, within = frame.width, range(asked[0].year, asked[1].year + 1) if asked else range(10_000)
    groups = Counter(key(event) for event in events)
    kept = sorted(groups, key=lambda group: (-groups[group], group))[:GROUPS]
    counts: dict[int, Counter[tuple[Key | None, str]]] = defaultdict(Counter)
    for event in events:
        found, kind = years_of(event)
        for year in (year for year in found if year in within):
            counts[year][key(event) if key(event) in kept else None, kind] += 1
    first, last = min(counts, default=2000), max(counts, default=2000)
    scale = Scale(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1, 44, width - 16)
    strips, top = _strips(terms, scale, frame)
    base, most = top + TALL, max((sum(found.values()) for found in counts.values()), default=1)
    unit, drawn, rows = (TALL - 24) / most, [strips], []
    drawn += [_level(level, base - level * unit, scale) for level in _levels(most)]
    order = [*kept, *([None] if len(groups) > len(kept) else [])]
    for year in sorted(counts):
        left, right = scale.x(date(year, 1, 1).toordinal()), scale.x(date(year, 12, 31).toordinal() + 1)
        y, gap = base, min(2.0, (right - left) * 0.15)
        for kind in KINDS:
            for number, group in enumerate(order):
                if count := counts[year][group, kind]:
                    y -= count * unit
                    href = list_of(year, group and group[0])
                    name = group[1] if group else "Others"
                    what = f"{year}: {count} · {name}{SAID[kind]}"
                    bar = rect(left, y, right - left - gap, count * unit, f"s{number} {kind}")
                    drawn.append(link(href, what, bar, _over(kind, left, y, right - gap, count * unit)))
                    rows.append([Cell(str(year), list_of(year, None)), Cell(name, href), Cell(f"{count}{SAID[kind]}")])
    samples = [
        (rect(-11, -5, 22, 10, f"s{number}"), f"{group[1]} · {groups[group]}" if group else "Others")
        for number, group in enumerate(order)
    ]
    several = any(len(years_of(event)[0]) > 1 for event in events)
    used = {kind for found in counts.values() for _, kind in found}
    samples += [
        (rect(-11, -5, 22, 10, "s5") + _over(kind, -11, -5, 11, 10), SAID[kind].strip(" ,")) for kind in KINDS[1:] if kind in used
    ]
    legend, more = keys(samples, width, base + 30)
    return Picture(
        "years",
        frame,
        f"{len(events)} events from {first} to {last}: a bar for each year, in parts for {len(order)} groups.",
        base + 36 + more,
        "".join(drawn) + line(scale.left, base, scale.right, base, "zero") + _names(scale, base) + legend,
        ("Year", "What", "Events"),
        rows,
        notes=["An event that lasted into a further year is counted in each."] if several else [],
    )


SAID = {"sure": "", "unsure": ", perhaps in that year", "other": ", not established as occurred"}


def _over(kind: str, left: float, y: float, right: float, height: float) -> str:
    """What tells doubtful parts of a bar apart: hatching for the year, an empty middle for what is not established."""
    classes = {"sure": (), "unsure": ("veil", "hatch"), "other": ("veil",)}[kind]
    return "".join(rect(left, y, right - left, height, class_) for class_ in classes)


def _levels(most: int) -> range:
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if most / step <= 5), 10_000)
    return range(0, most + 1, step)


def _level(level: int, y: float, scale: Scale) -> str:
    return line(scale.left, y, scale.right, y, "rule") + text(scale.left - 6, y + 4, str(level), "dim small", "end")


def _names(scale: Scale, base: float) -> str:
    found = []
    for day, name in scale.ticks():
        year = date.fromordinal(day)
        if scale.first <= day and scale.x(day) < scale.right - 10 and (year.month, year.day) == (1, 1):
            found.append(text(scale.x(day), base + 16, name[-4:], "dim small"))
    return "".join(found)


def _strips(terms: list[tuple[Record, Record]], scale: Scale, frame: Frame) -> tuple[str, float]:
    """The terms, each a segment with a name that leads to the actor, those of one title in one row; and the height."""
    row_of: dict[str, int] = {}
    rows: list[list[tuple[float, float]]] = []  # the segments in each
    drawn = []
    for actor, role in sorted(terms, key=lambda term: (term[1]["from"] or term[1]["to"])["earliest"] or ""):
        (start, sure), (ends_sure, end) = _bounds(role["from"], scale.first), _bounds(role["to"], scale.last)
        left, right = scale.held(start), scale.held(end)
        if right - left < 1 or end < scale.first or start > scale.last:
            continue
        wanted = [row_of.get(role["title"], 0), *range(len(rows))] if rows else []
        free = (n for n in wanted if all(last <= left + 2 or right <= first + 2 for first, last in rows[n]))
        row = row_of[role["title"]] = next(free, len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append((left, right))
        y = 6 + row * (STRIP + 2)
        shade = rect(left, y, right - left - 1, STRIP, f"term t{len(rows[row]) % 2}")
        unsure = "".join(
            rect(scale.held(a), y, scale.held(b) - scale.held(a), STRIP, "hatch faint")
            for a, b in ((start, sure), (ends_sure, end))
            if b > a
        )
        name = fitted(actor["name"].rpartition(" ")[2], right - left - 6, 11)
        label = text(left + 4, y + 14, name, "small") if len(name) > 2 and right - left > 22 else ""
        when = f"{_words(role['from'])} to {_words(role['to'])}"
        drawn.append(link(frame.href(actor), f"{actor['name']}, {role['title']}, {when}", shade, unsure, label))
    return "".join(drawn), 6 + len(rows) * (STRIP + 2) + 4


def _words(when: Record | None) -> str:
    return when["text"] if when else "an open date"


def _bounds(when: Record | None, otherwise: int) -> tuple[int, int]:
    first, last = days(when) if when else (None, None)
    return first or otherwise, last or otherwise

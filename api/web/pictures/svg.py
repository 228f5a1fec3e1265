"""SVG as text: elements, escaped text, links, and the frame that every picture has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...formats.result import xml
from ...schema.fields import Record
from .style import CSS, part

WIDE = 0.54  # of the font's size: the mean width of a letter
LINE = 18
# Of all pictures, the same in each: hatching for what is unknown or doubtful, and bars that fade where nothing bounds them.
PATTERNS = part("patterns.svg")


def element(name: str, *children: str, **attributes: object) -> str:
    """An element; `children` are markup already. `class_` is `class`, an underscore a hyphen, None no attribute."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items() if value is not None
    )
    return f"<{name}{given}>{''.join(children)}</{name}>" if children else f"<{name}{given}/>"


def _value(value: object) -> str:
    """A number with at most one digit after the point, or any text, escaped."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else xml(value)


def text(x: float, y: float, words: str, class_: str | None = None, anchor: str | None = None) -> str:
    return element("text", xml(words), x=x, y=y, class_=class_, text_anchor=anchor)


def title(words: str) -> str:
    """What a mark is, for a pointer that rests on it and for a screen reader."""
    return element("title", xml(words))


def link(href: str, what: str, *children: str) -> str:
    return element("a", title(what), *children, href=href)


def line(x1: float, y1: float, x2: float, y2: float, class_: str, **more: object) -> str:
    return element("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", class_=class_, **more)


def circle(x: float, y: float, r: float, class_: str) -> str:
    return element("circle", cx=x, cy=y, r=r, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, **more: object) -> str:
    return element("rect", x=x, y=y, width=max(width, 0.5), height=height, class_=class_, **more)


def fitted(words: str, width: float, size: float = 12) -> str:
    """A text that is cut, with an ellipsis, where it would be wider than `width` pixels."""
    most = int(width / (size * WIDE))
    return words if len(words) <= most else f"{words[: max(most - 1, 0)].rstrip()}…"


def wrapped(words: str, width: float, size: float = 12, most: int = 4) -> list[str]:
    """A text in lines of at most `width` pixels, at most so many of them."""
    letters, lines = max(int(width / (size * WIDE)), 8), [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][: letters - 1]}…"]
    return [fitted(line, width + size, size) for line in lines]


Box = tuple[float, float, float]  # of a label: its left end, its middle, its right end


def free(taken: list[Box], x: float, y: float, words: str) -> bool:
    """Whether a small label would overlap none of those before it; it is one of them then."""
    box = (x, y, x + len(words) * 6.2)
    found = all(abs(y - middle) > 13 or box[2] < left or right < x for left, middle, right in taken)
    taken += [box] if found else []
    return found


class Frame(NamedTuple):
    """What every drawing is told of its query: how wide it is, what it is called, the address of a record, and what is said
    below the heading: notes, and where not every record is shown, that."""

    width: int
    heading: str
    href: Callable[[Record], str]
    notes: list[str]
    cut: str

    @property
    def scale(self) -> float:
        """The size of what stands for a number, smaller where the picture is narrow."""
        return min(1.0, 0.3 + self.width / 1370)


@dataclass(frozen=True)
class Cell:
    """A cell of the table with a picture's content: a text, and the address that it leads to."""

    words: str
    href: str | None = None

    def linked(self) -> str:
        return element("a", xml(self.words), href=self.href) if self.href else xml(self.words)


@dataclass(frozen=True)
class Picture:
    """A picture: its frame; what it shows, in words; its body as markup; the same content as rows of a table.

    `name` is unique among the pictures of a page. `notes` and `cut`, what the picture leaves out, are said after the frame's.
    """

    name: str
    frame: Frame
    description: str
    height: float  # of the body
    body: str
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    notes: list[str] = field(default_factory=list)
    cut: str = ""

    @property
    def top(self) -> int:
        """The height of the heading and the notes."""
        return 34 + LINE * len(self._lines())

    @property
    def _cut(self) -> str:
        return " ".join(filter(None, (self.frame.cut, self.cut)))

    def _lines(self) -> list[tuple[str, str]]:
        said = [("note", note) for note in (*self.frame.notes, *self.notes)]
        said += [("cut", self._cut)] if self._cut else []
        return [(class_, part) for class_, words in said for part in wrapped(words, self.frame.width - 32, most=3)]

    def svg(self, *, styled: bool = True) -> str:
        """The SVG document; without `styled` its style sheet is left to the page that it stands in.

        Its role lets a screen reader reach the links in it, which that of an image would hide.
        """
        height, ids = round(self.top + self.height), f"{self.name}-title {self.name}-desc"
        head = [
            element("title", xml(self.frame.heading), id=f"{self.name}-title"),
            element("desc", xml(" ".join(filter(None, (self.description, self._cut)))), id=f"{self.name}-desc"),
            element("style", CSS) if styled else "",
            PATTERNS,
            rect(0, 0, self.frame.width, height, "paper"),
            text(16, 26, fitted(self.frame.heading, self.frame.width - 32, 17), "heading"),
            *(text(16, 28 + LINE * number, words, class_) for number, (class_, words) in enumerate(self._lines(), 1)),
        ]
        body = element("g", self.body, transform=f"translate(0 {self.top})")
        size = {"width": self.frame.width, "height": height, "viewBox": f"0 0 {self.frame.width} {height}"}
        opened = element("svg", *head, body, xmlns="http://www.w3.org/2000/svg", class_="picture", role="group", **size)
        return opened.replace(' role="group"', f' role="group" aria-labelledby="{ids}"', 1) + "\n"

    def table(self) -> str:
        """The same content as an HTML table."""
        caption = element("caption", xml(self.frame.heading))
        head = (element("th", xml(column), scope="col") for column in self.columns)
        rows = (element("tr", *(element("td", cell.linked()) for cell in row)) for row in self.rows)
        return element("table", caption, element("thead", element("tr", *head)), f"<tbody>{''.join(rows)}</tbody>")


def rows_of(groups: Iterable[tuple[float, float]]) -> list[int]:
    """The row of each interval, in their order, so that none overlaps another in its row: always the first that is free."""
    ends: list[float] = []
    found = []
    for first, last in groups:
        row = next((number for number, end in enumerate(ends) if end <= first), len(ends))
        ends[row:] = [last, *ends[row + 1 :]]
        found.append(row)
    return found

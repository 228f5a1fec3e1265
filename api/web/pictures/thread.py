"""The thread of a statement: what began it and every answer to it, as a tree, each with its stance."""

from collections.abc import Iterator

from ...schema.fields import Record
from .marks import keys
from .svg import Cell, Frame, Picture, element, fitted, line, link, rect, text, wrapped

STEP, SIZE, GAP = 26.0, 12.0, 16.0
AGAINST = ("denies", "rejects", "disputes", "criticizes", "corrects")  # stances that are drawn as broken lines
Node = tuple[Record, int, int]  # a statement, its depth, the place of the one above in the list (-1 for none)


def walked(trees: list[Record], depth: int = 0, above: int = -1, found: list[Node] | None = None) -> list[Node]:
    """The statements of the trees from the top down."""
    nodes: list[Node] = [] if found is None else found
    for tree in trees:
        nodes.append((tree, depth, above))
        walked(tree["replies"], depth + 1, len(nodes) - 1, nodes)
    return nodes


def thread(trees: list[Record], asked: list[str], frame: Frame) -> Picture:
    """The picture of the threads of the statements `asked`, which have a frame around it."""
    nodes, width = walked(trees), frame.width
    step = STEP if width >= 600 else STEP * 0.6
    drawn: list[str] = []
    at, y = list[float](), 14.0
    for node, depth, above in nodes:
        left = 30 + depth * step
        who = ", ".join(speaker["name"] for speaker in node["speakers"])
        said = wrapped(node["paraphrase"], width - left - 24, SIZE, most=4 if width >= 600 else 8)
        stance, when = node["stance"], node["date"]["text"]
        head = f"{who} · {(stance or node['act']).replace('_', ' ')}"
        beside = (len(head) + len(when)) * 7 < width - left - 40
        below = 0 if beside else 16  # where the date stands
        height = 34 + below + 16 * len(said)
        at.append(y + 14)
        parts = [rect(left, y, width - left - 12, height, "card asked" if node["id"] in asked else "card", rx=4)]
        parts.append(text(left + 10, y + 18, fitted(head, width - left - 24, 12.5), "lane"))
        parts.append(text(width - 20 if beside else left + 10, y + 18 + below, when, "dim small", "end" if beside else None))
        parts += [text(left + 10, y + 36 + below + 16 * number, words) for number, words in enumerate(said)]
        if above >= 0:
            x = 30 + (depth - 1) * step + 6
            d = f"M{x:.1f} {at[above] + 6:.1f}V{at[-1]:.1f}H{left:.1f}"
            drawn.insert(0, element("path", d=d, class_="tie dashed" if stance in AGAINST else "tie"))
        drawn.append(link(frame.href(node), f"{who}, {node['date']['text']}: {node['paraphrase']}", *parts))
        y += height + GAP
    samples = []
    if any(node["stance"] in AGAINST for node, _, _ in nodes):
        samples.append((line(-11, 0, 11, 0, "tie dashed"), "against what it answers"))
    if any(node["stance"] and node["stance"] not in AGAINST for node, _, _ in nodes):
        samples.append((line(-11, 0, 11, 0, "tie"), "answers, supports or confirms"))
    legend, more = keys(samples, width, y)
    return Picture(
        "thread",
        frame,
        f"{len(nodes)} statements, each below the one that it answers.",
        y + more + 4,
        "".join(drawn) + legend,
        ("When", "Who", "Stance", "What", "Answers"),
        list(_rows(nodes, frame)),
    )


def _rows(nodes: list[Node], frame: Frame) -> Iterator[list[Cell]]:
    for node, _, above in nodes:
        who, stance = ", ".join(speaker["name"] for speaker in node["speakers"]), node["stance"] or "-"
        answered = Cell(nodes[above][0]["paraphrase"] if above >= 0 else "-")
        yield [*map(Cell, (node["date"]["text"], who, stance)), Cell(node["paraphrase"], frame.href(node)), answered]

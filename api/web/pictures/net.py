"""The network: actors of events, the nearer the more they acted together; laid out by forces, the same for the same graph."""

from collections import Counter
from collections.abc import Callable
from math import cos, log, pi, sin, sqrt

from ...formats.graphml import network
from ...schema.fields import Record
from .marks import keys
from .svg import Box, Cell, Frame, Picture, circle, fitted, free, line, link, text

ROUNDS, GRAVITY, TALL, LOW = 100, 6.0, 0.66, 420  # of the layout; its pull to the middle; the height, of the width, and at least
Pair = tuple[str, str]


def layout(nodes: list[str], weights: dict[Pair, float]) -> dict[str, tuple[float, float]]:
    """Positions from 0 to 1 by the forces of ForceAtlas2 (Jacomy and others 2014): nodes push by their degrees, ties pull.

    Begins on a circle in the order given and takes a fixed number of steps, so that the same graph has the same layout.
    """
    number, n = {id: i for i, id in enumerate(nodes)}, len(nodes)
    ties = [(number[a], number[b], weight) for (a, b), weight in sorted(weights.items())]
    mass = [1 + sum(i in tie[:2] for tie in ties) for i in range(n)]
    at = [n * complex(cos(2 * pi * i / n), sin(2 * pi * i / n)) for i in range(n)]
    for turn in range(ROUNDS):
        move = [-place * m * GRAVITY / (abs(place) or 1) for place, m in zip(at, mass, strict=True)]
        for i in range(n):
            for j in range(i):
                apart = at[i] - at[j] or complex(1e-3, 1e-3)
                push = apart / abs(apart) ** 2 * mass[i] * mass[j]
                move[i] += push
                move[j] -= push
        for i, j, weight in ties:
            pull = (at[i] - at[j]) * weight
            move[i] -= pull
            move[j] += pull
        heat = 0.15 * n * (1 - turn / ROUNDS)
        at = [place + step * min(1, heat / (abs(step) or 1)) for place, step in zip(at, move, strict=True)]
    xs, ys = _spread([place.real for place in at]), _spread([place.imag for place in at])
    return {id: (x, y) for id, x, y in zip(nodes, xs, ys, strict=True)}


def _spread(values: list[float]) -> list[float]:
    """The same values from 0 to 1, halfway between where they lie and their order, so that the dense middle has room."""
    low, high, most = min(values, default=0), max(values, default=1), max(len(values) - 1, 1)
    order = {i: place for place, i in enumerate(sorted(range(len(values)), key=lambda i: (values[i], i)))}
    return [0.4 * (value - low) / ((high - low) or 1) + 0.6 * order[i] / most for i, value in enumerate(values)]


def net(events: list[Record], frame: Frame, most: int, both: Callable[[str, str], str]) -> Picture:
    """The picture; the `most` actors with most events are shown, `both` is the address of the events of two actors."""
    graph = network(events)
    nodes = sorted(graph["nodes"], key=lambda node: (-node["events"], node["id"]))
    shown = {node["id"]: node for node in nodes[:most]}
    counts: Counter[Pair] = Counter()
    doubtful: Counter[Pair] = Counter()
    of = {event["id"]: event for event in events}
    for edge in graph["edges"]:
        pair = (min(edge["source"], edge["target"]), max(edge["source"], edge["target"]))
        if pair[0] in shown and pair[1] in shown:
            counts[pair] += edge["count"]
            doubtful[pair] += sum(of[id]["disputed"] or of[id]["status"] != "occurred" for id in edge["events"])
    weights = {pair: 1 + log(count) for pair, count in counts.items()}
    at, width = layout(list(shown), weights), frame.width
    height = max(width * TALL, LOW)
    x = {id: 40 + px * (width - 130) for id, (px, _) in at.items()}
    y = {id: 22 + py * (height - 44) for id, (_, py) in at.items()}
    drawn, rows = [], []
    for pair, count in sorted(counts.items(), key=lambda item: (item[1], item[0])):
        a, b = pair
        only = doubtful[pair] >= count
        stroke = line(x[a], y[a], x[b], y[b], "tie dashed" if only else "tie", stroke_width=0.7 + 1.1 * log(count))
        names = f"{shown[a]['name']} and {shown[b]['name']}"
        drawn.append(link(both(a, b), f"{names}: {count}{', all doubtful' if only else ''}", stroke))
        rows.append([Cell(shown[a]["name"]), Cell(shown[b]["name"]), Cell(str(count), both(a, b)), Cell(str(doubtful[pair]))])
    discs, taken = [], list[Box]()
    for id, node in shown.items():
        r = min(3 + 1.1 * sqrt(node["events"]), 16.0) * frame.scale
        left, name = x[id] + r + 3, fitted(node["name"], width - x[id] - r - 6, 11)
        label = text(left, y[id] + 4, name, "small halo") if free(taken, left, y[id], name) else ""
        disc = circle(x[id], y[id], r, "dot")
        discs.append(link(frame.href(node), f"{node['name']}: {node['events']} events", disc, label))
    drawn += reversed(discs)
    samples = [(circle(0, 0, 6, "dot"), "an actor; the area says in how many events")]
    samples.append((line(-11, 0, 11, 0, "tie"), "together in events, the thicker the more"))
    if any(doubtful[pair] >= count for pair, count in counts.items()):
        samples.append((line(-11, 0, 11, 0, "tie dashed"), "only in events that are disputed or not established"))
    legend, more = keys(samples, width, height + 6)
    return Picture(
        "network",
        frame,
        f"{len(shown)} actors and {len(counts)} connections between them, of {len(events)} events.",
        height + 12 + more,
        "".join(drawn) + legend,
        ("Actor", "Actor", "Events", "Doubtful"),
        rows[::-1],
        cut=f"{len(shown)} of {len(nodes)} actors are shown: those in most events." if len(nodes) > len(shown) else "",
    )

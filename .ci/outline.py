"""Makes the map's outline, api/web/pictures/outline.txt, from Natural Earth's land (public domain) as world-atlas packs it.

npm pack world-atlas@2 && tar xzf world-atlas-2*.tgz && python .ci/outline.py package/land-50m.json
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from api.web.pictures.projection import project  # noqa: E402

FINE = 4  # steps to a pixel of a map that is 1000 wide
ANTARCTIC = -60  # degrees; land that lies south of it is left out
SMALL = 2.5  # square pixels; smaller islands are left out


def arcs(topology: dict) -> list[list[tuple[float, float]]]:
    """The arcs of a topology, in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        found.append(points)
    return found


def rings(topology: dict) -> list[list[tuple[float, float]]]:
    """The rings of the land, holes included."""
    of, found = arcs(topology), []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                parts = [of[number] if number >= 0 else of[~number][::-1] for number in ring]
                found.append([point for place, part in enumerate(parts) for point in (part if not place else part[1:])])
    return found


def clipped(ring: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A ring as rings between 180 degrees west and east: what lies beyond comes again on the other side."""
    whole = [ring[0]]
    for (before, _), (longitude, latitude) in pairwise(ring):
        turn = -360 if longitude - before > 180 else 360 if before - longitude > 180 else 0
        whole.append((whole[-1][0] + longitude - before + turn, latitude))
    return [part for shift in (-360, 0, 360) if (part := within([(x + shift, y) for x, y in whole]))]


def within(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of a ring between 180 degrees west and east (Sutherland and Hodgman 1974)."""
    for edge, sign in ((180.0, 1), (-180.0, -1)):
        found = []
        for (x1, y1), (x2, y2) in pairwise([*ring, *ring[:1]]):
            inside, next_inside = sign * x1 <= 180, sign * x2 <= 180
            if inside:
                found.append((x1, y1))
            if inside != next_inside:
                found.append((edge, y1 + (y2 - y1) * (edge - x1) / (x2 - x1)))
        ring = found
    return ring


def path(ring: list[tuple[float, float]]) -> str:
    """A ring as a path in steps, without points that fall together; empty for what is small."""
    steps: list[tuple[int, int]] = []
    for longitude, latitude in ring:
        x, y = project(longitude, latitude)
        at = (round(x * FINE), round(y * FINE))
        if not steps or max(abs(at[0] - steps[-1][0]), abs(at[1] - steps[-1][1])) >= 2:
            steps.append(at)
    pairs = zip(steps, [*steps[1:], *steps[:1]], strict=True)
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2 / FINE**2
    if len(steps) < 4 or area < SMALL:
        return ""
    moves = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(steps))
    return f"M{steps[0][0]} {steps[0][1]}l{' '.join(moves)}z".replace(" -", "-")


land = [part for ring in rings(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))) for part in clipped(ring)]
drawn = "".join(path(ring) for ring in land if max(latitude for _, latitude in ring) > ANTARCTIC)
(ROOT / "api" / "web" / "pictures" / "outline.txt").write_text(drawn + "\n", encoding="ascii")

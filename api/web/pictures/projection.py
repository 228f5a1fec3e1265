"""The projection of the map: Equal Earth (Savric, Patterson and Jenny 2018), which keeps areas, 1000 pixels wide."""

from math import asin, cos, radians, sin, sqrt

A = (1.340264, -0.081106, 0.000893, 0.003796)
WIDTH, HALF = 1000.0, 2.70663  # pixels; the projection's own half width
HEIGHT = WIDTH * 1.31737 / HALF


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """The pixel of a place, from the upper left corner."""
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    slope = A[0] + 3 * A[1] * t**2 + t**6 * (7 * A[2] + 9 * A[3] * t**2)
    x = 2 * sqrt(3) / 3 * radians(longitude) * cos(t) / slope
    y = t * (A[0] + A[1] * t**2 + t**6 * (A[2] + A[3] * t**2))
    scale = WIDTH / 2 / HALF
    return WIDTH / 2 + x * scale, HEIGHT / 2 - y * scale

"""Reads `Accept` and `Accept-Encoding` (RFC 9110, section 12.5) leniently: names and weights count, other parameters do not."""

import re
from collections.abc import Sequence
from functools import lru_cache

QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"?')
QVALUE = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")  # Java before 17.0.12 sends `.2`
CODINGS = ("zstd", "br", "gzip")  # those of this server; the first wins where a client likes several alike


def weights(header: str) -> dict[str, float]:
    """The names in a header with their weights, 0 to 1; a weight that is none is ignored. Of a name twice the larger counts."""
    found: dict[str, float] = {}
    for member in QUOTED.sub("", header).lower().split(","):
        name, *parameters = (part.strip() for part in member.split(";"))
        values = [value.strip() for key, _, value in (p.partition("=") for p in parameters) if key.strip() == "q"]
        if name:
            weight = min(float(values[0]), 1.0) if values and QVALUE.fullmatch(values[0]) else 1.0
            found[name] = max(weight, found.get(name, 0.0))
    return found


def best_type(header: str, types: Sequence[str]) -> str | None:
    """The media type that a client likes best, the first of several alike; None if it accepts none of them.

    The most specific range that holds a type gives its weight. A header that names no media range is as good as none.
    """
    ranges = {"*/*" if name == "*" else name: weight for name, weight in weights(header).items()}
    if not any("/" in name for name in ranges):
        return types[0]

    def liking(type: str) -> tuple[float, int]:
        patterns = ("*/*", f"{type.partition('/')[0]}/*", type)
        return next(((ranges[patterns[n]], n) for n in (2, 1, 0) if patterns[n] in ranges), (0.0, 0))

    best = max(types, key=liking)
    return best if liking(best)[0] else None


def coding_weight(listed: dict[str, float], coding: str) -> float:
    """How much a client likes a content coding, 0 if it does not accept it."""
    names = ("gzip", "x-gzip") if coding == "gzip" else (coding,)
    return max((listed[name] for name in names if name in listed), default=listed.get("*", 0.0))


def accepts_coding(header: str, coding: str) -> bool:
    return coding_weight(weights(header), coding) > 0


@lru_cache(maxsize=256)
def best_coding(header: str) -> str:
    """The content coding that a client likes best, empty for none: no header, nothing of ours in it, or `identity` preferred."""
    listed = weights(header)
    best = max(CODINGS, key=lambda coding: coding_weight(listed, coding))
    weight = coding_weight(listed, best)
    return best if weight > 0 and weight >= listed.get("identity", 0.0) else ""

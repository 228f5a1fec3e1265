"""What will be withdrawn: one table, and what answers and the contract say of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, request
from werkzeug.http import http_date


@dataclass(frozen=True)
class Deprecation:
    """A path of the contract, or one of its parameters in the query, that is withdrawn on the day `until`."""

    path: str
    since: date
    until: date
    instead: str
    parameter: str | None = None

    @property
    def name(self) -> str:
        return f"`{self.parameter}` of `{self.path}`" if self.parameter else f"`{self.path}`"

    @property
    def text(self) -> str:
        return f"Deprecated since {self.since}, withdrawn on {self.until}: {self.instead}"


DEPRECATIONS: tuple[Deprecation, ...] = ()


def announce(response: Response) -> Response:
    """Adds `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) where the request uses what will be withdrawn, the earliest of it."""
    if DEPRECATIONS and (used := list(_used())):
        response.headers["Deprecation"] = f"@{min(int(_midnight(entry.since).timestamp()) for entry in used)}"
        response.headers["Sunset"] = http_date(_midnight(min(entry.until for entry in used)))
    return response


def _used() -> Iterator[Deprecation]:
    rule = re.sub(r"<[^>]*?(\w+)>", r"{\1}", request.url_rule.rule) if request.url_rule else ""
    for entry in DEPRECATIONS:
        if entry.path == rule and entry.parameter in (None, *request.args):
            yield entry


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def mark(document: dict[str, Any]) -> None:
    """Marks in the contract what will be withdrawn, in place, before its parameters are named."""
    for entry in DEPRECATIONS:
        operation = document["paths"][entry.path]["get"]
        named = [parameter for parameter in operation.get("parameters", ()) if parameter["name"] == entry.parameter]
        for part in named if entry.parameter else [operation]:
            part |= {"deprecated": True, "description": f"{part.get('description', '')} {entry.text}".strip()}

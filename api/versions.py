"""Versions of the data: x.y.z, as patterns and as keys to sort by."""

import re
from functools import cache

VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){2}")


def version_key(version: str) -> tuple[int, ...]:
    """A semver version as something that sorts."""
    return tuple(int(part) for part in version.split("."))


@cache
def sortable(version: str) -> str:
    """A semver version as text that sorts as versions do."""
    return ".".join(f"{part:05}" for part in version_key(version))

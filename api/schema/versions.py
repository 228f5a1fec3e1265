"""Versions of the data: x.y.z, or x.y.z+draft for what is not published; as patterns and as keys to sort by."""

import re
from functools import cache

VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){2}")  # that of a published release
DRAFT = "+draft"  # behind the version of a dataset that differs from what was published as that version, if anything was


def is_draft(version: str) -> bool:
    return version.endswith(DRAFT)


def version_key(version: str) -> tuple[int, ...]:
    """A version as something that sorts; a draft comes after the published release of its number."""
    number, draft, _ = version.partition("+")
    return (*(int(part) for part in number.split(".")), *((1,) if draft else ()))


@cache
def sortable(version: str) -> str:
    return ".".join(f"{part:05}" for part in version_key(version))

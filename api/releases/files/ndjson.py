"""NDJSON files, one a kind, and one JSON file of everything."""

import json
from collections.abc import Iterator
from pathlib import Path

from ...formats.result import joined
from ...resources import RESOURCES
from ...resources.resource import Resource
from .release_reader import ReleaseContent, Write, write_gzip


def ndjson_writer(resource: Resource) -> Write:
    """The function that writes a kind's documents, one a line, gzipped."""
    return lambda content, path: write_gzip(path, (f"{text}\n" for text in content.texts(resource)))


def everything(content: ReleaseContent, path: Path) -> None:
    """Writes one JSON object: what the release is, and every kind's documents."""

    def lines() -> Iterator[str]:
        about = {key: value for key, value in content.release.about.items() if key not in ("code", "rules")}
        yield f'{{"about":{json.dumps(about, ensure_ascii=False, sort_keys=True)}'
        for resource in RESOURCES:
            yield f',\n"{resource.kind}":['
            yield from joined(f"\n{text}" for text in content.texts(resource))
            yield "]"
        yield "}\n"

    write_gzip(path, lines())

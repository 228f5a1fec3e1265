"""NDJSON a kind, and one JSON of everything."""

import json
from collections.abc import Iterator
from pathlib import Path

from ...resources import RESOURCES
from ...resources.resource import Resource
from .source import Source, Write, packed


def ndjson(resource: Resource) -> Write:
    return lambda source, path: packed(path, (f"{text}\n" for text in source.texts(resource)))


def everything(source: Source, path: Path) -> None:
    """One JSON object: what the release is, and every kind's documents."""

    def lines() -> Iterator[str]:
        about = {key: value for key, value in source.release.about.items() if key != "code"}
        yield f'{{"about":{json.dumps(about, ensure_ascii=False, sort_keys=True)}'
        for resource in RESOURCES:
            yield f',\n"{resource.kind}":['
            separator = "\n"
            for text in source.texts(resource):
                yield separator + text
                separator = ",\n"
            yield "]"
        yield "}\n"

    packed(path, lines())

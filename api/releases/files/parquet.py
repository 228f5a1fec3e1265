"""Parquet files, one a kind, nested as the documents are; a large dated kind has one a year. Needs the extra `release`."""

import json
from collections.abc import Iterable
from datetime import date
from functools import partial
from importlib import import_module
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from ...query.citation import release_url
from ...resources.resource import Resource
from ...schema.fields import Record
from ...schema.shape import Node, shape
from .release_reader import ReleaseContent, Write

LARGE = 1_000_000  # records above which a kind is split by year


def parquet_writer(resource: Resource) -> Write:
    """The function that writes a kind's documents: mappings as structs, lists as lists, days as dates, ids as text.

    A dated kind of more than LARGE records becomes a file a year, `<kind>-<year>.parquet`, by the earliest day.
    """

    def write(content: ReleaseContent, path: Path) -> None:
        arrow, files = import_module("pyarrow"), import_module("pyarrow.parquet")
        nodes = shape(resource.schema)
        schema = arrow.schema(_fields(arrow, nodes), metadata=_about(resource, content.release.about))
        count = content.release.about["counts"][resource.kind]
        split = resource.dated if count > LARGE else None
        groups = groupby(content.documents(resource), partial(_year, split))  # a dated kind is in order of its days
        for suffix, documents in groups if split or count else [("", iter(()))]:
            with files.ParquetWriter(path.with_stem(path.stem + suffix), schema, compression="zstd", version="2.6") as writer:
                while some := [typed(nodes, document) for document in islice(documents, 10_000)]:
                    writer.write_batch(arrow.RecordBatch.from_pylist(some, schema=schema))

    return write


def _year(dated: str | None, document: Record) -> str:
    """The suffix of the file of a document: the year of its earliest day, where its kind is split by the key `dated`."""
    day = (document[dated] or {}).get("earliest") if dated else None
    return f"-{day[:4] if day else 'undated'}" if dated else ""


def _about(resource: Resource, about: Record) -> dict[str, str]:
    """The metadata of a file: what it holds, of which release."""
    known = {key: about[key] for key in ("title", "version", "digest", "licence", "licence_url")} | {"url": release_url(about)}
    return {"description": resource.description, "release": json.dumps(known, ensure_ascii=False, sort_keys=True)}


def _fields(arrow: Any, nodes: Iterable[Node]) -> list[Any]:
    """The Arrow fields of nodes; the metadata of each is its entry in the data dictionary."""
    plain = {"date": arrow.date32, "integer": arrow.int64, "number": arrow.float64, "boolean": arrow.bool_}
    fields = []
    for node in nodes:
        type = arrow.struct(_fields(arrow, node.parts)) if node.parts else plain.get(node.type, arrow.string)()
        missing = "never missing" if node.required else "null where it is unknown or does not apply"
        told = {"description": node.description, "values": " ".join(node.values), "missing": missing}
        metadata = {key: value for key, value in told.items() if value}
        fields.append(arrow.field(node.name, arrow.list_(type) if node.many else type, metadata=metadata))
    return fields


def typed(nodes: Iterable[Node], document: Record) -> Record:
    """A document with days as dates, without the keys that have no node."""
    return {node.name: _value(node, document[node.name], node.many) for node in nodes}


def _value(node: Node, value: Any, many: bool) -> Any:
    if value is None:
        return None
    if many:
        return [_value(node, item, False) for item in value]
    if node.parts:
        return typed(node.parts, value)
    return date.fromisoformat(value) if node.type == "date" else value

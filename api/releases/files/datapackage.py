"""The CSV files of all kinds in a zip, as a Data Package (v2) with types and keys."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from ...formats.tabular import cell, columns, row
from ...resources import RESOURCES
from ...resources.resource import Resource
from ...schema.fields import Edtf, Flag, Holder, Number, Record, Ref, Schema, Whole
from .release_reader import ReleaseContent

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def column_type(resource: Resource, path: str) -> str:
    """The Table Schema type of a flat column."""
    schema: Any = resource.schema
    many, field = False, None
    for key in path.split("."):
        field = (
            next((f for k, f in schema.dump_fields.items() if (f.data_key or k) == key), field)
            if isinstance(schema, Schema)
            else field
        )
        many = many or hasattr(field, "inner")
        inner = getattr(field, "inner", field)
        schema = getattr(inner, "schema", None)
        field = inner
    if many:
        return "string"
    if isinstance(field, Edtf) and path.endswith((".earliest", ".latest")):
        return "date"
    if isinstance(field, Edtf) and path.endswith((".approximate", ".uncertain")):
        return "boolean"
    kinds: tuple[tuple[type, str], ...] = ((Whole, "integer"), (Number, "number"), (Flag, "boolean"))
    return next((word for kind, word in kinds if isinstance(field, kind)), "string")


def package(content: ReleaseContent, path: Path) -> None:
    """Writes a zip with one CSV a kind and `datapackage.json` (Data Package v2)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        described = []
        for resource in RESOURCES:
            header = columns(resource, None)
            out = io.StringIO()
            out.write(row(header))
            rows = 0
            for document in content.documents(resource):
                out.write(row(cell(document, column.split(".")) for column in header))
                rows += 1
            data = out.getvalue().encode()
            _member(archive, f"{resource.kind}.csv", data)
            described.append(_described(resource, header, data, rows))
        about = content.release.about
        _member(
            archive,
            "datapackage.json",
            (json.dumps(_datapackage(about, described), ensure_ascii=False, indent=2) + "\n").encode(),
        )


def _member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    archive.writestr(info, data)


def _described(resource: Resource, header: list[str], data: bytes, rows: int) -> Record:
    """A Data Resource: its file, its hash, and its Table Schema with keys."""
    fields = [{"name": name, "type": column_type(resource, name)} for name in header]
    references = [
        {"fields": [f"{key}.id"], "reference": {"resource": field.kind, "fields": ["id"]}}
        for key, field in resource.schema.dump_fields.items()
        if isinstance(field, Ref) and not isinstance(field, Holder) and f"{key}.id" in header
    ]
    return {
        "name": resource.kind,
        "path": f"{resource.kind}.csv",
        "title": resource.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "rowCount": rows,
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {"fields": fields, "primaryKey": ["id"], "foreignKeys": references, "missingValues": [""]},
    }


def _datapackage(about: Record, resources: list[Record]) -> Record:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "diplomatic-events",
        "id": f"sha256:{about['digest']}",
        "title": about["title"],
        "description": about["description"],
        "version": about["version"],
        "created": f"{about['released']}T00:00:00Z",
        "licenses": [{"name": about["licence"], "path": about["licence_url"]}],
        "contributors": [{"title": creator["name"], "roles": ["creator"]} for creator in about["creators"]],
        "keywords": about["keywords"],
        "resources": resources,
    }

"""The files of a published release: one function a file, each from the release's own database.

The same release gives the same bytes: names and times inside archives are fixed, rows are in order.
"""

import gzip
import hashlib
import html
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from . import citing, quality
from .codebook import SECTION, keys, types
from .dataset import Dataset
from .fields import Edtf, Flag, Holder, Number, Record, Ref, Schema, Whole
from .formats.tables import cell, columns, row
from .resource import Resource
from .resources import RESOURCES
from .store import DATABASE, Changed, Release

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
LARGE = 1_000_000  # rows from which on Parquet is split by year
SQLITE_VERSION = (92, 100)  # the bytes of an SQLite header that tell which library wrote it, and when


@dataclass(frozen=True)
class Source:
    """What files are made from: the dataset as checked, and the release that was built from it."""

    dataset: Dataset
    release: Release

    def documents(self, resource: Resource) -> Iterator[Record]:
        """A kind's public documents, in its default order."""
        return (json.loads(text) for text in self.texts(resource))

    def texts(self, resource: Resource) -> Iterator[str]:
        """A kind's public documents as stored, in its default order, a chunk in memory at a time."""
        model, last = resource.model, 0
        while rows := self.release.rows(
            model.select(model.seq, model.document).where(model.seq > last).order_by(model.seq).limit(1000)
        ):
            yield from (document for _, document in rows)
            last = rows[-1][0]


Write = Callable[[Source, Path], None]


def packed(path: Path, lines: Iterator[str]) -> None:
    """Text, gzipped without a name or a time."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        for line in lines:
            out.write(line.encode())


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
    kinds: tuple[tuple[type, str], ...] = ((Whole, "integer"), (Number, "number"), (Flag, "boolean"))
    return next((word for kind, word in kinds if isinstance(field, kind)), "string")


def package(source: Source, path: Path) -> None:
    """A zip of one CSV a kind, with `datapackage.json` (Data Package v2)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        described = []
        for resource in RESOURCES:
            header = columns(resource, None)
            out = io.StringIO()
            out.write(row(header))
            rows = 0
            for document in source.documents(resource):
                out.write(row(cell(document, column.split(".")) for column in header))
                rows += 1
            data = out.getvalue().encode()
            _member(archive, f"{resource.kind}.csv", data)
            described.append(_described(resource, header, data, rows))
        about = source.release.about
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


def database(source: Source, path: Path) -> None:
    """The database that the API itself answers from, with a readable view of each kind."""
    with sqlite3.connect(path) as out:
        source.release.database.connection().backup(out)
        for resource in RESOURCES:
            out.execute(_view(resource))
        out.commit()
        out.execute("VACUUM")
    out.close()
    with path.open("r+b") as file:
        file.seek(SQLITE_VERSION[0])
        file.write(bytes(SQLITE_VERSION[1] - SQLITE_VERSION[0]))


def _view(resource: Resource) -> str:
    """A view whose columns are the flat ones of a kind; several values in a cell are joined as in CSV."""
    shown = []
    for column in columns(resource, None):
        first, *rest = column.split(".")
        field = next(f for k, f in resource.schema.dump_fields.items() if (f.data_key or k) == first)
        if not hasattr(field, "inner"):
            shown.append(f"""json_extract(document, '$.{column}') AS "{column}" """)
        elif all(not hasattr(part, "inner") for part in _parts(field.inner, rest)):
            value = "value" if not rest else f"json_extract(value, '$.{'.'.join(rest)}')"
            joined = f"group_concat({value}, ' | ')"
            shown.append(f"""(SELECT {joined} FROM json_each(document, '$.{first}')) AS "{column}" """)  # noqa: S608  # our names
    table = resource.model._meta.table_name
    return f'CREATE VIEW "{table}_readable" AS SELECT {", ".join(shown)} FROM "{table}" ORDER BY seq'  # noqa: S608  # our own names


def _parts(field: Any, path: list[str]) -> Iterator[Any]:
    """The fields along a path below a field."""
    for key in path:
        schema = getattr(field, "schema", None)
        if not isinstance(schema, Schema):
            return
        field = next(f for k, f in schema.dump_fields.items() if (f.data_key or k) == key)
        yield field
        field = getattr(field, "inner", field)


def parquet(resource: Resource) -> Write:
    """Typed columns, the flat ones. Needs the extra `release`.

    A dated kind of more than LARGE records becomes a file a year, `<kind>-<year>.parquet`, by the earliest day.
    """

    def write(source: Source, path: Path) -> None:
        arrow, files = import_module("pyarrow"), import_module("pyarrow.parquet")
        names = columns(resource, None)
        types = [arrow_type(arrow, column_type(resource, name)) for name in names]
        schema = arrow.schema([arrow.field(name, type) for name, type in zip(names, types, strict=True)])
        split = resource.dated and source.release.about["counts"][resource.kind] > LARGE

        def year(document: Record) -> str:
            day = (document[str(resource.dated)] or {}).get("earliest") if split else None
            return f"-{day[:4] if day else 'undated'}" if split else ""

        groups = groupby(source.documents(resource), year)  # documents of a dated kind come in order of their days
        for suffix, documents in groups if split or source.release.about["counts"][resource.kind] else [("", iter(()))]:
            with files.ParquetWriter(path.with_stem(path.stem + suffix), schema, compression="zstd", version="2.6") as writer:
                while rows := list(islice(documents, 10_000)):
                    cells = [
                        [typed(cell(row, name.split(".")), type, arrow) for name, type in zip(names, types, strict=True)]
                        for row in rows
                    ]
                    arrays = [arrow.array(column, type) for column, type in zip(zip(*cells, strict=True), types, strict=True)]
                    writer.write_batch(arrow.record_batch(arrays, schema=schema))

    return write


def arrow_type(arrow: Any, word: str) -> Any:
    """The Arrow type of a Table Schema type."""
    kinds = {"date": arrow.date32, "integer": arrow.int64, "number": arrow.float64, "boolean": arrow.bool_}
    return kinds.get(word, arrow.string)()


def typed(value: Any, type: Any, arrow: Any) -> Any:
    """A cell as its column's type has it; nothing is null."""
    if value == "":
        return None
    if arrow.types.is_date32(type):
        return import_module("datetime").date.fromisoformat(value)
    if arrow.types.is_boolean(type):
        return value == "true"
    return str(value) if arrow.types.is_string(type) else value


def catalogue(source: Source, path: Path) -> None:
    """The release as a schema.org Dataset and a DCAT dataset, as JSON-LD."""
    about = source.release.about
    node = {
        "@context": {"@vocab": "https://schema.org/", "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@type": ["Dataset", "dcat:Dataset"],
        "@id": f"urn:sha256:{about['digest']}",
        "name": about["title"],
        "dct:title": about["title"],
        "description": about["description"],
        "dct:description": about["description"],
        "version": about["version"],
        "dcat:version": about["version"],
        "datePublished": about["released"],
        "license": about["licence_url"],
        "dct:license": {"@id": about["licence_url"]},
        "creator": [{"@type": "Organization", "name": creator["name"]} for creator in about["creators"]],
        "keywords": about["keywords"],
        "dcat:keyword": about["keywords"],
        "temporalCoverage": about["coverage"],
        "distribution": [
            {
                "@type": ["DataDownload", "dcat:Distribution"],
                "contentUrl": name,
                "encodingFormat": file.media_type,
                "name": file.what,
            }
            for name, file in FILES.items()
        ],
    }
    _json(path, node)


def book(source: Source, path: Path) -> None:
    """The codebook as one page that needs nothing else."""
    markdown = import_module("markdown_it").MarkdownIt("commonmark", {"html": False}).enable("table")
    readme = source.dataset.folder / "README.md"
    text = (
        readme.read_text(encoding="utf-8")
        if readme.exists()
        else f"# Codebook\n\n{keys(source.dataset)}\n\n{types(source.dataset)}\n"
    )
    body = markdown.render(SECTION.sub(lambda match: match[0].split("-->\n", 1)[1].rsplit("<!--", 1)[0], text))
    title = html.escape(f"{source.release.about['title']}, version {source.release.about['version']}: codebook")
    style = "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 Georgia,serif}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}"  # noqa: E501
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    path.write_text(f"<!doctype html>\n<html lang=en><head>{head}</head>\n<body>\n{body}</body></html>\n", encoding="utf-8")


def figures(source: Source, path: Path) -> None:
    """How good the data is, and the rules that it keeps."""
    _json(path, {**quality.figures(source.dataset), "rules": quality.rules()})


def changed(source: Source, path: Path) -> None:
    """Every change of every release so far, oldest first."""
    shown = (
        Changed.version,
        Changed.released,
        Changed.kind,
        Changed.id,
        Changed.change,
        Changed.keys,
        Changed.to,
        Changed.reason,
    )
    rows = source.release.rows(Changed.select(*shown).order_by(Changed.seq))
    names = [column.name for column in shown]
    _json(path, [as_change(dict(zip(names, values, strict=True))) for values in rows])


def as_change(values: Record) -> Record:
    """A row of changes as the public shows it."""
    return {**values, "keys": values["keys"].split(",") if values["keys"] else []}


def bibliography(source: Source, path: Path) -> None:
    path.write_text(citing.bibtex(source.release.about, f"sha256:{source.release.about['digest']}"), encoding="utf-8")


def csl(source: Source, path: Path) -> None:
    _json(path, [citing.csl(source.release.about)])


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class File:
    """A file of a release: how it is written, its media type, what it is, and how it is opened."""

    write: Write
    media_type: str
    what: str
    open: dict[str, str]


# The lines that open a file, with its address in place of URL.
OPENS = {
    "ndjson": {
        "pandas": "pandas.read_json('URL', lines=True)",
        "duckdb": "SELECT * FROM read_json('URL')",
        "r": "jsonlite::stream_in(gzcon(url('URL')))",
    },
    "parquet": {
        "pandas": "pandas.read_parquet('URL')",
        "duckdb": "SELECT * FROM read_parquet('URL')",
        "r": "arrow::read_parquet('URL')",
    },
}


def file_of(name: str) -> File | None:
    """What a file of a release is, by its name; a file of one year is of the kind of the whole."""
    return FILES.get(name) or FILES.get(re.sub(r"-(\d{4}|undated)\.parquet$", ".parquet", name))


FILES: dict[str, File] = {
    **{
        f"{r.kind}.ndjson.gz": File(ndjson(r), "application/gzip", f"All {r.kind}, one JSON document a line.", OPENS["ndjson"])
        for r in RESOURCES
    },
    **{
        f"{r.kind}.parquet": File(parquet(r), "application/vnd.apache.parquet", f"All {r.kind}, typed columns.", OPENS["parquet"])
        for r in RESOURCES
    },
    "dataset.json.gz": File(everything, "application/gzip", "Everything, as one JSON object.", {}),
    "csv.zip": File(package, "application/zip", "One CSV a kind, as a Data Package.", {}),
    DATABASE: File(database, "application/vnd.sqlite3", "The SQLite database behind the API, with readable views.", {}),
    "dataset.jsonld": File(catalogue, "application/ld+json", "The release in the words of schema.org and DCAT.", {}),
    "codebook.html": File(book, "text/html", "The codebook as one page.", {}),
    "quality.json": File(figures, "application/json", "How good the data is, in numbers.", {}),
    "changes.json": File(changed, "application/json", "Every change of every release so far.", {}),
    "citation.bib": File(bibliography, "application/x-bibtex", "How to cite the release, for BibTeX.", {}),
    "citation.json": File(csl, "application/vnd.citationstyles.csl+json", "How to cite the release, as CSL-JSON.", {}),
}

"""Metadata files of a release: the codebook, quality figures, changes, citations."""

import csv
import gzip
import html
import io
import json
import re
import zipfile
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ...dataset.findings import DatasetError, Finding
from ...dataset.os_errors import dataset_errors
from ...query import citation
from ...schema.fields import Record
from ...storage.tables import Changed
from ..codebook import SECTION, keys, table, types
from .datapackage import all_tables
from .release_reader import ReleaseContent, write_json

NULLS = (
    "An item of a list is a row of the table of that list, found by record_kind, record_id, list and position. The data has no "
    "empty texts, so that an empty cell is always null."
)

# The public columns of a change, in order.
CHANGE = (Changed.version, Changed.released, Changed.kind, Changed.id, Changed.change, Changed.keys, Changed.to, Changed.reason)


def book(content: ReleaseContent, path: Path) -> None:
    """The codebook as one page without external parts. Raises DatasetError if the dataset's README cannot be read."""
    text = text_of(content.dataset.folder, "README.md") or f"# Codebook\n\n{keys(content.dataset)}\n\n{types(content.dataset)}\n"
    text = SECTION.sub(lambda match: match[0].split("-->\n", 1)[1].rsplit("<!--", 1)[0], text)
    title = f"{content.release.about['title']}, version {content.release.about['version']}: codebook"
    write_page(path, title, text, dictionary())


def write_page(path: Path, title: str, *markdown: str) -> None:
    """Writes Markdown, in parts, as one page without external parts."""
    body = "".join(map(_rendered, markdown))
    style = "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 Georgia,serif}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}"  # noqa: E501
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{style}</style>'
    path.write_text(f"<!doctype html>\n<html lang=en><head>{head}</head>\n<body>\n{body}</body></html>\n", encoding="utf-8")


@lru_cache(4)  # the data dictionary is long, and the same in every release that a process makes
def _rendered(markdown: str) -> str:
    rendered: str = import_module("markdown_it").MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return rendered


def dictionary() -> str:
    """The data dictionary as Markdown: every column of every table, with its type, meaning, values and missing values."""
    parts = ["## Data dictionary", f"An empty cell is a missing value. {NULLS}"]
    for described in all_tables().values():
        lines = [
            (
                f"`{column.name}`",
                column.type,
                column.description,
                ", ".join(f"`{value}`" for value in column.values),
                "never" if column.required else "empty",
            )
            for column in described.columns
        ]
        head = ("column", "type", "what", "values", "missing")
        parts.append(f"### Table `{described.name}`\n\n{described.description}\n\n{table(head, *lines)}")
    return "\n\n".join(parts)


def readme(content: ReleaseContent, path: Path) -> None:
    """What the release is, how to cite it, and what is in its files, as Markdown."""
    about, url = content.release.about, citation.release_url(content.release.about)
    address = f"Address: <{url}>\n\n" if url else ""
    lines = [f"- `{d.name}.csv`: {d.description}" for d in all_tables().values()]
    text = (
        f"# {about['title']}, version {about['version']}\n\n{about['description']}\n\n"
        f"Released {about['released']} under {about['licence']} ({about['licence_url']}): see LICENSE.\n\n"
        f"{address}Cite as: {citation.citation(about)}\n\n"
        f"## Tables in csv.zip\n\n{NULLS} Every column is described in datapackage.json (in csv.zip), in the metadata of the "
        "Parquet files, and in codebook.html. Read columns of the type `string` as text: most programs take the CAMEO code `057` "
        "for the number 57 otherwise.\n\n" + "\n".join(lines) + "\n"
    )
    path.write_text(text, encoding="utf-8")


def licence(content: ReleaseContent, path: Path) -> None:
    """The licence by its name and address."""
    about = content.release.about
    names = ", ".join(creator["name"] for creator in about["creators"])
    what = f"{about['title']}, version {about['version']}, by {names}"
    path.write_text(f"{what}, is licensed under {about['licence']}:\n{about['licence_url']}\n", encoding="utf-8")


def text_of(folder: Path, name: str) -> str | None:
    """A text of the dataset, or None if there is none. Raises DatasetError if it cannot be read."""
    path = folder / name
    with dataset_errors(folder, path, "read"):
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise DatasetError([Finding(path.name, 0, "", "is not UTF-8")]) from None


def figures(content: ReleaseContent, path: Path) -> None:
    """The quality figures, the rules that the dataset keeps, and the number of records in each file.

    Raises RuntimeError if a file has more or fewer records than the dataset.
    """
    rows = counted(path.parent)
    for name, count in rows.items():
        kind = re.split(r"[.:]|-(?:\d{4}|undated)\b", name.removeprefix("csv.zip:"))[0]
        if kind not in content.release.about["counts"]:
            continue  # a table of something else than records
        parts = [n for other, n in rows.items() if other.endswith(".parquet") and other.startswith(kind)]
        whole = sum(parts) if name.endswith(".parquet") else count
        if whole != content.release.about["counts"][kind]:
            raise RuntimeError(f"{name} holds {whole} records of {content.release.about['counts'][kind]}")
    write_json(path, {**content.release.about["quality"], "rules": content.release.about["rules"], "files": rows})


def counted(folder: Path) -> dict[str, int]:
    """The number of records in each file of a release, read from the files themselves."""
    rows = {}
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".ndjson.gz"):
            with gzip.open(path) as lines:
                rows[path.name] = sum(1 for _ in lines)
        elif path.suffix == ".parquet":
            rows[path.name] = import_module("pyarrow.parquet").read_metadata(path).num_rows
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                package = "datapackage.json" in archive.namelist() and json.loads(archive.read("datapackage.json"))
                for described in package["resources"] if package else ():
                    with archive.open(described["path"]) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
                        rows[f"{path.name}:{described['path']}"] = sum(1 for _ in csv.reader(text)) - 1
    return rows


def changed(content: ReleaseContent, path: Path) -> None:
    """Every change of every release so far, oldest first."""
    rows = content.release.rows(Changed.select(*CHANGE).order_by(Changed.seq))
    write_json(path, [as_change(values) for values in rows])


def as_change(row: tuple[Any, ...]) -> Record:
    """A row of the columns in CHANGE as the public sees it."""
    values = dict(zip((column.name for column in CHANGE), row, strict=True))
    return {**values, "keys": values["keys"].split(",") if values["keys"] else []}


def bibliography(content: ReleaseContent, path: Path) -> None:
    path.write_text(citation.bibtex(content.release.about, f"sha256:{content.release.about['digest']}"), encoding="utf-8")


def csl(content: ReleaseContent, path: Path) -> None:
    write_json(path, [citation.csl(content.release.about, f"sha256:{content.release.about['digest']}")])

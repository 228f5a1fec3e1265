"""The files of a published release: one function a file, each reading the release's own database.

The same release gives the same bytes: names and times in archives are fixed, rows are sorted.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...resources import RESOURCES
from ...schema.fields import Record
from ...storage.published import digest
from ...storage.sqlite import SUFFIX
from ..descriptions import PRINTED, Printed, PublishedFile
from .datapackage import package
from .descriptor import descriptor
from .metadata import CHANGE, as_change, bibliography, book, changed, csl, figures, licence, readme
from .ndjson import everything, ndjson_writer
from .parquet import parquet_writer
from .release_reader import ReleaseContent, Write
from .reliability import archive
from .sqlite import database


@dataclass(frozen=True)
class File:
    """A file of a release: the function that writes it, its media type, a description, and lines of code that open it."""

    write: Write
    media_type: str
    what: str
    open: dict[str, str] = field(default_factory=dict)


QUALITY = "quality.json"
GZIP, PARQUET = "application/gzip", "application/vnd.apache.parquet"
# Lines of code that open a file, by tool; URL stands for its address.
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


DATABASE = f"NAME{SUFFIX}"  # NAME stands for that of the dataset


def files_of(about: Record) -> dict[str, File]:
    """The files of a release, by their names."""
    return {name.replace("NAME", about["name"]): file for name, file in FILES.items()}


def file_of(name: str) -> File | Printed | None:
    """The description of a file by its name, files of one year included; None if it is not known."""
    if name.endswith(SUFFIX):
        return FILES[DATABASE]
    return FILES.get(name) or FILES.get(re.sub(r"-(\d{4}|undated)\.parquet$", ".parquet", name)) or PRINTED.get(name)


def parts(folder: Path) -> Iterator[PublishedFile]:
    """The files of a release in a folder, each with its size, sum and number of records."""
    records = json.loads((folder / QUALITY).read_text(encoding="utf-8"))["files"]
    for path in sorted(folder.iterdir()):
        if file := file_of(path.name):
            size, sha256 = path.stat().st_size, digest(path)
            yield PublishedFile(path.name, file.media_type, file.what, size, sha256, records.get(path.name))


FILES: dict[str, File] = {
    **{
        f"{r.kind}.ndjson.gz": File(ndjson_writer(r), GZIP, f"All {r.kind}, one JSON document a line.", OPENS["ndjson"])
        for r in RESOURCES
    },
    **{
        f"{r.kind}.parquet": File(parquet_writer(r), PARQUET, f"All {r.kind}, nested: structs, lists, dates.", OPENS["parquet"])
        for r in RESOURCES
    },
    "dataset.json.gz": File(everything, GZIP, "Everything, as one JSON object."),
    "csv.zip": File(package, "application/zip", "Tidy CSV tables, as a Data Package with a data dictionary."),
    DATABASE: File(database, "application/vnd.sqlite3", "The SQLite database behind the API, with readable views."),
    "README.md": File(readme, "text/markdown", "What is in the files, and how to cite them."),
    "LICENSE": File(licence, "text/plain", "The licence of the data."),
    "codebook.html": File(book, "text/html", "The codebook as one page."),
    "descriptor.html": File(descriptor, "text/html", "The data descriptor as one page: coverage, coding, validation."),
    "reliability.zip": File(archive, "application/zip", "The raw double codings, and the reliability computed from them."),
    "changes.json": File(changed, "application/json", "Every change of every release so far."),
    "citation.bib": File(bibliography, "application/x-bibtex", "How to cite the release, for BibTeX."),
    "citation.json": File(csl, "application/vnd.citationstyles.csl+json", "How to cite the release, as CSL-JSON."),
    # Last, as it counts the records of the files before it.
    QUALITY: File(figures, "application/json", "How good the data is, in numbers."),
}
__all__ = ["CHANGE", "DATABASE", "FILES", "QUALITY", "ReleaseContent", "as_change", "file_of", "files_of", "parts"]

"""The table of docs/formats.md that shows how each kind of doubt is written in each format; `python -m doubt_table` writes it.

It is derived from what the formats write: a cell holds what differs between a sample record with the doubt and one without.
"""

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

from doubt_samples import PLAIN, SAMPLES, sample_id, write_samples
from icalendar import Calendar

from api.config import Settings
from api.dataset.reader import read
from api.formats.graphml import COUNTS
from api.releases.build import TABLES, build
from api.releases.codebook import table
from api.releases.files import DATABASE, FILES, ReleaseContent
from api.storage.sqlite import open_file
from api.storage.sqlite_store import SqliteStore
from api.web.app import create_app

Fields = dict[str, str]  # the texts of one record by the names that a format has for them
Found = Iterator[tuple[str, Fields]]  # those of each record, with its id
LONGEST_SHOWN = 60  # characters of a text that a cell shows; of a longer one it shows the name alone
ATOM = "{http://www.w3.org/2005/Atom}"
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "formats.md"
MARK = "<!-- doubt: `make derive` writes this table -->"


def derive(outputs: dict[str, Any]) -> str:
    """docs/formats.md as its prose and the outputs of the formats give it."""
    before, _, after = DOCUMENT.read_text(encoding="utf-8").split(f"{MARK}\n")
    return f"{before}{MARK}\n{doubt_table(outputs)}\n{MARK}\n{after}"


def doubt_table(outputs: dict[str, Any]) -> str:
    """How each kind of doubt is written, as a table: a row a kind, a column a format."""
    plain = {format: read_record(format, outputs, PLAIN) for format in READERS}
    rows = []
    for kind in SAMPLES:
        records = {format: read_record(format, outputs, sample_id(kind)) for format in READERS}
        rows.append((kind, *(difference(plain[format], records[format]) for format in READERS)))
    return table(("kind of doubt", *READERS), *rows)


def difference(plain: Fields | None, record: Fields | None) -> str:
    """What a record has otherwise than the plain one; the accounts of a dispute are named once."""
    if record is None or plain is None:
        return "no entry"
    parts: dict[str, None] = {}
    for name in [*record, *(name for name in plain if name not in record)]:
        if record.get(name, "") == plain.get(name, ""):
            continue
        text = record.get(name, "")
        if name.startswith("accounts"):
            parts["`accounts`"] = None
        elif not text:
            parts[f"no `{name}`"] = None
        else:
            parts[f"`{name}: {text}`" if len(text) <= LONGEST_SHOWN else f"`{name}`"] = None
    return ", ".join(parts)


def written() -> dict[str, Any]:
    """What each format writes of the samples: text, or for the files of a release the rows."""
    with TemporaryDirectory() as temporary:
        folder, store = Path(temporary) / "dataset", SqliteStore(Path(temporary) / "data")
        write_samples(folder)
        with closing(read(folder)) as dataset:
            with store.building() as path:
                build(dataset, path)
                store.publish(path, "samples", inputs="", tables=TABLES, keep=1)
            build(dataset, Path(temporary) / "release.sqlite")
            with closing(open_file(Path(temporary) / "release.sqlite")) as release:
                rows = _rows(ReleaseContent(dataset, release), Path(temporary))
        with create_app(Settings(data_dir=Path(temporary) / "data", dataset=folder)).test_client() as client:
            names = ("ndjson", "csv", "jsonld", "atom", "ics", "geojson", "md")
            texts = {name: client.get(f"/v1/events?format={name}").text for name in names}
            ids = [PLAIN, *map(sample_id, SAMPLES)]
            graphs = {id: client.get(f"/v1/events?format=graphml&ids={id}").text for id in ids}
    return {**texts, **rows, "graphml": graphs}


def _rows(content: ReleaseContent, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of the events in the Parquet file and in the readable view of the SQLite file."""
    for name in ("events.parquet", DATABASE):
        FILES[name].write(content, folder / name)
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.row_factory = sqlite3.Row
        view = [dict(row) for row in connection.execute("SELECT * FROM events_readable")]
    return {"parquet": import_module("pyarrow.parquet").read_table(folder / "events.parquet").to_pylist(), "sqlite": view}


def read_record(format: str, outputs: dict[str, Any], id: str) -> Fields | None:
    """A record as a format has it, its own id replaced by that of the plain one; None if the format leaves it out."""
    found = dict(READERS[format](outputs)).get(id)
    return found and {name: text.replace(id, PLAIN) for name, text in found.items()}


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The values of a JSON object by dotted path; a list is one value, unless it holds one object."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else key)
    elif value is not None:
        yield path, json.dumps(value, default=str) if isinstance(value, bool | int | float | list) else str(value)


def records(rows: Iterable[Any], key: str = "id") -> Found:
    """Records by id, which is the last part of the value of `key`."""
    return ((row[key].rpartition("/")[2], dict(flat(row))) for row in rows)


def atom_records(outputs: dict[str, Any]) -> Found:
    for entry in ET.fromstring(outputs["atom"]).iter(f"{ATOM}entry"):
        texts = {element.tag.rpartition("}")[2]: element.text or "" for element in entry}
        terms = [category.get("term", "") for category in entry.iter(f"{ATOM}category")]
        yield texts["id"].rpartition("/")[2], {**texts, "category": ", ".join(terms)}


def ics_records(outputs: dict[str, Any]) -> Found:
    for entry in Calendar.from_ical(outputs["ics"]).walk("VEVENT"):
        fields = {name: _text(value) for name, value in entry.property_items(recursive=False) if name not in ("BEGIN", "END")}
        yield str(entry["uid"]).partition("@")[0], fields


def _text(value: Any) -> str:
    """The value of a property of a calendar entry, unescaped."""
    return str(value.to_ical().decode().replace("\\,", ",")) if hasattr(value, "to_ical") else str(value)


def graphml_records(outputs: dict[str, Any]) -> Found:
    """The edge between the two participants of each event; a count of 0 says nothing."""
    for id, text in outputs["graphml"].items():
        edge = next(element for element in ET.fromstring(text).iter() if element.tag.endswith("}edge"))
        values = {str(data.get("key")).removeprefix("edge-"): data.text or "" for data in edge}
        yield id, {name: text for name, text in values.items() if not (name in COUNTS and text == "0")}


def md_records(outputs: dict[str, Any]) -> Found:
    """The heading of each section, the sentences on what is doubtful, and the keys of its list."""
    for section in outputs["md"].split("\n## ")[1:]:
        head, said, *_ = section.split("\n\n")
        keys = dict(re.findall(r"^- \*\*(.*?)\*\*:\s*(.*?)$", section, re.MULTILINE))
        yield re.findall("`events/(.*?)`", section)[0], {"heading": head, "sentences": said, **keys}


READERS: dict[str, Callable[[dict[str, Any]], Found]] = {
    "JSON": lambda outputs: records(map(json.loads, outputs["ndjson"].splitlines())),
    "CSV": lambda outputs: records(csv.DictReader(outputs["csv"].splitlines())),
    "Parquet": lambda outputs: records(outputs["parquet"]),
    "SQLite": lambda outputs: records(outputs["sqlite"]),
    "JSON-LD": lambda outputs: records(json.loads(outputs["jsonld"])["@graph"], "@id"),
    "Atom": atom_records,
    "iCalendar": ics_records,
    "GeoJSON": lambda outputs: records({"id": f["id"], **f["properties"]} for f in json.loads(outputs["geojson"])["features"]),
    "GraphML": graphml_records,
    "Markdown": md_records,
}


if __name__ == "__main__":
    DOCUMENT.write_text(derive(written()), encoding="utf-8")

"""The table of doubt in the documents: no cell is empty, and what it says is in what the formats write."""

import re
from collections.abc import Iterator
from typing import Any

import doubt_table
import pytest
from doubt_samples import PLAIN, SAMPLES, sample_id

TEXTS = {"JSON": "ndjson", "CSV": "csv", "JSON-LD": "jsonld", "Atom": "atom", "iCalendar": "ics", "GeoJSON": "geojson"}
# What each format has to say of a kind of doubt, whatever else it says.
SAYS = {
    "announced": {"JSON": "status: announced", "Atom": "title: Announced: Meeting", "iCalendar": "STATUS: TENTATIVE"},
    "planned": {"JSON-LD": "no `eventStatus`", "iCalendar": "SUMMARY: Planned: Meeting", "GraphML": "planned: 1"},
    "alleged": {
        "JSON-LD": "@type: Claim",
        "iCalendar": "STATUS: TENTATIVE",
        "GeoJSON": "status: alleged",
        "CSV": "status: alleged",
    },
    "cancelled": {"JSON-LD": "https://schema.org/EventCancelled", "iCalendar": "STATUS: CANCELLED", "GraphML": "cancelled: 1"},
    "disputed": dict.fromkeys(
        ["JSON", "CSV", "Parquet", "SQLite", "JSON-LD", "Atom", "iCalendar", "GeoJSON", "GraphML"], "disputed"
    ),
    "one-sided": dict.fromkeys(["JSON", "CSV", "Parquet", "SQLite", "JSON-LD", "GeoJSON", "GraphML"], "one_sided"),
    "day not known": {
        "JSON-LD": "dcterms:temporal: 2021-06`, `record:date_text: June 2021`, no `startDate`",
        "iCalendar": "no `DTEND`",
        "Parquet": "date.precision: month",
    },
    "some day in a range": {"JSON-LD": "no `startDate`", "iCalendar": "(between 16 and 18 June 2021, day not known)"},
    "first day not known": {"iCalendar": "no entry", "SQLite": "no `date_earliest`"},
    "last day not known": {"Atom": "temporal: 2021-06-16/..", "GraphML": "dates: 2021-06-16/.."},
    "approximate date": {"CSV": "date.approximate: true", "iCalendar": "(about 16 June 2021)", "JSON-LD": "no `startDate`"},
    "uncertain date": {"GeoJSON": "uncertain: true", "Atom": "perhaps 16 June 2021", "GraphML": "inexact_date: 1"},
}


@pytest.fixture(scope="module")
def outputs() -> dict[str, Any]:
    return doubt_table.written()


def cells() -> Iterator[tuple[str, str, str]]:
    """The kind, the format and the text of each cell in docs/formats.md."""
    section = doubt_table.DOCUMENT.read_text(encoding="utf-8").split(doubt_table.MARK)[1]
    head, _, *rows = [line.strip("| ").split(" | ") for line in section.strip().splitlines()]
    for row in rows:
        yield from ((row[0], format, cell) for format, cell in zip(head[1:], row[1:], strict=True))


def test_the_document_has_the_table_that_the_formats_give(outputs: dict[str, Any]) -> None:
    assert doubt_table.DOCUMENT.read_text(encoding="utf-8") == doubt_table.derive(outputs), "run `make derive`"


def test_every_kind_of_doubt_has_something_in_every_format() -> None:
    found = {(kind, format): cell for kind, format, cell in cells()}
    assert set(found) == {(kind, format) for kind in SAMPLES for format in doubt_table.READERS}
    assert all(cell.strip() for cell in found.values())
    assert [place for place, cell in found.items() if cell == "no entry"] == [("first day not known", "iCalendar")]


@pytest.mark.parametrize("kind", SAMPLES)
def test_cells_say_what_the_kind_of_doubt_needs(kind: str) -> None:
    found = {format: cell for other, format, cell in cells() if other == kind}
    for format, words in SAYS[kind].items():
        assert words in found[format], (kind, format, found[format])


def test_what_a_cell_shows_stands_in_what_the_format_writes(outputs: dict[str, Any]) -> None:
    """Read as plain text, without the readers that made the table."""
    for kind, format, cell in cells():
        if format not in TEXTS:
            continue
        text = outputs[TEXTS[format]].replace("\r\n ", "").replace("\\,", ",").replace("&quot;", '"').replace("&apos;", "'")
        for name, value in re.findall(r"`([^`]+?): ([^`]+)`", cell):
            assert re.split(r"[. ]", name)[-1] in text, (kind, format, name)
            parts = value.split(", ") if name == "category" else [value]
            assert all(part.replace(PLAIN, sample_id(kind)) in text for part in parts), (kind, format, value)


def test_the_plain_record_has_no_doubt_in_any_format(outputs: dict[str, Any]) -> None:
    for format in doubt_table.READERS:
        record = doubt_table.read_record(format, outputs, PLAIN)
        assert record
        shown = {name: text for name, text in record.items() if text not in ("false", "0")}
        words = [*(word for word in ("alleged", "announced", "planned", "cancelled", "TENTATIVE") if word in shown.values())]
        assert not words, (format, words)
        assert not [name for name in shown if name in ("disputed", "one_sided", "inexact_date", "CATEGORIES")], format
    assert not doubt_table.difference(record, record)

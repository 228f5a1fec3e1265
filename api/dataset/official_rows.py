"""Rows of official lists of travels, visits and documents against records, so that the next edition can be compared.

The extracts of the lists are CSV files, and no part of a dataset. Those of travels and visits have `row_id`, `start`, `relation`
and the addresses of the pages that show the row: an event has the row if it cites one of these pages, with the row's first day
in words or its number as locator. Those of documents have `url`, `kind`, `date` and `head`: a record has the document
if it cites its address.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..schema.public_date import render
from .dataset import Dataset
from .findings import DatasetError
from .os_errors import file_errors
from .record import Entry

REASONS = "official_rows.csv"  # of a dataset: list, row and the reason why no event has it
PAGES = ("page_by_person", "page_by_country", "page_by_year")
MEETINGS = ("summit", "meeting-other", "visit", "ministerial-meeting")


class OfficialRow(NamedTuple):
    """A row of a list: its group (who, relation), its number, first day, text, and the records that have it."""

    list: str
    group: str
    number: str
    start: str
    text: str
    records: frozenset[str]


class Comparison(NamedTuple):
    """All rows, the reasons for rows without an event by (list, number), and the meetings that have no row."""

    rows: list[OfficialRow]
    reasons: dict[tuple[str, str], str]
    ours_only: list[str]


def compare(dataset: Dataset, folder: Path) -> Comparison:
    """Every row of the extracts in a folder against the events. Raises FileError if an extract cannot be read.

    A row with a reason has no event: what cites its day may be of another row, as on the day of a stop on the way to a meeting.
    """
    cited, meetings = _events(dataset)
    rows = [
        row
        for one in dataset.about["official_lists"]
        for row in (
            _documents(one["name"], folder / one["file"], dataset)
            if one["of"] == "documents"
            else _rows(one["name"], folder / one["file"], cited)
        )
    ]
    matched, reasons = {event for row in rows for event in row.records}, _reasons(dataset.folder / REASONS)
    rows = [row._replace(records=frozenset()) if (row.list, row.number) in reasons else row for row in rows]
    return Comparison(rows, reasons, sorted(meetings - matched))


def _events(dataset: Dataset) -> tuple[dict[str, list[tuple[str, str]]], set[str]]:
    """The (locator, event) pairs of each address that events cite, and the meetings of the two sides that took place."""
    cited: dict[str, list[tuple[str, str]]] = defaultdict(list)
    meetings, sides = set(), [set(side["actors"]) for side in dataset.about["sides"]]
    for item in dataset.ordered("events"):
        with suppress(DatasetError):
            entry = dataset.entry("events", item)
            for url, locator in _citations(dataset, entry):
                if locator:
                    cited[url].append((locator, item.id))
            actors = {participant["actor"] for participant in entry.record["participants"]}
            if (
                entry.record["type"] in MEETINGS
                and entry.record["status"] == "occurred"
                and sides
                and all(actors & side for side in sides)
            ):
                meetings.add(item.id)
    return cited, meetings


def _citations(dataset: Dataset, entry: Entry) -> Iterator[tuple[str, str]]:
    for _, citation in entry.citations:
        with suppress(KeyError):
            if url := dataset.record("sources", citation["source"])["url"]:
                yield url, citation["locator"]


def _rows(name: str, path: Path, cited: dict[str, list[tuple[str, str]]]) -> Iterator[OfficialRow]:
    for line in _lines(path):
        day = re.compile(rf"(?<!\d)({re.escape(str(render(line['start'])['text']))}|{line['row_id']})(?!\d)")
        pages = [line[page] for page in PAGES if line.get(page)]
        events = frozenset(event for page in pages for locator, event in cited.get(page, ()) if day.search(locator))
        relation = line["relation"].replace("_", " ")
        group = f"{line['role']}, {relation}" if "role" in line else relation
        yield OfficialRow(name, group, line["row_id"], line["start"], line.get("place") or line.get("description") or "", events)


def _documents(name: str, path: Path, dataset: Dataset) -> Iterator[OfficialRow]:
    citing: dict[str, set[str]] = defaultdict(set)
    for kind in ("events", "statements"):
        for item in dataset.ordered(kind):
            with suppress(DatasetError):
                for url, _ in _citations(dataset, dataset.entry(kind, item)):
                    citing[url].add(item.id)
    for line in _lines(path):
        number, group = "/".join(line["url"].split("/")[-2:]), line["kind"].replace("_", " ")
        yield OfficialRow(name, group, number, line["date"][:10], line["head"], frozenset(citing[line["url"]]))


def _lines(path: Path) -> list[dict[str, str]]:
    with file_errors("read", path):
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _reasons(path: Path) -> dict[tuple[str, str], str]:
    if not path.exists():
        return {}
    return {(line["list"], line["row"]): line["reason"] for line in _lines(path)}


def table(found: Comparison) -> str:
    """The comparison as Markdown: for each group of rows how many there are, how many records have, and why not the others."""
    lines = ["| list | rows | matched | theirs only | why |", "| --- | --- | --- | --- | --- |"]
    groups: dict[tuple[str, str], list[OfficialRow]] = defaultdict(list)
    for row in found.rows:
        groups[row.list, row.group].append(row)
    for (name, group), rows in sorted(groups.items()):
        missing = [row for row in rows if not row.records]
        why = Counter(found.reasons.get((name, row.number), "not settled") for row in missing)
        told = "; ".join(f"{reason} ({count})" for reason, count in why.most_common())
        lines.append(f"| {name}: {group} | {len(rows)} | {len(rows) - len(missing)} | {len(missing)} | {told} |")
    matched = {event for row in found.rows for event in row.records}
    return "\n".join(
        [*lines, "", f"Records with a row: {len(matched)}. Meetings of the two without one: {len(found.ours_only)}."]
    )

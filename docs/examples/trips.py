"""Makes a dataset of the travels of US presidents and secretaries of state from a public list: 4,271 trips in November 2026.

The list is that of the Office of the Historian of the US Department of State (CC0), as XML:

    git clone --depth 1 https://github.com/HistoryAtState/travels
    python docs/examples/trips.py travels trips
    diplomatic-events check --dataset trips
    diplomatic-events serve --dataset trips

A trip is an event of the type `visit`, with `coding: series`, as a machine made it of a row; its date is that of the trip.
"""

import json
import re
import sys
import unicodedata
import xml.etree.ElementTree as ET  # the files are a clone of one's own
from pathlib import Path
from typing import Any, TextIO

ABOUT = """\
title: Travels of US presidents and secretaries of state
name: us-travels
description: Trips abroad of US presidents and secretaries of state, from the list of the Office of the Historian.
version: 0.1.0
released: '2026-11-27'
licence: CC0-1.0
licence_url: https://creativecommons.org/publicdomain/zero/1.0/
creators:
  - name: Office of the Historian, US Department of State
coverage: 1905/..
countries: [USA]
extends: [visit]
questions:
  - question: Where did they go most?
    address: /v1/aggregates/events?by=place
  - question: Who travelled in 1973?
    address: /v1/events?year=1973&sort=date&fields=title,date.text
"""
SOURCE = {
    "id": "travels",
    "title": "Travels of the President and of the Secretary of State",
    "kind": "dataset",
    "publisher": "Office of the Historian, US Department of State",
    "language": "en",
    "url": "https://history.state.gov/departmenthistory/travels",
}


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))


def known(start: str, end: str) -> str:
    """The day, month or year that both dates have, with which an id begins; nothing if they are of two years."""
    return next((start[:n] + "-" for n in (10, 7, 4) if start[:n] == end[:n]), "")


def event(trip: ET.Element) -> dict[str, Any]:
    """A trip as a record: who travelled where, from which day to which, and the list's own remark."""
    said = {child.tag: " ".join((child.text or "").split()) for child in trip}
    start, end = said["start-date"], said["end-date"]
    where = ", ".join(filter(None, (said["locale"], said["country"])))
    return {
        "id": f"{known(start, end)}{slug(said['name'])}-{said['id']}",
        "title": f"{said['name']} in {where}",
        "type": "visit",
        "status": "occurred",
        "coding": "series",
        "date": start if start == end else f"{start}/{end}",
        "place": slug(said["country"]),
        "participants": [{"actor": trip.get("who"), "role": "guest"}],
        "summary": said["remarks"] or f"A trip to {where}.",
        "citations": [{"source": "travels", "locator": f"trip {said['id']}"}],
    }


def write(file: TextIO, record: dict[str, Any]) -> None:
    file.write(json.dumps(record, ensure_ascii=False) + "\n")


def main(clone: Path, folder: Path) -> None:
    """Writes the dataset of all trips in a clone of the list to a new folder."""
    trips = [trip for path in sorted(clone.glob("*-travels/*.xml")) for trip in ET.parse(path).getroot().iter("trip")]  # noqa: S314
    folder.mkdir(parents=True)
    (folder / "dataset.yaml").write_text(ABOUT, encoding="utf-8")
    people = {trip.get("who"): trip for trip in trips}
    countries = {slug(trip.findtext("country", "")): trip.findtext("country", "") for trip in trips}
    with (folder / "events.jsonl").open("w", encoding="utf-8") as events:
        for trip in trips:
            write(events, event(trip))
    with (folder / "actors.jsonl").open("w", encoding="utf-8") as actors:
        for id, trip in people.items():
            offices = " and ".join(sorted({str(other.get("role")) for other in trips if other.get("who") == id}))
            citation = {"source": "travels"}
            about = {"kind": "person", "country": "USA", "description": f"Travelled as {offices}.", "citations": [citation]}
            write(actors, {"id": id, "name": trip.findtext("name"), **about})
    with (folder / "places.jsonl").open("w", encoding="utf-8") as places:
        for id, name in sorted(countries.items()):
            write(places, {"id": id, "name": name, "kind": "country"})
    with (folder / "sources.jsonl").open("w", encoding="utf-8") as sources:
        write(sources, SOURCE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

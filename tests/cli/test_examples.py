"""The scripts in docs/examples make datasets that `check` accepts."""

import json
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from support import run

TRIP = """\
<trip role="{role}" who="{who}">
  <id>{id}</id><role>{role}</role><name>{name}</name><start-date>{start}</start-date><end-date>{end}</end-date>
  <country id="x">{country}</country><locale>{locale}</locale><remarks>{remarks}</remarks>
</trip>
"""
TRIPS = (
    ("president", "one-anna", "1", "Anna One", "1990-05-30", "1990-06-03", "Atlantis", "Poseidonis", "Met\n  the King."),
    ("president", "one-anna", "2", "Anna One", "1990-06-03", "1990-06-03", "Côte d'Or", "", ""),
    ("secretary", "two-bert", "3", "Bert Two", "1990-12-30", "1991-01-02", "Atlantis", "", "Attended a conference."),
)
KEYS = ("role", "who", "id", "name", "start", "end", "country", "locale", "remarks")


def test_trips_become_events_from_their_first_day_to_their_last(tmp_path: Path) -> None:
    for role in ("president", "secretary"):
        (tmp_path / f"{role}-travels").mkdir()
        trips = "".join(TRIP.format(**dict(zip(KEYS, trip, strict=True))) for trip in TRIPS if trip[0] == role)
        (tmp_path / f"{role}-travels" / "some.xml").write_text(f"<trips>{trips}</trips>", encoding="utf-8")
    script = ROOT / "docs" / "examples" / "trips.py"
    subprocess.run([sys.executable, str(script), str(tmp_path), str(tmp_path / "made")], check=True)
    told = run("check", "--dataset", tmp_path / "made")
    assert told.exit_code == 0, told.output
    events = [json.loads(line) for line in (tmp_path / "made" / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(event["id"], event["date"], event["title"], event["summary"]) for event in events] == [
        ("1990-anna-one-1", "1990-05-30/1990-06-03", "Anna One in Poseidonis, Atlantis", "Met the King."),
        ("1990-06-03-anna-one-2", "1990-06-03", "Anna One in Côte d'Or", "A trip to Côte d'Or."),
        ("bert-two-3", "1990-12-30/1991-01-02", "Bert Two in Atlantis", "Attended a conference."),
    ]

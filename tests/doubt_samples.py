"""A small dataset with one event for each kind of doubt, and one event without any to compare them with."""

import json
from pathlib import Path
from typing import Any

from api.schema import edtf
from api.schema.fields import Record

PLAIN = "2021-06-16-without-doubt"
DATE = "2021-06-16"
CITED = [{"source": "report", "locator": "section 1"}]
NEVER: dict[str, Any] = {"plover": None, "cameo": None}


def account(about: str, stance: str, value: str, *holders: str) -> Record:
    return {"about": about, "value": value, "stance": stance, "holders": list(holders), "citations": CITED}


# The kinds of doubt, and what the record of each has otherwise than the plain one.
SAMPLES: dict[str, Record] = {
    "day not known": {"date": "2021-06"},
    "some day in a range": {"date": "[2021-06-16..2021-06-18]"},
    "first day not known": {"date": "[..2021-06-16]"},
    "last day not known": {"date": "2021-06-16/.."},
    "approximate date": {"date": "2021-06-16~"},
    "uncertain date": {"date": "2021-06-16?"},
    "announced": {"status": "announced"},
    "planned": {"status": "planned"},
    "alleged": {"status": "alleged"},
    "cancelled": {"status": "cancelled"},
    "disputed": {
        "accounts": [
            account("occurrence", "reports", "They met.", "state-a"),
            account("occurrence", "confirms", "They met.", "organization"),
            account("occurrence", "denies", "They did not meet.", "state-b"),
        ]
    },
    "one-sided": {"accounts": [account("responsibility", "reports", "State B asked for it.", "state-a")]},
}


def sample_id(kind: str) -> str:
    """The id of a sample, which begins with its date as far as that is known."""
    known = edtf.certain_prefix(edtf.bounds(SAMPLES[kind].get("date", DATE)))
    return f"{known or 'undated'}-{kind.replace(' ', '-')}"


def events() -> dict[str, Record]:
    """The sample events by id, the plain one first."""
    plain = {
        "title": "Meeting",
        "type": "meeting",
        "status": "occurred",
        "date": DATE,
        "place": "city",
        "participants": [{"actor": f"state-{letter}", "role": "participant"} for letter in "ab"],
        "summary": "A and B met.",
        "note": "A date that is open on one side needs a note.",
        "citations": CITED,
    }
    return {PLAIN: plain, **{sample_id(kind): {**plain, **change} for kind, change in SAMPLES.items()}}


def write_samples(folder: Path) -> None:
    """Writes the dataset as JSON, which is YAML, and the events, which are alike on purpose, as a machine-made series."""
    about = {
        "title": "Samples", "description": "A record of each kind of doubt.", "version": "1.0.0", "released": "2021-07-02",
        "licence": "CC0-1.0", "licence_url": "https://creativecommons.org/publicdomain/zero/1.0/",
        "creators": [{"name": "Nobody"}], "coverage": "2021", "countries": ["USA", "RUS"],
    }  # fmt: skip
    source = {
        "title": "Report", "kind": "news_report", "publisher": "Reporter", "published": "2021-06-17", "language": "en",
        "no_url": "A sample.",
    }  # fmt: skip
    actors = {"state-a": ("state", "USA"), "state-b": ("state", "RUS"), "organization": ("international_organization", None)}
    records: dict[str, Record] = {
        "dataset": about,
        "sources/report": source,
        "event-types/meeting": {"label": "Meeting", "definition": "A meeting.", **NEVER, "note": "A sample."},
        "places/city": {"name": "City", "kind": "city", "country": "CHE", "latitude": 46.2, "longitude": 6.1, "citations": CITED},
        **{
            f"actors/{id}": {"name": id, "kind": kind, "country": country, "citations": CITED}
            for id, (kind, country) in actors.items()
        },
    }
    for name, record in records.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({key: value for key, value in record.items() if value is not None}), encoding="utf-8")
    series = "".join(json.dumps({"id": id, **event}) + "\n" for id, event in events().items())
    (folder / "events.jsonl").write_text(series, encoding="utf-8")

"""A participant who is no actor of the dataset has a name in every shape of an event, and is in nothing that is of actors."""

import csv
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import SMALL
from flask.testing import FlaskClient
from pyarrow.parquet import read_table
from support import answer_schema, conforms, findings_of

from api.config import Settings
from api.releases import load, publish
from api.web.app import create_app

EVENT = "2021-06-follow-up"
NAMED = "participants:\n  - actor: joe-biden\n    role: host\n  - name: Ada <Delegate>\n    role: guest\n"


def add(folder: Path, text: str) -> None:
    path = folder / "events" / f"{EVENT}.yaml"
    path.write_text(path.read_text() + text)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, Path]:
    """A client of the small dataset with a named participant, and the folder of its release."""
    root = tmp_path_factory.mktemp("named")
    folder = Path(shutil.copytree(SMALL, root / "dataset"))
    add(folder, NAMED)
    settings = Settings(dataset=folder, data_dir=root / "data", releases_dir=root / "releases")
    load.load(settings)[0].close()
    return create_app(settings).test_client(), publish.publish(folder, settings.releases_dir)[0]


def test_it_is_typed_as_the_contract_says(asked: tuple[FlaskClient, Path]) -> None:
    answer = asked[0].get(f"/v1/events/{EVENT}")
    conforms(answer.get_json(), answer_schema("/v1/events/{id}"))
    assert [(p["actor"] and p["actor"]["id"], p["name"], p["role"]) for p in answer.get_json()["data"]["participants"]] == [
        ("joe-biden", None, "host"),
        (None, "Ada <Delegate>", "guest"),
    ]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"/events/{EVENT}", '<span class="head">Ada &lt;Delegate&gt;</span>'),
        (f"/v1/events/{EVENT}?format=md", "name: Ada \\<Delegate\\>"),
        (f"/v1/events/{EVENT}?format=jsonld", '"name":"Ada <Delegate>"'),
        ("/v1/events?format=csv&expand=participants", "Ada <Delegate>"),
        ("/v1/events?format=ndjson", '"actor":null,"name":"Ada <Delegate>"'),
        ("/v1/search?q=ada+delegate", f'"id":"{EVENT}"'),
        ("/v1/events?role=guest", f'"id":"{EVENT}"'),
        ("/v1/timeline?kind=events", f'"id":"{EVENT}"'),
        ("/v1/network", '"id":"joe-biden"'),
        ("/v1/events?format=ics", f"UID:{EVENT}@"),
        ("/v1/events?format=atom", EVENT),
        ("/v1/events?format=graphml", "joe-biden"),
        ("/pictures/timeline.svg?lanes=actor", "<svg"),
        ("/pictures/timeline.svg?lanes=side", "<svg"),
        ("/v1/aggregates/events?by=actor", "joe-biden"),
        ("/v1/events?include=actors", EVENT),
    ],
)
def test_every_shape_of_an_event_has_it_or_leaves_it_out(asked: tuple[FlaskClient, Path], address: str, shown: str) -> None:
    answer = asked[0].get(address)
    assert (answer.status_code, shown in answer.text) == (200, True), answer.text


def test_the_tools_of_assistants_name_it(asked: tuple[FlaskClient, Path]) -> None:
    for call in ({"name": "get", "arguments": {"id": f"events/{EVENT}"}}, {"name": "find", "arguments": {"text": "delegate"}}):
        answer = asked[0].post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
        assert "Ada " in answer.text, call


def test_files_of_a_release_have_it_and_tables_of_dyads_have_not(asked: tuple[FlaskClient, Path]) -> None:
    rows = {row["id"]: row["participants"] for row in read_table(asked[1] / "events.parquet").to_pylist()}
    assert [(p["actor"], p["name"]) for p in rows[EVENT]][1] == (None, "Ada <Delegate>")
    with zipfile.ZipFile(asked[1] / "csv.zip") as archive:
        tables = {
            name: list(csv.DictReader(io.TextIOWrapper(archive.open(f"{name}.csv"), "utf-8")))
            for name in ("participants", "dyad_events")
        }
    named = [row for row in tables["participants"] if row["name"]]
    assert [(row["record_id"], row["actor_id"], row["name"]) for row in named] == [(EVENT, "", "Ada <Delegate>")]
    assert [row["target_actor"] for row in tables["dyad_events"] if row["event_id"] == EVENT] == [""]


@pytest.mark.parametrize("given", ["role: guest", "actor: joe-biden\n    name: Joe\n    role: guest"])
def test_a_participant_has_either_an_actor_or_a_name(small: Path, given: str) -> None:
    add(small, f"participants:\n  - {given}\n")
    told = "participants[0]: give either actor, or the name of somebody who is no actor"
    assert [finding.partition(": ")[2] for finding in findings_of(small)] == [told]

"""A dataset on another subject, from `init` to a release that others read; nothing in it is of ours."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from conftest import ROOT
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from pyarrow.parquet import read_table
from support import released, run

from api.cli import COMMANDS
from api.cli.editors import FILES
from api.config import Settings, bundled_dataset
from api.dataset.about import AboutSchema
from api.formats import formats_of
from api.releases import load
from api.releases.files.dyads import Codes
from api.resources import BY_KIND, RESOURCES
from api.server.gunicorn_server import to_try
from api.web import openapi
from api.web.app import create_app

TITLE = "Ferries of the Baltic"
OURS = re.compile(
    r"\b(russia\w*|soviet\w*|united.states|USA|RUS|putin|biden|geneva|kremlin|moscow|washington|new.start|inf.treaty|ryabkov"
    r"|blinken|kennedy|diplomatic-events-\d|@diplomatic-events)\b|(tag:diplomatic-events,2026:(?=[a-ce-z])).{0,60}",
    re.IGNORECASE,
)
NEW = "events/2001-05-04-ferry-talks.yaml"
GIVEN = {
    "title": "Talks on ferries",
    "type": "ministerial-meeting",
    "status": "occurred",
    "date": "2001-05-04",
    "actor": "example-person",
    "role": "participant",
    "summary": "They spoke of ferries.",
    "source": "example-report",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new dataset, to which an event was added as CONTRIBUTING has it."""
    folder = tmp_path_factory.mktemp("another") / "dataset"
    assert run("init", folder, "--title", TITLE).exit_code == 0
    assert run("new", "events", "2001-05-04-ferry-talks", "--dataset", folder).exit_code == 0
    text = re.sub(r"^#:.*\n", "", (folder / NEW).read_text(), flags=re.MULTILINE)
    for key, value in GIVEN.items():
        text = re.sub(rf"^((?:- |  )*){key}: .*$", rf"\g<1>{key}: {value!r}", text, count=1, flags=re.MULTILINE)
    (folder / NEW).write_text(text)
    return folder


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    settings = Settings(dataset=folder, data_dir=folder.parent / "data", releases_dir=folder.parent / "releases")
    load.load(settings)[0].close()
    return settings


@pytest.fixture(scope="module")
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def test_what_init_writes_is_a_dataset_in_canonical_form(folder: Path) -> None:
    assert (told := run("fmt", "--dataset", folder)).exit_code == 0, told.output
    assert (told := run("check", "--dataset", folder)).exit_code == 0, told.output
    assert run("fmt", "--dataset", folder, "--check").exit_code == 0
    assert run("init", folder).exit_code == 2, "nothing is overwritten"
    for kind in BY_KIND:
        assert any((folder / kind).glob("*example*.yaml")), f"there is no example of {kind}"


def test_every_key_of_dataset_yaml_is_explained_and_can_be_given(folder: Path) -> None:
    text = (folder / "dataset.yaml").read_text()
    given = yaml.safe_load(re.sub(r"^#:", "", text, flags=re.MULTILINE))
    assert set(given) == set(AboutSchema().load_fields)
    assert AboutSchema().validate(yaml.load(re.sub(r"^#:", "", text, flags=re.MULTILINE), yaml.BaseLoader)) == {}


def test_editors_know_the_ids_of_the_dataset(folder: Path) -> None:
    settings = yaml.safe_load((folder / ".vscode" / "settings.json").read_text())
    for schema, files in settings["yaml.schemas"].items():
        validator = Draft202012Validator(yaml.safe_load((folder / schema).read_text()))
        for path in folder.glob(files):
            if path != folder / NEW:
                assert list(validator.iter_errors(yaml.load(path.read_text(), yaml.BaseLoader))) == [], path
    validator = Draft202012Validator(yaml.safe_load((folder / ".schemas" / "events.json").read_text()))
    event: Any = yaml.load((folder / "events" / "2001-02-03-example-meeting.yaml").read_text(), yaml.BaseLoader)
    assert [error.json_path for error in validator.iter_errors({**event, "place": "elsewhere"})] == ["$.place"]


def test_editors_find_the_schemas_of_the_dataset_that_ships() -> None:
    found = yaml.safe_load((ROOT / ".vscode" / "settings.json").read_text())["yaml.schemas"]
    assert {path for path in found if not (ROOT / path).is_file()} == set()
    assert {name: f"dataset/{files}" for name, files in FILES.items()} == {Path(path).stem: f for path, f in found.items()}


def addresses(client: FlaskClient) -> Iterator[str]:
    """Every list in every format, an item, its page, and whatever else needs no parameter."""
    yield from ("/", "/docs", "/openapi.yaml", "/openapi.json", "/v1", "/v1/quality", "/v1/changes?format=atom", "/v1/changes")
    yield from (
        "/timeline",
        "/changes",
        "/releases",
        "/v1/timeline?format=ics",
        "/v1/search?q=ferry",
        "/search?q=ferry",
        "/nothing",
    )
    yield from ("/style.css", "/v1/network", "/v1/cite/events", "/v1/export?query=events&format=csv", "/v1/events?x=1")
    for resource in RESOURCES:
        yield from (f"/v1/{resource.kind}?format={word}" for word in formats_of(resource.kind))
        yield f"/{resource.kind}"
        for document in client.get(f"/v1/{resource.kind}?limit=2").get_json()["data"]:
            yield from (f"/{resource.kind}/{document['id']}", f"/v1/{resource.kind}/{document['id']}?format=jsonld")


def test_nothing_that_is_served_is_of_our_subject(client: FlaskClient, settings: Settings) -> None:
    for address in addresses(client):
        answer = client.get(address, headers={"Accept": "text/html, */*"} if "/v1" not in address else {})
        assert answer.status_code in (200, 307, 400, 404, 409), (address, answer.text)
        found = {match[0] for match in OURS.finditer(f"{answer.headers}\n{answer.text}")}
        assert not found, (address, found)
    assert [line.startswith("  curl 'http://x/v1/") and not OURS.search(line) for line in to_try(settings, "http://x")] == [
        True,
        True,
    ]


def test_no_command_speaks_of_our_subject() -> None:
    for arguments in ([], *([command] for command in COMMANDS)):
        assert not OURS.search(run(*arguments, "--help").output), arguments


def test_pages_feeds_and_the_contract_are_the_datasets_own(client: FlaskClient) -> None:
    assert f"<h1>{TITLE}</h1>" in client.get("/").text
    assert "Talks on ferries" in client.get("/").text, "the first questions are answered"
    assert "<id>tag:ferries-of-the-baltic,2026:events</id>" in client.get("/v1/events?format=atom").text
    assert "@ferries-of-the-baltic" in client.get("/v1/events?format=ics").text
    served = client.get("/openapi.json").get_json()
    assert served["info"]["title"] == TITLE
    assert served == yaml.safe_load(client.get("/openapi.yaml").text)
    (id,) = (p for p in served["paths"]["/v1/events/{id}"]["get"]["parameters"] if p.get("name") == "id")
    assert client.get(f"/v1/events/{id['example']}").status_code == 200
    assert openapi.contract()["info"]["title"] == "diplomatic-events", "another server's contract is as it was"


def test_colours_are_those_of_the_dataset(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "dataset"))
    with (other / "dataset.yaml").open("a") as file:
        file.write("colours: {light: '#1b5e4a', dark: '#8fd0b8'}\n")
    settings = Settings(dataset=other, data_dir=tmp_path / "data")
    load.load(settings)[0].close()
    coloured = create_app(settings).test_client()
    for address in ("/style.css", "/pictures/timeline.svg"):
        text = coloured.get(address).text
        assert {"#1b5e4a", "#8fd0b8"} <= set(re.findall("#[0-9a-f]{6}", text)), address
        assert not {"#8a1c2b", "#e8939e"} & set(re.findall("#[0-9a-f]{6}", text)), address


def test_a_state_without_an_iso_code_is_a_state_all_the_same(client: FlaskClient) -> None:
    state = client.get("/v1/actors/example-state").get_json()["data"]
    assert (state["kind"], state["country"]) == ("state", None)
    assert client.get("/v1/resolve?id=iso3166:None").status_code == 404
    event = client.get("/v1/events/2001-02-03-example-meeting").get_json()["data"]
    assert Codes({"example-state": state}, {}).state("example-state", event) == ("example-state", None, None, None)


def test_a_type_that_only_the_shipped_codebook_has_is_told_where_it_is(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "dataset"))
    text = (other / "dataset.yaml").read_text()
    (other / "dataset.yaml").write_text(re.sub(r"  - meeting-other .*\n", "  - meeting-othr\n", text))
    told = run("check", "--dataset", other).output
    assert "'meeting-other' is not among the event-types; the codebook that ships has it: add it to `extends`" in told
    assert "the codebook that ships has no type 'meeting-othr'; did you mean 'meeting-other'?" in told


def read_at_once(made: Path) -> tuple[set[str], str, str]:
    """The titles of the events, and the name and title of the Data Package, by pyarrow and zipfile."""
    with ZipFile(made / "csv.zip") as archive:
        package = json.loads(archive.read("datapackage.json"))
    return set(read_table(made / "events.parquet")["title"].to_pylist()), package["name"], package["title"]


def read_by_researchers(made: Path) -> tuple[set[str], str, str]:
    """The same by pandas and frictionless, which finds no fault in the package."""
    package = import_module("frictionless").Package(str(made / "csv.zip"))
    assert package.validate().valid
    return set(import_module("pandas").read_parquet(made / "events.parquet")["title"]), package.name, package.title


@pytest.mark.parametrize("read", [read_at_once, pytest.param(read_by_researchers, marks=pytest.mark.trials)])
def test_a_release_of_it_is_read_by_others(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], Any]
) -> None:
    """Published in its own folder, below which all that is made of it lies, and none of that is taken for a part of it."""
    here = Path(shutil.copytree(folder, tmp_path / "dataset"))
    monkeypatch.chdir(here)
    told = released()
    assert told.exit_code == 0, told.output
    made = here / "releases" / "0.1.0"
    assert (made / "ferries-of-the-baltic.sqlite").is_file()
    assert read(made) == ({"Example meeting", "Talks on ferries"}, "ferries-of-the-baltic", TITLE)
    for name in ("README.md", "LICENSE", "codebook.html", "dataset.jsonld", "citation.bib", "citation.json"):
        assert not OURS.search((made / name).read_text()), (name, OURS.search((made / name).read_text()))
    assert "release 0.1.0-" in run("load").output
    assert (here / ".data" / "current").is_file()


@pytest.mark.parametrize("command", [["check"], ["fmt", "--check"], ["new", "topics", "harbours"], ["changes"], ["coverage"]])
def test_in_the_folder_of_a_dataset_commands_work_on_it_and_say_so_first(
    folder: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    here = Path(shutil.copytree(folder, tmp_path / "another"))
    monkeypatch.chdir(here)
    assert run(*command).output.splitlines()[0] == f"dataset {here}"
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATASET", str(small))
    assert run(*command).output.splitlines()[0] == f"dataset {small}", "a setting wins"
    assert run(*command, "--dataset", ".").output.splitlines()[0] == f"dataset {here}", "an option wins"
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATASET", "")
    monkeypatch.chdir(tmp_path)
    assert run("config").output.splitlines()[0] == f"DIPLOMATIC_EVENTS_DATASET={bundled_dataset()}  [default]"

"""A curator's bench: what is saved is checked, loaded and shown at once, with its errors in the page."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
import requests
from conftest import ROOT, running, wait_for
from support import run

from api.config import FAULTS, Settings
from api.releases import load
from api.web.app import create_app

TOPIC = "topics/security.yaml"


def test_check_tells_again_whenever_a_file_is_saved(small: Path, edit: Callable[..., Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api", "check", "--watch", "--dataset", str(small)]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: log.read_text().count("no errors: ") == 1)

        def told(text: str) -> bool:
            """Saved again and again: the first time may be before anybody watches."""
            (small / TOPIC).touch()
            return text in log.read_text()

        edit(TOPIC, "name: Security\n", "")
        wait_for(lambda: told("security.yaml:1: name: is missing"))
        edit(TOPIC, "definition: ", "name: Security\ndefinition: ")
        wait_for(
            lambda: told("no errors: ") and any(line.startswith("no errors: ") for line in log.read_text().splitlines()[-2:])
        )
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_load_leaves_the_errors_of_what_was_saved_and_goes_on(
    small: Path, edit: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In short what the next one asks a server: `saved` here saves something each time before it says so."""
    found = []

    def saved(*folders: Path) -> Iterator[None]:
        assert folders == (small,)
        for old, new in (("name: Security\n", ""), ("definition: ", "name: Safety\ndefinition: ")):
            edit(TOPIC, old, new)
            yield
            found.append((tmp_path / FAULTS).read_text())

    monkeypatch.setattr(import_module("api.cli.load"), "saved", saved)
    result = run("load", "--watch", "--dataset", small, "--data-dir", tmp_path)
    assert "is loaded in" in result.output
    assert [text.count("name: is missing") for text in found] == [1, 0]


@pytest.mark.trials
def test_serve_shows_what_is_saved_and_its_errors_in_the_page(small: Path, edit: Callable[..., Path], tmp_path: Path) -> None:
    options = ("--dataset", str(small), "--data-dir", str(tmp_path / "data"), "--watch")
    with running(*options, cwd=ROOT) as (url, _):

        def page() -> str:
            (small / TOPIC).touch()
            return requests.get(f"{url}/topics/security", timeout=60).text

        edit(TOPIC, "name: Security", "name: Safety")
        wait_for(lambda: "<h1>Safety</h1>" in page())
        edit(TOPIC, "name: Safety\n", "")
        wait_for(lambda: "security.yaml:1" in page() and "name: is missing" in page())
        answer = requests.get(f"{url}/v1/topics/security", timeout=60)
        assert answer.json()["data"]["name"] == "Safety", "programs are answered from what was loaded before"
        assert answer.headers["Cache-Control"] == "no-store"


def test_errors_are_on_every_page_until_they_are_mended(small: Path, tmp_path: Path) -> None:
    settings = Settings(dataset=small, data_dir=tmp_path, watch=1)
    load.load(settings)[0].close()
    client = create_app(settings).test_client()
    (tmp_path / FAULTS).write_text("topics/security.yaml:1: name: is missing\n")
    for path, status in (("/", 200), ("/topics", 200), ("/topics/security", 200), ("/topics/of-a-faulty-file", 404)):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, "topics/security.yaml:1</code> name: is missing" in answer.text) == (status, True)
    assert "<h1>Security</h1>" in client.get("/topics/security").text, "what was loaded before can be read"
    assert "errors" not in client.get("/v1/topics").text
    (tmp_path / FAULTS).write_text("")
    assert 'class="fault"' not in client.get("/topics").text


def test_without_the_extra_it_is_told_what_to_install(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    result = run("check", "--watch", "--dataset", small)
    assert result.exit_code == 2
    assert "watchfiles is missing" in result.output
    assert "[watch]" in result.output

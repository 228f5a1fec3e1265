"""Whoever adds, edits or withdraws a record breaks no test: the version is a matter of `make release` and its gate."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import DATASET, ROOT, unpublished
from support import run

from api.dataset.findings import DatasetError
from api.releases import publish
from api.schema.versions import version_key

ABOUT_THE_DATASET = (
    "test_questions.py", "dataset/test_quality.py", "releases/test_publish.py", "query/test_pagination.py",
    "query/test_record_sets.py", "web/test_contract.py", "web/test_http.py", "web/test_lookups.py", "web/test_openapi.py",
    "formats/test_formats.py",
)  # fmt: skip


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The bundled dataset with a topic added, the title of an event edited, and an actor that nothing names withdrawn."""
    folder = Path(shutil.copytree(DATASET, tmp_path / "changed"))
    (folder / "topics" / "fisheries.yaml").write_text("name: Fisheries\ndefinition: Fishing grounds, quotas and patrols.\n")
    event = min((folder / "events").glob("*.yaml"))
    event.write_text(re.sub(r"^title: .*$", "title: A title that was edited", event.read_text(), count=1, flags=re.MULTILINE))
    texts = {path: path.read_text() for path in folder.rglob("*.yaml")}
    unnamed = next(
        path
        for path in sorted((folder / "actors").iterdir())
        if not any(re.search(rf"(?<![\w-]){path.stem}(?![\w-])", text) for other, text in texts.items() if other != path)
    )
    unnamed.unlink()
    moved = yaml.safe_load((folder / "moved.yaml").read_text())
    moved.setdefault("actors", {})[unnamed.stem] = {"withdrawn": "No record names it."}
    (folder / "moved.yaml").write_text(yaml.safe_dump(moved))
    return folder


def test_a_changed_dataset_is_valid(changed: Path) -> None:
    assert run("check", "--dataset", changed).exit_code == 0


@pytest.mark.trials  # in short: test_a_bump_that_is_too_small_is_refused, of the small dataset
def test_a_changed_dataset_is_published_by_the_tests_though_not_as_the_version_it_has(changed: Path, tmp_path: Path) -> None:
    about, last = changed / "dataset.yaml", max((changed / "releases").glob("*.tsv"), key=lambda path: version_key(path.stem))
    about.write_text(re.sub(r"^version: .*$", f"version: {last.stem}", about.read_text(), count=1, flags=re.MULTILINE))
    with pytest.raises(DatasetError) as refused:
        publish.publish(changed, tmp_path / "releases")
    assert [finding.key for finding in refused.value.findings] == ["version"]
    folder, new = publish.publish(unpublished(tmp_path / "unpublished", changed), tmp_path / "releases")
    assert (new, folder.name.split(".")[1:]) == (True, ["0", "0"])


@pytest.mark.trials
def test_the_tests_of_the_bundled_dataset_hold_for_a_changed_one(changed: Path, tmp_path: Path) -> None:
    """All in one process, which reads, loads and publishes the changed dataset once."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not trials", f"--basetemp={tmp_path}/runs"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ["TEST_DATASET"] = str(changed)
    done = subprocess.run(
        [*command, *(f"tests/{file}" for file in ABOUT_THE_DATASET)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]

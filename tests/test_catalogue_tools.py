"""The tools of catalogues and repositories read a release, in an environment of their own: one of them needs older packages."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, running

from api.config import Settings
from api.releases import load, publish
from api.releases.descriptions import PRINTED
from api.releases.files import files_of

TOOLS = ROOT / "tests" / "fixtures" / "tools"
# What RO-Crate recommends and only the authors can give.
GROUP = {"name": "The testers", "ror": "03f0f6041", "url": "https://example.org/testers", "email": "testers@example.org"}

FILES = files_of({"name": "diplomatic-events"})


@pytest.fixture(scope="module")
def told(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every tool finds in the bundled dataset's release and on its page."""
    root = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", root / "venv"], check=True)
    python = root / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "-r", TOOLS / "requirements.txt", "-r", TOOLS / "data.txt"], check=True)
    source = Path(shutil.copytree(bundled, root / "dataset"))
    about = source / "dataset.yaml"
    known = yaml.safe_load(about.read_text(encoding="utf-8"))
    changed = {**known, "creators": [GROUP], "version": "99.0.0"}  # another version, as it is not what was published
    about.write_text(yaml.safe_dump(changed), encoding="utf-8")
    folder, _ = publish.publish(source, root / "releases")
    load.load(Settings(dataset=source, data_dir=root / "data", releases_dir=root / "releases"))[0].close()
    options = ("--data-dir", str(root / "data"), "--dataset", str(source))
    with running(*options, cwd=root, DIPLOMATIC_EVENTS_RELEASES_DIR=str(root / "releases")) as (url, _):
        command = [python, TOOLS / "read.py", folder, f"{url}/releases/{folder.name}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.trials
def test_croissant_loads_every_record_set_whole(told: dict[str, Any]) -> None:
    rows = told["croissant"]["rows"]
    assert {f"{kind}.parquet" for kind in rows} == {name for name in FILES if name.endswith(".parquet")}
    assert all(loaded == ids == whole > 0 for loaded, ids, whole in rows.values()), rows
    assert told["croissant"]["issues"] == []
    assert all(loaded == whole for loaded, whole in told["croissant"]["lists"]), "lists in mappings, and in lists of mappings"


@pytest.mark.trials
def test_the_catalogue_entry_has_the_shapes_of_dcat_ap(told: dict[str, Any]) -> None:
    assert told["dcat"]["conforms"], told["dcat"]["text"]
    assert min(told["dcat"]["shapes"], told["dcat"]["triples"]) > 100


@pytest.mark.trials
def test_the_folder_is_a_ro_crate_with_all_that_is_recommended(told: dict[str, Any]) -> None:
    assert told["ro_crate"] == []


@pytest.mark.trials
def test_the_metadata_for_a_doi_is_what_datacite_takes(told: dict[str, Any]) -> None:
    assert told["datacite"] == []


@pytest.mark.trials
def test_signposts_are_read_at_both_levels(told: dict[str, Any]) -> None:
    found = told["signposts"]
    assert len(set(found["cite_as"])) == 1
    assert found["types"] == ["https://schema.org/AboutPage", "https://schema.org/Dataset"]
    assert set(found["described_by"]) == {len(PRINTED)}
    assert set(found["items"]) == {len(FILES)}

"""What CONTRIBUTING promises of a change: made in a copy of the project, in the promised places, it passes every test there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SMALL

CHANGES = ROOT / "tests" / "fixtures" / "changes"

# What is promised -> file -> (line to stand after, line to add); an empty line to stand after is the end of the file.
FIELD = {
    "api/resources/events.py": [
        (
            '    place = Ref("Where, if in one place.", kind="places", load_only=True)\n',
            '    venue = Text("The building or room.")\n',
        )
    ]
}
FILTER = {
    "api/resources/events.py": [
        ('        *shared("events"),\n', '        Terms("counted", "With a quantity of this.", each("quantities.of")),\n')
    ],
    "tests/oracle.py": [
        (
            '            case "events", "role":\n                return {p["role"] for p in d["participants"]}\n',
            '            case "events", "counted":\n                return {q["of"] for q in d["quantities"]}\n',
        )
    ],
}
FORMAT = {
    "api/formats/tabular.py": [
        ("", '\n\ndef tsv(listing: Listing) -> Iterator[str]:\n    """Ids and names."""\n'),
        ("", "    return (f\"{d['id']}\\t{listing.title(d)}\\n\" for d in listing.documents())\n"),
    ],
    "api/formats/__init__.py": [
        ("", "\nfrom .tabular import tsv\n"),
        ("", 'FORMATS["tsv"] = Format("text/tab-separated-values", tsv)\n'),
    ],
}
KIND = {
    "api/resources/__init__.py": [
        ("from .resource import Resource\n", "from .sanctions import SANCTIONS\n"),
        ("RESOURCES: tuple[Resource, ...] = (", "SANCTIONS, "),
    ],
}
# Records of the new kind, and values of the new field and filter.
RECORDS = {
    "sanctions/2021-04-15-asset-freeze.yaml": ("Asset freeze of 2021", "asset_freeze", "russia", "2021-04-15"),
    "sanctions/2021-03-travel-ban.yaml": ("Travel ban of 2021", "travel_ban", "vladimir-putin", "2021-03"),
    "sanctions/2022-embargo.yaml": ("Embargo of 2022", "embargo", "russia", "2022"),
}
RECORD = """\
title: {}
measure: {}
target: {}
date: '{}'
summary: It does something to somebody.
citations:
  - source: treaty-text
"""
ADDED = {
    "events/2021-06-16-geneva-summit.yaml": "venue: Villa La Grange\n",
    "events/2021-06-follow-up.yaml": "quantities:\n  - value: 4\n    unit: hour\n    of: talks\n",
}


def put(folder: Path, change: dict[str, list[tuple[str, str]]]) -> None:
    for name, lines in change.items():
        path = folder / name
        for after, line in lines:
            text = path.read_text(encoding="utf-8")
            assert text.count(after) == 1 or not after, (name, after)
            path.write_text(text.replace(after, after + line) if after else text + line, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with the small dataset for its own."""
    folder = tmp_path / "project"
    for name in ("api", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "_bundled"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for dataset in (folder / "dataset", folder / "tests" / "fixtures" / "small"):
        shutil.copytree(SMALL, dataset, dirs_exist_ok=True)
        for name, text in ADDED.items():
            with (dataset / name).open("a", encoding="utf-8") as event:
                event.write(text)
        (dataset / "sanctions").mkdir()
        for name, values in RECORDS.items():
            (dataset / name).write_text(RECORD.format(*values), encoding="utf-8")
    return folder


def passed(project: Path, chosen: str, *files: str) -> list[str]:
    """The chosen tests, all of which pass."""
    options = (
        "-v",
        "-p",
        "no:cacheprovider",
        f"--basetemp={project.parent / 'temporary'}",
        "-k",
        f"({chosen}) and not postgresql",
    )
    command = (sys.executable, "-m", "pytest", *options, *files)
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"^(tests/\S+) PASSED", done.stdout, re.MULTILINE)


def test_a_field_a_filter_a_format_and_a_kind_are_made_in_the_promised_places(project: Path) -> None:
    for change in (FIELD, FILTER, FORMAT, KIND):
        put(project, change)
    shutil.copy(CHANGES / "sanctions.py", project / "api" / "resources")
    shutil.copy(CHANGES / "trial.py", project / "tests" / "test_trial.py")
    contract = (
        "tests/web/test_contract.py",
        "tests/web/test_openapi.py",
        "tests/formats/test_formats.py",
        "tests/cli/test_cli.py",
        "tests/dataset/test_jsonl_index.py",
    )
    derived = "drifted or committed"  # `make derive` writes what these tests compare
    chosen = f"(sanctions or test_trial or test_openapi or every_format_holds or accept_and_format) and not ({derived})"
    tests = passed(project, chosen, "tests/test_trial.py", *contract)
    assert sum("sanctions" in test for test in tests) >= 20, "the tests of every kind are those of the new one, too"
    assert sum("test_openapi" in test for test in tests) >= 10
    assert sum("every_format_holds" in test for test in tests) == 18

"""What a machine lacks is told once, with the command that brings it; in CI nothing is skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

HELPS = """
import programs
programs.PACKAGES |= {"no-such-program": "its-package", "nor-this": "another"}
"""
TESTS = """
import pytest
from programs import need

@pytest.mark.needs("no-such-program")
@pytest.mark.parametrize("n", range(3))
def test_by_mark(n):
    pass

def test_by_call():
    need("nor-this")

@pytest.mark.skip(reason="for another reason")
def test_other():
    pass
"""


@pytest.mark.parametrize(
    ("ci", "only", "told"),
    [
        ("", "", "4 tests were skipped for want of no-such-program, nor-this: apt-get install its-package another"),
        ("", "test_by_call", "1 test was skipped for want of nor-this: apt-get install another"),
        ("", "test_other", None),
        ("true", "test_by", "there is no nor-this on this machine: apt-get install another"),
    ],
)
def test_a_run_tells_what_the_machine_lacks(tmp_path: Path, ci: str, only: str, told: str | None) -> None:
    (tmp_path / "conftest.py").write_text(HELPS)
    (tmp_path / "test_some.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "programs", "-p", "no:cacheprovider", "-ra", "-k", only, str(tmp_path)]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT / "tests"), "CI": ci}
    environ = {**os.environ, **alone}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    *_, last, closing = done.stdout.splitlines()
    if ci:
        assert done.returncode == 1, done.stdout
        assert told in last
        assert "1 failed" in closing
        assert "3 errors" in closing, "before the test's fixtures are made"
        assert "skipped" not in closing
    else:
        assert done.returncode == 0, done.stdout
        assert last == told if told else "apt-get" not in done.stdout
        assert "skipped" in closing


def test_ci_installs_what_the_tests_need() -> None:
    assert "tests/programs.py" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

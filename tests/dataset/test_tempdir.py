"""Scratch folders of runs at the same time: none removes that of another, not even while it is being made."""

import os
import tempfile
from pathlib import Path

import pytest

from api.dataset import tempdir
from api.dataset.tempdir import MARK, Scratch


def test_a_folder_that_another_run_sweeps_away_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = tempfile.mkdtemp

    def swept(**options: str) -> str:
        made.append(make(**options))
        if len(made) < 3:
            tempdir._sweep(tmp_path)
        return made[-1]

    monkeypatch.setattr(tempdir.tempfile, "mkdtemp", swept)
    scratch = Scratch(tmp_path)
    assert (len(made), scratch.path) == (3, Path(made[2]))
    assert scratch.path.is_dir()
    scratch.close()


def test_the_folder_of_a_run_stays_while_others_begin_and_that_of_a_killed_one_goes(tmp_path: Path) -> None:
    ours, killed = Scratch(tmp_path), Scratch(tmp_path)
    os.close(killed._lock)  # what the system does with the handles of a process that is killed
    another = Scratch(tmp_path)
    assert {path.name for path in tmp_path.glob(f"{MARK}*")} == {ours.path.name, another.path.name}
    killed._lock = -1
    ours.close()
    another.close()
    assert list(tmp_path.iterdir()) == []

"""Every promise about bad input and faults, tried a few times; docs/reliability.md says what many times gave."""

from pathlib import Path

import pytest
from trials import trial
from trials.every import TRIALS

BRIEF = [found for found in TRIALS if found.few]


@pytest.mark.parametrize("tried", BRIEF, ids=[found.name for found in BRIEF])
def test_the_promise_holds_a_few_times(tried: trial.Trial, tmp_path: Path) -> None:
    tried.shown.format(**tried.run(tried.few, tmp_path))


def test_the_table_is_what_the_figures_give() -> None:
    assert trial.TABLE.read_text(encoding="utf-8") == trial.derive(TRIALS)
    assert set(trial.read()) == {found.name for found in TRIALS}, "every promise has been tried many times"

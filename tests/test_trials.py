"""Every promise about bad input and faults, tried a few times; docs/reliability.md says what many times gave."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from trials import hostile, trial
from trials.every import TRIALS

from api.config import Settings

FEW = [pytest.param(found, found.few, id=found.name) for found in TRIALS if found.few]
SOME = [
    pytest.param(found, found.some, id=f"{found.name}-{found.some}-times", marks=pytest.mark.trials)
    for found in TRIALS
    if found.some > found.few
]


@pytest.fixture(scope="session", autouse=True)
def session(embedded: Settings, in_postgresql: Settings) -> Iterator[None]:
    """What trials share is there until the last of them has run."""
    hostile.Given.settings = embedded, in_postgresql
    with trial.session:
        yield


@pytest.mark.parametrize(("tried", "times"), [*FEW, *SOME])
def test_the_promise_holds(tried: trial.Trial, times: int, tmp_path: Path) -> None:
    tried.shown.format(**tried.run(times, tmp_path))


def test_the_table_is_what_the_figures_give() -> None:
    assert trial.TABLE.read_text(encoding="utf-8") == trial.derive(TRIALS)
    assert set(trial.read()) == {found.name for found in TRIALS}, "every promise has been tried many times"


def test_a_trial_that_fails_says_what_broke() -> None:
    def tries(times: int) -> None:
        cut = times * 2
        assert cut < 4

    with pytest.raises(AssertionError) as failed:
        tries(7)
    told = trial.broken(failed.value)
    assert "assert cut < 4" in told
    assert "cut = 14" in told

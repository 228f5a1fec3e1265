"""The programs that some tests need and pip does not bring: `@pytest.mark.needs("nginx")`, or `need("nginx")`, its path.

Without it a test is skipped, and the last lines of a run tell how to get what was lacking; in CI the test fails.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator

import pytest

PACKAGES = {
    "chromium": "chromium",
    "curl": "curl",
    "git": "git",
    "nginx": "nginx-light",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
    "redis-server": "redis-server",
    "systemd-analyze": "systemd",
    "Rscript": "r-base-core r-cran-jsonlite",
}
ALSO = {"chromium": "chromium-browser"}  # elsewhere it is called that
LACKING = "there is no {} on this machine"


def find(program: str) -> str | None:
    """Where a program is, if it is there; some are not in everybody's PATH."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    return shutil.which(program, path=path) or shutil.which(ALSO.get(program, program), path=path)


def need(program: str) -> str:
    """The path of a program without which the test that asks cannot go on."""
    if path := find(program):
        return path
    told = LACKING.format(program)
    if os.environ.get("CI"):
        pytest.fail(f"{told}: {install([program])}", pytrace=False)
    pytest.skip(told)


def install(programs: list[str]) -> str:
    return f"apt-get install {' '.join(PACKAGES[program] for program in programs)}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(program): the test is skipped without it, and fails in CI.")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        need(*mark.args)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """After all other summaries: a line that a reader can do something about."""
    yield
    told = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    skipped = Counter(program for program in PACKAGES for text in told if re.search(rf"{LACKING.format(program)}\b", text))
    if skipped:
        tests = "1 test was" if (n := skipped.total()) == 1 else f"{n} tests were"
        terminalreporter.write_line(f"{tests} skipped for want of {', '.join(skipped)}: {install(list(skipped))}", yellow=True)


if __name__ == "__main__":
    print(*(package for program, package in PACKAGES.items() if not find(program)))

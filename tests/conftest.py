"""Real parts for the tests: the bundled dataset loaded once, a client of the application, and gunicorn over sockets."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from postgresql import Cluster

from api.config import Settings
from api.dataset import reader
from api.dataset.dataset import Dataset
from api.problems import Problem
from api.releases import load
from api.resources import RESOURCES
from api.web.app import create_app

pytest_plugins = ["programs"]
ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "fixtures" / "small"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A running PostgreSQL."""
    cluster = Cluster().start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings under which the bundled dataset is loaded, in either database."""
    url = request.getfixturevalue("postgresql").url() if request.param == "postgresql" else ""
    settings = Settings(dataset=ROOT / "dataset", data_dir=tmp_path_factory.mktemp("data"), database_url=url)
    load.load(settings)[0].close()
    return settings


@pytest.fixture(scope="session")
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture(scope="session")
def records(settings: Settings) -> Dataset:
    """The bundled dataset as read."""
    return reader.read(settings.dataset)


@pytest.fixture(scope="session")
def documents(client: FlaskClient) -> dict[str, list[dict[str, Any]]]:
    """Every public document of every kind, walked page by page."""
    found = {}
    for resource in RESOURCES:
        found[resource.kind] = walk(client, f"/v1/{resource.kind}?limit=500")
    return found


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small dataset, to be broken."""
    return Path(shutil.copytree(SMALL, tmp_path / "dataset"))


@pytest.fixture(params=[resource.kind for resource in RESOURCES])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind in turn."""
    return str(request.param)


def walk(client: FlaskClient, url: str | None) -> list[dict[str, Any]]:
    """All records of a list, following `links.next`."""
    found: list[dict[str, Any]] = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        body = answer.get_json()
        found += body["data"]
        url = body["links"]["next"]
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: of two processes, neither is left alone with it in the end."""
    items.sort(key=lambda item: item.path.stem not in ("test_trials", "test_postgresql"))


@contextmanager
def running(
    *arguments: str,
    cwd: Path,
    command: tuple[str, ...] = (sys.executable, "-m", "api"),
    log: Path = Path(os.devnull),
    **environ: str,
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A real server on a free port: its base URL and its process, ended by SIGTERM. Its lines on requests go to `log`."""
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        stdout=(output := log.open("ab")),
        stderr=subprocess.PIPE,
        text=True,
    )
    output.close()
    assert process.stderr
    told = []
    try:
        for line in process.stderr:
            told.append(line)
            if found := re.search(r"Serving (http://\S+)/", line):
                yield found[1], process
                break
        else:
            pytest.fail("the server did not start: " + "".join(told))
    finally:
        process.send_signal(signal.SIGTERM)
        process.stderr.close()
        process.wait(timeout=60)


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[str]:
    """The base URL of a gunicorn that serves the bundled dataset."""
    options = ("--data-dir", str(settings.data_dir), "--dataset", str(settings.dataset))
    with running(*options, cwd=ROOT, DIPLOMATIC_EVENTS_DATABASE_URL=settings.database_url) as (url, _):
        yield url


@pytest.fixture
def edit(small: Path) -> Callable[..., Path]:
    """Replaces a text in a file of the small dataset (the whole file where `old` is empty), or removes it."""

    def change(name: str, old: str = "", new: str | None = None) -> Path:
        path = small / name
        if new is None:
            path.unlink()
        elif not old:
            path.parent.mkdir(exist_ok=True)
            path.write_text(new, encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{name} does not hold {old!r}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return change


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while True:
        with suppress(Problem, requests.ConnectionError):  # nothing is loaded there yet, or nobody there
            if holds():
                return
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)

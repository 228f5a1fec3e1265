"""The embedded store: read-only, and no statement runs for ever."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import peewee as pw
import pytest
from conftest import SMALL

from api.config import Settings
from api.releases import load
from api.resources import RESOURCES
from api.storage.release import Release
from api.storage.sqlite import open_file
from api.web.app import create_app

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

ROWS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x % 1000000 = 1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(dataset=SMALL, data_dir=tmp_path, query_timeout=1)
    load.load(settings)[0].close()
    return settings


def test_a_statement_that_takes_too_long_is_interrupted_and_the_next_one_is_not(settings: Settings) -> None:
    (path,) = (settings.data_dir / "releases").glob("*.sqlite")
    release = open_file(path, 0.2)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(pw.OperationalError, match="interrupted"):
            release.database.execute_sql(ENDLESS).fetchall()
        assert time.monotonic() - began > 0.2, "it had its time"
        assert release.scalar(RESOURCES[0].model.select().limit(1)) is not None
    release.close()


@pytest.mark.parametrize("endless", [ENDLESS, ROWS])
def test_a_request_that_takes_too_long_is_503(settings: Settings, monkeypatch: pytest.MonkeyPatch, endless: str) -> None:
    """Be it before the first row, or while rows come."""
    app = create_app(settings)
    release = app.extensions["store"].current()
    rows = release.rows
    client = app.test_client()
    assert client.get("/v1/topics").status_code == 200
    monkeypatch.setattr(release, "execute", lambda *_: rows(pw.RawQuery(endless)))
    answer = client.get("/v1/actors")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    monkeypatch.undo()
    assert client.get("/v1/actors").status_code == 200
    app.extensions["store"].close()


@pytest.mark.parametrize("statement", ["DELETE FROM topics", "CREATE TABLE x (y)", "PRAGMA user_version = 7"])
def test_a_release_cannot_be_written(settings: Settings, statement: str) -> None:
    release = create_app(settings).extensions["store"].current()
    with pytest.raises(pw.OperationalError, match="readonly"):
        release.database.execute_sql(statement)
    release.close()


def test_a_release_that_is_let_go_closes_what_every_thread_has_opened(settings: Settings) -> None:
    (path,) = (settings.data_dir / "releases").glob("*.sqlite")
    release = open_file(path, 10)
    with ThreadPoolExecutor(4) as pool:
        barrier = threading.Barrier(4)
        for asked in [pool.submit(ask, release, barrier) for _ in range(4)]:
            assert asked.result() == [(1,)]
        assert opened(path) == 5, "one for each of four threads, and our own"
        del release
        assert opened(path) == 0, "without waiting for the collector"


def ask(release: Release, barrier: threading.Barrier) -> Any:
    barrier.wait(10)  # so that each is a thread of its own
    return release.execute("SELECT 1")


def opened(path: Path) -> int:
    return sum(os.path.realpath(link) == str(path) for link in Path("/proc/self/fd").iterdir())

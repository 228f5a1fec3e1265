"""The embedded store: read-only, and no statement runs for ever."""

import time
from pathlib import Path

import peewee as pw
import pytest
from conftest import SMALL

from api import load
from api.app import create_app
from api.config import Settings
from api.resources import RESOURCES
from api.store import in_file

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(dataset=SMALL, data_dir=tmp_path, query_timeout=1)
    load.load(settings)[0].close()
    return settings


def test_a_statement_that_takes_too_long_is_interrupted_and_the_next_one_is_not(settings: Settings) -> None:
    (path,) = (settings.data_dir / "releases").glob("*.sqlite")
    release = in_file(path, 0.2)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(pw.OperationalError, match="interrupted"):
            release.database.execute_sql(ENDLESS).fetchall()
        assert 0.2 < time.monotonic() - began < 5
        assert release.scalar(RESOURCES[0].model.select().limit(1)) is not None
    release.close()


def test_a_request_that_takes_too_long_is_503(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(settings)
    endless = pw.RawQuery(ENDLESS)
    release = app.extensions["store"].current()
    rows = release.rows
    client = app.test_client()
    assert client.get("/v1/topics").status_code == 200
    monkeypatch.setattr(release, "rows", lambda query: rows(endless))
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

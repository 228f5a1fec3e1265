"""Clients of a dataset that is loaded into either database for a measurement."""

import importlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from api.config import Settings
from api.releases import load
from api.web.app import create_app

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def client(database: str, dataset: Path = ROOT / "dataset") -> Iterator[FlaskClient | None]:
    """A client of a dataset, the shipped one if none is given, in a database; None where PostgreSQL cannot be started here."""
    with tempfile.TemporaryDirectory() as folder, cluster(database) as url:
        if url is None:
            yield None
            return
        settings = Settings(dataset=dataset, data_dir=Path(folder), database_url=url)
        load.load(settings)[0].close()
        app = create_app(settings)
        yield app.test_client()
        app.extensions["store"].close()


@contextmanager
def cluster(database: str) -> Iterator[str | None]:
    """The address of a PostgreSQL that the tests can start; empty for SQLite."""
    if not database:
        yield ""
        return
    sys.path.append(str(ROOT / "tests"))
    made = importlib.import_module("postgresql")
    if made.WHEEL is None:
        yield None
        return
    started = made.Cluster().start()
    try:
        yield str(started.url())
    finally:
        started.remove()

"""What tests share: the bundled dataset loaded once, a client of the application, gunicorn over sockets, and the markers."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
from commands import Command, forget_starter
from flask.testing import FlaskClient
from postgresql import Cluster, forget_template

from api.config import Settings
from api.dataset import manifests, reader
from api.dataset.dataset import Dataset
from api.problems import Problem
from api.releases import load, publish
from api.resources import RESOURCES
from api.web.app import create_app

pytest_plugins = ["programs", "browser"]
ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "fixtures" / "small"
DATASET = Path(os.environ.get("TEST_DATASET", ROOT / "dataset"))  # what the tests of the bundled dataset are about

pytest.register_assert_rewrite("clients", "support", "trials")  # so that their assertions say what they compared
# No test depends on how fast or how busy the machine is, nor on what an earlier run with other records left there.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("any machine")


def unpublished(target: Path, source: Path = DATASET) -> Path:
    """A copy of the bundled dataset, or of another, under the next major version.

    Any change of the records may be published as that, so that a record can be added, edited or withdrawn without a word
    about the version, which is a matter of `make release`.
    """
    shutil.copytree(source, target)
    about = target / "dataset.yaml"
    text = about.read_text(encoding="utf-8")
    published = [path.stem for path in (target / "releases").glob("*.tsv")]
    majors = [int(version.split(".")[0]) for version in (*published, *re.findall(r"^version: [\"']?(\d+)", text, re.MULTILINE))]
    about.write_text(
        re.sub(r"^version: .*$", f"version: {max(majors) + 1}.0.0", text, count=1, flags=re.MULTILINE), encoding="utf-8"
    )
    return target


def keep_manifest(folder: Path) -> Path:
    """Gives a dataset the manifest of its version, so that it is loaded as a published one."""
    (folder / "releases").mkdir(exist_ok=True)
    with closing(reader.read(folder)) as dataset:
        path = folder / "releases" / f"{dataset.about['version']}.tsv"
        path.write_text(manifest_text(dataset), encoding="utf-8")
    return folder


def manifest_text(dataset: Dataset) -> str:
    """The content of a manifest's file."""
    lines = [manifests.line(name, entry.digest, manifests.keys_text(entry)) for name, entry in dataset.manifest.items()]
    return manifests.header(dataset.about["version"], dataset.about["released"], dataset.digest) + "".join(lines)


@contextmanager
def shared(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, Path]]:
    """A folder that all processes of a run share, and a file in it that is there once it is filled; one process at a time."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, folder / "filled"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running PostgreSQL, one for all processes of a run: the last of them removes it."""
    with shared(tmp_path_factory, "postgresql") as (_, filled):
        if filled.exists():
            home, port, users = json.loads(filled.read_text())
            cluster = Cluster.at(Path(home), port)
        else:
            cluster, users = Cluster().start(connections=250), 0  # every process has several servers on it
        filled.write_text(json.dumps([str(cluster.home), cluster.port, users + 1]))
    yield cluster
    with shared(tmp_path_factory, "postgresql") as (_, filled):
        home, port, users = json.loads(filled.read_text())
        filled.write_text(json.dumps([home, port, users - 1]))
        if users == 1:
            filled.unlink()
            cluster.remove()


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled dataset with its manifest, so that it is loaded as a published version, and can be published."""
    with shared(tmp_path_factory, "bundled") as (folder, filled):
        if not filled.exists():
            keep_manifest(unpublished(folder / "dataset"))
            filled.touch()
    return folder / "dataset"


@pytest.fixture(scope="session")
def bundled_release(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundled dataset's release, published by the first process of a run that asks: not to be changed."""
    with shared(tmp_path_factory, "published") as (folder, filled):
        if not filled.exists():
            made, _ = publish.publish(bundled, folder / "releases")
            filled.write_text(str(made))
    return Path(filled.read_text())


@pytest.fixture(scope="session")
def embedded(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings under which the bundled dataset is loaded in SQLite, by the first process of a run that asks."""
    with shared(tmp_path_factory, "loaded-sqlite") as (folder, filled):
        settings = Settings(dataset=bundled, data_dir=folder / "data")
        if not filled.exists():
            load.load(settings)[0].close()
            filled.touch()
    return settings


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.trials)])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings under which the bundled dataset is loaded, in either database."""
    found: Settings = request.getfixturevalue("embedded" if request.param == "sqlite" else "in_postgresql")
    return found


@pytest.fixture(scope="session")
def in_postgresql(bundled: Path, postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same in PostgreSQL."""
    with shared(tmp_path_factory, "loaded-postgresql") as (folder, _):
        settings = Settings(dataset=bundled, data_dir=folder / "data", database_url=postgresql.url())
        load.load(settings)[0].close()  # it may be another PostgreSQL by now; a release that is there is not made again
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


KINDS = {  # by the folder of a test
    "unit": ("dataset", "formats", "query", "resources", "schema"),
    "api": ("web",),
    "system": ("cli", "releases", "server", "storage", "tests"),
}
LONGEST = (
    "test_contribution",
    "test_trials",
    "test_catalogue_tools",
    "test_postgresql",
    "test_documents",
    "test_jsonl_index",
    "test_operations",
    "test_publish",
    "test_files",
    "test_server",
    "test_clients",
    "test_benchmarks",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by its folder, and lets the files that take longest begin first: no process is alone in the end."""
    for item in items:
        (kind,) = (kind for kind, folders in KINDS.items() if item.path.parent.name in folders)
        item.add_marker(kind)
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """After the session's fixtures are torn down, which is here where a run is interrupted."""
    forget_template()
    forget_starter()


@contextmanager
def running(
    *arguments: str,
    cwd: Path,
    command: tuple[str, ...] = (),
    log: Path = Path(os.devnull),
    **environ: str,
) -> Iterator[tuple[str, Any]]:
    """A real server on a free port: its base URL and its process, ended by SIGTERM. Its lines on requests go to `log`.

    With a `command` it is started whole by that, else forked from what has imported its code.
    """
    line, env = ("serve", "--port", "0", *arguments), {**os.environ, **environ}
    with log.open("ab") as output:
        process: Any = (
            subprocess.Popen([*command, *line], cwd=cwd, env=env, stdout=output, stderr=subprocess.PIPE, text=True)
            if command
            else Command(*line, cwd=cwd, env=env, stdout=output, stderr=subprocess.PIPE)
        )
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


def wait_for(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Waits until something holds; `seconds` is for a test that would hang, not a bound that anybody is promised."""
    end = time.monotonic() + seconds
    while True:
        with suppress(Problem, requests.ConnectionError):  # nothing is loaded there yet, or nobody there
            if holds():
                return
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)

"""Several datasets in one server: each below its own path as if it were alone, and a front that lists them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ROOT, SMALL, running
from nginx import proxied
from postgresql import Cluster
from support import addresses_in, guarded, run
from test_mcp import MODERN, with_client
from werkzeug.test import Client

from api.config import Settings
from api.releases import load
from api.server.gunicorn_server import gauges
from api.server.stack import application
from api.web.mcp.tools import TOOLS


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two datasets, loaded by one command."""
    folder = tmp_path_factory.mktemp("several")
    assert run("init", folder / "other", "--title", "Another subject").exit_code == 0
    options = (f"--dataset=small={SMALL}", f"--dataset=other={folder / 'other'}", f"--data-dir={folder / 'data'}")
    assert (told := run("load", *options)).exit_code == 0, told.output
    return Settings.read({}, datasets=f"small={SMALL},other={folder / 'other'}", data_dir=str(folder / "data"))


@pytest.mark.parametrize("prefix", ["", "/data"])
def test_each_dataset_answers_below_its_own_path(settings: Settings, prefix: str) -> None:
    client = Client(application(replace(settings, prefix=prefix)))
    for name, title in (("small", "A small dataset"), ("other", "Another subject")):
        base = f"{prefix}/{name}"
        assert client.get(f"{base}/v1").get_json()["data"]["title"] == title
        assert f"<h1>{title}</h1>" in client.get(f"{base}/").text
        for path in ("/", "/v1/events?limit=1", "/v1/events?limit=1&format=atom", "/events", "/v1/nothing"):
            found = addresses_in(client.get(base + path))
            assert found
            assert all(address.removeprefix("http://localhost").startswith(f"{base}/") for address in found), found
    assert client.get(f"{prefix}/small/v1/events/2001-02-03-example-meeting").status_code == 404, "it is the other's"


def test_the_front_lists_the_datasets_for_people_and_for_programs(settings: Settings) -> None:
    client = Client(application(replace(settings, prefix="/data")))
    page = client.get("/data/", headers={"Accept": "text/html"})
    assert [title in page.text for title in ("A small dataset", "Another subject")] == [True, True]
    listed = client.get("/data/", headers={"Accept": "application/json"}).get_json()["data"]
    assert [one["href"] for one in listed] == ["/data/small/", "/data/other/"]
    for address in addresses_in(page):
        assert client.get(address).status_code == 200, address
    for path in ("/data/v1/events", "/", "/data/third/v1"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert "/data/small/, /data/other/" in answer.get_json()["detail"]


def test_the_front_is_ready_when_every_dataset_is(settings: Settings, tmp_path: Path) -> None:
    assert Client(application(settings)).get("/readyz").status_code == 200
    client = Client(application(replace(settings, datasets=f"{settings.datasets},third={SMALL}")))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["detail"]) == (503, "No release can be read of /third.")
    assert client.get("/healthz").status_code == 200
    assert "It cannot be read at the moment." in client.get("/").text, "the others are listed all the same"


def test_metrics_tell_the_datasets_apart(settings: Settings) -> None:
    assert {labels["dataset"] for _, _, labels, _ in gauges(settings)} == {"small", "other"}


@pytest.mark.parametrize("given", ["small", "small=x,small=y", "Small=x", "=x", "healthz=x"])
def test_a_list_of_datasets_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"DIPLOMATIC_EVENTS_DATASETS=.* is not a list such as a=DIR,b=DIR"):
        Settings.read({"DIPLOMATIC_EVENTS_DATASETS": given})


def test_several_datasets_need_a_database_each() -> None:
    url = "postgresql://x@y/diplomatic"
    with pytest.raises(ValueError, match=r"must hold {name}"):
        Settings.read({"DIPLOMATIC_EVENTS_DATABASE_URL": url}, datasets="a=x,b=y")
    each = Settings.read({"DIPLOMATIC_EVENTS_DATABASE_URL": url + "-{name}"}, datasets="a=x,b=y").each()
    assert [one.database_url for one in each.values()] == [f"{url}-a", f"{url}-b"]


@pytest.mark.trials
def test_each_dataset_is_read_from_its_own_database(settings: Settings, postgresql: Cluster) -> None:
    with postgresql.connect(autocommit=True) as connection:
        for name in settings.each():
            connection.execute(f'CREATE DATABASE "{name}"')
    there = replace(settings, database_url=postgresql.url().replace("/postgres?", "/{name}?"))
    for one in there.each().values():
        load.load(one)[0].close()
    client = Client(application(there))
    titles = [client.get(f"/{name}/v1").get_json()["data"]["title"] for name in ("small", "other")]
    assert titles == ["A small dataset", "Another subject"]


@pytest.mark.needs("nginx")
def test_two_datasets_behind_nginx_below_a_path(settings: Settings, tmp_path: Path) -> None:
    options = [f"--dataset={pair}" for pair in settings.datasets.split(",")]
    served = running(*options, "--data-dir", str(settings.data_dir), cwd=ROOT, DIPLOMATIC_EVENTS_TRUSTED_PROXIES="1")
    with served as (api, _), proxied(api[7:], tmp_path, prefix="/data") as url:
        assert "Another subject" in requests.get(f"{url}/", timeout=60).text
        for name in ("small", "other"):
            page = requests.get(f"{url}/{name}/v1/events?limit=1", timeout=60)
            assert page.json()["links"]["self"] == f"{url}/{name}/v1/events?limit=1"
            assert page.json()["data"][0]["links"]["self"].startswith(f"/data/{name}/v1/events/")
            assert requests.get(page.json()["links"]["next"] or f"{url}/", timeout=60).status_code == 200
            guarded(page)
            for mode in ("legacy", MODERN):
                tools, found = with_client(f"{url}/{name}/mcp", mode, search)
                assert tools == len(TOOLS)
                assert found["api"].startswith(f"{url}/{name}/v1/search?")
                assert all(one["url"].startswith(f"{url}/{name}/v1/") for one in found["results"])
        assert requests.post(f"{url}/mcp", json={}, timeout=60).status_code == 404, "the tools are a dataset's"


async def search(client: Any) -> Any:
    """How many tools the official client lists, and what one of them finds."""
    found = await client.call_tool("find", {"text": "meeting"})
    return len((await client.list_tools()).tools), found.structured_content

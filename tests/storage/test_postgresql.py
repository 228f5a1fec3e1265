"""PostgreSQL: the same answers as the embedded database, from servers that come and go."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from clients import asking, pages
from commands import Command
from conftest import ROOT, SMALL, running, wait_for
from flask.testing import FlaskClient
from postgresql import Cluster

from api.config import Settings
from api.formats import formats_of
from api.problems import Problem
from api.releases import load
from api.resources import RESOURCES
from api.storage import postgresql_pool
from api.storage.postgresql import PostgresqlStore
from api.storage.postgresql_pool import ReadPool, Watch
from api.web.app import create_app
from benchmarks.search import board


@pytest.fixture(scope="module")
def both(embedded: Settings, in_postgresql: Settings) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """A client of the embedded database, and one of PostgreSQL."""
    apps = [create_app(settings) for settings in (embedded, in_postgresql)]
    yield apps[0].test_client(), apps[1].test_client()
    for app in apps:
        app.extensions["store"].close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the test's own."""
    cluster = Cluster().start()
    yield cluster
    cluster.remove()


PATHS = [
    *(f"/v1/{r.kind}?limit=500&format={word}" if word in ("json", "atom") else f"/v1/{r.kind}?format={word}"
      for r in RESOURCES for word in formats_of(r.kind)),
    *(f"/v1/{r.kind}?limit=7&sort={sign}{word}" for r in RESOURCES for word in r.sorts for sign in ("", "-")),
    *(f"/v1/{r.kind}?q=nuclear" for r in RESOURCES),
    '/v1/events?q="strategic stability"&facets=actor,topic,type,year,country',
    "/v1/events?date_from=2014&date_to=2021-05&date_match=certain&actor_not=vladimir-putin&facets=place",
    "/v1/events?actor_all=joe-biden,vladimir-putin&include=actors,places&cite=true",
    "/v1/agreements?in_force_on=2021-06-16&expiring_before=2030",
    "/v1/aggregates/events?by=place,year",
    "/v1/aggregates/statements?by=speaker&format=csv",
    "/v1/network?topic=strategic-stability",
    "/v1/suggest?q=ryab",
    "/v1/changes?limit=500",
    "/v1/quality",
    "/v1",
    "/",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_both_databases_answer_the_same_bytes(both: tuple[FlaskClient, FlaskClient], path: str) -> None:
    embedded, server = (client.get(path) for client in both)
    assert embedded.status_code == 200
    assert (embedded.status_code, dict(embedded.headers), embedded.data) == (200, dict(server.headers), server.data)


TYPED = [query.q for path in board.files() for query in board.queries(path)]


@pytest.mark.parametrize("typed", [TYPED[::6], pytest.param(TYPED, marks=pytest.mark.trials)], ids=["some", "all"])
def test_both_databases_find_the_same_in_the_same_order_and_mark_the_same(
    both: tuple[FlaskClient, FlaskClient], typed: list[str]
) -> None:
    for text in [
        *typed,
        "geneva",
        "biden putin",
        '"strategic stability"',
        "treat*",
        "МИД",
        "é",
        "нов*",
        "a b*",
        "普京",
        "treaty putin xyzzy",
    ]:
        for path, limit in (("search", 100), ("suggest", None), ("events", 20)):
            asked = {"q": text, **({"limit": limit} if limit else {})}
            one, other = (client.get(f"/v1/{path}", query_string=asked).get_json() for client in both)
            assert one == other, (path, text)


def test_all_reads_go_to_the_release_and_can_change_nothing(both: tuple[FlaskClient, FlaskClient]) -> None:
    release = both[1].application.extensions["store"].current()
    for statement in ("DELETE FROM events", "CREATE TABLE x (y int)", "SELECT pg_sleep(60)"):
        with release.pool.connection(release.schema) as connection:
            connection.execute("SET statement_timeout = 100")
            with pytest.raises(psycopg.Error, match=r"read-only|statement timeout"):
                connection.execute(statement)
            connection.execute("RESET statement_timeout")


def of(cluster: Cluster, folder: Path, dataset: Path = SMALL, *others: Cluster, **more: Any) -> Settings:
    return Settings(dataset=dataset, data_dir=folder, database_url=cluster.url(*others), **more)


def loaded(settings: Settings) -> str:
    release, _ = load.load(settings)
    release.close()
    return release.id


def test_a_load_that_fails_or_is_killed_leaves_the_served_release(
    edit: Callable[..., Path], small: Path, cluster: Cluster, tmp_path: Path
) -> None:
    settings = of(cluster, tmp_path, small)
    before = loaded(settings)
    for delay in (0.05, 0.15, 0.25, 0.4, 0.6):
        edit("topics/security.yaml", "about security", "about security and more")
        environ = {**os.environ, "DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url}
        process = Command("load", "--dataset", small, env=environ)
        time.sleep(delay)
        process.kill()
        process.wait()
        store = PostgresqlStore(settings.database_url)
        assert store.current().about["counts"]["topics"] == 2
        store.close()
    assert loaded(settings) != before
    with cluster.connect() as connection:
        schemas = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'diplomatic_events\\_%'").fetchone()
        named = connection.execute("SELECT count(*) FROM diplomatic_events.releases").fetchone()
    assert schemas == named, "no schema is left that no release stands for"


def test_no_more_releases_are_kept_than_asked_and_never_fewer_than_two(
    edit: Callable[..., Path], small: Path, cluster: Cluster, tmp_path: Path
) -> None:
    ids = []
    for n in range(4):
        edit("topics/security.yaml", "definition: ", f"definition: {n} ")
        ids.append(loaded(of(cluster, tmp_path, small, keep_releases=1)))
    store = PostgresqlStore(cluster.url())
    assert store.release(ids[-1]).id == store.current().id
    assert store.release(ids[-2]).scalar(RESOURCES[0].model.select().limit(1)) is not None
    with pytest.raises(FileNotFoundError):
        store.release(ids[0])
    store.close()


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.trials)])
def test_many_switches_hold_on_to_one_release_only(
    edit: Callable[..., Path], small: Path, request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    in_file = Settings(dataset=small, data_dir=tmp_path)
    settings = in_file if database == "sqlite" else of(request.getfixturevalue("cluster"), tmp_path, small)
    loaded(settings)
    with running("--no-load", "--data-dir", str(tmp_path), cwd=ROOT, DIPLOMATIC_EVENTS_DATABASE_URL=settings.database_url) as (
        url,
        process,
    ):

        def descriptors() -> int:
            """Those of every process, each of which has been asked by then."""
            for limit in range(1, 40):
                requests.get(f"{url}/v1/topics?limit={limit}&q=security", timeout=60).raise_for_status()
            workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            return sum(len(list(Path(f"/proc/{worker}/fd").iterdir())) for worker in workers)

        def switch(n: int) -> None:
            edit("topics/security.yaml", "definition: ", f"definition: {n} ")
            loaded(settings)
            wait_for(lambda: all(answers_from(url, n) for _ in range(4)))

        switch(0)
        switch(1)
        early = descriptors()
        for n in range(2, 8):
            switch(n)
            descriptors()
        # Of files, or of connections, one more for each thread; what a process lets go of may take it a moment.
        wait_for(lambda: descriptors() <= early + 2 * 4)


def answers_from(url: str, number: int) -> bool:
    """Whether a server answers from the release whose topic says this number."""
    served = requests.get(f"{url}/v1/topics/security", timeout=60).json()
    return str(served["data"]["definition"]).startswith(f"{number} ")


def test_two_loads_at_once_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    settings = of(cluster, tmp_path)
    with PostgresqlStore(settings.database_url).building(), pytest.raises(BlockingIOError):
        load.load(settings)
    assert loaded(settings)


def test_nothing_loaded_and_nobody_there_are_503(cluster: Cluster) -> None:
    store = PostgresqlStore(cluster.url())
    with pytest.raises(Problem) as refused:
        store.current()
    assert refused.value.status == 503
    cluster.stop()
    with pytest.raises(Problem) as refused:
        PostgresqlStore(cluster.url()).current()
    assert refused.value.status == 503
    store.close()
    cluster.start()


def test_a_role_that_may_only_select_is_enough_to_serve(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.connect() as connection:
        connection.execute("CREATE ROLE reader LOGIN")
    loaded(of(cluster, tmp_path, database_reader="reader"))
    store = PostgresqlStore(cluster.url(user="reader"))
    assert store.current().scalar(RESOURCES[0].model.select().limit(1)) is not None
    store.close()


def test_a_new_release_is_looked_for_more_often_than_once_a_second() -> None:
    assert postgresql_pool.POLL < 1


@pytest.mark.trials
def test_several_processes_notice_a_new_release_without_a_failed_request(
    edit: Callable[..., Path], small: Path, cluster: Cluster, tmp_path: Path
) -> None:
    settings = of(cluster, tmp_path, small)
    loaded(settings)
    environ = {"DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url}
    with (
        running("--no-load", cwd=ROOT, **environ) as (one, _),
        running("--no-load", cwd=ROOT, **environ) as (two, _),
        asking(pages(f"{one}/v1/topics?q=security")) as first,
        asking(pages(f"{two}/v1/topics?q=security")) as second,
    ):
        for n in range(3):
            edit("topics/security.yaml", "definition: ", f"definition: {n} ")
            loaded(settings)
            for url in (one, two):  # every process of both
                wait_for(lambda url=url, n=n: all(answers_from(url, n) for _ in range(4)))
    assert {*first.statuses, *second.statuses} == {200}
    assert first.cut + second.cut == []


@pytest.mark.trials  # in short: test_a_restart_of_the_only_server_is_a_503_and_then_over
def test_reads_go_on_from_the_standby_while_the_primary_is_stopped_and_loads_go_on_after(
    edit: Callable[..., Path], small: Path, cluster: Cluster, tmp_path: Path
) -> None:
    standby = Cluster(cluster).start()
    try:
        settings = of(cluster, tmp_path, small, standby)
        before = loaded(settings)
        there = PostgresqlStore(standby.url())
        wait_for(lambda: there.current().id == before)
        there.close()
        with running("--no-load", cwd=ROOT, DIPLOMATIC_EVENTS_DATABASE_URL=settings.database_url) as (url, _):
            requests.get(f"{url}/readyz", timeout=10).raise_for_status()
            cluster.stop()
            with asking(pages(f"{url}/v1/topics?q=security")) as seen:
                wait_for(lambda: len(seen.statuses) >= 200)
            assert (set(seen.statuses), seen.cut) == ({200}, [])
            assert requests.get(f"{url}/readyz", timeout=10).status_code == 200
            edit("topics/security.yaml", "definition: ", "definition: Now ")
            with pytest.raises(ConnectionError):
                load.load(settings)
            cluster.start()
            loaded(settings)
            wait_for(lambda: "Now" in requests.get(f"{url}/v1/topics/security", timeout=10).json()["data"]["definition"])
    finally:
        standby.remove()


def test_a_restart_of_the_only_server_is_a_503_and_then_over(cluster: Cluster, tmp_path: Path) -> None:
    settings = of(cluster, tmp_path)
    loaded(settings)
    with running("--no-load", cwd=ROOT, DIPLOMATIC_EVENTS_DATABASE_URL=settings.database_url) as (url, _):
        kept = f"{url}/v1/events?limit=3"
        for _ in range(8):
            requests.get(kept, timeout=10).raise_for_status()
        cluster.stop()
        refused = requests.get(f"{url}/readyz", timeout=20)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert requests.get(f"{url}/healthz", timeout=10).status_code == 200
        cluster.start()
        wait_for(lambda: requests.get(f"{url}/readyz", timeout=20).status_code == 200)
        # Each process notices by itself that the database is there again.
        wait_for(lambda: {requests.get(f"{url}/v1/events?limit={n}", timeout=20).status_code for n in range(1, 20)} == {200})


def test_a_server_that_hangs_is_a_503_within_bounds_and_then_over(cluster: Cluster, tmp_path: Path) -> None:
    """Every process of it is stopped: connections stand, nothing answers, no statement of its own can time out."""
    settings = of(cluster, tmp_path)
    loaded(settings)
    environ = {"DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url, "DIPLOMATIC_EVENTS_QUERY_TIMEOUT": "1"}
    with running("--no-load", cwd=ROOT, DIPLOMATIC_EVENTS_WORKERS="1", **environ) as (url, _):
        assert requests.get(f"{url}/v1/topics", timeout=10).status_code == 200
        with cluster.hanging():
            for path in ("/v1/topics?q=security", "/readyz"):  # they have an answer while nothing answers the server
                answer = requests.get(f"{url}{path}", timeout=120)
                assert answer.status_code == 503, path
                assert answer.headers["Retry-After"]
            assert requests.get(f"{url}/healthz", timeout=10).status_code == 200
            assert requests.get(f"{url}/v1/topics", timeout=30).status_code == 200, "what is in memory is still answered"
        wait_for(lambda: requests.get(f"{url}/readyz", timeout=40).status_code == 200)
        assert requests.get(f"{url}/v1/topics?q=security", timeout=20).status_code == 200


def test_a_server_that_hangs_is_known_to_within_five_seconds() -> None:
    """What a process waits for: that it looks again, and that it has heard nothing for so long. `make faults` measures it."""
    assert postgresql_pool.POLL + postgresql_pool.SILENCE < 5


@pytest.mark.trials  # in short: test_a_server_that_hangs_is_a_503_within_bounds_and_then_over
def test_while_a_server_hangs_many_clients_have_a_503_and_what_needs_no_database_is_answered(
    cluster: Cluster, tmp_path: Path
) -> None:
    settings = of(cluster, tmp_path, query_timeout=600)  # nothing but the silence of the server can end a wait
    loaded(settings)

    def asked(path: str) -> int:
        answer = requests.get(url + path, timeout=300)
        assert answer.ok or answer.headers["Retry-After"]
        return answer.status_code

    environ = {
        "DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url,
        "DIPLOMATIC_EVENTS_WORKERS": "1",
        "DIPLOMATIC_EVENTS_QUERY_TIMEOUT": str(settings.query_timeout),
    }
    with running("--no-load", cwd=ROOT, **environ) as (url, _):
        assert [asked(path) for path in ("/v1/topics", "/v1/events?q=geneva", "/readyz")] == [200, 200, 200]
        with cluster.hanging(), ThreadPoolExecutor(12) as clients:
            many = [clients.submit(asked, f"/v1/topics?q=security&limit={n}") for n in range(1, 13)]
            answered = [[asked(path) for path in ("/healthz", "/v1/topics")]]  # by a server that still hangs
            while not all(one.done() for one in many):
                answered.append([asked(path) for path in ("/healthz", "/v1/topics")])
            assert answered == [[200, 200]] * len(answered)
            assert {one.result() for one in many} == {503}
            assert asked("/readyz") == 503
        wait_for(lambda: asked("/readyz") == 200)
        wait_for(lambda: asked("/v1/topics?q=security&limit=1") == 200)


def test_a_statement_under_way_when_the_server_hangs_is_given_up_soon(cluster: Cluster) -> None:
    """Long before its own time limit, which a server that hangs cannot keep."""
    pool = ReadPool(cluster.url(), size=2, timeout=900)

    def answers() -> bool:
        with suppress(psycopg.OperationalError):  # until the server is looked for again
            return pool.read("public", "SELECT 1") == [(1,)]
        return False

    running_now = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'"
    try:
        with ThreadPoolExecutor(1) as thread, cluster.connect(autocommit=True) as connection:
            sleeping = thread.submit(pool.read, "public", "SELECT pg_sleep(600)")
            wait_for(lambda: connection.execute(running_now).fetchone() == (1,))
            with cluster.hanging(), pytest.raises(psycopg.OperationalError, match="does not answer"):
                sleeping.result(timeout=60)  # not the ten minutes of the statement
        wait_for(answers, 5)
    finally:
        pool.close()


class Asked:
    """A connection whose answer comes when a test lets it come."""

    def __init__(self) -> None:
        self.closed, self.asked, self.answer = False, threading.Event(), threading.Event()

    def execute(self, statement: str) -> "Asked":
        self.asked.set()
        self.answer.wait(60)
        assert not self.closed, "nobody closes what another thread reads from"
        return self

    def fetchone(self) -> tuple[int]:
        return (7,)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("after", [True, False], ids=["after a look", "during a look"])
def test_who_closes_a_watch_leaves_no_connection_open(after: bool) -> None:
    connection: Any = Asked()
    watch = Watch(lambda: connection)
    watch.look()
    assert connection.asked.wait(60)
    if after:
        connection.answer.set()
        watch._thread.join(60)
        assert not connection.closed, "it is kept for the next look"
    watch.close()
    assert connection.closed is after
    connection.answer.set()
    watch._thread.join(60)
    assert (watch.newest, connection.closed) == (7, True)


@pytest.mark.trials  # in short: tests/storage/test_store.py
def test_more_clients_than_connections_wait_for_their_turn(cluster: Cluster, tmp_path: Path) -> None:
    settings = of(cluster, tmp_path)
    loaded(settings)
    environ = {"DIPLOMATIC_EVENTS_DATABASE_URL": settings.database_url, "DIPLOMATIC_EVENTS_THREADS": "4"}
    with running("--no-load", cwd=ROOT, **environ) as (url, _), asking(pages(f"{url}/v1/events?q=geneva")) as one:
        with asking(pages(f"{url}/v1/topics?q=security")) as two, asking(pages(f"{url}/v1/actors?q=biden")) as three:
            wait_for(lambda: min(len(heard.statuses) for heard in (one, two, three)) >= 50)
        with cluster.connect() as connection:
            (used,) = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            ).fetchone() or (0,)
    assert {*one.statuses, *two.statuses, *three.statuses} == {200}
    assert one.cut + two.cut + three.cut == []
    assert used <= 2 * 2 * (4 + 2) + 1, "a pool of its own for each process: of the release, and of the list of releases"

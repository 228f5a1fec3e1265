"""What an operator relies on: lines about requests, metrics, settings, health, and an end that cuts nobody off."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from conftest import ROOT, SMALL, running, wait_for
from postgresql import free_port

from api.cli import main
from api.config import Settings


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def serving_small(folder: Path, **environ: str) -> Any:
    options = ("--dataset", str(SMALL), "--data-dir", str(folder / "data"))
    return running(*options, cwd=ROOT, log=folder / "log", **environ)


def test_each_request_is_one_line_of_json_that_says_what_was_sent(tmp_path: Path) -> None:
    began = time.monotonic()
    with serving_small(tmp_path) as (url, _):
        agent = {"User-Agent": 'a "browser"\\', "Accept-Encoding": "identity"}
        asked = [
            requests.get(f"{url}{path}", headers=agent, timeout=10) for path in ("/v1/topics?q=%C3%A9", "/v1/topics", "/v1/x")
        ]
        asked.append(requests.get(f"{url}/v1/topics", headers=agent, timeout=10))
        asked.append(requests.head(f"{url}/v1/topics", headers=agent, timeout=10))
    by_id = {line["request_id"]: line for line in lines(tmp_path / "log")}  # processes write when they come to it
    assert len(by_id) == len(asked)
    found = [by_id[answer.headers["X-Request-ID"]] for answer in asked]
    assert [line["status"] for line in found] == [200, 200, 404, 200, 200]
    assert [line["path"] for line in found] == ["/v1/topics", "/v1/topics", "/v1/x", "/v1/topics", "/v1/topics"]
    assert found[0]["query"] == "q=%C3%A9"
    for line, answer in zip(found, asked, strict=True):
        assert line["bytes"] == len(answer.content)
        assert line["user_agent"] == agent["User-Agent"]
        assert line["client"] == "127.0.0.1"
        assert 0 < line["duration_ms"] < 1000 * (time.monotonic() - began)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert found[-1]["method"] == "HEAD"


@pytest.mark.parametrize("id", ["4bf92f3577b34da6a3ce929d0e0e4736", "Root=1-67891233-abcdef012345678912345678", "a" * 128])
def test_a_sane_request_id_is_taken_over(server: str, id: str) -> None:
    for path in ("/v1/events?limit=1", "/v1/nothing", "/healthz"):
        assert requests.get(f"{server}{path}", headers={"X-Request-ID": id}, timeout=10).headers["X-Request-ID"] == id


@pytest.mark.parametrize("id", ["", "a" * 129, 'x" y', "<script>", "é", "a\tb"])
def test_any_other_request_id_is_replaced(server: str, id: str) -> None:
    answer = requests.get(f"{server}/healthz", headers={"X-Request-ID": id.encode()}, timeout=10)
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_what_went_wrong_is_logged_with_the_id_of_the_request(tmp_path: Path) -> None:
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_WORKERS="1") as (url, process):
        (release,) = (tmp_path / "data" / "releases").glob("*.sqlite")
        assert requests.get(f"{url}/readyz", timeout=10).status_code == 200
        os.truncate(release, 8192)  # under the server's hands
        answer = requests.get(f"{url}/v1/statements", headers={"X-Request-ID": "find-me"}, timeout=10)
        assert answer.status_code == 503
        (tmp_path / "data" / "current").write_text("nonsense")
        assert requests.get(f"{url}/v1/events", headers={"X-Request-ID": "me-too"}, timeout=10).status_code == 503
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        messages = [json.loads(line) for line in process.stderr.read().splitlines() if line.startswith("{")]
    assert [line["request_id"] for line in lines(tmp_path / "log") if line["status"] == 503] == ["find-me", "me-too"]
    assert [message["request_id"] for message in messages] == ["find-me", "me-too"]
    assert {(message["level"], message["logger"]) for message in messages} == {("warning", "api.web.app")}
    assert "cannot be read at /v1/statements" in messages[0]["message"]
    assert "No release is loaded yet at /v1/events" in messages[1]["message"]


SLOW_TO_BEGIN = """
import atexit, time
from api import metrics
from api.cli import main

def after_fork(worker):
    atexit.register(print, "ended", flush=True)
    print("forked", flush=True)
    time.sleep(1)

metrics.after_fork = after_fork
main()
"""


def test_a_server_that_is_told_to_end_while_its_workers_begin_kills_none(tmp_path: Path) -> None:
    command, options = (sys.executable, "-c", SLOW_TO_BEGIN), ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, command=command, log=tmp_path / "log") as (_, process):
        wait_for(lambda: "forked" in (tmp_path / "log").read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    told = (tmp_path / "log").read_text().split()
    assert told.count("ended") == told.count("forked") > 0, "a lost signal: the server waited for its worker, then killed it"


def test_nobody_waits_for_lines_and_messages_that_nobody_reads(tmp_path: Path) -> None:
    """Two pipes that are not read, and far more on its way to each than a pipe holds."""
    command = [sys.executable, "-m", "api", "serve", "--port", "0", "--dataset", str(SMALL), "--data-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        (url,) = re.findall(r"Serving (http://\S+)/ ", "".join(process.stderr.readline() for _ in range(3)))
        (tmp_path / "current").write_text("nonsense\n")
        with requests.Session() as session:
            for n in range(600):
                answer = session.get(f"{url}/v1/topics?limit={1 + n % 400}&q={'a' * 200}", timeout=10)
                assert answer.status_code == 503
        process.terminate()
        assert process.wait(timeout=20) == 0, "it ends without having told everything"
    finally:
        process.kill()
        process.communicate(timeout=60)


def test_a_terminal_gets_lines_for_people(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "api", "serve", "--port", "0", "--dataset", str(SMALL), "--data-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    try:
        assert process.stderr
        (url,) = re.findall(r"Serving (http://\S+)/ ", "".join(process.stderr.readline() for _ in range(3)))
        requests.get(f"{url}/v1/topics?q=%1b[31m", timeout=10)
        shown = os.read(ours, 10_000).decode()
    finally:
        process.terminate()
        process.communicate(timeout=60)
        os.close(ours)
    assert re.fullmatch(r"\d\d:\d\d:\d\d 200 GET /v1/topics\?q=%1[Bb]%5B31m [\d.]+ ms \d+ bytes\r\n", shown)


def test_lines_can_be_turned_off(tmp_path: Path) -> None:
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_LOG="off") as (url, _):
        requests.get(f"{url}/v1/topics", timeout=10)
    assert (tmp_path / "log").read_text() == ""


def samples(port: int) -> dict[str, float]:
    """What Prometheus would read, each sample by its name and labels as they are written."""
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    found = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in found}


def counters_of(process: subprocess.Popen[str]) -> Path:
    """The folder of a server's counters: the one whose files its processes hold, whatever other servers run here."""
    folders: set[str] = set()

    def held() -> bool:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *children):
            with suppress(OSError):  # one that has just ended
                folders.update(re.findall(r"/\S*/diplomatic-events-metrics-[^/\s]+", Path(f"/proc/{pid}/maps").read_text()))
        return bool(folders)

    wait_for(held)
    (folder,) = folders
    return Path(folder)


def test_metrics_count_what_all_processes_did(tmp_path: Path) -> None:
    port = free_port()
    asked, began = 40, time.time()
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_METRICS_PORT=str(port), DIPLOMATIC_EVENTS_WORKERS="3") as (url, process):
        for _ in range(asked):
            requests.get(f"{url}/v1/topics", timeout=10)  # a connection each, so that all processes get some
        for path in ("/v1/topics/security", "/v1/topics/nothing", "/nothing", "/nothing-else"):
            requests.get(f"{url}{path}", timeout=10)
        requests.request("BREW", f"{url}/v1/topics", timeout=10)
        assert requests.get(f"{url}/metrics", timeout=10).status_code == 404, "not where strangers ask"
        prefix = "diplomatic_events_http_requests_total"
        wait_for(lambda: samples(port).get(f'{prefix}{{method="GET",route="(none)",status="404"}}') == 3)
        found = samples(port)
        assert found[f'{prefix}{{method="GET",route="/v1/topics",status="200"}}'] == asked
        assert found[f'{prefix}{{method="GET",route="/v1/topics/<id>",status="200"}}'] == 1
        assert found[f'{prefix}{{method="GET",route="/v1/topics/<id>",status="404"}}'] == 1
        assert found[f'{prefix}{{method="GET",route="(none)",status="404"}}'] == 3
        assert found[f'{prefix}{{method="other",route="(none)",status="405"}}'] == 1
        assert found['diplomatic_events_http_request_duration_seconds_count{route="/v1/topics"}'] == asked
        assert found['diplomatic_events_http_request_duration_seconds_bucket{le="+Inf",route="/v1/topics"}'] == asked
        hits = found['diplomatic_events_cache_requests_total{result="hit"}']
        assert asked - 3 * 4 <= hits < asked, "each process asks once, or each thread of it at the same moment"
        (info,) = [name for name in found if name.startswith("diplomatic_events_release_info")]
        assert 'version="0.1.0+draft"' in info
        assert 0 <= found["diplomatic_events_release_age_seconds"] <= time.time() - began
        assert 0 < found["diplomatic_events_release_load_duration_seconds"] <= time.time() - began
        assert found["diplomatic_events_database_errors_total"] == 0
        (tmp_path / "data" / "current").write_text("nonsense\n")
        requests.get(f"{url}/readyz", timeout=10)
        folder = counters_of(process)
        assert folder.stat().st_mode & 0o077 == 0, "nobody else's"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not folder.exists()


def test_metrics_outlive_a_process(tmp_path: Path) -> None:
    """One that is killed, and one that is replaced. An answer is counted when it has been sent."""
    port = free_port()
    name = 'diplomatic_events_http_requests_total{method="GET",route="/v1/topics",status="200"}'
    seconds = 'diplomatic_events_http_request_duration_seconds_count{route="/v1/topics"}'
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_METRICS_PORT=str(port), DIPLOMATIC_EVENTS_WORKERS="1") as (url, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for asked, number in enumerate((signal.SIGKILL, signal.SIGHUP, signal.SIGTERM), 1):
            wait_for(lambda: requests.get(f"{url}/v1/topics", timeout=10).status_code == 200)
            wait_for(lambda asked=asked: samples(port).get(name) == asked)
            (worker,) = children.read_text().split()
            os.kill(process.pid if number == signal.SIGHUP else int(worker), number)
            wait_for(lambda worker=worker: worker not in children.read_text().split())
        wait_for(lambda: requests.get(f"{url}/v1/topics", timeout=10).status_code == 200)
        wait_for(lambda: samples(port)[name] == samples(port)[seconds] == 4)
        folder = counters_of(process)
        left = {path.stem.split("_")[1] for path in folder.iterdir()}
        assert left == {"0", "1", "2"}, "files of the main process, and of the most workers that ran at once: two, at SIGHUP"


def test_a_process_that_died_as_it_began_to_count_does_not_end_the_server(tmp_path: Path) -> None:
    port = free_port()
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_METRICS_PORT=str(port), DIPLOMATIC_EVENTS_WORKERS="1") as (url, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        folder = counters_of(process)
        wait_for(lambda: requests.get(f"{url}/v1/topics", timeout=10).status_code == 200)
        (worker,) = children.read_text().split()
        wait_for(lambda: {path.name for path in folder.iterdir()} >= {"counter_1.db", "histogram_1.db"})  # what it counts in
        os.kill(int(worker), signal.SIGSTOP)
        (folder / "counter_1.db").write_bytes(b"")
        (folder / "histogram_1.db").write_bytes(b"\xff\xff\x00\x00" * 9)
        os.kill(int(worker), signal.SIGKILL)
        wait_for(lambda: worker not in children.read_text().split())
        wait_for(lambda: requests.get(f"{url}/v1/topics", timeout=10).status_code == 200)
        wait_for(lambda: requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).status_code == 200)


def test_metrics_do_not_tell_which_software_serves_them(tmp_path: Path) -> None:
    port = free_port()
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_METRICS_PORT=str(port)):
        for answer in (
            requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10),
            requests.request("BREW", f"http://127.0.0.1:{port}/metrics", timeout=10),
            requests.get(f"http://127.0.0.1:{port}/{'a' * 70_000}", timeout=10),
        ):
            assert answer.headers["Server"] == "diplomatic-events"


def run(*arguments: str, **environ: str) -> Any:
    return CliRunner(env=environ).invoke(main, arguments)


def test_config_lists_every_setting_with_where_it_comes_from() -> None:
    url = "postgresql://me:secret@db/x"
    text = run("config", DIPLOMATIC_EVENTS_WORKERS="7", DIPLOMATIC_EVENTS_DATABASE_URL=url, DIPLOMATIC_EVENTS_PORT="").stdout
    assert "DIPLOMATIC_EVENTS_WORKERS=7  [environment]" in text
    assert "DIPLOMATIC_EVENTS_PORT=8000  [default]" in text
    assert "secret" not in text
    assert "DIPLOMATIC_EVENTS_DATABASE_URL=postgresql://me:***@db/x  [environment]" in text
    for name, _, _, description in Settings().listed():
        assert name in text
        assert description in text


@pytest.mark.parametrize("command", ["config", "check", "schema topics", "openapi", "health --port 1"])
def test_every_command_warns_of_a_variable_that_is_no_setting(command: str) -> None:
    result = run(*command.split(), DIPLOMATIC_EVENTS_WROKERS="7", DIPLOMATIC_EVENTS_COLOUR="red", DIPLOMATIC_EVENTS_PORT="8000")
    assert "DIPLOMATIC_EVENTS_WROKERS is not a setting; did you mean DIPLOMATIC_EVENTS_WORKERS?" in result.stderr
    assert "DIPLOMATIC_EVENTS_COLOUR is not a setting" in result.stderr
    assert "DIPLOMATIC_EVENTS_PORT is" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG", "loud"), ("RATE_LIMIT", "often"), ("RATE_LIMIT", "0/minute"), ("RATE_LIMIT", "5/minute;9/hour"),
        ("TRUSTED_PROXIES", "-1"), ("PORT", "99999"), ("PORT", "-1"), ("METRICS_PORT", "65536"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused(name: str, value: str) -> None:
    result = run("config", **{f"DIPLOMATIC_EVENTS_{name}": value})
    assert result.exit_code == 2
    assert f"DIPLOMATIC_EVENTS_{name}='{value}' is not " in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT_STORAGE", "rediz://me:secret@db"), ("RATE_LIMIT_STORAGE", "redis//me:secret@db"),
        ("DATABASE_URL", "postgresql//me:secret@db/x"), ("DATABASE_URL", "postgresql://me:%secret@db/x"),
    ],
)  # fmt: skip
def test_a_secret_that_cannot_be_is_refused_without_telling_it(name: str, value: str) -> None:
    for command in ("config", "load", "serve"):
        result = run(command, **{f"DIPLOMATIC_EVENTS_{name}": value})
        assert result.exit_code == 2
        assert f"DIPLOMATIC_EVENTS_{name} is not " in result.stderr
        assert "secret" not in result.output + result.stderr


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine")
@pytest.mark.parametrize("host", ["::", *(pytest.param(host, marks=pytest.mark.trials) for host in ("::1", "[::]", "[::1]"))])
def test_the_server_listens_on_an_address_of_ipv6(tmp_path: Path, host: str) -> None:
    port = str(free_port())
    environ = {"DIPLOMATIC_EVENTS_HOST": host, "DIPLOMATIC_EVENTS_METRICS_HOST": host, "DIPLOMATIC_EVENTS_METRICS_PORT": port}
    with serving_small(tmp_path, **environ) as (url, _):
        bare = host.strip("[]")
        assert url.startswith(f"http://[{bare}]:")
        served = url.rsplit(":", 1)[1]
        for place in (url, f"http://[::1]:{served}"):
            assert requests.get(f"{place}/v1/topics", timeout=10).status_code == 200
        assert requests.get(f"http://[::1]:{port}/metrics", timeout=10).status_code == 200
        wait_for(lambda: run("health", "--port", served, DIPLOMATIC_EVENTS_HOST=host).exit_code == 0)


def test_the_address_that_cannot_be_listened_on_is_the_one_that_is_named(tmp_path: Path) -> None:
    places = {"DIPLOMATIC_EVENTS_DATA_DIR": str(tmp_path), "DIPLOMATIC_EVENTS_PORT": "0"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for told, more in (
            (f"127.0.0.1:{port}", {"PORT": port}),
            (f"127.0.0.1:{port}", {"METRICS_PORT": port}),
            ("192.0.2.1:9100", {"METRICS_HOST": "192.0.2.1", "METRICS_PORT": "9100"}),
            ("[2001:db8::1]:0", {"HOST": "2001:db8::1"}),
        ):
            environ = places | {f"DIPLOMATIC_EVENTS_{name}": value for name, value in more.items()}
            result = run("serve", "--no-load", **environ)
            assert result.exit_code == 2
            assert f"cannot listen on {told}: " in result.stderr
    same = str(free_port())
    environ = places | {"DIPLOMATIC_EVENTS_PORT": same, "DIPLOMATIC_EVENTS_METRICS_PORT": same}
    assert f"cannot listen on 127.0.0.1:{same}: " in run("serve", "--no-load", **environ).stderr


def test_an_address_for_metrics_is_not_tried_while_there_are_none(tmp_path: Path) -> None:
    with serving_small(tmp_path, DIPLOMATIC_EVENTS_METRICS_HOST="192.0.2.1") as (url, _):
        assert requests.get(f"{url}/readyz", timeout=10).status_code == 200


def test_health_tells_whether_the_server_is_ready(tmp_path: Path) -> None:
    with serving_small(tmp_path) as (url, _):
        port = url.rsplit(":", 1)[1]
        well: list[Any] = []
        wait_for(lambda: well.append(run("health", "--port", port, DIPLOMATIC_EVENTS_HOST="0.0.0.0")) or well[-1].exit_code == 0)
        assert json.loads(well[-1].stdout)["status"] == "ok"
        (tmp_path / "data" / "current").unlink()
        ill = run("health", "--port", port)
        assert ill.exit_code == 1
        assert "503" in ill.stderr
    assert run("health", "--port", port).exit_code == 1


def test_requests_under_way_are_finished_whole_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    """Clients that read slowly a file that no buffer holds: the server has most of it to send still when it is told."""
    published = tmp_path / "releases" / "9.9.9"
    published.mkdir(parents=True)
    whole = os.urandom(1 << 20) * 16
    (published / "large").write_bytes(whole)
    (published / "diplomatic-events.sqlite").touch()
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in published.iterdir()}
    (published / "SHA256SUMS").write_text("".join(f"{sha256}  {name}\n" for name, sha256 in sums.items()))
    taken: list[bool] = []
    began, told = threading.Barrier(7), threading.Event()

    def read(url: str) -> None:
        with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=30) as client:
            client.sendall(b"GET /v1/releases/9.9.9/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            parts = [client.recv(1000)]
            began.wait(timeout=60)
            told.wait(timeout=60)
            time.sleep(1)  # in which a server that does not wait would have cut it off
            parts += iter(lambda: client.recv(1 << 20), b"")
            taken.append(b"".join(parts).partition(b"\r\n\r\n")[2] == whole)

    environ = {"DIPLOMATIC_EVENTS_RELEASES_DIR": str(published.parent), "DIPLOMATIC_EVENTS_THREADS": "8"}
    with serving_small(tmp_path, **environ) as (url, process):
        threads = [threading.Thread(target=read, args=(url,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        began.wait(timeout=60)
        process.send_signal(signal.SIGTERM)
        told.set()
        for thread in threads:
            thread.join()
        assert process.wait(timeout=60) == 0
    assert taken == [True] * 6


def test_health_is_asked_without_the_code_of_the_server_or_the_dataset(tmp_path: Path) -> None:
    """A container engine asks every ten seconds: what is not imported costs nothing."""
    code = f"import sys; from api.cli import main\ntry: main(['health', '--port', '{free_port()}'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    loaded = set(done.stdout.split())
    assert "api.cli.status" in loaded
    assert not loaded & {"flask", "marshmallow", "peewee", "gunicorn", "yaml", "pycountry", "api.resources", "api.web"}

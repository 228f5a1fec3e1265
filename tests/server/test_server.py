"""The real server: gunicorn over sockets, switching releases under load, ended by signals."""

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests
from clients import asking
from commands import finished
from conftest import ROOT, SMALL, running, wait_for
from nginx import proxied
from support import raw_answer

from api.config import Settings
from api.dataset import reader
from api.server import Server


def test_a_running_server_answers_from_a_new_release_without_a_failed_request(
    edit: Callable[..., Path], small: Path, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    with (
        running("--dataset", str(small), "--data-dir", str(data_dir), cwd=tmp_path) as (url, _),
        asking(lambda number: f"{url}/v1/topics/security") as heard,
    ):
        for n in range(2):
            edit("topics/security.yaml", "definition: ", f"definition: {n} ")
            finished("load", "--dataset", small, "--data-dir", data_dir, check=True)
            served = requests.get(f"{url}/v1/topics/security", timeout=10).json()
            assert served["data"]["definition"].startswith(f"{n} "), "the new release answers at once"
    assert (set(heard.statuses), heard.cut) == ({200}, [])
    assert len({json.loads(body)["data"]["definition"] for body in heard.bodies}) > 1


def test_a_cursor_goes_on_in_its_own_release(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    with running("--dataset", str(small), "--data-dir", str(tmp_path / "data"), cwd=tmp_path) as (url, _):
        first = requests.get(f"{url}/v1/topics?limit=1", timeout=10).json()
        edit("topics/strategic-stability.yaml", "name: Strategic", "name: Nuclear")
        finished("load", "--dataset", small, "--data-dir", tmp_path / "data", check=True)
        second = requests.get(first["links"]["next"], timeout=10).json()
        assert second["data"][0]["name"] == "Strategic stability"
        assert second["meta"]["release"] == first["meta"]["release"]
        fresh = requests.get(f"{url}/v1/topics", timeout=10).json()
        assert [topic["name"] for topic in fresh["data"]] == ["Nuclear stability", "Security"]


UNENCODED = {
    "q=Путин": "percent-encode the rest: /v1/events?q=%D0%9F%D1%83%D1%82%D0%B8%D0%BD",
    "q=caf\u00e9 au lait": "percent-encode the rest: /v1/events?q=caf%C3%A9%20au%20lait",
    "q=C#": "percent-encode the rest: /v1/events?q=C%23",
    "q=a\tb": "percent-encode the rest: /v1/events?q=a%09b",
    "q=a\0b": "percent-encode the rest: /v1/events?q=a%00b",
    "q=New START": "An address holds no space: write %20 or + instead.",
}


@pytest.mark.needs("nginx")
def test_an_address_that_is_not_percent_encoded_is_refused_with_how_to_write_it(server: str, tmp_path: Path) -> None:
    with proxied(server[7:], tmp_path) as front:
        for query, told in UNENCODED.items():
            line = f"GET /v1/events?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
            answer, behind = raw_answer(server, line), raw_answer(front, line)
            assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json"), query
            assert answer.json()["detail"].endswith(told)
            assert behind.status_code == 400, query
            assert "percent-encode" in behind.json()["detail"]
        other = raw_answer(server, b"GET /v1/topics HTTP/9.9\r\nHost: x\r\n\r\n").json()["detail"]
        assert other.startswith("This is not a request of HTTP/1.1: ")


def test_how_long_a_connection_waits_is_a_setting() -> None:
    for environ, seconds in (({}, 75), ({"DIPLOMATIC_EVENTS_KEEP_ALIVE": "620"}, 620)):
        assert Server(Settings.read(environ)).cfg.keepalive == seconds
    with pytest.raises(ValueError, match="DIPLOMATIC_EVENTS_KEEP_ALIVE='0' is not a whole number of at least 1"):
        Settings.read({"DIPLOMATIC_EVENTS_KEEP_ALIVE": "0"})


def test_nginx_gives_a_connection_up_before_the_server_does() -> None:
    (seconds,) = re.findall(r"keepalive_timeout (\d+)s;", (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8"))
    assert int(seconds) < Settings().keep_alive


def test_a_request_under_way_is_finished_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    with running("--dataset", str(SMALL), "--data-dir", str(tmp_path), cwd=tmp_path) as (url, process):
        assert requests.get(f"{url}/readyz", timeout=10).json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_ctrl_c_which_all_processes_get_ends_them_without_one_being_killed(tmp_path: Path) -> None:
    with running("--dataset", str(SMALL), "--data-dir", str(tmp_path), cwd=tmp_path) as (url, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_for(lambda: len(children.read_text().split()) == Settings().workers)
        assert requests.get(f"{url}/healthz", timeout=10).ok
        for pid in (*children.read_text().split(), process.pid):
            os.kill(int(pid), signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert process.stderr
        assert "SIGKILL" not in process.stderr.read()


def test_a_faulty_dataset_is_told_and_not_served(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    edit("topics/security.yaml", "name: Security\n", "")
    command = [sys.executable, "-m", "api", "serve", "--port", "0", "--dataset", str(small), "--data-dir", str(tmp_path / "data")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "topics/security.yaml:1: name: is missing" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.trials  # in short: test_a_checkout_has_the_names_of_the_wheel
def test_the_wheel_serves_its_own_dataset_in_an_empty_folder_offline(tmp_path: Path) -> None:
    """Installed without the checkout in reach, beside another package `api`; `--no-index` keeps pip from asking any registry."""
    wheels, site, empty = tmp_path / "wheels", tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".venv", ".git", "*-data", ".*_cache"))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = wheels.glob("diplomatic_events-*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    shutil.rmtree(source)
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"diplomatic_events"}, "a name that nobody else has"
    (site / "api.py").write_text("raise SystemExit('somebody else is here')")
    line = [sys.executable, "-m", "diplomatic_events", "--version"]
    told = subprocess.run(
        line, cwd=empty, env={**os.environ, "PYTHONPATH": str(site)}, check=True, capture_output=True, text=True
    )
    assert told.stdout.startswith("diplomatic-events")
    command = (sys.executable, str(site / "bin" / "diplomatic-events"))
    with running(cwd=empty, command=command, PYTHONPATH=str(site)) as (url, _):
        index = requests.get(f"{url}/v1", timeout=10).json()["data"]
        with closing(reader.read(ROOT / "dataset")) as dataset:
            assert index["counts"]["events"] == dataset.count("events")
        assert requests.get(f"{url}/", timeout=10).status_code == 200
        assert requests.get(f"{url}/docs/swagger-ui.css", timeout=10).status_code == 200
    assert [path.name for path in empty.iterdir()] == ["diplomatic-events-data"]


def test_the_code_does_not_know_its_own_name() -> None:
    """A checkout and a wheel call it differently: within it, imports are relative."""
    for path in (ROOT / "api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            assert not {name.split(".")[0] for name in names} & {"api", "diplomatic_events"}, (path, node.lineno)


def test_a_checkout_has_the_names_of_the_wheel() -> None:
    for name in ("api", "diplomatic_events"):
        line = [sys.executable, "-m", name, "--version"]
        told = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        assert told.startswith("diplomatic-events")


def test_any_script_can_be_asked_for_over_real_sockets(server: str) -> None:
    """Headers hold Latin-1 only: what is echoed in them must be percent-encoded."""
    for text in ("Путин", "日本", "–", "é", "😀", "a\u00a0b"):
        for path in (
            "events?q=",
            "search?q=",
            "suggest?q=",
            "network?q=",
            "cite/events?q=",
            "events?format=csv&q=",
            "events?format=atom&q=",
        ):
            answer = requests.get(f"{server}/v1/{path}{text}", timeout=10)
            assert answer.status_code == 200, (path, text, answer.text[:200])
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for path in ("events?limit=٥", "search?q=a&limit=1_0", "changes?limit=%2B5", "events?typ=é", "nothing/é"):
        answer = requests.get(f"{server}/v1/{path}", timeout=10)
        assert answer.status_code in (400, 404), path
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_address_that_cannot_be_had_is_told_at_once(server: str, tmp_path: Path) -> None:
    port = server.rsplit(":", 1)[1]
    for arguments in (["--port", port], ["--port", "70000"], ["--host", "nope.invalid"], ["--workers", "0"]):
        result = finished("serve", "--dataset", SMALL, "--data-dir", tmp_path, *arguments)
        assert result.returncode == 2, (arguments, result.stderr)
        assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in (["load", "--data-dir"], ["release", "--output"]):
        result = finished(command[0], "--dataset", SMALL, command[1], tmp_path / "file" / "x")
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        assert "cannot" in result.stderr

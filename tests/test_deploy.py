"""What is deployed, as far as it can be tried without a container engine: nginx in front, nothing to write, process 1."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import yaml
from conftest import ROOT, SMALL, running
from postgresql import free_port

from api import load
from api.cli import main
from api.config import Settings, unknown

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@contextmanager
def proxied(upstream: str, folder: Path) -> Iterator[str]:
    """deploy/nginx.conf in front of a server, its two addresses replaced: the proxy's base URL."""
    port = free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("server api:8000;", f"server {upstream};").replace("listen 8080;", f"listen 127.0.0.1:{port};")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; {paths} {text} }}"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    process = subprocess.Popen([str(NGINX), "-e", "stderr", "-c", str(folder / "nginx.conf")])
    try:
        for _ in range(100):
            try:
                requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.skipif(not NGINX and "CI" not in os.environ, reason="no nginx on this machine")
def test_behind_nginx_links_and_lines_are_the_clients_and_lies_end_there(tmp_path: Path) -> None:
    environ = COMPOSE["services"]["api"]["environment"]
    trusted = {name: environ[name] for name in ("DIPLOMATIC_EVENTS_TRUSTED_PROXIES",)}
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, log=tmp_path / "log", **trusted) as (url, _), proxied(url[7:], tmp_path) as front:
        lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        answer = requests.get(f"{front}/v1/topics?limit=1", headers=lies, timeout=10)
        assert answer.json()["links"]["self"] == f"{front}/v1/topics?limit=1"
        assert answer.json()["links"]["next"].startswith(front)
        assert (
            requests.get(f"{front}/v1/topics?limit=1", headers={"If-None-Match": answer.headers["ETag"]}, timeout=10).status_code
            == 304
        )
        long = requests.get(f"{front}/{'a' * 9000}", timeout=10)
        assert (long.status_code, long.headers["Content-Type"]) == (414, "application/problem+json")
    (line,) = [line for line in map(json.loads, (tmp_path / "log").read_text().splitlines()) if line["status"] == 304]
    assert line["client"] == "127.0.0.1"
    assert re.fullmatch(r"[0-9a-f]{32}", line["request_id"]), "nginx gave it"


def test_compose_names_commands_settings_and_files_that_exist() -> None:
    services = COMPOSE["services"]
    for service in (services["load"], services["api"]):
        assert service["command"][0] in main.commands
        assert unknown(service["environment"]) == {}
        values = {name: value.replace("${POSTGRES_PASSWORD:?set it}", "x") for name, value in service["environment"].items()}
        Settings.read(values)
    for volume in services["proxy"]["volumes"]:
        assert (ROOT / volume.split(":")[0]).is_file()
    assert f"EXPOSE {services['api']['expose'][0]}" in DOCKERFILE
    for service in services.values():
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services[other] or other == "api"


def test_the_image_tells_its_health_by_a_command_that_exists() -> None:
    (command,) = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert json.loads(command)[-1] in main.commands


ISOLATED = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c"]
READ_ONLY = "mount --make-rprivate / && mount --bind / / && mount -o remount,ro,bind / && cd / && exec "


def can_isolate() -> bool:
    tried = subprocess.run(
        [*ISOLATED, "mount --bind / / && mount -o remount,ro,bind / && ! touch /probe"], check=False, capture_output=True
    )
    return tried.returncode == 0


@pytest.mark.skipif(not shutil.which("unshare") or not can_isolate(), reason="no namespaces on this machine")
def test_it_serves_as_process_1_with_nothing_to_write_and_ends_on_a_signal(tmp_path: Path) -> None:
    """A mount namespace whose root is read-only, a process namespace whose first process is the server."""
    load.load(Settings(dataset=SMALL, data_dir=tmp_path))[0].close()
    port, metrics = free_port(), free_port()
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DIPLOMATIC_EVENTS_METRICS_PORT": str(metrics),
    }
    serve = f"{sys.executable} -m api serve --no-load --data-dir {tmp_path} --port {port}"
    process = subprocess.Popen(
        [*ISOLATED, READ_ONLY + serve], env=environ, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stderr
        assert "Serving" in process.stderr.readline()
        assert requests.get(f"http://127.0.0.1:{port}/v1/topics", timeout=10).status_code == 200
        assert requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=10).status_code == 200
        (first,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert "NSpid:\t" in (status := Path(f"/proc/{first}/status").read_text())
        assert re.search(r"NSpid:.*\t1\n", status), "it is process 1 there"
        os.kill(int(first), signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.communicate(timeout=20)

"""What is deployed, as far as it can be tried without a container engine: nginx in front, nothing to write, process 1."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import yaml
from conftest import ROOT, SMALL, running
from nginx import proxied
from postgresql import BIN, Cluster, free_port
from programs import need
from support import guarded, raw_answer

from api.cli import COMMANDS
from api.config import Settings, unknown
from api.releases import load
from api.web.app import create_app
from api.web.headers import CLOSED

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.needs("nginx")
def test_behind_nginx_links_and_lines_are_the_clients_and_lies_end_there(tmp_path: Path) -> None:
    environ = COMPOSE["services"]["api"]["environment"]
    trusted = {name: environ[name] for name in ("DIPLOMATIC_EVENTS_TRUSTED_PROXIES",)}
    options = ("--dataset", str(SMALL), "--data-dir", str(tmp_path / "data"))
    with running(*options, cwd=ROOT, log=tmp_path / "log", **trusted) as (url, _), proxied(url[7:], tmp_path) as front:
        lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        lies |= {"X-Forwarded-Prefix": "/evil"}
        answer = requests.get(f"{front}/v1/topics?limit=1", headers=lies, timeout=60)
        assert answer.json()["links"]["self"] == f"{front}/v1/topics?limit=1"
        assert answer.json()["links"]["next"].startswith(front)
        assert (
            requests.get(f"{front}/v1/topics?limit=1", headers={"If-None-Match": answer.headers["ETag"]}, timeout=60).status_code
            == 304
        )
        long = requests.get(f"{front}/{'a' * 9000}", timeout=60)
        assert (long.status_code, long.headers["Content-Type"]) == (414, "application/problem+json")
    lines = map(json.loads, (tmp_path / "log").read_text().splitlines())
    (line,) = [line for line in lines if line["path"] == "/v1/topics"]  # the second answer came from the cache
    assert line["client"] == "127.0.0.1"
    assert re.fullmatch(r"[0-9a-f]{32}", line["request_id"]), "nginx gave it"


# What nginx does not let through, and its word on it.
LONG = b"a" * 20_000
REFUSED = {
    "no request": (b"NONSENSE\r\n\r\n", 400),
    "a path that leads out": (b"GET /../.. HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "what is nginx's own": (b"GET /.problem HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
    "a method that is nobody's": (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    "a body": (b"POST /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1200000\r\n\r\n" + LONG * 60, 413),
    "a line without end": (b"GET /" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a field without end": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + LONG + b"\r\n\r\n", 431),
    "another protocol": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 505),
}


@pytest.mark.needs("nginx")
def test_what_nginx_refuses_is_a_problem_document_with_the_headers_of_any_answer(tmp_path: Path) -> None:
    with proxied(f"127.0.0.1:{free_port()}", tmp_path) as front:
        away = requests.get(f"{front}/v1/topics", timeout=60), 502
        for answer, status in (away, *((raw_answer(front, sent), status) for sent, status in REFUSED.values())):
            assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
            problem = answer.json()
            assert problem["status"] == status
            assert problem["title"]
            assert problem["detail"]
            guarded(answer)
            assert answer.headers["Content-Security-Policy"] == CLOSED
            assert answer.headers["Cache-Control"] == "no-store"
            assert ("Retry-After" in answer.headers) == (status == 502)
            assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.needs("nginx")
def test_nginx_adds_nothing_of_its_own_to_what_the_api_says(server: str, tmp_path: Path) -> None:
    with proxied(server[7:], tmp_path) as front:
        for path in ("/v1/topics", "/v1/topics", "/docs", "/nothing", "/v1/topics?colour=red"):
            behind, before = requests.get(f"{server}{path}", timeout=60), requests.get(f"{front}{path}", timeout=10)
            assert set(before.headers) - set(behind.headers) <= {"X-Cache"}
            for name in ("Content-Type", "Cache-Control", "Content-Security-Policy", "Vary"):
                assert before.headers[name] == behind.headers[name], (path, name)
            guarded(before)


def filled(service: dict[str, Any], host: str = "database") -> dict[str, str]:
    """The environment of a service, with a password for each that is asked for, and the database elsewhere."""
    return {name: re.sub(r"\$\{\w+:\?set it\}@database", f"x@{host}", value) for name, value in service["environment"].items()}


@pytest.fixture
def database() -> Iterator[Cluster]:
    """A PostgreSQL that has just been made."""
    cluster = Cluster().start()
    yield cluster
    cluster.remove()


def test_the_api_of_compose_reads_as_a_role_that_can_do_nothing_else(database: Cluster, tmp_path: Path) -> None:
    (tmp_path / "reader.sql").write_text(COMPOSE["configs"]["reader"]["content"])
    psql = [BIN / "psql", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", database.url(), "--file", tmp_path / "reader.sql"]
    subprocess.run(psql, check=True, env={**os.environ, "READER_PASSWORD": "x"})
    loading, serving = (filled(COMPOSE["services"][name], database.host) for name in ("load", "api"))
    load.load(Settings.read(loading, dataset=str(SMALL)))[0].close()
    settings = Settings.read(serving, metrics_port="0", releases_dir=str(tmp_path))
    assert create_app(settings).test_client().get("/v1/topics").status_code == 200
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        for statement in ("CREATE SCHEMA mine", "CREATE TABLE mine (it int)", "DELETE FROM diplomatic_events.releases"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        query = "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(query).fetchone() == ("reader", False)


def test_compose_names_commands_settings_and_files_that_exist() -> None:
    services = COMPOSE["services"]
    for service in (services["load"], services["api"]):
        assert service["command"][0] in COMMANDS
        assert unknown(service["environment"]) == {}
        Settings.read(filled(service))
        assert (DEPLOY / service["build"] / "Dockerfile").is_file(), "paths are relative to the file"
    for volume in (*services["proxy"]["volumes"], *services["tls"]["volumes"]):
        assert not volume.startswith(".") or (DEPLOY / volume.split(":")[0]).is_file()
    assert f"EXPOSE {services['api']['expose'][0]}" in DOCKERFILE
    for service in services.values():
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services[other] or other == "api"


def test_every_service_of_compose_starts_again_and_stays_within_its_memory() -> None:
    for name, service in COMPOSE["services"].items():
        assert "mem_limit" in service, name
        assert service.get("restart") == ("unless-stopped" if name != "load" else None), "a load ends"
        named = [volume.split(":")[0] for volume in service.get("volumes", ()) if volume[0] not in "./$"]
        assert set(named) <= set(COMPOSE["volumes"])


@pytest.mark.needs("nginx")
def test_with_the_profile_tls_nginx_has_its_file_with_a_certificate(tmp_path: Path) -> None:
    """The command is run as it stands, its paths moved, and nginx asked for its opinion of what came out."""
    service = COMPOSE["services"]["tls"]
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", certificate]
    subprocess.run([need("openssl"), *made], check=True, capture_output=True)
    (edit,) = re.findall(r"(.*) && exec nginx", service["command"][-1])
    (tmp_path / "plain.conf").write_text((DEPLOY / "nginx.conf").read_text().replace("server api:8000;", "server 127.0.0.1:1;"))
    for path, target in (("/plain.conf", "plain.conf"), ("/etc/nginx/conf.d/default.conf", "made.conf"), ("/tls/", "")):
        assert path in edit
        edit = edit.replace(path, f"{tmp_path}/{target}")
    subprocess.run(["sh", "-c", edit], check=True)
    site = (tmp_path / "made.conf").read_text().replace("/var/cache/nginx", str(tmp_path))
    assert "listen 443 ssl;" in site
    site = site.replace("listen 443", f"listen 127.0.0.1:{free_port()}")
    assert "listen 8080" not in site
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {site} }}")
    command = [need("nginx"), "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_kubernetes_starts_what_there_is_and_asks_what_answers() -> None:
    kinds = {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))}
    pod = kinds["Deployment"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert container["args"][0] in COMMANDS
    environ = {one["name"]: one["value"] for one in container["env"]}
    assert unknown(environ) == {}
    settings = Settings.read(environ)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": settings.port, "metrics": settings.metrics_port}
    client = create_app(Settings(data_dir=Path("/nowhere"))).test_client()
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert client.get(asked["path"]).status_code == (503 if probe == "readinessProbe" else 200), "nothing is loaded there"
        assert asked["port"] == "http"
    claims = {
        volume["persistentVolumeClaim"]["claimName"] for volume in pod["spec"]["volumes"] if "persistentVolumeClaim" in volume
    }
    assert claims == {kinds["PersistentVolumeClaim"]["metadata"]["name"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["spec"]["volumes"]}
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert set(re.findall(r"DIPLOMATIC_EVENTS_RELEASES_DIR=(\S+)", DOCKERFILE)) <= mounted
    for one in (kinds["Service"]["spec"]["selector"], kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]):
        assert one.items() <= pod["metadata"]["labels"].items()


def test_alerts_are_about_metrics_that_there_are() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    known = (ROOT / "api" / "metrics.py").read_text(encoding="utf-8")
    gauges = (ROOT / "api" / "server" / "gunicorn_server.py").read_text(encoding="utf-8")
    used = {name for rule in rules for name in re.findall(r"diplomatic_events_\w+", rule["expr"])}
    assert used
    for name in used:
        counter = re.sub(r"_(total|bucket)$", "", name)
        assert f'"{counter}"' in known or f'"{counter.removeprefix("diplomatic_events_")}"' in gauges, name


@pytest.mark.needs("systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "diplomatic-events.service").read_text(encoding="utf-8")
    (tmp_path / "x.service").write_text(text.replace("/opt/diplomatic-events/bin/diplomatic-events", sys.executable))
    command = [need("systemd-analyze"), "verify", str(tmp_path / "x.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_tells_its_health_by_a_command_that_exists() -> None:
    (command,) = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert json.loads(command)[-1] in COMMANDS


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
        assert requests.get(f"http://127.0.0.1:{port}/v1/topics", timeout=60).status_code == 200
        assert requests.get(f"http://127.0.0.1:{metrics}/metrics", timeout=60).status_code == 200
        (first,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert "NSpid:\t" in (status := Path(f"/proc/{first}/status").read_text())
        assert re.search(r"NSpid:.*\t1\n", status), "it is process 1 there"
        os.kill(int(first), signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.communicate(timeout=20)

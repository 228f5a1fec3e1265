"""Clients that public generators make from the contract compile strictly, and read a real server."""

import importlib
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import ROOT
from support import script

Documents = dict[str, list[dict[str, Any]]]


@pytest.mark.trials
@pytest.mark.needs("npm")
def test_a_typescript_client_compiles_strictly_and_walks_all_events(server: str, documents: Documents, tmp_path: Path) -> None:
    for path in (ROOT / "tests" / "fixtures" / "clients").iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)

    def run(*command: str) -> str:
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=300).stdout

    run("npm", "ci", "--no-audit", "--no-fund")
    run("npx", "--no-install", "openapi-typescript", str(ROOT / "openapi.yaml"), "--output", "schema.ts")
    run("npx", "--no-install", "tsc", "--project", "tsconfig.json")
    lines = [line.split("\t") for line in run("node", "out/client.js", server).splitlines()]
    expected = {d["id"]: (d["date"]["earliest"] or "?", str(len(d["participants"]))) for d in documents["events"]}
    assert {id: (day, actors) for id, day, actors in lines} == expected
    assert len(lines) == len(expected)


@pytest.mark.needs("npm")
def test_the_contract_is_lint_clean(tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / "fixtures" / "clients" / name, tmp_path)
    quiet = {**os.environ, "REDOCLY_TELEMETRY": "off"}
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    command = ["npx", "--no-install", "redocly", "lint", "--extends", "recommended", str(ROOT / "openapi.yaml")]
    result = subprocess.run(command, cwd=tmp_path, env=quiet, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr[-3000:]


def test_a_python_client_walks_all_pages(
    server: str, documents: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "generated_client"
    # The generator formats what it made with ruff, which it looks for on PATH.
    environ = {**os.environ, "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])}
    generator = [script("openapi-python-client"), "generate", "--meta", "none", "--output-path", target]
    subprocess.run([*generator, "--path", ROOT / "openapi.yaml"], check=True, capture_output=True, env=environ)
    monkeypatch.syspath_prepend(tmp_path)
    client = importlib.import_module("generated_client").Client(base_url=server, raise_on_unexpected_status=True)
    list_events = importlib.import_module("generated_client.api.events.list_events")
    found, more = [], {}
    while True:
        page = list_events.sync(client=client, limit=25, **more)
        found += [event.id for event in page.data]
        if page.links.next_ is None:
            break
        more = {"cursor": parse_qs(urlsplit(page.links.next_).query)["cursor"][0]}
    client.get_httpx_client().close()
    assert found == [d["id"] for d in documents["events"]]

"""Clients that public generators make of the contract as it is compile strictly, and read a real server."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from support import script

from api.web import openapi

Documents = dict[str, list[dict[str, Any]]]
Run = Callable[..., str]
CONTRACT = ROOT / "openapi.yaml"
CLIENTS = ROOT / "tests" / "fixtures" / "clients"
# What openapi-python-client writes into every client, whatever the contract says, is not for mypy.
MYPY = "[mypy]\nstrict = true\n[mypy-generated_client.client]\nignore_errors = true\n"


@pytest.fixture(scope="module")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a program of the locked packages in a folder with the clients' sources."""
    folder = tmp_path_factory.mktemp("npm")
    shutil.copytree(CLIENTS, folder, dirs_exist_ok=True)
    environ = {**os.environ, "REDOCLY_TELEMETRY": "off", "CONTRACT": str(CONTRACT)}

    def run(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    return run


def is_whole_walk(output: str, documents: Documents) -> None:
    """A client printed every event once, and of three answers of other shapes what it should."""
    *lines, other = output.splitlines()
    told = [tuple(line.split("\t")) for line in lines]
    expected = {(d["id"], d["date"]["earliest"] or "?", str(len(d["participants"]))) for d in documents["events"]}
    assert set(told) == expected
    assert len(told) == len(expected)
    title, places, meant = json.loads(other)
    assert title in {d["title"] for d in documents["events"]}
    assert (places, meant) == (["Villa La Grange"], "summit")


@pytest.mark.trials
@pytest.mark.needs("npm")
def test_typescript_clients_compile_strictly_and_walk_all_events(npm: Run, server: str, documents: Documents) -> None:
    npm("npx", "--no-install", "openapi-typescript", CONTRACT, "--output", "schema.ts")
    npm("npx", "--no-install", "orval", "--config", "orval.config.mjs")
    npm("npx", "--no-install", "openapi-ts", "--input", CONTRACT, "--output", "hey-api")
    npm("npx", "--no-install", "tsc", "--project", "tsconfig.json")
    for client in ("openapi-fetch", "orval", "hey-api"):
        is_whole_walk(npm("node", f"out/{client}.js", server), documents)


@pytest.mark.trials
@pytest.mark.needs("npm")
def test_no_component_is_called_as_what_every_program_has(npm: Run) -> None:
    """A client that imports `Event` no longer has that of the browser."""
    globals_ = set(npm("node", "-p", "Object.getOwnPropertyNames(globalThis).join('\\n')").split())
    libraries = npm("node", "-p", "require('node:fs').readdirSync('node_modules/typescript/lib').join('\\n')").split()
    text = npm("cat", *(f"node_modules/typescript/lib/{name}" for name in libraries if name.startswith("lib.")))
    words = (line.split()[2].split(":")[0].split("<")[0] for line in text.splitlines() if line.startswith("declare var "))
    globals_ |= set(words)
    assert {"Event", "Date", "Response"} <= globals_
    assert globals_ & set(openapi.contract()["components"]["schemas"]) == set()


@pytest.mark.trials  # in short: the validation in tests/web/test_openapi.py
@pytest.mark.needs("npm")
def test_the_contract_is_lint_clean(npm: Run) -> None:
    npm("npx", "--no-install", "redocly", "lint", "--extends", "recommended", CONTRACT)


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what openapi-python-client makes of the contract, and the program that uses it."""
    folder = tmp_path_factory.mktemp("python")
    shutil.copy(CLIENTS / "walk.py", folder)
    # The generator formats what it made with ruff, which it looks for on PATH.
    environ = {**os.environ, "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])}
    generator = [script("openapi-python-client"), "generate", "--meta", "none", "--output-path", folder / "generated_client"]
    done = subprocess.run([*generator, "--path", CONTRACT], check=True, capture_output=True, text=True, env=environ)
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("WARNING", "ERROR", "Unable"))]
    assert told == ["WARNING parsing GET /openapi.yaml within service."], (
        "its types are for JSON; what else it leaves out is missed"
    )
    return folder


def test_a_python_client_walks_all_pages(server: str, documents: Documents, python_client: Path) -> None:
    """With `fields` too, whose answers lack required keys, it raises nothing."""
    command = [sys.executable, "walk.py", server]
    is_whole_walk(subprocess.run(command, cwd=python_client, check=True, capture_output=True, text=True).stdout, documents)


@pytest.mark.trials
def test_a_python_client_is_strictly_typed(python_client: Path) -> None:
    (python_client / "mypy.ini").write_text(MYPY)
    for subject in (["-p", "generated_client"], ["walk.py"]):
        command = [script("mypy"), "--config-file", "mypy.ini", *subject]
        done = subprocess.run(command, cwd=python_client, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.trials
def test_an_assistant_reads_through_tools_made_of_the_contract(server: str, documents: Documents) -> None:
    """FastMCP makes a tool of each operation; it checks each answer against the schema that the tool promises."""
    import httpx2  # noqa: PLC0415  # as slow as FastMCP, which brings it
    from fastmcp import Client, FastMCP  # noqa: PLC0415

    async def ask() -> list[Any]:
        http = httpx2.AsyncClient(base_url=server, follow_redirects=True)
        made: FastMCP[Any] = FastMCP.from_openapi(openapi_spec=openapi.contract(), client=http)
        async with http, Client(made) as client:
            assert {"list_events", "get_event", "search", "export_query"} <= {tool.name for tool in await client.list_tools()}
            questions = (
                ("list_events", {"limit": 3, "include": ["actors"]}),
                ("list_events", {"limit": 3, "fields": ["title"]}),
                ("get_event", {"id": "2021-06-16-geneva-summit"}),
                ("aggregate_events", {"by": ["type"]}),
                ("search", {"q": "geneva"}),
                ("cite_events", {"type": ["summit"]}),
            )
            answers = [(await client.call_tool(name, given)).structured_content for name, given in questions]
            table = await client.call_tool("export_query", {"query": "events", "format": "ndjson"})
        return [*answers, table.content[0].text]

    whole, sparse, item, groups, hits, citation, table = asyncio.run(ask())
    assert [set(record) for record in sparse["data"]] == [{"id", "title"}] * 3
    assert whole["data"] == documents["events"][:3]
    assert item["data"]["id"] == "2021-06-16-geneva-summit"
    assert groups["data"]
    assert hits["data"]
    assert citation["data"]["sha256"]
    assert [json.loads(line)["id"] for line in table.splitlines()] == [d["id"] for d in documents["events"]]

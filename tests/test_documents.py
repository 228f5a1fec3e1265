"""What the documents tell a reader to run does what they say."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ANSWERS = re.findall(r"```sh\ncurl '([^']+)'\n```\n\n```json\n(.*?)\n```", README, re.DOTALL)


def test_the_readme_answers_five_questions_at_least() -> None:
    assert len(ANSWERS) >= 5


@pytest.mark.parametrize(("address", "answer"), ANSWERS, ids=[address for address, _ in ANSWERS])
def test_every_curl_line_returns_what_the_readme_says(server: str, address: str, answer: str) -> None:
    parts = urlsplit(address)
    url = f"{server}{parts.path}?{parts.query}"
    body = subprocess.run(["curl", "--silent", "--fail", url], check=True, capture_output=True, text=True).stdout
    assert requests.models.complexjson.loads(body)["data"] == requests.models.complexjson.loads(answer)


def test_every_command_of_the_readme_exists() -> None:
    text = subprocess.run([sys.executable, "-m", "api", "--help"], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    commands = set(re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md", "dataset/README.md"):
        named = re.findall(r"diplomatic-events ([a-z]+)\b", (ROOT / document).read_text(encoding="utf-8"))
        assert set(named) <= commands | {"repository"}, document


def test_the_citation_file_is_of_the_dataset_as_it_stands() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    about = yaml.safe_load((ROOT / "dataset" / "dataset.yaml").read_text(encoding="utf-8"))
    assert (cited["title"], cited["version"], str(cited["date-released"])) == (
        about["title"],
        about["version"],
        about["released"],
    )
    assert cited["license"] == about["licence"]


def test_every_path_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:api|dataset|tests)/[a-z_./-]+)`", text):
        assert (ROOT / path).exists() or path == "dataset/moved.yaml", path


def test_the_dockerfile_serves_from_a_clean_folder_as_nobody_can_write_there(tmp_path: Path) -> None:
    """There need be no container engine: the steps are run in a folder, its absolute paths moved below it."""
    steps = [line.split(maxsplit=1) for line in (ROOT / "Dockerfile").read_text().splitlines() if line and line[0] not in "# "]
    moved = {path: str(tmp_path / path[1:]) for path in ("/source", "/venv", "/data")}

    def here(text: str) -> str:
        for path, target in moved.items():
            text = re.sub(rf"(?<![\w.-]){path}\b", target, text)
        return text

    environ = {"PATH": os.environ["PATH"]}
    start: list[str] = []
    ignored = (ROOT / ".dockerignore").read_text().replace("**/", "").split()
    for word, rest in steps:
        if word == "WORKDIR":
            Path(here(rest)).mkdir()
        elif word == "COPY" and rest == ". .":
            shutil.copytree(ROOT, moved["/source"], dirs_exist_ok=True, ignore=shutil.ignore_patterns(*ignored))
        elif word == "RUN":
            subprocess.run(shlex.split(here(rest)), check=True, cwd=moved["/source"], env=environ | PIP, capture_output=True)
        elif word == "ENV":
            environ |= dict(pair.split("=", 1) for pair in shlex.split(here(rest)))
        elif word in ("ENTRYPOINT", "CMD"):
            start += [here(part) for part in requests.models.complexjson.loads(rest)]
    for path in (tmp_path / "data").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    environ |= {"DIPLOMATIC_EVENTS_PORT": "0", "DIPLOMATIC_EVENTS_HOST": "127.0.0.1"}
    process = subprocess.Popen(start, cwd="/", env=environ, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        (url,) = re.findall(r"Serving (http://\S+)/ ", process.stderr.readline())
        assert requests.get(f"{url}/readyz", timeout=60).json()["status"] == "ok"
    finally:
        process.terminate()
        process.communicate(timeout=60)


# The registry settings of the machine that runs the tests, which a container would have from its own.
PIP = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP"))}


class Knows(BaseHTTPRequestHandler):
    """A service of vulnerabilities (OSV) that knows of one, in one package."""

    def do_POST(self) -> None:
        package = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]
        told = {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.9"}]}]}
        fault = {"id": "PYSEC-0000-1", "aliases": [], "details": "Made up.", "affected": [told]}
        body = json.dumps({"vulns": [fault]} if package["name"] == "flask" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def test_a_known_vulnerability_of_a_locked_package_stops_the_build() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Knows) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        options = ["--vulnerability-service", "osv", "--osv-url", f"http://127.0.0.1:{service.server_port}/"]
        done = subprocess.run([sys.executable, ".ci/audit.py", *options], cwd=ROOT, capture_output=True, text=True, check=False)
        service.shutdown()
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^requirements.txt: flask [\d.]+: PYSEC-0000-1, mended in \['99.9'\]$", done.stdout, re.MULTILINE), (
        done.stdout
    )
    for counted in re.findall(r"(\d+) of (\d+) packages were looked up", done.stdout):
        assert counted[0] == counted[1], "every locked package was"
    assert "SKIPPED" not in done.stdout

"""What the documents tell a reader to run does what they say."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import ROOT, SMALL, running
from flask.testing import FlaskClient
from postgresql import free_port
from programs import need

from api.config import Settings
from api.dataset import manifests
from api.formats import FORMATS
from api.releases.descriptions import PRINTED
from api.releases.files import files_of
from api.resources import RESOURCES
from api.storage.published import SUMS

DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
}
LINKED = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "dataset" / "README.md")
}
SERVER = "http://127.0.0.1:8000"
METRICS = "http://127.0.0.1:9100"
# Shell blocks that no test runs, by their first command, and why. Their syntax is checked.
NOT_RUN = {
    "make serve": "these set up the checkout; the build runs them",
    "make published": "needs the history: test_published_versions_are_made_again_of_what_the_history_has makes one",
    "make wheel": "builds and installs: test_the_wheel_serves_its_own_dataset_in_an_empty_folder_offline does that",
    "sudo mkdir -p /var/cache/nginx": "changes the machine's nginx; test_nginx_accepts_its_file_as_operating_changes_it tries it",
    "diplomatic-events serve --dataset baltic=": "serves until it is stopped: tests/web/test_several.py asks such a server",
    "make bench": "takes an hour",
    "docker build": "needs a container engine; another test here runs the steps of the Dockerfile",
    "aws s3 sync": "needs a bucket; test_lookups.py follows the redirect",
    "TLS_DIR=": "needs a container engine; test_deploy.py tries what the file says",
    "POSTGRES_PASSWORD=secret1": "needs a container engine; test_deploy.py tries what the file says",
    "export DIPLOMATIC_EVENTS_DATABASE_URL": "the hosts are examples; test_postgresql.py loads and serves that way",
}
PUBLISHES = "diplomatic-events release"
BLOCK = re.compile(r"^```(sh|python|r)\n(.*?)\n```(?:\n\n```json\n(.*?)\n```)?", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [
    pytest.param(
        *(language, code, shown),
        id=f"{name}: {code.splitlines()[0][:80]}",
        marks=[pytest.mark.trials] if PUBLISHES in code else [],  # in short: tests/releases
    )
    for name, text in DOCUMENTS.items()
    for language, code, shown in BLOCK.findall(text)
]
ANSWERS = [block for block in BLOCKS if block.values[2]]
COMMANDS = [
    pytest.param(*block.values, dataset, id=f"{block.id}-{dataset}", marks=[*block.marks, *marks])
    for block in BLOCKS
    for dataset, marks in (("small", ()), ("bundled", (pytest.mark.trials,)))
    if "diplomatic-events" in str(block.values[1]) or dataset == "small"  # the others ask the server, which has the bundled one
]


def not_run(code: str) -> bool:
    return any(code.startswith(first) for first in NOT_RUN)


@dataclass(frozen=True)
class Documented:
    """A server of the published dataset, and the folder and environment in which its documents' commands run."""

    url: str
    metrics: str
    folder: Path
    environ: dict[str, str]

    def run(self, language: str, code: str, folder: Path, dataset: Path) -> subprocess.CompletedProcess[str]:
        """What a block does in an empty folder, with copies of a dataset and of what is served."""
        here, environ = code.replace(SERVER, self.url).replace(METRICS, self.metrics), dict(self.environ)
        if "diplomatic-events" in code:
            for name, place in (("DATASET", dataset), ("DATA_DIR", self.folder / "data_dir")):
                copy = shutil.copytree(place, folder.parent / f"{folder.name}-{name}")
                environ[f"DIPLOMATIC_EVENTS_{name}"] = str(copy)
        programs = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "r": ["Rscript", "-e"]}
        return subprocess.run(
            [*programs[language], here],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def documented(bundled_release: Path, embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documented]:
    folder, metrics = tmp_path_factory.mktemp("documented"), free_port()
    places = {"dataset": embedded.dataset, "data_dir": embedded.data_dir, "releases_dir": bundled_release.parent}
    for name, shared in places.items():  # of its own, as the commands may change them
        shutil.copytree(shared, folder / name)
    settings = {name: str(folder / name) for name in ("dataset", "data_dir", "releases_dir")}
    environ = {f"DIPLOMATIC_EVENTS_{name.upper()}": value for name, value in settings.items()}
    with running("--no-load", cwd=ROOT, **environ, DIPLOMATIC_EVENTS_METRICS_PORT=str(metrics)) as (url, _):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        curl = {"CURL_HOME": str(folder)}  # what curl writes about its progress is nobody's concern here
        (folder / ".curlrc").write_text("silent\nshow-error\nfail-with-body\n")
        environ = {**os.environ, **environ, **curl, "PATH": path, "DIPLOMATIC_EVENTS_PORT": url.rsplit(":", 1)[1]}
        yield Documented(url, f"http://127.0.0.1:{metrics}", folder, environ)


@pytest.mark.needs("Rscript")
def test_pandas_and_r_draw_the_same_figure(documented: Documented, tmp_path: Path) -> None:
    blocks = [(language, code) for language, code, _ in BLOCK.findall(DOCUMENTS["docs/scholars.md"])]
    assert [language for language, _ in blocks] == ["python", "r"]
    shown = [documented.run(language, code, tmp_path, SMALL).stdout.split() for language, code in blocks]
    assert shown[0] == shown[1]
    assert sum(int(count) for line in shown[0] for count in line.split(",")) > 0
    assert {path.name for path in tmp_path.iterdir()} == {"acts.svg", "acts.pdf"}
    assert all(path.stat().st_size > 1000 for path in tmp_path.iterdir())


def test_the_readme_is_short_and_answers_five_questions() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.encode()) <= 10_000
    assert len(re.findall(r"^```json$", text, re.MULTILINE)) == 5


@pytest.mark.parametrize(("language", "code", "shown", "dataset"), COMMANDS)
def test_every_command_that_a_document_shows_runs(
    request: pytest.FixtureRequest, documented: Documented, tmp_path: Path, language: str, code: str, shown: str, dataset: str
) -> None:
    if language == "sh":
        subprocess.run(["bash", "-n", "-c", code], check=True)
        if not_run(code):
            return
        if "curl" in code:
            need("curl")
    if language == "r":
        need("Rscript")
    done = documented.run(language, code, tmp_path, SMALL if dataset == "small" else request.getfixturevalue("bundled"))
    if shown and "problem" in shown:
        assert json.loads(done.stdout) == json.loads(shown)
        assert done.returncode == 22, "curl --fail-with-body says that the status was an error's"
    else:
        assert done.returncode == 0, done.stdout + done.stderr
        assert not shown or json.loads(done.stdout)["data"] == json.loads(shown)


@pytest.mark.parametrize(("language", "code", "shown"), ANSWERS)
def test_every_shown_answer_is_that_of_both_databases(client: FlaskClient, language: str, code: str, shown: str) -> None:
    (address,) = re.findall(rf"^curl '{SERVER}([^']+)'$", code)
    answer = client.get(address).get_json()
    assert answer.get("data", answer) == json.loads(shown)


def test_what_is_not_run_is_still_there() -> None:
    codes = [block.values[1] for block in BLOCKS]
    assert [first for first in NOT_RUN if not any(str(code).startswith(first) for code in codes)] == []


def test_every_address_that_a_document_links_to_has_an_answer(client: FlaskClient) -> None:
    for name, text in DOCUMENTS.items():
        for address in re.findall(rf"\]\({SERVER}([^)]*)\)", text):
            assert client.get(address).status_code == 200, (name, address)


def slug(heading: str) -> str:
    """The anchor that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("name", LINKED)
def test_every_relative_link_leads_to_a_file_and_a_heading(name: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", LINKED[name])):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), link


def test_every_command_and_target_that_a_document_names_exists() -> None:
    text = subprocess.run([sys.executable, "-m", "api", "--help"], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    commands = set(re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name, document in LINKED.items():
        inline = re.findall(r"`([^`\n]+)`", FENCED.sub("", document))
        shown = "\n".join((*inline, *(code for _, code, _ in BLOCK.findall(document))))
        assert set(re.findall(r"diplomatic-events ([a-z]+)\b", shown)) <= commands, name
        assert set(re.findall(r"^make ([a-z]+)\b", shown, re.MULTILINE)) <= targets, name


def test_every_format_and_every_file_of_a_release_is_described() -> None:
    formats = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", DOCUMENTS["docs/formats.md"], re.MULTILINE)
    assert formats == [(word, format.media_type) for word, format in FORMATS.items()]
    table = re.search(r"\| file \|.*?\n\n", DOCUMENTS["docs/releases.md"], re.DOTALL)
    assert table
    named = set(re.findall(r"`([^`]+)`", re.sub(r"\|[^|]*\|$", "", table[0], flags=re.MULTILINE)))
    kinds = "|".join(resource.kind for resource in RESOURCES)
    files = (*files_of({"name": "<name>"}), *PRINTED, SUMS)
    assert {re.sub(rf"^({kinds})\.", "<kind>.", name) for name in files} == named


def test_the_citation_file_is_of_the_dataset_as_it_was_last_published() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    about = yaml.safe_load((ROOT / "dataset" / "dataset.yaml").read_text(encoding="utf-8"))
    version, released, _ = manifests.head(manifests.manifests(ROOT / "dataset")[-1])
    assert (cited["title"], cited["version"], str(cited["date-released"])) == (about["title"], version, released)
    assert cited["license"] == about["licence"]


def test_every_path_that_the_documents_name_is_there() -> None:
    for name, text in DOCUMENTS.items():
        for path in re.findall(r"`((?:api|benchmarks|dataset|deploy|docs|tests)/[a-z_./-]+)`", text):
            assert (ROOT / path).exists() or path in ("dataset/moved.yaml", "dataset/.schemas/"), (name, path)


def test_every_constant_that_contributing_names_is_in_the_module_beside_it() -> None:
    """A row of the table that names a constant, such as `FORMATS`, names the module or package that assigns it."""
    named = 0
    for row in re.findall(r"^\| .* \| (.*) \|$", DOCUMENTS["CONTRIBUTING.md"], re.MULTILINE):
        paths = [ROOT / path for path in re.findall(r"`(api/[a-z_/]+(?:\.py|/))`", row)]
        modules = [path / "__init__.py" if path.is_dir() else path for path in paths]
        sources = [path.read_text(encoding="utf-8") for path in modules if path.exists()]  # a folder of data has none
        for word in re.findall(r"`([A-Z][A-Z_]+)`", row):
            assert any(re.search(rf"^{word}\b.*=", source, re.MULTILINE) for source in sources), (word, row)
            named += 1
    assert named >= 8


def test_nginx_accepts_its_file_as_operating_changes_it(tmp_path: Path) -> None:
    """The edits are those that the page shows, TLS included; only paths of this machine differ."""
    text = DOCUMENTS["docs/operating.md"]
    (tls,) = re.findall(r"^```nginx\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ((old, new),) = re.findall(r"^sed 's/(.*)/(.*)/' deploy/nginx.conf", text, re.MULTILINE)
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for before, after in ((old, new), ("listen 8080;", tls), ("/var/cache/nginx", str(tmp_path))):
        assert before in site
        site = site.replace(before, after)
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=data.example.org", "-keyout", key, "-out", certificate]
    subprocess.run([need("openssl"), *made], check=True, capture_output=True)
    site = re.sub(r"(?<=ssl_certificate ).*(?=;)", str(certificate), site)
    site = re.sub(r"(?<=ssl_certificate_key ).*(?=;)", str(key), site)
    path = tmp_path / "nginx.conf"
    path.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {site} }}", encoding="utf-8")
    done = subprocess.run([need("nginx"), "-t", "-e", "stderr", "-c", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_documented_unit_starts_a_command_with_settings_that_there_are() -> None:
    text = (ROOT / "deploy" / "diplomatic-events.service").read_text(encoding="utf-8")
    (start,) = re.findall(r"^ExecStart=/opt/diplomatic-events/bin/(.*)$", text, re.MULTILINE)
    assert start == "diplomatic-events serve"
    environ = dict(re.findall(r"^Environment=(\w+)=(\S+)$", text, re.MULTILINE))
    assert len(environ) == text.count("\nEnvironment=") == 3
    done = subprocess.run(
        [sys.executable, "-m", "api", "config"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "is not a setting" not in done.stderr
    assert all(f"{name}={value}  [environment]\n" in done.stdout for name, value in environ.items())


STEPS = [line.split(maxsplit=1) for line in (ROOT / "Dockerfile").read_text().splitlines() if line and line[0] not in "# "]


def steps(target: str) -> list[list[str]]:
    """The steps of a stage of the Dockerfile (of the last for ""), after those of the stages that it is from or copies from."""
    stages: dict[str, list[list[str]]] = {}
    for word, rest in STEPS:
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = list(stages.get(base, []))
        else:
            copied = re.match(r"--from=(\w+) ", rest)
            stages[name] += [step for step in stages[copied[1]] if step not in stages[name]] if copied else [[word, rest]]
    return stages[target]


def begin(target: str) -> list[str]:
    return [part for word, rest in steps(target) if word in ("ENTRYPOINT", "CMD") for part in json.loads(rest)]


def test_the_dockerfile_installs_what_make_serve_installs_and_starts_our_command() -> None:
    runs, publishing = ([rest for word, rest in steps(target) if word == "RUN"] for target in ("", "publish"))
    (lock,) = [run for run in runs if "--require-hashes" in run]
    assert lock.removeprefix("/venv/bin/pip install --no-cache-dir ") in (ROOT / "Makefile").read_text()
    assert "/venv/bin/pip check" in runs, "whether all that is needed was locked"
    assert publishing[-1] == "/venv/bin/pip check"
    assert [run for run in publishing if "--require-hashes" in run] == [
        lock,
        lock.replace("requirements.txt", "deploy/release.txt"),
    ]
    start = begin("")
    assert start == ["/venv/bin/diplomatic-events", "serve", "--no-load"]
    assert begin("publish") == [start[0], "release"]
    assert any(run.startswith(f"{start[0]} load ") for run in runs)


def built(target: str, tmp_path: Path) -> tuple[list[str], dict[str, str]]:
    """Runs the steps of a stage in a folder, its absolute paths moved below it; what it starts, and in which environment."""
    moved = {path: str(tmp_path / path[1:]) for path in ("/source", "/venv", "/data", "/dataset", "/releases")}

    def here(text: str) -> str:
        for path, there in moved.items():
            text = re.sub(rf"(?<![\w.-]){path}\b", there, text)
        return text

    environ = {"PATH": os.environ["PATH"]}
    start: list[str] = []
    ignored = (ROOT / ".dockerignore").read_text().replace("**/", "").split()
    for word, rest in steps(target):
        if word == "WORKDIR":
            Path(here(rest)).mkdir()
        elif word == "COPY" and rest == ". .":
            shutil.copytree(ROOT, moved["/source"], dirs_exist_ok=True, ignore=shutil.ignore_patterns(*ignored))
        elif word == "RUN":
            subprocess.run(shlex.split(here(rest)), check=True, cwd=moved["/source"], env=environ | PIP, capture_output=True)
        elif word == "ENV":
            environ |= dict(pair.split("=", 1) for pair in shlex.split(here(rest)))
        elif word in ("ENTRYPOINT", "CMD"):
            start += [here(part) for part in json.loads(rest)]
    return start, environ


@pytest.mark.trials
def test_the_target_publish_publishes_a_mounted_dataset(tmp_path: Path) -> None:
    """There need be no container engine."""
    start, environ = built("publish", tmp_path)
    shutil.copytree(SMALL, tmp_path / "dataset")
    done = subprocess.run(start, cwd="/", env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "frictionless read " in done.stdout
    assert (tmp_path / "releases" / "0.1.0" / SUMS).is_file()
    assert (tmp_path / "dataset" / "releases" / "0.1.0.tsv").is_file()


@pytest.mark.trials
def test_the_dockerfile_serves_from_a_clean_folder_as_nobody_can_write_there(tmp_path: Path) -> None:
    start, environ = built("", tmp_path)
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


@pytest.mark.trials  # CI looks the packages up; this is whether it would stop
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

"""Every server that is measured: how it is started with the same number of workers, and that it serves the same page."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import asks
from .processes import Program, get, nginx_user

ROOT = Path(__file__).resolve().parent.parent
NGINX = Path(__file__).with_name("peers") / "nginx.conf"


@dataclass(frozen=True)
class Size:
    """How many processes and threads each server gets."""

    workers: int
    threads: int


def python(*arguments: object, ready: str, **environ: str) -> Program:
    """A module of this checkout, whatever folder it is started in."""
    return Program((sys.executable, "-m", *map(str, arguments)), ready, {"PYTHONPATH": str(ROOT), **environ})


def ours(data_dir: Path, size: Size, releases_dir: Path | None = None) -> Program:
    return python(
        "api", "serve", "--no-load", "--data-dir", data_dir, "--port", "{port}",
        "--workers", size.workers, "--threads", size.threads,
        ready="/readyz",
        DIPLOMATIC_EVENTS_RELEASES_DIR=str(releases_dir or data_dir / "none"),
    )  # fmt: skip


def same_gunicorn(peer: str, bodies: Path, size: Size, ready: str) -> Program:
    return python(
        "benchmarks.peers.same_gunicorn", peer, bodies, "--port", "{port}",
        "--workers", size.workers, "--threads", size.threads,
        ready=ready,
    )  # fmt: skip


def uvicorn(application: str, database: Path, size: Size, ready: str) -> Program:
    return python(
        "uvicorn", f"benchmarks.peers.{application}", "--port", "{port}", "--workers", size.workers,
        "--no-access-log", "--log-level", "warning", *(["--factory"] if application.endswith(":create") else []),
        ready=ready,
        BENCH_DATABASE=str(database),
    )  # fmt: skip


def nginx(folder: Path, bodies: Path, size: Size, ready: str) -> Program:
    """A file server with nothing in its way."""
    text = NGINX.read_text(encoding="utf-8")
    filled = {"folder": str(folder), "bodies": str(bodies), "workers": str(size.workers), "user": nginx_user()}
    for name, value in filled.items():
        text = text.replace(f"%{name}%", value)
    return by_nginx(folder / "nginx.conf", text, ready)


def front(folder: Path, upstream: int, size: Size, ready: str) -> Program:
    """The nginx that is deployed, with the project behind it and its cache where there is room for it."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8").replace("listen 8080;", "listen 127.0.0.1:%port%;")
    text = text.replace("server api:8000;", f"server 127.0.0.1:{upstream};").replace("/var/cache/nginx/api", f"{folder}/cache")
    paths = "".join(f"{kind}_temp_path {folder}/front-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"keepalive_requests 1000000; {paths} access_log off; {text}"  # as often as the file server is asked
    around = f"daemon off; pid {folder}/front.pid; error_log stderr error; worker_processes {size.workers}; {nginx_user()}"
    return by_nginx(folder / "front.conf", f"{around} events {{}} http {{ {whole} }}", ready)


def by_nginx(path: Path, text: str, ready: str) -> Program:
    """nginx with a configuration that holds `%port%`, which is known only when it starts, so a shell fills it in."""
    template = path.with_suffix(".in")
    template.write_text(text, encoding="utf-8")
    script = f"sed s/%port%/{{port}}/ '{template}' > '{path}' && exec nginx -e stderr -c '{path}'"
    return Program(("sh", "-c", script), ready, {"PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"})


Reader = Callable[[Any], list[str]]


def our_ids(body: Any) -> list[str]:
    return [record["id"] for record in body["data"]]


def datasette_ids(body: Any) -> list[str]:
    column = body["columns"].index("document")
    return [json.loads(row[column])["id"] for row in body["rows"]]


def must_agree(servers: dict[str, tuple[int, asks.Spelling, Reader]], first: int, count: int, sort: str = "-date") -> None:
    """Raises RuntimeError unless all answer some asks with the same full page of records in the same order."""
    for number in range(first, first + count):
        asked = asks.ask(number, sort)
        pages = {}
        for name, (port, spelling, reader) in servers.items():
            status, body, _ = get(port, spelling(asked))
            if status != 200:
                raise RuntimeError(f"{name} answers {spelling(asked)} with {status}: {body[:500]!r}")
            pages[name] = reader(json.loads(body))
        if len({tuple(page) for page in pages.values()}) != 1 or any(len(page) != asks.RECORDS for page in pages.values()):
            raise RuntimeError(f"not everybody answers {asked} alike and in full: {pages}")

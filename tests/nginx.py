"""A real nginx for the tests, configured by the file that is deployed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from conftest import ROOT, wait_for
from postgresql import free_port
from programs import need


@contextmanager
def proxied(upstream: str, folder: Path, more: str = "", prefix: str = "") -> Iterator[str]:
    """deploy/nginx.conf in front of a server, its addresses and paths replaced, `more` added: the proxy's base URL.

    With `prefix` the three lines are changed that docs/operating.md names.
    """
    port = free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8").replace("/var/cache/nginx/api", f"{folder}/cache")
    text = text.replace("server api:8000;", f"server {upstream};").replace("listen 8080;", f"listen 127.0.0.1:{port}; {more}")
    for old, new in (
        ("location / {", f"location {prefix}/ {{"),
        ("proxy_pass http://diplomatic_events;", "proxy_pass http://diplomatic_events/;"),
        ('X-Forwarded-Prefix ""', f"X-Forwarded-Prefix {prefix}"),
    ):
        assert old in text
        text = text.replace(old, new) if prefix else text
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; {paths} {text} }}"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    process = subprocess.Popen([need("nginx"), "-e", "stderr", "-c", str(folder / "nginx.conf")])
    try:
        wait_for(lambda: bool(requests.get(f"http://127.0.0.1:{port}{prefix}/healthz", timeout=30).status_code))
        yield f"http://127.0.0.1:{port}{prefix}"
    finally:
        process.terminate()
        process.wait(timeout=60)

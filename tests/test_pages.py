"""The pages, in a real browser; what they load comes from this server alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.resources import RESOURCES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(not CHROMIUM and "CI" not in os.environ, reason="no chromium on this machine")


def rendered(url: str, profile: Path) -> str:
    """A page's DOM after its scripts have run."""
    assert CHROMIUM, "install chromium"
    quiet = ("quic", "background-networking", "component-update", "sync", "gpu")
    flags = [
        "--headless",
        "--enable-logging=stderr",
        "--no-sandbox",
        "--no-first-run",
        *(f"--disable-{what}" for what in quiet),
        f"--user-data-dir={profile}",
    ]
    command = [CHROMIUM, *flags, "--virtual-time-budget=15000", "--dump-dom", url]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    told = [line for line in result.stderr.splitlines() if "Content Security Policy" in line or "Uncaught" in line]
    assert told == [], "the browser complains, of what the page's policy forbids for one"
    return result.stdout


@needs_browser
def test_the_documentation_shows_every_route(server: str, tmp_path: Path) -> None:
    dom = rendered(f"{server}/docs", tmp_path)
    for resource in RESOURCES:
        assert f'data-path="/v1/{resource.kind}"' in dom
    assert "Unable to render this definition" not in dom
    opened = rendered(f"{server}/docs#/events/list_events", tmp_path)
    assert opened.count('class="parameter__name') > len(RESOURCES), "an operation opens, with its parameters"


@needs_browser
def test_the_front_page_needs_no_script_and_shows_the_numbers(server: str, tmp_path: Path) -> None:
    dom = rendered(f"{server}/", tmp_path)
    assert "<script" not in dom
    for resource in RESOURCES:
        assert f'href="/v1/{resource.kind}"' in dom


def test_every_link_of_the_front_page_leads_somewhere(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.mimetype == "text/html"
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page.text)]
    assert len(links) > len(RESOURCES) + 5
    for link in links:
        assert client.get(link).status_code == 200, link


def test_pages_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", "/docs"):
        assert re.findall(r'(?:src|href)="(?:https?:)?//(?!creativecommons\.org)', client.get(path).text) == []
    for path in re.findall(r'(?:src|href)="(/docs/[^"]+)"', client.get("/docs").text):
        with client.get(path) as answer:
            assert answer.status_code == 200, path

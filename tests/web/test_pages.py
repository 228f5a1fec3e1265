"""The pages, in a real browser; what they load comes from this server alone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from programs import need

from api.resources import RESOURCES

needs_browser = pytest.mark.needs("chromium")


def flags(profile: Path) -> list[str]:
    quiet = ("quic", "background-networking", "component-update", "sync", "gpu")
    switches = ("headless", "enable-logging=stderr", "no-sandbox", "no-first-run", *(f"disable-{what}" for what in quiet))
    return [*(f"--{switch}" for switch in switches), f"--user-data-dir={profile}"]


def content(errors: str) -> None:
    """That the browser has nothing to complain about."""
    told = [line for line in errors.splitlines() if "Content Security Policy" in line or "Uncaught" in line]
    assert told == [], "of what the page's policy forbids, for one"


def rendered(url: str, profile: Path) -> str:
    """A page's DOM after its scripts have run."""
    command = [need("chromium"), *flags(profile), "--virtual-time-budget=15000", "--dump-dom", url]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    content(result.stderr)
    return result.stdout


AS_3_AND_4 = """
import os, sys
ends = [os.dup(int(end)) for end in sys.argv[1:3] for _ in range(9)]  # beyond 3 and 4
os.dup2(ends[8], 3), os.dup2(ends[17], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def done(url: str, script: str, profile: Path) -> Any:
    """What an asynchronous script gives in an open page: DevTools' protocol over the browser's file descriptors 3 and 4."""
    (theirs, ours), (heard, said) = os.pipe(), os.pipe()
    line = [need("chromium"), *flags(profile), "--remote-debugging-pipe", "about:blank"]
    with (profile / "stderr").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", AS_3_AND_4, str(theirs), str(said), *line], stderr=errors, pass_fds=(theirs, said)
        )
        os.close(theirs)
        os.close(said)
        with ExitStack() as stack:
            stack.enter_context(process)
            stack.callback(process.kill)
            asks, tells = stack.enter_context(open(ours, "wb", buffering=0)), stack.enter_context(open(heard, "rb"))

            def hear(wanted: Callable[[Any], bool]) -> Any:
                while data := b"".join(iter(lambda: tells.read(1).strip(b"\0"), b"")):
                    if wanted(said := json.loads(data)):
                        return said
                pytest.fail("the browser is gone")

            def ask(number: int, method: str, session: str | None = None, **params: Any) -> Any:
                asked = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
                asks.write(json.dumps(asked).encode() + b"\0")
                return hear(lambda answer: answer.get("id") == number)["result"]

            page = ask(1, "Target.createTarget", url="about:blank")["targetId"]
            session = ask(2, "Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
            ask(3, "Page.enable", session)
            ask(4, "Page.navigate", session, url=url)
            hear(lambda told: told.get("method") == "Page.loadEventFired")
            found = ask(5, "Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True)
        errors.seek(0)
        content(errors.read())
    assert "exceptionDetails" not in found, found["exceptionDetails"]["exception"]["description"]
    return found["result"]["value"]


@needs_browser
def test_the_documentation_shows_every_route(server: str, tmp_path: Path) -> None:
    dom = rendered(f"{server}/docs", tmp_path)
    for resource in RESOURCES:
        assert f'data-path="/v1/{resource.kind}"' in dom
    assert "Unable to render this definition" not in dom
    opened = rendered(f"{server}/docs#/events/list_events", tmp_path)
    assert opened.count('class="parameter__name') > len(RESOURCES), "an operation opens, with its parameters"


TRY = """(async () => {
  const until = async (find) => {
    for (let n = 0; n < 300; n++) {
      const found = find();
      if (found) return found;
      await new Promise((go) => setTimeout(go, 50));
    }
    throw new Error(`${find} did not come: ${document.body.innerText.slice(0, 500)}`);
  };
  await until(() => document.querySelector(".parameters input"));  // until then it knows no operation to execute
  document.querySelector(".execute").click();
  const answer = await until(() => document.querySelector(".live-responses-table .response"));
  const text = (of, where) => of.querySelector(where).innerText;
  return {
    status: text(answer, ".response-col_status"),
    body: text(answer, ".highlight-code, pre"),
    url: text(document, ".request-url pre"),
  };
})()"""


@needs_browser
def test_the_documentation_asks_the_server_for_its_reader(server: str, tmp_path: Path) -> None:
    found = done(f"{server}/docs#/events/list_events", TRY, tmp_path)
    assert found["status"].startswith("200"), found
    assert found["url"].startswith(f"{server}/v1/events"), found
    assert '"data": [' in found["body"]


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

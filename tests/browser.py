"""A real browser, one for all pages of a process, driven over DevTools' protocol."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from programs import need

QUIET = ("quic", "background-networking", "component-update", "sync", "gpu")
FLAGS = ("headless", "enable-logging=stderr", "no-sandbox", "no-first-run", *(f"disable-{what}" for what in QUIET))
# Chromium listens on file descriptor 3 and answers on 4.
AS_3_AND_4 = """
import os, sys
ends = [os.dup(int(end)) for end in sys.argv[1:3] for _ in range(9)]  # beyond 3 and 4
os.dup2(ends[8], 3), os.dup2(ends[17], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """Opens pages and runs scripts in them."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes], errors: IO[str]) -> None:
        self._requests, self._answers, self._errors = requests, answers, errors
        self._number = 0

    def evaluate(self, url: str, script: str, width: int = 0) -> Any:
        """What a script, which may be asynchronous, gives in a page that has loaded; the page has nothing to complain about.

        With a `width`, on a telephone with so many pixels.
        """
        with self._page(url, width, 800) as session:
            result = self._call("Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True)
        told = [line for line in self._errors if "Content Security Policy" in line or "Uncaught" in line]
        assert not told, "".join(told)  # of what the page's policy forbids, for one
        assert "exceptionDetails" not in result, result["exceptionDetails"]["exception"]["description"]
        return result["result"]["value"]

    def picture(self, url: str, width: int, height: int) -> bytes:
        """The first `height` pixels of a page, as WebP."""
        with self._page(url, width, height) as session:
            return base64.b64decode(self._call("Page.captureScreenshot", session, format="webp", quality=70)["data"])

    def saved(self, url: str, script: str, folder: Path) -> Path:
        """The file that a script in a page saves."""
        self._call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        with self._page(url) as session:
            self._call("Runtime.evaluate", session, expression=script)
            for _ in range(600):
                if found := [file for file in folder.iterdir() if file.suffix != ".crdownload"]:
                    return found[0]
                wait = "new Promise((go) => setTimeout(go, 100))"
                self._call("Runtime.evaluate", session, expression=wait, awaitPromise=True)
        pytest.fail("nothing was saved")

    @contextmanager
    def _page(self, url: str, width: int = 0, height: int = 0) -> Iterator[str]:
        """A page that has loaded, with a width on a screen or telephone of so many pixels: the session to ask it in."""
        page = self._call("Target.createTarget", url="about:blank")["targetId"]
        session = self._call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self._call("Page.enable", session)
        if width:
            screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
            self._call("Emulation.setDeviceMetricsOverride", session, **screen)
        self._call("Page.navigate", session, url=url)
        self._hear(lambda told: told.get("method") == "Page.loadEventFired")
        yield session
        self._call("Target.closeTarget", targetId=page)

    def _call(self, method: str, session: str | None = None, **params: Any) -> Any:
        self._number += 1
        request = {"id": self._number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._requests.write(json.dumps(request).encode() + b"\0")
        return self._hear(lambda answer: answer.get("id") == self._number)["result"]

    def _hear(self, wanted: Callable[[Any], bool]) -> Any:
        while data := b"".join(iter(lambda: self._answers.read(1).strip(b"\0"), b"")):
            if wanted(said := json.loads(data)):
                return said
        pytest.fail("the browser is gone")


@contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile."""
    (theirs, ours), (heard, said) = os.pipe(), os.pipe()
    flags = [*(f"--{flag}" for flag in FLAGS), f"--user-data-dir={profile}", "--remote-debugging-pipe"]
    command = [sys.executable, "-c", AS_3_AND_4, str(theirs), str(said), need("chromium"), *flags, "about:blank"]
    with (profile / "stderr").open("w") as errors:
        process = subprocess.Popen(command, stderr=errors, pass_fds=(theirs, said))
    os.close(theirs)
    os.close(said)
    with ExitStack() as stack:
        stack.enter_context(process)
        stack.callback(process.kill)
        requests, answers = stack.enter_context(open(ours, "wb", buffering=0)), stack.enter_context(open(heard, "rb"))
        yield Browser(requests, answers, stack.enter_context((profile / "stderr").open()))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests of a process, which open a page each."""
    with browsing(tmp_path_factory.mktemp("browser")) as browser:
        yield browser

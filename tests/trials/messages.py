"""Messages to the tools for assistants that nobody would send: each has an answer of the protocol, alike on both databases."""

import json
import random
from pathlib import Path
from typing import Any

import requests

from api.web.mcp.protocol import LEGACY_METHODS, METHODS
from api.web.mcp.tools import TOOLS

from .hostile import SECONDS, both
from .injection import HOSTILE
from .trial import Figures

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1 << 70, "", "x", [], {}, [[]], [None], {"a": {}}, ["a", 1, True], "a" * 5000, "\0", "\ud83d", "é", "2021",
    "2021-13-45", "1985-01-01", "events", "events/2021-06-16-geneva-summit", "events?type=summit", "events?q=%ff", "geneva", "Putin", "*", '"', "a,b", ",",
    "united-states", "-date", "year", "3.0.0", "1.0.0", "dataset://codebook", "dataset://events/x", "dataset:///", "../../etc/passwd", *HOSTILE,
)  # fmt: skip
FILTERS = (
    "actor",
    "place",
    "topic",
    "type",
    "kind",
    "q",
    "ids",
    "date_from",
    "on",
    "role_on",
    "role",
    "in_force_on",
    "did",
    "limit",
    "format",
    "x",
)


def messages(times: int, folder: Path) -> Figures:
    """Messages put together by chance, sent to servers on SQLite and on PostgreSQL."""
    chance, told = random.Random(6), {"messages": 0, "answered": 0, "mended": 0, "refused": 0}
    urls = both()
    for _ in range(times):
        data, headers = made(chance)
        answers = [requests.post(f"{url}/mcp", data=data, headers=headers, timeout=SECONDS) for url in urls]
        first, *others = [judged(answer, data) for answer in answers]
        for url, other in zip(urls[1:], others, strict=True):
            assert other.replace(url, urls[0]) == first, data
        body = json.loads(first or "{}")
        told["messages"] += 1
        told["refused" if not answers[0].ok else "mended" if body.get("result", {}).get("isError") else "answered"] += 1
    return told


def made(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """A message, and the headers of its request: right in most parts."""

    def odd(right: Any, share: float = 0.1) -> Any:
        return chance.choice(ODD) if chance.random() < share else right

    method = chance.choice([*METHODS, *LEGACY_METHODS, *["tools/call"] * 20])
    tool = chance.choice([*TOOLS])
    names = chance.sample([*TOOLS[tool].takes], k=chance.randrange(len(TOOLS[tool].takes) + 1))
    arguments = {name: chance.choice(ODD) for name in {*names, *TOOLS[tool].required}}
    if "filters" in arguments and chance.random() < 0.8:
        arguments["filters"] = {chance.choice(FILTERS): chance.choice(ODD) for _ in range(chance.randrange(4))}
        arguments["kind"] = chance.choice(("events", "statements", "agreements", "actors", "sources"))
    params: dict[str, Any] = {"name": odd(tool, 0.02), "arguments": odd(arguments, 0.02), "uri": chance.choice(ODD)}
    headers = {"Content-Type": "application/json"}
    if chance.random() < 0.5:
        named = params["uri"] if method == "resources/read" else tool
        version = "io.modelcontextprotocol/"
        params["_meta"] = odd({f"{version}protocolVersion": odd("2026-07-28"), f"{version}clientCapabilities": odd({})}, 0.03)
        headers |= {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
        headers |= {"Mcp-Name": named} if isinstance(named, str) and named.isascii() and named.isprintable() else {}
    message = odd(
        {"jsonrpc": odd("2.0", 0.02), "id": odd(1, 0.05), "method": odd(method, 0.03), "params": odd(params, 0.03)}, 0.02
    )
    text = json.dumps(message, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    return (text if chance.random() > 0.02 else text[: chance.randrange(len(text) + 1)]), headers


def judged(answer: requests.Response, data: bytes) -> str:
    """The text of an answer that is one of the protocol, or a problem document."""
    assert answer.status_code in (200, 202, 400, 404, 413), (answer.status_code, answer.text[:500], data)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if answer.status_code == 202:
        assert not answer.content
        return ""
    body = answer.json()
    if answer.headers["Content-Type"] == "application/json":
        assert body["jsonrpc"] == "2.0"
        assert ("result" in body) != ("error" in body), data
    else:
        assert body["status"] == answer.status_code
    return answer.text

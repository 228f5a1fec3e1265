"""The Model Context Protocol as messages of JSON-RPC: revision 2026-07-28, which has no sessions, and the ones before it.

https://modelcontextprotocol.io/specification/2026-07-28 and https://modelcontextprotocol.io/specification/2025-11-25
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import Headers

from ... import __version__
from ...schema.fields import Record
from ...schema.public_date import render
from ..request_parameters import served
from . import library, tools
from .errors import INVALID_PARAMS, RpcError, RpcReply

MODERN, LEGACY = "2026-07-28", ("2025-11-25", "2025-06-18")
VERSIONS = (MODERN, *LEGACY)
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, HEADER_MISMATCH, UNSUPPORTED_VERSION = -32700, -32600, -32601, -32020, -32022
META = "io.modelcontextprotocol/"
VERSION, CAPABILITIES, SERVER = f"{META}protocolVersion", f"{META}clientCapabilities", f"{META}serverInfo"
NAMED = {"tools/call": "name", "resources/read": "uri"}  # the parameter that the header Mcp-Name repeats
FRESH = {"ttlMs": 60_000, "cacheScope": "public"}
CAPABLE: Record = {"tools": {}, "resources": {}}
HOW = """\
Each answer has the release that it is from, and of each record its id, address and sources: name them with what you say. Say, \
too, what an answer says of doubt: alleged, announced, disputed, one-sided, possible, day not known. A record that is not here \
is no proof that nothing happened; `coverage` of an empty answer says what is covered. What is cut says so."""


def reply(message: Any, headers: Headers | None = None) -> RpcReply:
    """The answer to a message; `headers` are those of its HTTP request, None where there is none.

    A database error or Problem of the server passes through, to become the answer that it is on every route.
    """
    id = message.get("id") if isinstance(message, dict) else None
    try:
        if not _well_formed(message):
            raise RpcError(INVALID_REQUEST, "This is no request of JSON-RPC 2.0 with an id, a method and an object of params.")
        if "id" not in message:
            return RpcReply(202, None)
        params, modern = message.get("params", {}), _is_modern(message, headers)
        methods = METHODS if modern else LEGACY_METHODS
        if message["method"] not in methods:
            status = 404 if modern else 200
            raise RpcError(METHOD_NOT_FOUND, f"There is no method {message['method']!r} here.", {"methods": [*methods]}, status)
        result = methods[message["method"]](params)
        if modern:
            result = {"resultType": "complete", **result, "_meta": {SERVER: _implementation()}}
    except RpcError as error:
        return error.reply(id if isinstance(id, str | int) else None)
    return RpcReply(200, {"jsonrpc": "2.0", "id": id, "result": result})


def _well_formed(message: Any) -> bool:
    """Whether a message is one request or one notification."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        return False
    id, params = message.get("id", 0), message.get("params", {})
    return isinstance(id, str | int) and not isinstance(id, bool) and isinstance(params, dict)


def _is_modern(message: Record, headers: Headers | None) -> bool:
    """Whether a request is one of the revision without sessions. Raises RpcError for one that contradicts itself."""
    meta = message.get("params", {}).get("_meta")
    told = headers.get("MCP-Protocol-Version") if headers is not None else None
    if not isinstance(meta, dict) or VERSION not in meta:
        if told == MODERN or message["method"] == "server/discover":
            raise RpcError(INVALID_PARAMS, f"params._meta lacks {VERSION}.")
        if told is not None and told not in LEGACY:
            raise _unsupported(told)
        return False
    if CAPABILITIES not in meta or not isinstance(meta[CAPABILITIES], dict) or not isinstance(meta[VERSION], str):
        raise RpcError(INVALID_PARAMS, f"params._meta has to hold {VERSION} (text) and {CAPABILITIES} (an object).")
    if headers is not None:
        _agree(message, meta[VERSION], headers)
    if meta[VERSION] != MODERN:
        raise _unsupported(meta[VERSION])
    return True


def _agree(message: Record, version: str, headers: Headers) -> None:
    """Raises RpcError if the headers that repeat a request do not say what it says."""
    wanted = {"MCP-Protocol-Version": version, "Mcp-Method": message["method"]}
    named = message["params"].get(NAMED.get(message["method"], ""))
    if isinstance(named, str):
        wanted["Mcp-Name"] = named
    for name, value in wanted.items():
        if _decoded(headers.get(name, "")) != value:
            raise RpcError(HEADER_MISMATCH, f"The header {name} does not say what the body says.")


def _decoded(value: str) -> str | None:
    """The value of a header that repeats a name; None if it cannot be read."""
    if not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    try:
        return base64.b64decode(value[9:-2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _unsupported(version: str) -> RpcError:
    data = {"supported": [*VERSIONS], "requested": version}
    return RpcError(UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def _implementation() -> Record:
    return {"name": "diplomatic-events", "title": served().about["title"], "version": __version__}


def _instructions() -> str:
    about = served().about
    return f"{about['title']}, {render(about['coverage'])['text']}. {about['description'].strip()} {HOW}"


def discover(params: Record) -> Record:
    """What the server is."""
    return {"supportedVersions": [*VERSIONS], "capabilities": CAPABLE, "instructions": _instructions(), **FRESH}


def initialize(params: Record) -> Record:
    """The first message of a client of an earlier revision; nothing is remembered of it."""
    asked = params.get("protocolVersion")
    version = asked if asked in LEGACY else LEGACY[0]
    told = {"capabilities": CAPABLE, "serverInfo": _implementation(), "instructions": _instructions()}
    return {"protocolVersion": version, **told}


SHARED: dict[str, Callable[[Record], Record]] = {
    "tools/list": lambda params: {"tools": tools.manifest(), **FRESH},
    "tools/call": tools.call,
    "resources/list": lambda params: {"resources": library.listed(), **FRESH},
    "resources/templates/list": lambda params: {"resourceTemplates": library.TEMPLATES, **FRESH},
    "resources/read": lambda params: {"contents": [library.read(params.get("uri"))], **FRESH},
}
METHODS = {"server/discover": discover, **SHARED}
LEGACY_METHODS = {"initialize": initialize, "ping": lambda params: {}, **SHARED}

"""`POST /mcp`: the tools for assistants (Model Context Protocol), without sessions and without streams."""

import json
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import Headers

from ... import formats
from ...problems import Problem
from ..request_parameters import json_only, no_parameters, served
from ..responses import JSON
from .errors import RpcError, RpcReply
from .protocol import PARSE_ERROR, reply

LARGEST = 32 << 10  # bytes of a message
HERE = ("localhost", "127.0.0.1", "::1")
blueprint = Blueprint("mcp", __name__)


@blueprint.post("/mcp")
def mcp() -> Response:
    """The answer to one message."""
    require_origin(request.headers.get("Origin"))
    no_parameters()
    json_only()
    if request.mimetype != JSON:
        raise Problem(415, f"A message is {JSON}.")
    if request.content_length is None:
        raise Problem(411, "The message has no Content-Length.")
    request.max_content_length = LARGEST  # more is a 413
    status, message = answered(request.get_data(), request.headers)
    body = "" if message is None else f"{formats.dumps(message)}\n"
    return Response(body, status, {"Cache-Control": "no-store"}, mimetype=JSON)


def require_origin(origin: str | None) -> None:
    """Raises a 403 Problem for a page of another origin than this machine, the data's home, and those that are allowed.

    A page that had its own name lead to this server (DNS rebinding) would otherwise read what it serves to its own network.
    """
    allowed = current_app.extensions["mcp_origins"]
    if origin is None or "*" in allowed or origin in allowed:
        return
    home = urlsplit(served().about.get("url") or "")
    if urlsplit(origin).hostname not in HERE and origin != f"{home.scheme}://{home.netloc}":
        raise Problem(403, "Pages of this origin may not use the tools here; DIPLOMATIC_EVENTS_MCP_ORIGINS names those that may.")


def answered(text: bytes | str, headers: Headers | None = None) -> RpcReply:
    """The answer to the text of a message."""
    try:
        message = json.loads(text, parse_constant=_refused)
        formats.dumps(message).encode()  # a half of a surrogate pair is no character
    except (ValueError, RecursionError):
        return RpcError(PARSE_ERROR, "This is no JSON in UTF-8.").reply()
    return reply(message, headers)


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


__all__: Any = ["answered", "blueprint"]

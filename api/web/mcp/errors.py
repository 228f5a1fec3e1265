"""Errors of JSON-RPC, and what answers a message."""

from typing import Any, NamedTuple

from ...schema.fields import Record

INVALID_PARAMS = -32602


class RpcReply(NamedTuple):
    """The HTTP status, and the message; None where a notification is taken."""

    status: int
    message: Record | None


class RpcError(Exception):
    """An error that a client of the protocol is to blame for; `status` is that of the HTTP response."""

    def __init__(self, code: int, message: str, data: Any = None, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, **({"data": data} if data else {})}

    def reply(self, id: str | int | None = None) -> RpcReply:
        """The answer to the message with this id, as far as that is known."""
        return RpcReply(self.status, {"jsonrpc": "2.0", "id": id, "error": self.body})

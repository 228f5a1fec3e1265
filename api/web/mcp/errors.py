"""Errors of JSON-RPC."""

from typing import Any

INVALID_PARAMS = -32602


class RpcError(Exception):
    """An error that a client of the protocol is to blame for; `status` is that of the HTTP response."""

    def __init__(self, code: int, message: str, data: Any = None, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, **({"data": data} if data else {})}

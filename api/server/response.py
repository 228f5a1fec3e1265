"""A response as HTTP/1.1 has it (RFC 9112): its head, and its body with its length or in chunks."""

import re
import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import Any

SOFTWARE = "diplomatic-events"  # whatever else it stands on, and its version, are not disclosed
FIELDS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~\x80-\xff]*\r\n)*")


@lru_cache(maxsize=1)
def http_date(seconds: int) -> str:
    """A Unix time as header fields have it."""
    return formatdate(seconds, usegmt=True)


class Response:
    """The response to one request: `out` collects what is to be sent, `sent` counts the bytes of the body."""

    def __init__(self, request: Any, *_others: object) -> None:
        self.request = request
        self.out: list[bytes] = []
        self.status, self.fields, self.begun = "", "", False
        self.length: int | None = None
        self.sent = 0
        self.last = request.should_close()  # whether the connection ends with it

    def start_response(self, status: str, headers: Iterable[tuple[str, str]], _error: Any = None) -> None:
        """As WSGI has it. Raises ValueError for what would not stay one field each."""
        lines = [f"{name}: {value}\r\n" for name, value in headers]
        self.status, self.fields = status, "".join(lines)
        if not FIELDS.fullmatch(self.fields) or self.fields.count("\n") != len(lines):
            raise ValueError("a header field that is none")
        self.length = next((int(value) for name, value in headers if name == "Content-Length"), None)
        self.bodiless = self.request.method == "HEAD" or status[:3] in ("204", "304")
        self.chunked = self.length is None and not self.bodiless and self.request.version >= (1, 1)
        self.last = self.last or (self.length is None and not self.bodiless and not self.chunked)

    def write(self, data: bytes) -> None:
        """Adds a part of the body, after the head; no more than was announced."""
        if not self.begun:
            self.begun = True
            major, minor = self.request.version
            coding = "Transfer-Encoding: chunked\r\n" if self.chunked else ""
            self.out.append(
                f"HTTP/{major}.{minor} {self.status}\r\nServer: {SOFTWARE}\r\nDate: {http_date(int(time.time()))}\r\n"
                f"Connection: {'close' if self.last else 'keep-alive'}\r\n{coding}{self.fields}\r\n".encode("latin-1")
            )
        if self.length is not None:
            data = data[: self.length - self.sent]
        if data and not self.bodiless:
            self.sent += len(data)
            self.out += (b"%x\r\n" % len(data), data, b"\r\n") if self.chunked else (data,)

    def close(self) -> None:
        """Ends the body. One that is shorter than was announced ends the connection, too."""
        self.write(b"")
        if self.chunked:
            self.out.append(b"0\r\n\r\n")
        self.last = self.last or not (self.bodiless or self.length in (None, self.sent))

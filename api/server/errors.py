"""Errors outside the application: requests that cannot be parsed, or are too large or too slow, as problem documents."""

import re
from contextlib import suppress
from importlib import import_module
from typing import Any

from gunicorn import util

from ..formats import dumps
from ..problems import Problem
from ..web.headers import outside
from ..web.response_cache import REQUEST_ID
from .access_log import AccessLog, request_id
from .worker import HEAD_SECONDS, LARGEST_HEAD, Patient, TooSlow

errors: Any = import_module("gunicorn.http.errors")  # the stubs are of an older version
# The limits of a request; the documentation and the contract state them.
LONGEST_EXAMPLE = 500  # characters of an address that a problem document shows
LONGEST_LINE, MOST_FIELDS, LONGEST_FIELD = 8190, 100, 8190
REFUSED: dict[type[BaseException], tuple[int, str]] = {
    errors.LimitRequestLine: (414, f"The request line is longer than {LONGEST_LINE} bytes."),
    errors.LimitRequestHeaders: (
        431,
        f"There are more than {MOST_FIELDS} header fields, one is longer than {LONGEST_FIELD} bytes, or all than {LARGEST_HEAD}.",
    ),
    TooSlow: (408, f"The header fields did not come within {HEAD_SECONDS} seconds."),
    errors.ExpectationFailed: (417, "The expectation cannot be met."),
    errors.UnsupportedTransferCoding: (501, "This transfer coding is not supported."),
}
LINE = re.compile(r"(?P<method>[A-Z]+) (?P<target>/.*) HTTP/1\.[01]", re.DOTALL)
OURS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


def unencoded(error: Any) -> str | None:
    """Says how an address is written that holds what must be percent-encoded; None if a request line has another fault."""
    if isinstance(error, errors.InvalidHTTPVersion):  # behind a space in the target
        return "An address holds no space: write %20 or + instead." if LINE.fullmatch(f"GET / {error.version}") else None
    line = LINE.fullmatch(str(error.req)) if isinstance(error, errors.InvalidRequestLine) else None
    if not line:
        return None
    written = re.sub(r"[^!-\"$-~]", lambda wrong: f"%{ord(wrong[0]):02X}", line["target"])
    told = written if len(written) <= LONGEST_EXAMPLE else f"{written[:LONGEST_EXAMPLE]}..."
    return f"An address holds printable ASCII only, and no #; percent-encode the rest: {told}"


class Worker(Patient):
    """gunicorn's worker, whose own error responses are problem documents too."""

    log: AccessLog

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answers. What is behind a `#` would be ignored, so it is refused."""
        if "#" in req.uri:
            raise errors.InvalidRequestLine(f"{req.method} {req.uri} HTTP/1.1")
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers a request that cannot be parsed, or that failed outside the application."""
        if isinstance(exc, errors.ParseException) and not isinstance(exc, OURS):
            problem = Problem(
                *REFUSED.get(type(exc), (400, unencoded(exc) or f"This is not a request of HTTP/1.1: {str(exc)[:200]}"))
            )
        else:
            self.log.exception("unexpected error outside the application")
            problem = Problem(500, "Something went wrong here; it was logged.")
        id, body = request_id(), f"{dumps(problem.body)}\n".encode()
        fields = {**outside(problem), "X-Request-ID": id, "Content-Length": len(body)}
        fields |= {"Connection": "close", "Date": util.http_date()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with suppress(OSError):  # the client may be gone
            util.write_nonblock(client, f"HTTP/1.1 {problem.status} {problem.body['title']}\r\n{head}\r\n".encode() + body)
        about = {REQUEST_ID: id, "REMOTE_ADDR": addr[0] if addr else ""}
        self.log.record(about, str(problem.status), len(body), 0.0)

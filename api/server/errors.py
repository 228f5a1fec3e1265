"""Errors outside the application: requests that cannot be parsed, or are too large or too slow, as problem documents."""

import re
from email.utils import formatdate
from importlib import import_module
from typing import Any

from ..problems import Problem
from ..web.headers import outside

errors: Any = import_module("gunicorn.http.errors")  # the stubs are of an older version
# The limits of a request; the documentation and the contract state them.
LARGEST_HEAD = 64 << 10  # bytes of a request line and its header fields
HEAD_SECONDS = 10  # until a request must be there
LONGEST_EXAMPLE = 500  # characters of an address that a problem document shows
LONGEST_LINE, MOST_FIELDS, LONGEST_FIELD = 8190, 100, 8190


class TooSlow(errors.ParseException):  # type: ignore[misc]
    """A request was not complete in time."""


REFUSED: dict[type[BaseException], tuple[int, str]] = {
    errors.LimitRequestLine: (414, f"The request line is longer than {LONGEST_LINE} bytes."),
    errors.LimitRequestHeaders: (
        431,
        f"There are more than {MOST_FIELDS} header fields, one is longer than {LONGEST_FIELD} bytes, or all than {LARGEST_HEAD}.",
    ),
    TooSlow: (408, f"The request did not come within {HEAD_SECONDS} seconds."),
    errors.ExpectationFailed: (417, "The expectation cannot be met."),
    errors.UnsupportedTransferCoding: (501, "This transfer coding is not supported."),
    errors.NoMoreData: (400, "This is not a request of HTTP/1.1: it ends before it is whole."),
}
LINE = re.compile(r"(?P<method>[A-Z]+) (?P<target>/.*) HTTP/1\.[01]", re.DOTALL)
OURS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


def refuse_fragment(request: Any) -> None:
    """Raises InvalidRequestLine for an address with a `#`: what is behind it would be ignored."""
    if "#" in request.uri:
        raise errors.InvalidRequestLine(f"{request.method} {request.uri} HTTP/1.1")


def is_refusal(error: BaseException) -> bool:
    """Whether an error is the client's."""
    return isinstance(error, errors.ParseException | errors.NoMoreData) and not isinstance(error, OURS)


def problem_of(error: BaseException) -> Problem:
    if not is_refusal(error):
        return Problem(500, "Something went wrong here; it was logged.")
    told = unencoded(error) or f"This is not a request of HTTP/1.1: {str(error)[:200]}"
    return Problem(*REFUSED.get(type(error), (400, told)))


def refusal(problem: Problem, id: str) -> tuple[bytes, bytes]:
    """Head and body of the last answer of a connection."""
    fields, body = outside(problem)
    own = {"X-Request-ID": id, "Date": formatdate(usegmt=True)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**fields, **own}.items())
    return f"HTTP/1.1 {problem.status} {problem.body['title']}\r\n{lines}Connection: close\r\n\r\n".encode(), body


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

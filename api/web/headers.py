"""The security and CORS headers of every response, whichever layer sends it."""

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from ..formats import dumps
from ..problems import Problem

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # A public API: any page may load its responses, no page may show them in a frame.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# Characters of an address in `Link` and in `Location`: whatever is asked, the header fields of an answer stay below 4 KiB.
LONGEST_LINK, LONGEST_LOCATION = 1000, 2500
METHODS = ("GET", "HEAD", "OPTIONS")
# Request headers that pages of other origins may send: any, which older browsers and `Authorization` want to see by name.
ASKED = "*, Authorization, If-None-Match, If-Modified-Since, If-Range, Range, X-Request-ID"
# Response headers that pages of other origins may read.
EXPOSED = (
    "Accept-Ranges", "Content-Disposition", "Content-Range", "Deprecation", "ETag", "Link", "RateLimit", "RateLimit-Policy",
    "Repr-Digest", "Retry-After", "Sunset", "X-Request-ID",
)  # fmt: skip
POLICY = "Content-Security-Policy"
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Swagger UI: scripts that call this server, and images inside its own style sheet.
DOCUMENTATION = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The pages: the script, the style sheet and the pictures of this server. JSON-LD in a page is data, which no browser runs.
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def page_policy(html: str) -> str:
    """The Content-Security-Policy of a picture or page without scripts: only the styles in it, by their SHA-256."""
    sums = (base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in STYLE.findall(html))
    styles = " ".join(f"'sha256-{sum}'" for sum in sums)
    return f"default-src 'none'; style-src {styles}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


ALWAYS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": ", ".join(EXPOSED), **SECURITY}


def guarded(inner: WSGIApplication) -> WSGIApplication:
    """An application with the headers that every response has; werkzeug takes a dozen calls to add one, in each response.

    A 304 gets no policy: a browser puts its headers in the place of those that it keeps, and a page would lose its own.
    """

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            policy = () if POLICY in dict(headers) or status.startswith("304") else ((POLICY, CLOSED),)
            return start_response(status, [*headers, *policy, *ALWAYS.items()], exc_info)

        return inner(environ, start)

    return call


def outside(problem: Problem) -> tuple[dict[str, str], bytes]:
    """Header fields and body of a problem response that is sent without the Flask application."""
    body = f"{dumps(problem.body)}\n".encode()
    fields = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        POLICY: CLOSED,
        **ALWAYS,
        **problem.headers,
    }
    return {**fields, "Content-Length": str(len(body))}, body

"""A problem (RFC 9457) as a page: every fault, with what is allowed and what may have been meant."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, request

from ...formats.accept import weights
from .. import addresses
from ..headers import PAGE
from ..request_parameters import loaded
from ..responses import HTML
from .render import html

# Routes of the pages that a program asks for.
FOR_PROGRAMS = (
    "pages.openapi_yaml",
    "pages.openapi_json",
    "pages.docs_file",
    "pages.docs_text",
    "pages.problem",
    "pages.style",
    "pages.suggest",
)


def wanted() -> bool:
    """Whether this request is a person's: it has reached a page, or nothing, with a client that reads HTML."""
    if "paged" not in current_app.extensions:  # the application outside of the prefix has none
        return False
    if request.url_rule:
        endpoint = request.endpoint or ""
        return endpoint.startswith("pages.") and endpoint not in FOR_PROGRAMS
    return not request.path.startswith("/v1") and weights(request.headers.get("Accept", "")).get(HTML, 0) > 0


def problem_page(body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    policy = {"Content-Security-Policy": PAGE, "Vary": "Accept"}
    text = html("problem", loaded(), problem=body, beside=beside(body.get("suggestion")))
    return Response(text, body["status"], {**headers, **policy}, mimetype=HTML)


def beside(suggestion: str | None) -> str | None:
    """The address of what was probably meant where the last part of this one is unknown; None where that is not it."""
    names = request.view_args or {}
    if not suggestion or len(names) != 1 or suggestion.startswith("/"):
        return None
    return addresses.mounted(f"{request.path.rpartition('/')[0]}/{suggestion}")

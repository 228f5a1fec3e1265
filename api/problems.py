"""What goes wrong, worded so that the reader can fix it: HTTP problems (RFC 9457) and dataset findings."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

PROBLEMS = {
    "invalid-parameters": "A parameter is unknown, or its value is not allowed. `errors` lists every one, "
    "with what is allowed and, where one is near, what may have been meant.",
    "unknown-record": "No record has this id. Ids are found through the lists.",
    "draft": "What is loaded is a draft: it may still change, so nobody could look up what is cited from it. Publish it, or "
    "cite a published release.",
    "cursor-expired": "The cursor belongs to a release that is no longer kept. Start again without it.",
    "not-ready": "No release is loaded, or it cannot be read at the moment. Try again a little later.",
}

LONGEST = 200  # characters of a text that is worth comparing


def nearest(value: object, allowed: Iterable[str]) -> str | None:
    """The allowed word that `value` was probably meant to be, or None."""
    if len(str(value)) > LONGEST:
        return None
    words = {word.casefold(): word for word in allowed}
    close = get_close_matches(str(value).casefold(), words, n=1, cutoff=0.6)
    return words[close[0]] if close else None


class Problem(Exception):
    """An answer of `application/problem+json`: `kind` is a key of PROBLEMS, or None for a plain HTTP status."""

    def __init__(
        self,
        status: int,
        detail: str,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.headers = status, dict(headers or {})
        self.body = {
            "type": f"/problems/{kind}" if kind else "about:blank",
            "title": kind.replace("-", " ").capitalize() if kind else HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            **members,
        }

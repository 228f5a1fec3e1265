"""The addresses in answers: each begins with the path that the application is mounted at."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app, request, url_for
from werkzeug.urls import iri_to_uri

from ..query.parsing import query_string
from .application import Asked

PLAIN = "!$'()*,/:;?@"  # characters that need no escape in a query string


def asked() -> Asked:
    """This request itself."""
    itself: Asked = request.itself  # type: ignore[attr-defined]
    return itself


def here() -> str:
    """The address of this request as a URI, which is safe in a header whatever was sent."""
    return asked().address


def root() -> str:
    """The absolute address that the application is mounted at, with a slash at the end."""
    return asked().root_address


def mounted(path: str) -> str:
    """The address of a path of the application, from the root of the server."""
    return f"{request.root_path}{path}"


def item(kind: str, id: str) -> str:
    """The address of a record, from the root of the server."""
    return mounted(f"/v1/{kind}/{id}")


def page_of(kind: str, id: str) -> str:
    """The address of the page of a record, from the root of the server."""
    return mounted(f"/{kind}/{id}")


def for_people(this: Asked) -> str | None:
    """The absolute address of the page of this answer: the same without `/v1`; None if there is none."""
    paged = this.url_rule and this.url_rule.rule in current_app.extensions["paged"]
    return _below(this, "v1/", "") if paged else None


def for_programs() -> str:
    """The absolute address of the same answer as this page for programs."""
    return _below(asked(), "", "v1/").removesuffix("/")


def from_root(address: str) -> str:
    """An absolute address of this application from the root of the server, as pages link to it."""
    return mounted(f"/{address.removeprefix(root())}")


def _below(this: Asked, old: str, new: str) -> str:
    """This request's address with another path between that of the application and the rest."""
    base = this.root_address
    return f"{base}{new}{this.address.removeprefix(base).removeprefix(old)}"


def absolute(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, _external=True, **values)


def next_page(cursor: str | None) -> str | None:
    """This request's address with the cursor of the next page; None if there is none."""
    if cursor is None:
        return None
    this = asked()
    if "cursor" not in this.strings:
        return f"{this.address}{'&' if this.strings else '?'}cursor={cursor}"
    pairs = [(name, value) for name, value in this.args.items(multi=True) if name != "cursor"]
    return f"{this.address.partition('?')[0]}?{query_string([*pairs, ('cursor', cursor)], PLAIN)}"


LINKS, PATH = '"links":{', '":"/'


def in_documents(texts: Iterable[str]) -> Iterator[str]:
    """Stored documents with the prefix in the addresses in `links`, their last key."""
    prefix = request.root_path

    def with_prefix(text: str) -> str:
        head, key, links = text.rpartition(LINKS)
        return head + key + links.replace(PATH, f'":"{prefix}/')

    return map(with_prefix, texts) if prefix else iter(texts)


def in_problem(body: dict[str, Any]) -> dict[str, Any]:
    """A problem document with its own address, and with the prefix in the others."""
    others = {key: mounted(body[key]) for key in ("type", "restart", "suggestion") if str(body.get(key)).startswith("/")}
    return {**body, **others, "instance": iri_to_uri(mounted(request.full_path.rstrip("?")))}

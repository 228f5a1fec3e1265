"""The front of a server of several datasets: a page that lists them, and the health of them all."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, render_template, request

from .. import formats
from ..formats.accept import best_type
from ..problems import Problem
from ..storage.store import Store, unavailable
from .app import create_outside
from .headers import PAGE
from .health import healthz
from .responses import HTML, JSON, fixed

SHOWN = ("title", "description", "version", "released", "licence", "counts")


def create_front(prefix: str, apps: Mapping[str, Flask]) -> Flask:
    """The WSGI application for addresses outside of those of the datasets; `apps` are these, by the path of each."""
    app = create_outside(f"There is nothing here. All addresses begin with one of {', '.join(f'{path}/' for path in apps)}.")
    app.extensions["stores"] = {path: one.extensions["store"] for path, one in apps.items()}
    for path, view in (("/", home), ("/healthz", healthz), ("/readyz", readyz)):
        app.add_url_rule(prefix + path, view.__name__, view)
    return app


def stores() -> dict[str, Store]:
    """The store of each dataset, by the path of its addresses."""
    found: dict[str, Store] = current_app.extensions["stores"]
    return found


def home() -> Response:
    """The datasets, as a page or as JSON; one that cannot be read now has only its address."""
    listed = [{"href": f"{request.root_path}{path}/", **told(store)} for path, store in stores().items()]
    vary = {"Vary": "Accept"}
    if best_type(request.headers.get("Accept", ""), [HTML, JSON]) == JSON:
        return fixed(formats.envelope(formats.dumps(listed), {"total": len(listed)}, {"self": request.url}), headers=vary)
    return fixed(render_template("several.html", listed=listed), HTML, headers={"Content-Security-Policy": PAGE, **vary})


def told(store: Store) -> dict[str, Any]:
    """What a dataset says of itself; nothing if it cannot be read."""
    try:
        about = store.current().about
    except Problem:
        return {}
    return {key: about[key] for key in SHOWN}


def readyz() -> Response:
    """Every dataset can be read; otherwise 503 that names those that cannot."""
    if missing := [path for path, store in stores().items() if not told(store)]:
        raise unavailable(f"No release can be read of {', '.join(missing)}.")
    return healthz()

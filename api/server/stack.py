"""The WSGI application as the server runs it: proxy headers, request ids, rate limit, prefix, then the application."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from ..config import Settings
from ..web.app import create_app, create_outside
from ..web.response_cache import REQUEST_ID, later
from ..web.several import create_front
from .access_log import request_id
from .rate_limit import RateLimited


def absolute_form(inner: WSGIApplication) -> WSGIApplication:
    """The host of a target such as `GET http://a/v1 HTTP/1.1` is that of the request, whatever Host says (RFC 9112, 3.2.2)."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        target = environ.get("RAW_URI", "/")
        if not target.startswith("/") and "://" in target:
            environ["HTTP_HOST"] = urlsplit(target).netloc
        return inner(environ, start_response)

    return call


def identified(inner: WSGIApplication) -> WSGIApplication:
    """Each request has an id, which is returned as X-Request-ID."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        id = environ[REQUEST_ID] = request_id(environ.get("HTTP_X_REQUEST_ID", ""))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, ("X-Request-ID", id)], exc_info)

        return inner(environ, start)

    return call


def application(settings: Settings) -> WSGIApplication:
    """The full WSGI stack: the host, proxy headers, request id, rate limit, the prefix, then the application."""
    apps: dict[str, Any] = {one.prefix: create_app(one) for one in settings.each().values()}
    app = apps.get("")
    if settings.datasets:
        app = DispatcherMiddleware(later(create_front(settings.prefix, apps)), apps)
    elif app is None:
        nothing = create_outside(f"There is nothing here. All addresses begin with {settings.prefix}/.")
        app = DispatcherMiddleware(later(nothing), apps)
    if settings.rate_limit:
        app = RateLimited(app, settings.rate_limit, settings.rate_limit_storage, settings.prefix)
    app = identified(app)
    if hops := settings.trusted_proxies:
        app = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
    return absolute_form(app)

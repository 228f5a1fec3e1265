"""The WSGI application as the server runs it: proxy headers, request ids, rate limit, then the application."""

from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.middleware.proxy_fix import ProxyFix

from ..config import Settings
from ..web.app import create_app
from .access_log import Observed
from .rate_limit import RateLimited


def application(settings: Settings) -> WSGIApplication:
    """The full WSGI stack: proxy headers, request id, rate limit, then the application."""
    app: Any = create_app(settings)
    if settings.rate_limit:
        app = RateLimited(app, settings.rate_limit, settings.rate_limit_storage)
    app = Observed(app)
    if hops := settings.trusted_proxies:
        app = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops)
    stack: WSGIApplication = app
    return stack

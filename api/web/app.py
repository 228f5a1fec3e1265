"""The Flask application: routes, error handlers, CORS, compression and headers, behind the response cache."""

import logging
from http import HTTPStatus
from typing import Any

import peewee as pw
from flask import Flask, Response, current_app, request
from flask_compress import Compress
from werkzeug.exceptions import HTTPException

from ..config import MOUNT, Settings
from ..formats import FORMATS, dumps
from ..formats.accept import CODINGS, best_coding
from ..metrics import database_error
from ..problems import Problem, nearest
from ..storage import open_store
from ..storage.store import unavailable
from . import (
    aggregates,
    changes,
    citations,
    deprecations,
    exports,
    health,
    index,
    llms,
    mcp,
    network,
    pages,
    pictures,
    releases,
    resolve,
    resources,
    search,
    signposts,
    threads,
    timeline,
)
from .addresses import in_problem
from .application import Application, Ready
from .headers import ASKED, LONGEST_LOCATION, METHODS, guarded
from .response_cache import REQUEST_ID, ROUTE, ResponseCache

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application that serves the releases below `settings.data_dir`."""
    settings = settings or Settings.read()
    app = Application()
    app.url_map.strict_slashes = False
    store = app.extensions["store"] = open_store(settings)
    app.config["RELEASES_URL"] = settings.releases_url
    app.extensions["mcp_origins"] = settings.mcp_origins.split(",")
    init_routes(app)
    init_problems(app)
    init_compression(app)
    init_headers(app)
    if settings.watch:
        pages.faults.show_in(app, settings.data_dir)
    kept = 0 if settings.watch else settings.cache_bytes
    app.wsgi_app = ResponseCache(app.wsgi_app, store, kept)  # type: ignore[method-assign]
    return app


def create_outside(detail: str) -> Flask:
    """The WSGI application for addresses outside of the paths that others are mounted at; `detail` says which these are."""
    app = Application()
    init_problems(app)
    init_headers(app)

    @app.before_request
    def nothing() -> None:
        if request.url_rule is None:
            raise Problem(404, detail)

    return app


def init_routes(app: Flask) -> None:
    """Every module of routes has a Blueprint of its own."""
    for module in (health, index, search, resolve, network, threads, timeline, changes, exports, releases, llms, mcp, signposts):
        app.register_blueprint(module.blueprint)
    for derived in (pages, resources, aggregates, citations, pictures):
        app.register_blueprint(derived.routes())
    pages.install(app)
    app.extensions["paged"] = {f"/v1{rule.rule}" for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.")}


def init_headers(app: Flask) -> None:
    """Security and CORS headers on every response, errors included, and the route for the access log."""
    app.wsgi_app = guarded(app.wsgi_app)  # type: ignore[method-assign, assignment]

    @app.before_request
    def require_address() -> Response | None:
        if not request.host:  # links are made from it, and from the prefix
            raise Problem(400, "The Host header names no host.")
        if not MOUNT.fullmatch(request.root_path):
            request.root_path = ""
            raise Problem(400, "X-Forwarded-Prefix is no path such as /data.")
        return preflight() if request.method == "OPTIONS" else None

    @app.after_request
    def finish(response: Response) -> Response:
        if response.status_code >= 300 and len(response.location or "") > LONGEST_LOCATION:
            response = respond(Problem(414, "The address to go to is too long for a header field."))
        if rule := request.url_rule:
            request.environ[ROUTE] = rule.rule
        return deprecations.announce(response)


def preflight() -> Response | None:
    """Any origin may read. A browser that may not ask would not tell its page of a 404, which looks like a refusal."""
    if "Access-Control-Request-Method" not in request.headers:
        return None
    methods = ", ".join(METHODS if request.path != "/mcp" else ("POST",))
    allowed = {"Access-Control-Allow-Methods": methods, "Access-Control-Allow-Headers": ASKED, "Access-Control-Max-Age": "86400"}
    return Response(headers={"Allow": ", ".join(METHODS), **allowed})


def init_compression(app: Flask) -> None:
    """Zstandard, brotli or gzip as the client accepts, each with an ETag of its own."""
    types = {format.media_type for format in FORMATS.values()} | {"application/problem+json", "application/yaml", "text/html"}
    app.config["COMPRESS_MIMETYPES"] = sorted(types | {"text/plain", "text/css", "text/javascript", "image/svg+xml"})
    app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = CODINGS
    app.config["COMPRESS_REGISTER"] = False
    compress = Compress(app)

    @app.after_request
    def pack(response: Response) -> Response:
        if isinstance(response, Ready) or releases.is_as_published(response):
            return response
        # Flask-Compress reads the header in its own way; it is shown the coding that is to be used, and no other.
        environ = request.environ
        environ["HTTP_ACCEPT_ENCODING"] = coding = best_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        response = compress.after_request(response)
        if coding:
            response.headers.pop("Date", None)  # the server tells it; a response out of the cache would tell an old one, too
        return response


def init_problems(app: Flask) -> None:
    """Every error is a problem document (RFC 9457), whatever raised it."""
    app.register_error_handler(Problem, from_problem)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(pw.DatabaseError, unreadable)
    app.register_error_handler(Exception, unexpected)


def from_problem(problem: Problem) -> Response:
    """A problem that a view raised; a 503 is logged, as only the operator can mend it."""
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("%s at %s", problem.body["detail"].rstrip("."), request.full_path, extra=tag())
    return respond(problem)


def respond(problem: Problem) -> Response:
    """A problem as a page where a page was asked for, otherwise as a problem document."""
    body = in_problem(problem.body)
    headers = {"Cache-Control": "no-store", **problem.headers}
    if pages.wanted():
        return pages.problem_page(body, headers)
    return Response(f"{dumps(body)}\n", problem.status, headers, mimetype="application/problem+json")


def from_http(error: HTTPException) -> Any:
    """werkzeug's own errors (no such route, method not allowed) as problems; redirects stay redirects."""
    if error.code is None or error.code < 400:
        return error
    members: dict[str, Any] = {}
    if error.code == HTTPStatus.NOT_FOUND:
        routes = (rule.rule for rule in current_app.url_map.iter_rules() if not rule.arguments)
        members["suggestion"] = nearest(request.path, routes)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Content-Range")}
    return respond(Problem(error.code, error.description or HTTPStatus(error.code).phrase, headers=headers, **members))


def unreadable(error: Exception) -> Response:
    """A database error or timeout: logged with its cause, and answered with 503 and `Retry-After`."""
    database_error()
    log.warning("the release cannot be read at %s: %s", request.full_path, str(error).strip(), extra=tag())
    return respond(unavailable("The release cannot be read."))


def tag() -> dict[str, Any]:
    """The request id, which links a message to the line of its request in the access log."""
    return {"request_id": request.environ.get(REQUEST_ID)}


def unexpected(error: Exception) -> Response:
    """An error in this code: logged with its traceback, answered without it."""
    log.error("unexpected error at %s", request.full_path, exc_info=error, extra=tag())
    return respond(Problem(500, "Something went wrong here; it was logged."))

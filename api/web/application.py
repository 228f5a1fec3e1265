"""Flask without what nothing here uses, and its request, whose addresses and parameters are read once."""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadHost
from werkzeug.urls import iri_to_uri

# A query string of names and values without escapes.
PLAIN = re.compile(r"[A-Za-z0-9_.~,:/*-]+=[A-Za-z0-9_.~,:/*-]*(&[A-Za-z0-9_.~,:/*-]+=[A-Za-z0-9_.~,:/*-]*)*")
# Addresses that are URIs as they are: a host, a path that werkzeug would not change, and a query with its escapes.
UNCHANGED = re.compile(
    r"https?://(?!xn--|[^/]*\.xn--)[a-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9_.~!$'()*,/:;@+=&-]*(\?([A-Za-z0-9_.~!$'()*,/:;@+=&?-]|%[0-9A-Fa-f]{2})*)?"
)


class Asked(Request):
    """A request."""

    @property
    def itself(self) -> "Asked":
        """What stands behind `flask.request`, which looks for it at each use."""
        return self

    @cached_property
    def args(self) -> MultiDict[str, str]:
        text = self.environ.get("QUERY_STRING", "")
        if not PLAIN.fullmatch(text):
            return super().args
        return self.parameter_storage_class([pair.split("=", 1) for pair in text.split("&")])

    @cached_property
    def strings(self) -> dict[str, list[str]]:
        """The values of each parameter."""
        return dict(self.args.lists())

    @cached_property
    def root_address(self) -> str:
        """The absolute address that the application is mounted at, with a slash at the end."""
        address = f"{self.scheme}://{self.host}{self.root_path}/"
        try:
            return address if UNCHANGED.fullmatch(address) else iri_to_uri(self.root_url)
        except UnicodeError:  # `xn--` with what encodes no name
            raise BadHost from None

    @cached_property
    def address(self) -> str:
        """The address of this request as a URI, which is safe in a header whatever was sent."""
        query = self.environ.get("QUERY_STRING", "")
        address = f"{self.root_address[:-1]}{self.path}{'?' if query else ''}{query}"
        return address if UNCHANGED.fullmatch(address) else iri_to_uri(self.url)


class NoSession(SessionInterface):
    """Nobody has a session."""

    none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self.none


class Ready:
    """A 200 with its whole body and header fields, in the place of a werkzeug response, which goes through each several times."""

    status_code, is_streamed = 200, False

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        self.body, self.headers = body, headers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [*self.headers.items()])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


class Application(Flask):
    """Flask without sessions, signals, coroutines and teardown; functions before and after a request are of the application."""

    request_class = Asked
    session_interface = NoSession()

    def __init__(self) -> None:
        self.before: list[Callable[[], Any]] = []
        self.after: list[Callable[[Any], Any]] = []
        super().__init__(__name__, static_folder=None, template_folder="templates")

    def before_request(self, f: Any) -> Any:
        self.before.append(f)
        return f

    def after_request(self, f: Any) -> Any:
        self.after.insert(0, f)
        return f

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def full_dispatch_request(self) -> Response:
        try:
            made = self.preprocess_request()
            answer = self.dispatch_request() if made is None else made
        except Exception as error:  # noqa: BLE001  # as Flask does
            answer = self.handle_user_exception(error)
        return self.process_response(answer if type(answer) is Ready else self.make_response(answer))  # type: ignore[arg-type]

    def preprocess_request(self) -> Any:
        return next((answer for function in self.before if (answer := function()) is not None), None)

    def process_response(self, response: Response) -> Response:
        for function in self.after:
            response = function(response)
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        pass

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        pass

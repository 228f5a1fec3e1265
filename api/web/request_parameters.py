"""Reads a request's parameters against the served release, or the one in `release=`."""

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from flask import current_app, request

from .. import formats
from ..problems import Problem
from ..query.parsing import InvalidParameters
from ..query.query import Parameters, Query
from ..query.timeline import Timeline
from ..resources.resource import Resource
from ..schema.errors import Fault
from ..storage.release import Release
from ..storage.store import Store
from .addresses import asked
from .response_cache import SERVED


def store() -> Store:
    opened: Store = current_app.extensions["store"]
    return opened


def served() -> Release:
    """The served release, resolved once a request. Raises a 503 Problem if there is none."""
    if SERVED not in request.environ:
        request.environ[SERVED] = store().current()
    release: Release = request.environ[SERVED]
    return release


def loaded() -> Release | None:
    """The served release, or None where nothing is loaded."""
    try:
        return served()
    except Problem:
        return None


def read_parameters(name: str, schema: ma.Schema, columns: Sequence[Any] = ()) -> Parameters:
    """The checked parameters of this request; `columns` are those of a cursor's position."""
    this = asked()
    return Parameters(name, schema, this.strings, store(), served=this.environ.get(SERVED), columns=columns)


def read_query(resource: Resource, schema: ma.Schema) -> Query:
    this = asked()
    return Query(resource, schema, this.strings, store(), served=this.environ.get(SERVED))


def read_timeline() -> Timeline:
    """The checked query of this request for the timeline."""
    return Timeline(asked().strings, store(), served=asked().environ.get(SERVED))


def no_parameters() -> None:
    """Raises InvalidParameters if a route without parameters is given some."""
    if request.args:
        raise InvalidParameters(Fault((name,), "is unknown: there are no parameters here") for name in request.args)


def choose_format(parameters: Parameters, names: Sequence[str]) -> str:
    """The name of the format that `format=` or `Accept` asks for. Raises a 406 Problem."""
    return formats.choose(parameters.values.get("format"), request.environ.get("HTTP_ACCEPT", ""), tuple(names))


def json_only() -> None:
    """Raises a 406 Problem if the client does not accept JSON, the only format of the route."""
    formats.choose(None, request.headers.get("Accept", ""))

"""Health checks: whether the process answers, and whether it can read a release."""

from flask import Blueprint, Response

from .. import formats
from ..resources import RESOURCES
from ..storage.store import unavailable
from .request_parameters import served
from .responses import JSON, about

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response('{"status":"ok"}\n', mimetype=JSON, headers={"Cache-Control": "no-store"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """A release is loaded and its database answers; otherwise 503."""
    release = served()
    release.scalar(RESOURCES[0].model.select(RESOURCES[0].model.seq).limit(1))
    if not release.intact():
        raise unavailable("The file of the release is not the one that was opened.")
    body = formats.dumps({"status": "ok", **about(release)})
    return Response(f"{body}\n", mimetype=JSON, headers={"Cache-Control": "no-store"})

"""The page of the changes between releases: which records came, changed, moved and went."""

from typing import Any

from flask import redirect, request

from ...resources import BY_KIND
from .. import addresses
from ..changes import changed, changes_parameters, total
from ..request_parameters import store
from ..responses import HTML, not_modified
from .listing import given, without_empty
from .render import page
from .values import by


def changes_page() -> Any:
    if cleaned := without_empty():
        return cleaned
    if "format" in request.args:
        return redirect(addresses.for_programs(), 307)
    parameters = changes_parameters()
    if unchanged := not_modified(parameters.release, HTML):
        return unchanged
    results = changed(parameters)
    return page(
        "changes",
        parameters.release,
        following=addresses.next_page(results.next),
        here="changes",
        total=total(parameters),
        versions=by(results.changes, "version"),
        kinds=tuple(BY_KIND),
        published=store().versions(),
        given=given(parameters.release),
    )

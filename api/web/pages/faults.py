"""While the dataset is watched, its faults are shown in place of any page, and nothing is kept by a browser."""

import re
from pathlib import Path

from flask import Flask, Response

from ...config import FAULTS
from ...problems import Problem
from .problems import wanted

FINDING = re.compile(r"(?P<parameter>\S+): (?P<detail>.*)")
DETAIL = (
    "The files have faults. Programs are still answered from what was loaded before; this page comes back once they are mended."
)


def show_in(app: Flask, data_dir: Path) -> None:
    """Has the pages of an application show the faults that the last load of a saved file has left."""
    path = data_dir / FAULTS

    @app.before_request
    def faults() -> None:
        if wanted() and path.exists() and (lines := path.read_text(encoding="utf-8").splitlines()):
            found = [match.groupdict() for line in lines if (match := FINDING.fullmatch(line))]
            raise Problem(503, DETAIL, errors=found)

    @app.after_request
    def afresh(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

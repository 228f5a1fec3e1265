"""While the dataset is watched, its faults are shown on top of every page, and nothing is kept by a browser."""

import re
from pathlib import Path
from typing import Any

from flask import Flask, Response

from ...config import FAULTS

FINDING = re.compile(r"(?P<place>\S+): (?P<detail>.*)")


def show_in(app: Flask, data_dir: Path) -> None:
    """Has the pages of an application, which show what was loaded last, show the faults of the files that were saved since."""
    path = data_dir / FAULTS

    @app.context_processor
    def faults() -> dict[str, Any]:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return {"faults": [match.groupdict() for line in lines if (match := FINDING.fullmatch(line))]}

    @app.after_request
    def afresh(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

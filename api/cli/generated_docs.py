"""The generated sections of the documents: the codebook's tables, and example requests with the answers they get."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from ..config import Settings
from ..dataset.dataset import Dataset
from ..formats import dumps
from ..releases.build import TABLES, build
from ..releases.codebook import SECTION, SECTIONS, table
from ..storage.sqlite_store import SqliteStore
from ..web.app import create_app
from ..web.deprecations import DEPRECATIONS

SERVER = "http://127.0.0.1:8000"
SHORTEST = 5  # questions in the README: those with the shortest answers; the documentation has all of them


def filled(text: str, dataset: Dataset) -> str:
    """A document with its generated sections updated. Raises KeyError for a section that nothing generates."""
    ours = {"answers": answers, "deprecations": deprecations, "questions": questions, "refusal": refusal}
    sections = {**SECTIONS, **ours}
    return SECTION.sub(lambda match: f"{match[1]}{sections[match[2]](dataset)}\n{match[3]}", text)


def answers(dataset: Dataset) -> str:
    """The questions with the shortest answers, in the order of the home page."""
    found = _answered(dataset)
    shortest = sorted(found, key=len)[:SHORTEST]
    return "\n\n".join(part for part in found if part in shortest)


def questions(dataset: Dataset) -> str:
    """Every question of the home page, with its answer."""
    return "\n\n".join(_answered(dataset))


def refusal(dataset: Dataset) -> str:
    """A request with two errors, and the problem document that answers it."""
    query = "/v1/sources?limit=1000&sort=dat"
    with _client(dataset) as client:
        return example(query, json.dumps(client.get(query).get_json(), indent=2, ensure_ascii=False))


def deprecations(dataset: Dataset) -> str:
    """What will be withdrawn from the interface."""
    if not DEPRECATIONS:
        return "Nothing is deprecated."
    rows = ((entry.name, entry.since, entry.until, entry.instead) for entry in DEPRECATIONS)
    return table(("what", "deprecated since", "withdrawn on", "instead"), *rows)


def _answered(dataset: Dataset) -> list[str]:
    """Each question with its curl line and the `data` of the answer, one record a line."""
    parts = []
    with _client(dataset) as client:
        for asked in dataset.about["questions"]:
            data = client.get(asked["address"]).get_json()["data"]
            lines = ",\n  ".join(dumps(item) for item in data) if isinstance(data, list) else dumps(data)
            shown = f"[\n  {lines}\n]" if isinstance(data, list) else lines
            parts.append(f"**{asked['question']}**\n\n{example(asked['address'], shown)}")
    return parts


def example(query: str, answer: str) -> str:
    """A curl line and what it returns, as two code blocks."""
    return f"```sh\ncurl '{SERVER}{query}'\n```\n\n```json\n{answer}\n```"


@contextmanager
def _client(dataset: Dataset) -> Iterator[FlaskClient]:
    """A client of the API that serves `dataset` from a temporary folder."""
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        store = SqliteStore(settings.data_dir)
        with store.building() as path:
            build(dataset, path)
            store.publish(path, "answers", inputs="", tables=TABLES, keep=1)
        yield create_app(settings).test_client()

"""Documents with generated sections, brought up to date: the codebook's tables, and questions with their real answers."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ..config import Settings
from ..dataset.dataset import Dataset
from ..formats import dumps
from ..releases.build import TABLES, build
from ..releases.codebook import SECTION, SECTIONS
from ..storage.store import Folder
from ..web.app import create_app
from ..web.views import QUESTIONS


def filled(text: str, dataset: Dataset) -> str:
    """A document with its generated sections made anew. Raises KeyError for a section that nothing generates."""
    sections = {**SECTIONS, "answers": answers}
    return SECTION.sub(lambda match: f"{match[1]}{sections[match[2]](dataset)}\n{match[3]}", text)


def answers(dataset: Dataset) -> str:
    """The questions of the front page, each with its curl line and the `data` that it returns."""
    parts = []
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        store = Folder(settings.data_dir)
        with store.building() as path:
            build(dataset, path)
            store.publish(path, "answers", inputs="", tables=TABLES, keep=1)
        client = create_app(settings).test_client()
        for question, query in QUESTIONS:
            data = client.get(query).get_json()["data"]
            lines = ",\n  ".join(dumps(item) for item in data) if isinstance(data, list) else dumps(data)
            shown = f"[\n  {lines}\n]" if isinstance(data, list) else lines
            parts.append(f"**{question}**\n\n```sh\ncurl 'http://127.0.0.1:8000{query}'\n```\n\n```json\n{shown}\n```")
    return "\n\n".join(parts)

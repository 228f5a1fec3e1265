"""The command init, which begins a dataset."""

import json
from datetime import date
from pathlib import Path

import click

from ..config import LOADED
from ..dataset import reader, shipped
from ..dataset.about import name_of
from ..dataset.os_errors import file_errors
from ..releases.codebook import json_text
from .common import a_folder
from .editors import EDITORS, FILES, write_schemas

STARTER = Path(reader.__file__).parent / "starter"
NEXT = """\
{folder} holds one example of each kind of record: change or remove them, and say in dataset.yaml what it is about. Then:
  cd {folder}
  diplomatic-events check --watch
  diplomatic-events serve --watch"""


@click.command()
@click.argument("folder", type=a_folder())
@click.option("--title", default="A new dataset", show_default=True, help="Its title.")
def init(folder: Path, title: str) -> None:
    """Begin a dataset on any subject in FOLDER: dataset.yaml with every key explained, and one example of each kind.

    `check` accepts it and `serve` shows it as it is. Editors find the JSON Schemas of its files by .vscode/settings.json.
    """
    with file_errors("write", folder):
        if folder.exists() and any(path.name != ".git" for path in folder.iterdir()):
            raise click.UsageError(f"{folder} is not empty")
        for path in sorted(STARTER.rglob("*.yaml")):
            target = folder / path.relative_to(STARTER)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            target.write_text(about(text, title) if path.name == "dataset.yaml" else text, encoding="utf-8")
        write_schemas(folder / EDITORS, reader.read(folder))
        settings = {"yaml.schemas": {f"./{EDITORS}/{kind}.json": files for kind, files in FILES.items()}}
        (folder / ".gitignore").write_text(f"{EDITORS}/\n{LOADED}/\nreleases/*/\n", encoding="utf-8")
        (folder / ".vscode").mkdir()
        (folder / ".vscode" / "settings.json").write_text(json_text(settings), encoding="utf-8")
    click.echo(NEXT.format(folder=folder))


def about(text: str, title: str) -> str:
    """The text of dataset.yaml."""
    types = [f"  - {id}  # {shipped.entry(id).record['label']}" for id in shipped.paths()]
    named = {"TITLE": json.dumps(title, ensure_ascii=False), "NAME": name_of({"title": title})}
    for word, value in {**named, "TODAY": date.today().isoformat(), "EVERY TYPE": "\n".join(types)}.items():
        text = text.replace(word, value, 1)
    return text

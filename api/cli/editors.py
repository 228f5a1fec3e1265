"""JSON Schemas of a dataset's files, by which editors complete and check them: with the ids that its references can have."""

from pathlib import Path

from ..dataset.about import AboutSchema
from ..dataset.dataset import Dataset
from ..dataset.os_errors import file_errors
from ..releases.codebook import json_text
from ..resources import BY_KIND
from ..schema.json_schema import json_schema

EDITORS = ".schemas"  # in a dataset: the schemas with its ids, which nobody keeps
SCHEMAS = {"dataset": AboutSchema(), **{kind: resource.schema for kind, resource in BY_KIND.items()}}
# The files that each is for, as editors want them.
FILES = {kind: "dataset.yaml" if kind == "dataset" else f"{kind}/*.yaml" for kind in SCHEMAS}


def write_schemas(folder: Path, dataset: Dataset) -> None:
    """Writes the JSON Schema of every kind, with the ids that its references can have. Raises FileError."""
    ids = {kind: sorted(item.id for item in dataset.ordered(kind)) for kind in BY_KIND}
    for kind, schema in SCHEMAS.items():
        with file_errors("write", folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{kind}.json").write_text(json_text(json_schema(schema, ids)), encoding="utf-8")

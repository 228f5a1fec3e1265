"""The generated sections of documents: tables of fields, vocabularies, filters and settings.

A section is the text between `<!-- begin NAME -->` and `<!-- end NAME -->`.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma

from ..config import PREFIX, Settings
from ..dataset import codings
from ..dataset.about import AboutSchema
from ..dataset.dataset import Dataset
from ..dataset.reliability import Figures, figures
from ..formats import formats_of
from ..resources import RESOURCES
from ..resources.event_types import quad_class
from ..resources.filters import Terms
from ..schema import fields

SECTION = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def table(*rows: tuple[object, ...]) -> str:
    """A Markdown table; the first row is its header."""
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in lines)


def counts(dataset: Dataset) -> str:
    return table(("kind", "records", "what"), *((f"`{r.kind}`", dataset.count(r.kind), r.description) for r in RESOURCES))


def among(dataset: Dataset) -> str:
    """Of which agreements it is said what was in force."""
    return f"*In force*, below, is said of the {dataset.count('agreements')} agreements in this data, not of all that there are."


def filters(dataset: Dataset | None = None) -> str:
    """The filters, sorts and formats of each kind's list."""
    rows = []
    for resource in RESOURCES:
        names = [
            f"`{filter.name}`" if isinstance(filter, Terms) else " ".join(f"`{name}`" for name in filter.parameters())
            for filter in resource.filters
        ]
        sorts = " ".join(f"`{word}`" for word in resource.sorts)
        formats = " ".join(f"`{word}`" for word in formats_of(resource.kind))
        rows.append((f"`/v1/{resource.kind}`", " ".join(names), f"{sorts} (default `{resource.order}`)", formats))
    return table(("list", "filters", "sort keys", "formats"), *rows)


def keys(dataset: Dataset | None = None) -> str:
    """Every key of dataset.yaml and of every kind's files."""
    head = ("key", "required", "what")
    parts = [f"### dataset.yaml\n\nWhat the dataset as a whole is.\n\n{table(head, *_keys(AboutSchema(), ''))}"]
    for resource in RESOURCES:
        rows = list(_keys(resource.schema, ""))
        parts.append(f"### {resource.kind}\n\n{resource.description}\n\n" + table(head, *rows))
    return "\n\n".join(parts)


def _keys(schema: ma.Schema, prefix: str) -> Iterator[tuple[str, str, str]]:
    for key, field in schema.load_fields.items():
        inner = field.inner if isinstance(field, fields.Many) else field
        many = "[]" if isinstance(field, fields.Many) else ""
        words = fields.choices(inner)
        what = field.metadata["description"]
        if isinstance(inner, fields.Ref):
            what += f" (id of `{inner.kind}`)"
        if words:
            what += " One of: " + ", ".join(f"`{word}`" for word in words) + "."
        name = f"{prefix}{field.data_key or key}{many}"
        yield f"`{name}`", "yes" if field.required else "", what
        shared = key in ("citations", "accounts", "quantities")
        if isinstance(inner, fields.One) and not (shared and prefix):
            yield from _keys(inner.schema, f"{name}.")


def types(dataset: Dataset) -> str:
    """The event types with their crosswalk."""
    rows = []
    for id in sorted(item.id for item in dataset.ordered("event-types")):
        type = dataset.record("event-types", id)
        plover, cameo = type["plover"], type["cameo"]
        category = "/".join(part for part in (plover["event"], plover["mode"]) if part) if plover else "none"
        codes = category, cameo["code"] if cameo else "none", quad_class(type["quad"]) if type["quad"] else ""
        rows.append((f"`{id}`", type["definition"], *codes, type["covered"] or ""))
    return table(("type", "definition", "PLOVER 2.0", "CAMEO", "quad", "covered"), *rows)


def settings(dataset: Dataset) -> str:
    rows = []
    for setting in dataclasses.fields(Settings):
        default = "the one that ships with it" if setting.name == "dataset" else f"`{setting.default}`"
        rows.append((f"`{PREFIX}{setting.name.upper()}`", setting.metadata["description"], default))
    return table(("setting", "what", "default"), *rows)


def reliability(dataset: Dataset) -> str:
    """The reliability of each variable, from the codings that come with the dataset: a table for each set of units."""
    root = dataset.folder / codings.FOLDER
    found = codings.folders(root)
    if not found:
        return "No double coding comes with this dataset."
    return "\n\n".join(
        (f"Units of `{folder.name}`:\n\n" if folder != root else "") + reliability_table(figures(coded(dataset, folder)))
        for folder in found
    )


def coded(dataset: Dataset, folder: Path) -> codings.Codings:
    """The codings in a folder, in the words of a dataset. Raises DatasetError with every faulty value, FileError."""
    types = [item.id for item in dataset.ordered("event-types")]
    return codings.read_codings(folder, types, [side["name"] for side in dataset.about["sides"]])


def reliability_table(found: Iterable[Figures]) -> str:
    """A table of reliability, one row a variable."""
    rows = []
    for each in found:
        within = f"{each.interval[0]:.2f} to {each.interval[1]:.2f}" if each.interval else "not defined"
        same = f"{each.agreement:.0%}" if each.agreement is not None else "none"
        alpha = f"{each.alpha:.2f}" if each.alpha is not None else "not defined"
        alpha += ", below chance: not comparable" if (each.alpha or 0) < 0 else ""
        name, what, level, _ = each.variable
        rows.append((f"`{name}`", what, level.__name__, each.units, same, alpha, within))
    return table(("variable", "what", "level", "units", "same value", "alpha", "95 % interval"), *rows)


SECTIONS: dict[str, Callable[[Dataset], str]] = {
    "among": among,
    "asked": filters,
    "counts": counts,
    "keys": keys,
    "reliability": reliability,
    "settings": settings,
    "types": types,
}

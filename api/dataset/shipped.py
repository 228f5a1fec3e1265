"""The event types of the codebook that ships with the program, which any dataset may take over (`extends`)."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ..config import bundled_dataset
from ..problems import nearest
from ..resources import BY_KIND
from .dataset import Dataset
from .findings import Finding
from .record import Entry, entry_of
from .records import FileRecords
from .yaml_files import parse_yaml

KIND = "event-types"
OURS = ("covered", "coverage")  # keys of a type that say what one dataset has gone through


@cache
def paths() -> dict[str, Path]:
    """The file of each type, by its id."""
    return {path.stem: path for path in sorted((bundled_dataset() / KIND).glob("*.yaml"))}


def entry(id: str) -> Entry:
    """A type as a record of a dataset, without what it says of the events of ours."""
    text = parse_yaml(paths()[id].read_text(encoding="utf-8"))
    text.value = {key: value for key, value in text.value.items() if key not in OURS}
    return entry_of(f"{KIND}/{id}.yaml", BY_KIND[KIND], text)


def add_to(dataset: Dataset) -> None:
    """Adds the types that a dataset extends, except those that it has itself; those that do not exist are findings."""
    taken = dataset.about.get("extends") or []
    dataset.findings.add(_unknown(taken))
    if taken:
        inherited = FileRecords()
        own = {id for id in taken if any(part.has(KIND, id) for part in dataset.parts)}  # asked of the parts, as more are to come
        inherited.entries[KIND] = {id: entry(id) for id in taken if id in paths() and id not in own}
        dataset.add(inherited)


def _unknown(taken: list[str]) -> Iterator[Finding]:
    for number, id in enumerate(taken):
        if id not in paths():
            close = nearest(id, paths())
            meant = f"; did you mean {close!r}?" if close else ""
            yield Finding("dataset.yaml", 0, f"extends[{number}]", f"the codebook that ships has no type {id!r}{meant}")


def advice(kind: str, id: str) -> str:
    """What to do where a dataset has no type of this id, and the shipped codebook has."""
    return "; the codebook that ships has it: add it to `extends` in dataset.yaml" if kind == KIND and id in paths() else ""

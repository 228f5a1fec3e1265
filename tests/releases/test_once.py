"""A load and a publication examine every record once, and open every file of the dataset once."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.config import Settings
from api.dataset import rules
from api.dataset.dataset import Dataset
from api.dataset.findings import Finding
from api.dataset.record import Entry
from api.releases import load, publish

_watching: list[tuple[Path, Counter[str]]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook, which cannot be removed: Python reports every file that it opens."""
    if event == "open" and _watching and isinstance(arguments[0], str | bytes | Path):
        folder, opened = _watching[-1]
        path = Path(arguments[0] if not isinstance(arguments[0], bytes) else arguments[0].decode())
        if path.is_relative_to(folder):
            opened[path.relative_to(folder).as_posix()] += 1


sys.addaudithook(_watch)


@contextmanager
def opened_in(folder: Path) -> Iterator[Counter[str]]:
    """How often each file in a folder is opened meanwhile."""
    opened: Counter[str] = Counter()
    _watching.append((folder, opened))
    try:
        yield opened
    finally:
        _watching.pop()


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the rules are run on each record."""
    counts: Counter[str] = Counter()

    def counting(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
        counts[f"{entry.resource.kind}/{id}"] += 1
        return iter(())

    of = rules.rules_of
    monkeypatch.setattr(rules, "rules_of", lambda kind: (*of(kind), counting))
    return counts


def records_of(folder: Path) -> set[str]:
    return {f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.yaml")}


def as_settings(folder: Path) -> Settings:
    return Settings(dataset=folder, data_dir=folder.parent / "data", releases_dir=folder.parent / "releases")


RUNS: dict[str, Callable[[Path], Any]] = {
    "load": lambda folder: load.load(as_settings(folder)),
    "publish": lambda folder: publish.publish(folder, folder.parent / "releases"),
}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("published", [False, True])
def test_every_record_is_examined_once(small: Path, run: str, published: bool, examined: Counter[str]) -> None:
    if published:
        publish.publish(small, small.parent / "earlier")
        examined.clear()
    (small / "topics.jsonl").write_text('{"id": "arms", "name": "Arms", "definition": "Weapons."}\n')
    if published:
        about = small / "dataset.yaml"
        about.write_text(about.read_text().replace("version: 0.1.0", "version: 0.2.0"))
    RUNS[run](small)
    assert examined == dict.fromkeys({*records_of(small), "topics/arms"}, 1)


@pytest.mark.parametrize("run", RUNS)
def test_every_file_of_the_dataset_is_opened_once(small: Path, run: str) -> None:
    (small / "topics.jsonl").write_text('{"id": "arms", "name": "Arms", "definition": "Weapons."}\n')
    (small / "README.md").write_text("# Codebook\n")
    with opened_in(small) as opened:
        RUNS[run](small)
    files = {path.relative_to(small).as_posix() for path in small.rglob("*") if path.is_file()}
    # What is not there is asked for, too: a data descriptor.
    read = {name: count for name, count in opened.items() if name in files and "README" not in name and "releases" not in name}
    assert read == dict.fromkeys((name for name in files if "README" not in name and not name.startswith("releases")), 1)


def test_what_is_served_already_is_neither_examined_nor_parsed(
    small: Path, examined: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load.load(as_settings(small))[1] is True
    examined.clear()

    def parsed(*arguments: Any) -> None:
        raise AssertionError("a file is parsed")

    monkeypatch.setattr("api.dataset.reader.parse_yaml", parsed)
    with opened_in(small) as opened:
        assert load.load(as_settings(small))[1] is False
    assert not examined
    assert set(opened.values()) == {1}

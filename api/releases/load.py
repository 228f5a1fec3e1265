"""Loading: a checked dataset becomes the served release, whole or not at all."""

from contextlib import closing
from pathlib import Path

from ..config import Settings
from ..dataset import rules
from ..dataset.dataset import Dataset, Progress, part
from ..dataset.findings import DatasetError
from ..dataset.reader import inputs, read
from ..problems import Problem
from ..storage import open_store
from ..storage.release import Release
from ..storage.store import Store
from .build import TABLES, build, code_digest

READ, WHOLE = 60, 1000  # of a thousand parts of the time: up to where the files are read
__all__ = ["build", "checked", "load"]


def checked(folder: Path, progress: Progress | None = None, scratch: Path | None = None) -> Dataset:
    """The dataset in `folder`. Raises DatasetError with every finding if it has faults."""
    dataset = read(folder, part(progress, 0, READ), scratch)
    if faults := rules.findings(dataset, part(progress, READ, WHOLE)):
        dataset.close()
        raise DatasetError(faults)
    return dataset


def load(settings: Settings, progress: Progress | None = None) -> tuple[Release, bool]:
    """Checks the dataset and makes it the served release; returns it, and whether anything was loaded.

    Raises DatasetError if the dataset has faults and BlockingIOError while another load runs; the served release is
    then as it was.
    """
    store, made_of = open_store(settings), inputs(settings.dataset)
    if _unchanged(store, made_of):
        return store.current(), False
    # What is laid by on the way stands beside the releases: the system's own place for that may be small, or memory.
    with closing(read(settings.dataset, part(progress, 0, READ), settings.data_dir)) as dataset:
        if not dataset.bulk:  # of bulk data the digest is known when everything is made
            if faults := rules.findings(dataset):
                raise DatasetError(faults)
            if _served(store, dataset):
                return store.current(), False
        with store.building() as path:
            build(dataset, path, part(progress, READ, WHOLE))
            if _served(store, dataset):
                return store.current(), False
            store.publish(path, _id(dataset), made_of, TABLES, settings.keep_releases)
    return store.current(), True


def _unchanged(store: Store, inputs: str) -> bool:
    """Whether the served release was made from files with this digest, so that nothing has to be read."""
    try:
        return store.current().about["code"] == code_digest() and store.inputs() == inputs
    except Problem:
        return False


def _id(dataset: Dataset) -> str:
    return f"{dataset.about['version']}-{dataset.digest[:12]}"


def _served(store: Store, dataset: Dataset) -> bool:
    try:
        release = store.current()
    except Problem:
        return False
    return release.id == _id(dataset) and release.about["code"] == code_digest()

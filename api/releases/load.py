"""Loading: the dataset is checked and becomes the served release, whole or not at all."""

from contextlib import closing

from ..config import Settings
from ..dataset.dataset import Progress, part
from ..dataset.os_errors import file_errors
from ..dataset.reader import read_snapshot
from ..dataset.snapshot import Snapshot
from ..problems import Problem
from ..storage import open_store
from ..storage.release import Release
from ..storage.store import Store
from .build import COPIED, SERVED, TABLES, build, code_digest

READ, ALL = 60, 1000  # thousandths of the time after which the files are read, everything is done


def load(settings: Settings, progress: Progress | None = None) -> tuple[Release, bool]:
    """Checks the dataset and makes it the served release; returns it, and whether anything was loaded.

    Raises DatasetError with every finding if the dataset has faults, FileError if a file cannot be written, and
    BlockingIOError while another load runs; the served release is then unchanged.
    """
    store = open_store(settings)
    with closing(Snapshot(settings.dataset)) as files, file_errors("write", settings.data_dir):
        if (now := _current(store)) and store.inputs() == files.digest:
            return now, False
        # Temporary files go next to the releases, because /tmp may be small or a tmpfs.
        with closing(read_snapshot(files, part(progress, 0, READ), settings.data_dir)) as dataset, store.building() as path:
            digest = build(dataset, path, part(progress, READ, ALL), purpose=COPIED if store.copies else SERVED)
            id = f"{dataset.loaded_version(digest)}-{digest[:12]}"
            if (now := _current(store)) and now.id == id:
                return now, False
            store.publish(path, id, files.digest, TABLES, settings.keep_releases)
    return store.current(), True


def _current(store: Store) -> Release | None:
    """The served release, if there is one that this code has built."""
    try:
        release = store.current()
    except Problem:
        return None
    return release if release.about["code"] == code_digest() else None

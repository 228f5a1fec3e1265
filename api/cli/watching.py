"""Watching the files of datasets: what is done with them is done again whenever one is saved (extra `watch`)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from ..config import Settings


def saved(*folders: Path) -> Iterator[None]:
    """Once at the beginning, and again after each change of a file that is not hidden, until Ctrl-C."""
    watchfiles = import_module("watchfiles")
    roots = [folder.resolve() for folder in folders]

    def shown(change: object, path: str) -> bool:
        below = (Path(path).relative_to(root).parts for root in roots if Path(path).is_relative_to(root))
        return any(not any(part.startswith(".") for part in parts) for parts in below)

    yield
    for _ in watchfiles.watch(*roots, watch_filter=shown, raise_interrupt=False):
        yield


@contextmanager
def loading(settings: Settings) -> Iterator[None]:
    """A process beside the server that loads what is saved; it has its settings from the environment and these options."""
    pairs = [f"{name}={one.dataset}" if name else str(one.dataset) for name, one in settings.each().items()]
    options = [*(f"--dataset={pair}" for pair in pairs), f"--data-dir={settings.data_dir}"]
    command = [sys.executable, "-m", str(__package__).split(".", maxsplit=1)[0], "load", "--watch", *options]
    process, master = subprocess.Popen(command), os.getpid()  # noqa: S603  # our own command
    try:
        yield
    finally:
        if os.getpid() == master:  # the processes of the server pass here as well
            process.terminate()
            process.wait()

"""Which store the settings name: PostgreSQL where there is an address, a folder of SQLite files otherwise."""

from importlib import import_module

from ..config import Settings
from .store import Folder, Store


def open_store(settings: Settings) -> Store:
    """The store that the settings name. Raises ModuleNotFoundError where the extra `postgresql` is missing."""
    if not settings.database_url:
        return Folder(settings.data_dir, settings.releases_dir, settings.query_timeout)
    server = import_module(".postgresql", __package__)  # it needs a driver that others need not have
    pool = settings.threads + 2  # one a thread, one that looks for a new release, one to spare
    found: Store = server.Server(
        settings.database_url, settings.releases_dir, pool, settings.query_timeout, settings.database_reader
    )
    return found

"""Where releases are stored: a folder of SQLite files or PostgreSQL, either opened by `open_store`."""

from importlib import import_module

from ..config import Settings
from .sqlite_store import SqliteStore
from .store import Store


def open_store(settings: Settings) -> Store:
    """The store that the settings name: PostgreSQL where `database_url` is set, else a folder of SQLite files.

    Raises ModuleNotFoundError where PostgreSQL is wanted and the extra `postgresql` is not installed.
    """
    if not settings.database_url:
        return SqliteStore(settings.data_dir, settings.releases_dir, settings.query_timeout)
    postgresql = import_module(".postgresql", __package__)  # only now: its driver is an optional dependency
    connections = settings.threads + 2  # one a thread, one that looks for a new release, one to spare
    store: Store = postgresql.PostgresqlStore(
        settings.database_url, settings.releases_dir, connections, settings.query_timeout, settings.database_reader
    )
    return store

"""The diplomatic-events REST API: a checked dataset, loaded into immutable releases, served read-only."""

__version__ = "1.0.0"

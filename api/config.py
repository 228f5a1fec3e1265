"""Settings: what the environment (`DIPLOMATIC_EVENTS_*`) or the command line may change, and nothing else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "DIPLOMATIC_EVENTS_"
HERE = Path(__file__).resolve().parent


def bundled_dataset() -> Path:
    """The dataset that ships with the code: inside the wheel, or beside `api/` in a checkout."""
    inside = HERE / "dataset"
    return inside if inside.is_dir() else HERE.parent / "dataset"


def _setting(default: Path | int | str, description: str, least: int = 1) -> Any:
    def whole(text: str) -> int:
        if int(text) < least:
            raise ValueError(text)
        return int(text)

    read = whole if isinstance(default, int) else type(default) if isinstance(default, str) else Path
    return field(default=default, metadata={"description": description, "read": read})


@dataclass(frozen=True)
class Settings:
    """One value a setting; every name is also `DIPLOMATIC_EVENTS_<NAME>`."""

    dataset: Path = _setting(bundled_dataset(), "Folder of the dataset's text files.")
    data_dir: Path = _setting(Path("diplomatic-events-data"), "Folder where loaded releases live.")
    releases_dir: Path = _setting(
        Path("releases"), "Folder of published releases, a folder each; a volume that is kept for good."
    )
    database_url: str = _setting("", "PostgreSQL to hold loaded releases instead, `postgresql://...`; several hosts allowed.")
    database_reader: str = _setting("", "PostgreSQL role that a load lets read what it loads.")
    query_timeout: int = _setting(10, "Seconds after which a query of the database is given up.")
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on; 0 takes any free one.", least=0)
    workers: int = _setting(2, "Server processes.")
    threads: int = _setting(4, "Threads of each server process.")
    cache_bytes: int = _setting(64 << 20, "Bytes of finished answers that each server process keeps.", least=0)
    keep_releases: int = _setting(3, "Loaded releases kept, the served one included.")

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ, **options: Any) -> "Settings":
        """Settings from the environment, overridden by those `options` that are not None.

        Raises ValueError that names every setting that cannot be read.
        """
        values: dict[str, Any] = {}
        faults = []
        for setting in fields(cls):
            text = environ.get(PREFIX + setting.name.upper())
            if options.get(setting.name) is not None:
                text = options[setting.name]
            if text is None:
                continue
            try:
                values[setting.name] = setting.metadata["read"](text)
            except ValueError:
                faults.append(f"{PREFIX}{setting.name.upper()}={text!r} is not a whole number that it can be")
        if faults:
            raise ValueError("; ".join(faults))
        return cls(**values)

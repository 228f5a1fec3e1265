"""Settings: what the environment (`DIPLOMATIC_EVENTS_*`) or the command line may change, and nothing else."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from .problems import nearest

PREFIX = "DIPLOMATIC_EVENTS_"
FAULTS = "faults.txt"  # in the folder of loaded releases: the errors of the files as they were last saved, while they are watched
PASSWORD = re.compile(r"(://[^:/@]*:).*(@)|(?<=password=)[^&\s]*")
PORT = "a port, 0 to 65535"
MOUNT = re.compile(r"(?!.{200})(/[A-Za-z0-9._~-]+)*")  # a path that the server may be reached at; empty for the root
DATASET = re.compile("((?!healthz=|readyz=)[a-z0-9]+(?:-[a-z0-9]+)*)=([^,]+)")  # a dataset with the word of its addresses
HERE = Path(__file__).resolve().parent
DESCRIPTION = "dataset.yaml"  # a folder that holds it is a dataset
LOADED = Path(".data")  # where what is loaded of the dataset in the current folder lives: hidden, it is no part of it


def bundled_dataset() -> Path:
    """The dataset that ships with the code: inside the wheel, or beside `api/` in a checkout."""
    inside = HERE / "_bundled"
    return inside if inside.is_dir() else HERE.parent / "dataset"


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    def read(text: str) -> int:
        if int(text) < least or (most is not None and int(text) > most):
            raise ValueError(text)
        return int(text)

    return read


def _matching(pattern: str | re.Pattern[str], ending: str = "") -> Callable[[str], str]:
    """A text of this form, without the characters of `ending` at its end."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text.rstrip(ending)):
            raise ValueError(text)
        return text.rstrip(ending)

    return read


def _host(text: str) -> str:
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _rate(text: str) -> str:
    (rate,) = import_module("limits").parse_many(text)  # raises ValueError
    if not rate.amount:
        raise ValueError(text)
    return text


def _address(text: str) -> str:
    with suppress(ModuleNotFoundError):  # which is told where the driver is needed
        psycopg = import_module("psycopg")
        try:
            psycopg.conninfo.conninfo_to_dict(text)
        except psycopg.Error:
            raise ValueError(text) from None
    return text


def _named(text: str) -> str:
    pairs = [DATASET.fullmatch(part) for part in text.split(",")]
    names = {pair[1] for pair in pairs if pair}
    if len(names) < len(pairs):
        raise ValueError(text)
    return text


def _setting(
    default: Path | int | str,
    description: str,
    *,
    least: int = 1,
    read: Any = None,
    form: str = "",
    secret: bool = False,
    also: str = "",
) -> Any:
    reading = read or (_whole(least) if isinstance(default, int) else type(default) if isinstance(default, str) else Path)
    told = {"description": description, "form": form or f"a whole number of at least {least}", "secret": secret, "also": also}
    return field(default=default, metadata={**told, "read": reading})


@dataclass(frozen=True)
class Settings:
    """One value a setting; every name is also `DIPLOMATIC_EVENTS_<NAME>`."""

    dataset: Path = _setting(bundled_dataset(), "Folder of the dataset's text files; the current one, if it holds dataset.yaml.")
    datasets: str = _setting(
        "",
        "Several datasets instead, `a=DIR,b=DIR`: each has its addresses below `/a`, and folders so named for data and releases.",
        read=_named,
        form="a list such as a=DIR,b=DIR, each name once",
    )
    data_dir: Path = _setting(Path("diplomatic-events-data"), "Folder where loaded releases live.")
    releases_dir: Path = _setting(
        Path("releases"), "Folder of published releases, a folder each; a volume that is kept for good."
    )
    releases_url: str = _setting(
        "",
        "Address that downloads of published files are redirected to, a folder for each version: that of an object store.",
        read=_matching(r"https?://[^\s?#\"<>]+", "/"),
        form="an address such as https://bucket.example/releases",
    )
    database_url: str = _setting(
        "",
        "PostgreSQL to hold loaded releases instead, `postgresql://...`; several hosts allowed; `{name}` for that of a dataset.",
        read=_address,
        form="an address such as postgresql://...",
        secret=True,
    )
    database_reader: str = _setting("", "PostgreSQL role that a load lets read what it loads.")
    query_timeout: int = _setting(10, "Seconds after which a query of the database is given up.")
    host: str = _setting("127.0.0.1", "Address the server listens on.", read=_host)
    port: int = _setting(8000, "Port the server listens on; 0 takes any free one.", read=_whole(0, 65535), form=PORT)
    prefix: str = _setting(
        "",
        "Path that all addresses begin with, `/data`, where a proxy passes requests on with it; `SCRIPT_NAME` means the same.",
        read=_matching(MOUNT, "/"),
        form="a path such as /data",
        also="SCRIPT_NAME",
    )
    watch: int = _setting(
        0, "1: whenever a file of the dataset is saved it is loaded, and its errors show on every page (extra `watch`).", least=0
    )
    keep_alive: int = _setting(
        75, "Seconds that a connection waits for its next request; longer than the proxy or load balancer in front waits."
    )
    workers: int = _setting(2, "Server processes.")
    threads: int = _setting(4, "Threads of each server process: how many answers it makes at once at most.")
    cache_bytes: int = _setting(64 << 20, "Bytes of finished answers that each server process keeps.", least=0)
    keep_releases: int = _setting(3, "Loaded releases kept, the served one included.")
    trusted_proxies: int = _setting(
        0,
        "Proxies in front whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` are believed; with 0 they are ignored.",
        least=0,
    )
    rate_limit: str = _setting(
        "",
        "Requests that a client may make, `60/minute`; more are 429. Empty: no limit.",
        read=_rate,
        form="a rate such as 60/minute",
    )
    rate_limit_storage: str = _setting(
        "memory://",
        "Where requests are counted: each server process for itself, or all of them at `redis://...` (extra `redis`).",
        read=_matching("(memory|rediss?)://.*"),
        form="memory:// or redis://...",
        secret=True,
    )
    mcp_origins: str = _setting(
        "", "Origins of web pages that may use the tools at `/mcp`, separated by commas; `*` allows all. Programs need none."
    )
    log: str = _setting(
        "auto",
        "A line for each request on standard output: `json`, `text`, `off`, or `auto`: text on a terminal and JSON elsewhere.",
        read=_matching("auto|json|text|off"),
        form="auto, json, text or off",
    )
    metrics_host: str = _setting("127.0.0.1", "Address that metrics for Prometheus are served at.", read=_host)
    metrics_port: int = _setting(
        0, "Port that metrics for Prometheus are served at; 0 serves and counts none.", read=_whole(0, 65535), form=PORT
    )

    def each(self) -> dict[str, "Settings"]:
        """The settings of each dataset, by the word of its addresses; of one alone, by no word."""
        if not self.datasets:
            return {"": self}
        folders = {pair[1]: Path(pair[2]) for pair in DATASET.finditer(self.datasets)}
        return {
            name: replace(
                self,
                dataset=folder,
                datasets="",
                prefix=f"{self.prefix}/{name}",
                data_dir=self.data_dir / name,
                releases_dir=self.releases_dir / name,
                releases_url=self.releases_url and f"{self.releases_url}/{name}",
                database_url=self.database_url.replace("{name}", name),
                cache_bytes=self.cache_bytes // len(folders),
            )
            for name, folder in folders.items()
        }

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ, **options: Any) -> "Settings":
        """Settings from the environment, overridden by those `options` that are not None.

        A variable that is empty is as good as not set. Raises ValueError that names every setting that cannot be read.
        """
        values: dict[str, Any] = {}
        faults = []
        for setting in fields(cls):
            text = environ.get(source(setting, environ)) or None
            if options.get(setting.name) is not None:
                text = options[setting.name]
            if text is None:
                continue
            try:
                values[setting.name] = setting.metadata["read"](text)
            except ValueError:
                told = "" if setting.metadata["secret"] else f"={text!r}"  # where a password is in it, nobody knows
                faults.append(f"{source(setting, environ)}{told} is not {setting.metadata['form']}")
        here = Path.cwd() if "datasets" not in values and Path(DESCRIPTION).is_file() else None
        if here and values.setdefault("dataset", here).resolve() == here:
            values.setdefault("data_dir", LOADED)
        if values.get("datasets") and "{name}" not in (values.get("database_url") or "{name}"):
            faults.append(f"{variable('database_url')} must hold {{name}}: each of several datasets has a database of its own")
        if faults:
            raise ValueError("; ".join(faults))
        return cls(**values)

    def listed(self, environ: Mapping[str, str] = os.environ) -> Iterator[tuple[str, str, str, str]]:
        """Every setting: its variable, its value without passwords, where that comes from, what it means."""
        for setting in fields(self):
            name, value = variable(setting.name), str(getattr(self, setting.name))
            shown = PASSWORD.sub(r"\1***\2", value) if setting.metadata["secret"] else value
            given = "environment" if environ.get(source(setting, environ)) else "default"
            yield name, shown, given, setting.metadata["description"]


def variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def source(setting: Field[Any], environ: Mapping[str, str]) -> str:
    """The variable that a setting is read from: its own, or the one that others know it by, if that alone is set."""
    own, also = variable(setting.name), setting.metadata["also"]
    return str(also) if also and environ.get(also) and not environ.get(own) else own


def unknown(environ: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """The variables that look like settings and are none, each with the setting that may have been meant."""
    known = [variable(setting.name) for setting in fields(Settings)]
    return {name: nearest(name, known) for name in sorted(environ) if name.startswith(PREFIX) and name not in known}

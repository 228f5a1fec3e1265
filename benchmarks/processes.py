"""Starts servers and programs, and reads what they cost: time to the first answer, memory, the peak of a load."""

import http.client
import os
import pwd
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from grp import getgrgid
from pathlib import Path

PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Program:
    """A server to start: its command (with the port as `{port}`), what is set around it, and the page that says it is up."""

    command: tuple[str, ...]
    ready: str
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A started server."""

    port: int
    pid: int
    seconds: float  # from its start to its first answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, body and headers of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


@contextmanager
def running(program: Program, folder: Path) -> Iterator[Running]:
    """A started server that answers, ended at last. Raises RuntimeError with what it said if it does not answer."""
    port, log = free_port(), folder / f"{time.monotonic_ns()}.log"
    command = [part.replace("{port}", str(port)) for part in program.command]
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **program.environ}, stdout=output, stderr=output, start_new_session=True
        )
        try:
            wait(process, port, program.ready, log)
            yield Running(port, process.pid, time.perf_counter() - start)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if get(port, path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.005)
    raise RuntimeError(f"{' '.join(map(str, process.args))} does not answer {path}:\n{log.read_text(errors='replace')}")  # type: ignore[arg-type]


def nginx_user() -> str:
    """nginx started by root gives up its rights and could not read our folder; others need say nothing."""
    if os.getuid():
        return ""
    user = pwd.getpwuid(os.getuid())
    return f"user {user.pw_name} {getgrgid(user.pw_gid).gr_name};"


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def memory(pid: int) -> int | None:
    """Bytes that a process and its descendants hold, shared pages counted once; None where the system does not tell."""
    total = 0
    for member in family(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return total or None


@dataclass(frozen=True)
class Spent:
    """What a program that ended cost."""

    seconds: float
    peak: int | None  # bytes, of the program and its descendants together


def run(command: list[str], folder: Path) -> Spent:
    """Runs a program on a terminal of its own (so that it draws its progress bar). Raises RuntimeError if it fails."""
    ours, theirs = os.openpty()
    said = bytearray()
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    reader = threading.Thread(target=drain, args=(ours, said))
    reader.start()
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory(process.pid) or 0)
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    reader.join()
    os.close(ours)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode(errors='replace')[-2000:]}")
    return Spent(seconds, peak or None)


def drain(terminal: int, said: bytearray) -> None:
    """Reads a terminal until nobody writes to it any more."""
    try:
        while piece := os.read(terminal, 1 << 16):
            said += piece
    except OSError:
        pass  # Linux says so when the last writer is gone

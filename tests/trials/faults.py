"""Faults: processes killed, disks full, files damaged, databases gone; what is served stays right, and comes back by itself."""

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import requests
from clients import Heard, asking, pages
from commands import Command, finished
from conftest import SMALL, keep_manifest, running, wait_for
from postgresql import Cluster

from api.config import Settings
from api.releases import load
from api.resources import RESOURCES
from api.storage import open_store

from .hostile import answers, children, connected, loaded, polite, request, said
from .trial import ROOT, Figures, within

Databases = Callable[[Path], Any]


@contextmanager
def embedded(folder: Path) -> Iterator[Settings]:
    """A copy of the small dataset, loaded into SQLite."""
    dataset = keep_manifest(Path(shutil.copytree(SMALL, folder / "dataset")))
    settings = Settings(dataset=dataset, data_dir=folder / "data", releases_dir=folder / "releases")
    load.load(settings)[0].close()
    yield settings


@contextmanager
def postgresql(folder: Path) -> Iterator[Settings]:
    """The same in PostgreSQL."""
    cluster = Cluster().start()
    try:
        with embedded(folder) as settings:
            found = replace(settings, database_url=cluster.url())
            load.load(found)[0].close()
            yield found
    finally:
        cluster.remove()


def environ(settings: Settings) -> dict[str, str]:
    """The environment in which a command has these settings."""
    names = ("dataset", "data_dir", "releases_dir", "database_url")
    return {"DIPLOMATIC_EVENTS_LOG": "off", **{f"DIPLOMATIC_EVENTS_{n.upper()}": str(getattr(settings, n)) for n in names}}


def loading(settings: Settings) -> Command:
    """A load that has just been started."""
    return Command("load", env={**os.environ, **environ(settings)})


def marked(settings: Settings, number: int) -> None:
    """Writes a number into every record of two kinds, so that a mixed page would show."""
    for path in (settings.dataset / "topics").glob("*.yaml"):
        path.write_text(
            re.sub(r"^definition: (No\. \d+ - )?", f"definition: No. {number} - ", path.read_text(), flags=re.MULTILINE)
        )
    for path in (settings.dataset / "events").glob("*.yaml"):
        path.write_text(re.sub(r"^summary: (No\. \d+ - )?", f"summary: No. {number} - ", path.read_text(), flags=re.MULTILINE))


def served(settings: Settings) -> str:
    """The id of the served release, every kind of which can be read."""
    store = open_store(settings)
    release = store.current()
    assert [r.kind for r in RESOURCES if release.scalar(r.model.select(r.model.seq).limit(1)) is None] == []
    store.close()
    return str(release.id)


def killed(database: Databases) -> Callable[[int, Path], Figures]:
    """A load that is killed at a random moment leaves the old release or the new one, whole, and nothing beside it."""

    def tries(times: int, folder: Path) -> Figures:
        told = {"kills": 0, "old": 0, "new": 0}
        chance = random.Random(6)
        with database(folder) as settings:
            marked(settings, 0)
            began = time.monotonic()
            whole_load = loading(settings).wait()
            assert whole_load == 0, f"a load that nobody disturbs ends with {whole_load}"
            whole = time.monotonic() - began
            for number in range(1, times + 1):
                before = served(settings)
                marked(settings, number)
                process = loading(settings)
                time.sleep(chance.uniform(0.3, 1.1) * whole)
                process.kill()
                process.wait()
                told["kills"] += 1
                told["old" if served(settings) == before else "new"] += 1
            marked(settings, times + 1)
            after = loading(settings).wait()
            assert after == 0, f"the load after them ends with {after}"
            if not settings.database_url:
                assert not list(settings.data_dir.rglob("*.tmp*")), "litter"
        return told

    return tries


def full(times: int, folder: Path) -> Figures:
    """A disk that fills up, at `times` sizes; a limit of file size stands in where nothing can be mounted."""
    told: Figures = {"tries": 0, "refused": 0, "loaded": 0}
    with embedded(folder) as settings:
        size = max(path.stat().st_size for path in settings.data_dir.rglob("*.sqlite"))
        told["means"] = "a small tmpfs" if mounted(folder / "probe", 1 << 16) else "a limit of file size"
        unmounted(folder / "probe")
        for n in range(times):
            room = int(size * 1.2 * (n + 1) / times)
            place = folder / f"disk{n}"
            told["tries"] += 1
            told["loaded" if fills(settings, place, room, told["means"]) else "refused"] += 1
    assert told["refused"]
    return told


def mounted(place: Path, size: int) -> bool:
    place.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    return subprocess.run(line, check=False, capture_output=True).returncode == 0


def unmounted(place: Path) -> None:
    subprocess.run(["umount", str(place)], check=False, capture_output=True)


def fills(settings: Settings, place: Path, room: int, means: str) -> bool:
    """Whether a second load finds room on a disk on which a first release is served; refused, it leaves that one."""
    one = max(path.stat().st_size for path in settings.data_dir.rglob("*.sqlite"))
    small = means == "a small tmpfs" and mounted(place, one + (64 << 10) + room)
    try:
        here = replace(settings, data_dir=place / "data")
        marked(here, 1)
        load.load(here)[0].close()
        before = served(here)
        marked(here, 2)
        command = f"ulimit -f {room // 1024}; exec {sys.executable} -m api load"
        env = {**os.environ, **environ(here)}
        limited = partial(subprocess.run, ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
        done = finished("load", env=env) if small else limited(env=env)
        assert "Traceback" not in done.stderr, done.stderr[-1500:]
        assert done.returncode in (0, 2), done.stderr
        if done.returncode == 2:
            assert served(here) == before
        else:
            assert served(here) != before
        return done.returncode == 0
    finally:
        if small:
            unmounted(place)


def full_release(times: int, folder: Path) -> Figures:
    """A version is published onto a disk that fills up: of the files, or of the dataset with its manifest."""
    told: Figures = {"tries": 0, "refused": 0, "published": 0}
    with embedded(folder) as settings:
        whole = published(settings, settings.dataset, settings.releases_dir)
        assert whole.returncode == 0, whole.stderr
        size = sum(path.stat().st_size for path in settings.releases_dir.rglob("*") if path.is_file())
        assert mounted(folder / "probe", 1 << 20), "only where something can be mounted"
        unmounted(folder / "probe")
        for n in range(times):
            place = folder / f"disk{n}"
            # Every other time the files have room enough, and the manifest has little or none: the disk is full of something else.
            files = n % 2 == 0
            mounted(place, int(size * 4 * (times - n) / times) if files else 1 << 20)
            try:
                dataset = Path(shutil.copytree(SMALL, folder / f"dataset{n}" if files else place / "dataset"))
                if not files:
                    with contextlib.suppress(OSError), (place / "rest").open("wb", buffering=0) as rest:
                        rest.write(bytes(1 << 20))
                    os.truncate(place / "rest", max(0, (place / "rest").stat().st_size - 4096 * (n % 4 // 2)))
                output = place / "releases" if files else folder / f"releases{n}"
                done = published(settings, dataset, output)
                assert "Traceback" not in done.stderr, done.stderr[-1500:]
                assert done.returncode in (0, 2), done.stderr
                told["tries"] += 1
                told["refused" if done.returncode else "published"] += 1
                assert not list(output.glob(".*")), "nothing half made stays"
                assert done.returncode == 0 or not files or not list(output.glob("*")), "a version is there whole or not at all"
                if not files:  # there is room again
                    (place / "rest").unlink()
                    done = published(settings, dataset, output)
                    assert done.returncode == 0, done.stderr
                assert done.returncode or manifest(dataset) == manifest(settings.dataset), "what is published has its manifest"
            finally:
                unmounted(place)
    assert told["refused"]
    assert told["published"]
    return told


def published(settings: Settings, dataset: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """What `release` says."""
    return finished("release", "--dataset", dataset, "--output", output, env={**os.environ, **environ(settings)}, quick=True)


def manifest(dataset: Path) -> str:
    (found,) = (dataset / "releases").glob("*.tsv")
    return found.read_text(encoding="utf-8")


def edited(times: int, folder: Path) -> Figures:
    """Loads while somebody writes, cuts and replaces the files: a whole release, or findings."""
    told = {"loads": 0, "loaded": 0, "findings": 0}
    stop = threading.Event()

    def edit(path: Path, text: str) -> None:
        chance = random.Random(6)
        while not stop.is_set():
            how = chance.randrange(4)
            if how == 0:
                path.write_text(text[: chance.randrange(len(text))])
            elif how == 1:
                path.unlink(missing_ok=True)
            elif how == 2:
                path.write_text(text.replace("definition:", f"definition: {chance.random()}"))
            else:
                new = path.with_name(".new")
                new.write_text(text)
                new.replace(path)
            time.sleep(chance.random() / 100)

    with embedded(folder) as settings:
        path = settings.dataset / "topics" / "security.yaml"
        thread = threading.Thread(target=edit, args=(path, path.read_text()))
        thread.start()
        try:
            for _ in range(times):
                before = served(settings)
                done = finished("load", env={**os.environ, **environ(settings)})
                assert "Traceback" not in done.stderr, done.stderr[-2000:]
                assert done.returncode in (0, 1), (done.returncode, done.stderr[-2000:], done.stdout[-2000:])
                told["loads"] += 1
                told["findings" if done.returncode else "loaded"] += 1
                assert not done.returncode or served(settings) == before
        finally:
            stop.set()
            thread.join()
        served(settings)
    return told


def twice(times: int, folder: Path) -> Figures:
    """Two loads at once: one after the other, or one is told that another runs."""
    told = {"pairs": 0, "both": 0, "one": 0}
    with embedded(folder) as settings:
        for number in range(times):
            marked(settings, number)
            pair = [loading(settings), loading(settings)]
            codes = sorted(process.wait() for process in pair)
            assert codes in ([0, 0], [0, 3]), codes
            told["pairs"] += 1
            told["both" if codes == [0, 0] else "one"] += 1
            served(settings)
    return told


def switched(database: Databases) -> Callable[[int, Path], Figures]:
    """Release after release under load: no request fails, no page mixes two, a walk goes on where it began."""

    def tries(times: int, folder: Path) -> Figures:
        told = {"switches": 0, "requests": 0, "walks": 0, "failed": 0, "mixed": 0}
        numbers: dict[str, str] = {}
        faults: list[Any] = []
        stop = threading.Event()

        def walk(url: str) -> None:
            with requests.Session() as session:
                walks(url, session)

        def walks(url: str, session: requests.Session) -> None:
            while not stop.is_set():
                address, digests, marks = f"{url}/v1/topics?limit=1&q=security", set(), set()
                while address:
                    answer = session.get(address, timeout=30)
                    told["requests"] += 1
                    if not answer.ok:
                        faults.append((answer.status_code, answer.text[:300]))
                        return
                    body = answer.json()
                    digests.add(body["meta"]["release"]["digest"])
                    marks |= {re.match(r"No\. \d+ - ", found["definition"])[0] for found in body["data"]}  # type: ignore[index]
                    address = body["links"]["next"]
                whole = session.get(f"{url}/v1/topics", timeout=30).json()
                seen = {re.match(r"No\. \d+ - ", found["definition"])[0] for found in whole["data"]}  # type: ignore[index]
                told["requests"] += 1
                told["walks"] += 1
                if len(digests) != 1 or len(marks) != 1 or len(seen) != 1:
                    faults.append((digests, marks, seen))
                if numbers.setdefault(next(iter(digests)), next(iter(marks))) != next(iter(marks)):
                    faults.append("a release says two things")

        with database(folder) as settings:
            marked(settings, 0)
            load.load(settings)[0].close()
            with running("--no-load", cwd=ROOT, **environ(settings)) as (url, _):
                threads = [threading.Thread(target=walk, args=(url,)) for _ in range(4)]
                for thread in threads:
                    thread.start()
                for number in range(1, times + 1):
                    marked(settings, number)
                    load.load(settings)[0].close()
                    told["switches"] += 1
                    time.sleep(0.2)
                stop.set()
                for thread in threads:
                    thread.join()
        assert not faults, faults[:5]
        return told

    return tries


def signalled(times: int, folder: Path) -> Figures:
    """Processes killed and told to start anew under load, and stopped while answers are under way."""
    told = {"kills": 0, "hangups": 0, "stops": 0, "requests": 0, "cut": 0, "back": 0.0, "finished": 0}
    with embedded(folder) as settings:
        for _number in range(times):
            with running("--no-load", cwd=ROOT, **environ(settings)) as (url, process):
                with asking(pages(f"{url}/v1/topics"), "close") as seen:
                    wait_for(more_than(seen, 20))
                    os.kill(children(process.pid)[0], signal.SIGKILL)
                    began = time.monotonic()
                    wait_for(lambda process=process: len(children(process.pid)) == 2)
                    told["kills"] += 1
                    told["back"] = max(told["back"], round(time.monotonic() - began, 1))
                    within(20, told["back"], "a process that was killed is replaced")
                    wait_for(more_than(seen, 20))
                    cut = len(seen.cut)
                    assert cut <= 4, f"only what the killed process was answering is lost, not {cut} requests"
                    old = set(children(process.pid))
                    process.send_signal(signal.SIGHUP)
                    told["hangups"] += 1
                    wait_for(lambda process=process, old=old: len(now := set(children(process.pid))) == 2 and not now & old)
                    wait_for(more_than(seen, 20))
                    assert len(seen.cut) == cut, f"starting anew failed {seen.cut[cut:]}"
                assert set(seen.statuses) == {200}
                told["requests"] += len(seen.statuses)
                told["cut"] += cut
                told["finished"] += stopped(url, process)
                told["stops"] += 1
    return told


def more_than(heard: Heard, number: int) -> Callable[[], bool]:
    """Whether that many more answers have come than there are now."""
    before = len(heard.statuses)
    return lambda: len(heard.statuses) > before + number


def stopped(url: str, process: subprocess.Popen[str]) -> int:
    """Stops a server in the middle of long answers; how many of them came whole."""
    clients = [connected(url) for _ in range(4)]
    for client in clients:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        client.sendall(request(b"GET /openapi.json HTTP/1.1", b"Connection: close"))
    begun = [client.recv(1000) for client in clients]
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    for client, found in zip(clients, begun, strict=True):
        with client:
            while more := client.recv(1 << 16):
                found += more
        ((status, headers, body),) = answers(found)
        assert status == 200
        assert len(body) == int(headers["content-length"])
    assert process.wait(timeout=300) == 0
    return len(clients)


DAMAGES: dict[str, Callable[[Path, Path], Any]] = {
    "truncated": lambda release, pointer: os.truncate(release, 700),
    "emptied": lambda release, pointer: os.truncate(release, 0),
    "deleted": lambda release, pointer: release.unlink(),
    "replaced by garbage": lambda release, pointer: swapped(release, b"garbage" * 10_000),
    "overwritten beyond its first pages": lambda release, pointer: spoilt(release, 8192),
    "overwritten": lambda release, pointer: release.write_bytes(b"\xff" * release.stat().st_size),
    "pointer deleted": lambda release, pointer: pointer.unlink(),
    "pointer emptied": lambda release, pointer: pointer.write_bytes(b""),
    "pointer garbled": lambda release, pointer: pointer.write_bytes(b"../../etc/passwd\0\xff"),
    "pointer to nowhere": lambda release, pointer: pointer.write_text("9.9.9-0123456789ab\n"),
    "everything deleted": lambda release, pointer: shutil.rmtree(release.parent),
}


def spoilt(path: Path, beyond: int) -> None:
    """Puts other bytes into a file that stays as long as it is."""
    with path.open("r+b") as file:
        file.seek(beyond)
        file.write(os.urandom(path.stat().st_size - beyond))


def swapped(path: Path, data: bytes) -> None:
    new = path.with_name("new")
    new.write_bytes(data)
    new.replace(path)


def damaged(times: int, folder: Path) -> Figures:
    """Files damaged while they are served: answers are right or 503, readiness tells, and a load mends all."""
    told = {"damages": 0, "kinds": len(DAMAGES), "answers": 0, "unavailable": 0, "unready": 0}
    with embedded(folder) as settings, running("--no-load", cwd=ROOT, **environ(settings)) as (url, _):
        for number in range(times * len(DAMAGES)):
            name = list(DAMAGES)[number % len(DAMAGES)]
            release = settings.data_dir / "releases" / f"{served(settings)}.sqlite"
            DAMAGES[name](release, settings.data_dir / "current")
            told["damages"] += 1
            for n in range(12):
                path = (
                    "/v1/topics?limit=",
                    "/v1/events?format=ndjson&q=talks&limit_=",
                    "/v1/search?q=security&limit=",
                    "/readyz?",
                )[n % 4]
                answer = requests.get(
                    f"{url}{path.replace('&limit_=', '')}{n + 1 if path.endswith('limit=') else ''}", timeout=30
                )
                assert answer.status_code in (200, 503), (name, path, answer.status_code, answer.text[:300])
                assert answer.ok or answer.headers["Retry-After"]
                told["answers"] += 1
                told["unavailable"] += not answer.ok
            ready = {requests.get(f"{url}/readyz", timeout=30).status_code for _ in range(4)}
            told["unready"] += ready == {503}
            works = all(requests.get(f"{url}/v1/topics?limit={100 + n}", timeout=30).ok for n in range(8))
            assert works or 503 in ready, f"{name}: /readyz is content while lists fail"
            marked(settings, number)
            load.load(settings)[0].close()
            fresh = {requests.get(f"{url}/v1/topics?limit={200 + n}", timeout=30).status_code for n in range(4)}
            assert fresh == {200}, f"{name}: a load does not mend it"
            assert requests.get(f"{url}/readyz", timeout=30).ok
    return told


def lost(times: int, folder: Path) -> Figures:
    """PostgreSQL stopped, hanging and out of connections while many ask: 503 soon, `/healthz` meanwhile, well again by itself."""
    told = {"rounds": 0, "unavailable": 0, "answers": 0, "longest": 0.0, "healthy": 0.0, "back": 0.0}
    with postgresql(folder) as settings, contextlib.ExitStack() as stack:
        cluster = Cluster.__new__(Cluster)
        cluster.port = int(re.search(r":(\d+)/", settings.database_url)[1])  # type: ignore[index]
        cluster.home = home_of(cluster.port)
        more = {**environ(settings), "DIPLOMATIC_EVENTS_QUERY_TIMEOUT": "2", "DIPLOMATIC_EVENTS_CACHE_BYTES": "0"}
        url, _ = stack.enter_context(running("--no-load", cwd=ROOT, **more))
        for number in range(times):
            for gone in (down, frozen, crowded):
                fine(url)
                with gone(cluster), ThreadPoolExecutor(12) as clients:
                    lists = [f"{url}/v1/topics?q=security&limit={1 + 36 * (number % 10) + n}" for n in range(36)]
                    asked = [clients.submit(timed, address) for address in lists]
                    while not all(one.done() for one in asked):
                        answer, seconds = timed(f"{url}/healthz")
                        assert answer.ok
                        within(3, seconds, f"{gone.__name__}: /healthz")
                        told["healthy"] = max(told["healthy"], seconds)
                    for answer, seconds in (one.result() for one in asked):
                        assert answer.status_code in (200, 503), (gone.__name__, answer.text[:300])
                        assert answer.ok or answer.headers["Retry-After"]
                        within(5, seconds, f"{gone.__name__}: {answer.status_code}")
                        told["longest"] = max(told["longest"], seconds)
                        told["answers"] += 1
                        told["unavailable"] += not answer.ok
                    if gone is not crowded:
                        assert requests.get(f"{url}/readyz", timeout=60).status_code == 503, gone.__name__
                began = well = time.monotonic()
                while time.monotonic() - well < 1:  # every process has been asked by then
                    if not requests.get(f"{url}/readyz", timeout=60).ok:
                        well = time.monotonic()
                        within(10, well - began, f"{gone.__name__}: it does not come back")
                        assert well - began < 300, f"{gone.__name__}: it does not come back"
                told["back"] = max(told["back"], round(well - began, 1))
                told["rounds"] += 1
    return told


def timed(address: str) -> tuple[requests.Response, float]:
    """An answer, and the seconds that it took."""
    began = time.monotonic()
    answer = requests.get(address, timeout=60)
    return answer, round(time.monotonic() - began, 1)


def home_of(port: int) -> Path:
    """The folder of the cluster that listens on a port."""

    for path in Path(tempfile.gettempdir()).glob("diplomatic-events-postgresql-*"):
        pid = path / "data" / "postmaster.pid"
        if pid.exists() and pid.read_text().splitlines()[3] == str(port):
            return path
    raise AssertionError


def fine(url: str) -> None:
    for n in range(8):
        assert requests.get(f"{url}/v1/topics?q=security&limit={400 + n}", timeout=60).ok


@contextmanager
def down(cluster: Cluster) -> Iterator[None]:
    cluster.stop()
    try:
        yield
    finally:
        cluster.start()


@contextmanager
def frozen(cluster: Cluster) -> Iterator[None]:
    with cluster.hanging():
        yield


@contextmanager
def crowded(cluster: Cluster) -> Iterator[None]:
    taken = []
    with contextlib.suppress(psycopg.OperationalError):
        while len(taken) < 100:
            taken.append(psycopg.connect(cluster.url()))
    try:
        yield
    finally:
        for connection in taken:
            connection.close()


def enduring(times: int, folder: Path) -> Figures:
    """`times` requests of all sorts: the memory and the descriptors of each process are in the end what they were early on."""
    told: Figures = {"requests": 0}
    chance = random.Random(6)
    kept: list[dict[str, int]] = []
    data = {
        "DIPLOMATIC_EVENTS_DATA_DIR": loaded(),
        "DIPLOMATIC_EVENTS_LOG": "off",
        "DIPLOMATIC_EVENTS_CACHE_BYTES": str(8 << 20),
    }
    whole = (sys.executable, "-m", "api")  # its memory is its own, not shared with what it was forked from
    with running("--no-load", cwd=ROOT, command=whole, **data) as (url, process), polite(url) as waits:
        for part in range(10):
            while told["requests"] < times * (part + 1) / 10:
                batch = [mixed(chance) for _ in range(50)]
                found = said(url, b"".join(request(b"GET %s HTTP/1.1" % path) for path in batch))
                statuses = re.findall(rb"^HTTP/1.1 (\d+)", found, flags=re.MULTILINE)
                assert len(statuses) == len(batch), (len(statuses), len(batch))
                assert set(statuses) <= {b"200", b"400", b"404"}, set(statuses)
                told["requests"] += len(batch)
            kept.append(
                {"memory": max(map(memory, children(process.pid))), "files": max(map(descriptors, children(process.pid)))}
            )
    told |= {
        "early": kept[2]["memory"],
        "late": kept[-1]["memory"],
        "files_early": kept[2]["files"],
        "files_late": kept[-1]["files"],
    }
    # Finished answers (8 MiB) and pages of the database fill up meanwhile, once.
    assert told["late"] < told["early"] * 1.15 + 24, kept
    assert told["files_late"] <= told["files_early"] + 12, kept
    return {**told, **waits}


def mixed(chance: random.Random) -> bytes:
    """A request of some sort, rarely the same twice."""
    n = chance.randrange(10_000)
    kinds = ["events", "actors", "statements", "sources", "topics", "places", "agreements"]
    kind, word = chance.choice(kinds), chance.choice(["nuclear", "putin", "treaty", "geneva", "talks", "zzz"])
    return chance.choice(
        [
            f"/v1/{kind}?limit={1 + n % 50}", f"/v1/{kind}?limit=5&q={word}{n % 7}", f"/v1/search?q={word}&limit={1 + n % 20}",
            f"/v1/events?limit=3&date_from={1960 + n % 60}", f"/v1/events?limit=2&facets=actor,topic&date_to={1960 + n % 60}",
            f"/v1/{kind}/x{n}", f"/v1/{kind}?x{n}=1", f"/v1/suggest?q={word[: 1 + n % 5]}", f"/v1/aggregates/events?by=year&date_from={1950 + n % 70}",
            "/v1", "/healthz", "/readyz", f"/v1/topics?format=csv&q={word}", f"/v1/cite/topics?q={word}", f"/v1/changes?limit={1 + n % 20}",
        ]
    ).encode()  # fmt: skip


def memory(pid: int) -> int:
    """The mebibytes that are a process's own share."""
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1]) >> 10  # type: ignore[index]


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))

"""Measures everything in one run and writes what came out: `python -m benchmarks.run`, or `make bench`."""

import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle, repeat
from pathlib import Path

import click

from api.config import Settings
from api.dataset import reader
from api.releases.build import build
from api.resources import RESOURCES
from api.storage.published import SUMS, digest

from . import asks, deep, formats, goals, processes, profiles, records, report, servers, shapes, tokens
from .asks import Fresh, fresh
from .generate import generate
from .loads import Generator, generator
from .processes import Program
from .results import Data, Plan, Results
from .rounds import Case, Turns, alternate
from .search import report as search
from .search import scale
from .servers import Size

HERE = Path(__file__).resolve().parent
VERSION, DUMP, RELEASE_FILE = "9.0.0", "events.ndjson.gz", "generated.sqlite"
CHECKED = 10_000_000  # asks from this number on are for the check that all serve the same; nobody is measured with them
TINY = Plan(
    events=1000, sizes=(500, 1000), rounds=2, seconds=0.3, workers=1, threads=2, megabytes=4, starts=1, pages=20,
    profiled=500,
)  # fmt: skip
SHORT = Plan(events=20_000, sizes=(1000, 20_000), rounds=4, seconds=1.5, megabytes=50, starts=2, pages=100, profiled=1000)
BEGUN = time.monotonic()


def say(text: str) -> None:
    click.echo(f"{time.monotonic() - BEGUN:4.0f} s  {text}", err=True)


def loaded(events: int, folder: Path) -> Data:
    """A dataset of so many events, made and loaded; what the load cost is measured on the way."""
    dataset, data_dir = folder / f"dataset-{events}", folder / f"data-{events}"
    generate(dataset, events)
    command = [sys.executable, "-m", "api", "load", "--dataset", str(dataset), "--data-dir", str(data_dir)]
    spent = processes.run(command, servers.ROOT)
    (release,) = (data_dir / "releases").glob("*.sqlite")
    database = data_dir / "release.db"  # Datasette's addresses begin with the file's name
    database.symlink_to(release)
    with sqlite3.connect(database) as connection:
        tables = {resource.kind: resource.model._meta.table_name for resource in RESOURCES}
        counts = {kind: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for kind, table in tables.items()}
    if counts["events"] != events:
        raise RuntimeError(f"{counts['events']} of {events} events were loaded")
    return Data(events, dataset, data_dir, database, sum(counts.values()), spent, release.stat().st_size)


def unpacked(data: Data, folder: Path) -> Path:
    """The release with documents as text, as published ones are, for servers that cannot read packed ones."""
    path = folder / "plain" / data.database.name
    path.parent.mkdir()
    with closing(reader.read(data.dataset)) as dataset:
        build(dataset, path)
    return path


def published(data: Data, folder: Path, megabytes: int) -> tuple[Path, Path]:
    """A folder of one published version with a big file in it, made by hand: the folder and the file.

    A version counts as published where its database is; a file is served if the sums name it.
    """
    version = folder / "releases" / VERSION
    version.mkdir(parents=True)
    (version / RELEASE_FILE).symlink_to(data.database.resolve())
    big = version / DUMP
    with big.open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(1 << 20))
    unasked = "0" * 64  # nobody asks for the database, whose sum would take its time
    (version / SUMS).write_text(f"{unasked}  {RELEASE_FILE}\n{digest(big)}  {DUMP}\n", encoding="utf-8")
    return version.parent, big


@dataclass(frozen=True)
class Bench:
    """One run: its plan, what loads the servers, where files lie, what was found."""

    plan: Plan
    generator: Generator
    folder: Path
    results: Results
    deep: list[str] = field(default_factory=list)  # pages far into the largest dataset

    @property
    def bodies(self) -> Path:
        """Where the constant bodies of peers lie."""
        return self.folder / "bodies"

    @property
    def size(self) -> Size:
        return Size(self.plan.workers, self.plan.threads)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part of the run. Where it fails the results say so, and the rest goes on."""
        say(name)
        try:
            yield
        except Exception as error:  # noqa: BLE001  # whatever it is, it spoils this part alone
            self.results.failed[name] = f"{type(error).__name__}: {error}"
            say(f"{name} failed: {error}")

    def measure(self, what: str, cases: list[Case], connections: int, seconds: float | None = None) -> None:
        say(f"measuring {what}: {', '.join(case.name for case in cases)}")
        turns = Turns(self.generator, self.plan.rounds, seconds or self.plan.seconds, connections)
        found, failed = alternate(cases, turns)
        self.results.measured.update({f"{what}: {name}": bursts for name, bursts in found.items()})
        self.results.failed.update({f"{what}: {name}": why for name, why in failed.items()})

    def side_by_side(self, data: Data) -> None:
        """The page, an item and a dump, from everybody who serves them."""
        releases_dir, big = published(data, self.folder, self.plan.megabytes)
        self.bodies.mkdir()
        os.link(big, self.bodies / "dump")
        page = asks.rest(asks.ask(0))
        with ExitStack() as stack:
            ports, pids = {}, {}

            def start(name: str, program: Program) -> None:
                running = stack.enter_context(processes.running(program, self.folder))
                ports[name], pids[name] = running.port, running.pid
                self.results.starts[name] = [running.seconds]

            programs = {"ours": servers.ours(data.data_dir, self.size, releases_dir)}
            start("ours", programs["ours"])
            _, body, headers = processes.get(ports["ours"], page)
            item = f"/v1/events/{servers.our_ids(json.loads(body))[0]}"
            (self.bodies / "list").write_bytes(body)
            (self.bodies / "item").write_bytes(processes.get(ports["ours"], item)[1])
            self.results.bodies.update({path.name: path.stat().st_size for path in self.bodies.iterdir()})
            programs |= self.peers(data, page)
            if "nginx" in programs:
                programs["front"] = servers.front(self.folder, ports["ours"], self.size, page)
            for name, program in programs.items():
                if name != "ours":
                    with self.part(f"starting {name}"):
                        start(name, program)
            with self.part("asking everybody for the same page"):
                self.agree(ports)
            self.asked_before(ports, page, item, headers["etag"])
            self.never_asked(ports)
            self.results.memory.update({name: processes.memory(pid) for name, pid in pids.items()})
            self.dump(ports)
            with self.part("asking for every format"):
                self.results.formats = formats.measured(ports["ours"], data.database, self.plan.rounds)
        with self.part("starting servers again and again"):
            self.cold_starts({name: programs[name] for name in ("ours", "fastapi", "datasette") if name in ports})

    def peers(self, data: Data, page: str) -> dict[str, Program]:
        """Everybody else that can be started here."""
        found = {
            "constant": servers.same_gunicorn("constant", self.bodies, self.size, "/list"),
            "bare flask": servers.same_gunicorn("bare_flask", self.bodies, self.size, page),
        }
        with self.part("building the database for peers"):
            plain = unpacked(data, self.folder)
            found["fastapi"] = servers.uvicorn("fastapi_peer:app", plain, self.size, page)
            found["datasette"] = servers.uvicorn("datasette_peer:create", plain, self.size, asks.datasette(asks.ask(0)))
        environ = servers.nginx(self.folder, self.bodies, self.size, "/list")
        if shutil.which("nginx", path=environ.environ["PATH"]):
            found["nginx"] = environ
        else:
            self.results.missing.append("nginx")
        return found

    def agree(self, ports: Mapping[str, int]) -> None:
        readers: tuple[tuple[str, str, asks.Spelling, servers.Reader], ...] = (
            ("ours", "ours", asks.rest, servers.our_ids),
            ("fastapi", "fastapi", asks.rest, servers.our_ids),
            ("datasette", "datasette", asks.datasette, servers.datasette_ids),
            ("datasette rows", "datasette", asks.datasette_rows, servers.datasette_ids),
        )
        same = {name: (ports[who], spelling, reader) for name, who, spelling, reader in readers if who in ports}
        servers.must_agree(same, CHECKED, 10)

    def asked_before(self, ports: Mapping[str, int], page: str, item: str, etag: str) -> None:
        plain: Mapping[str, str] = {}
        lists = (
            ("ours", "ours", page, plain),
            ("ours, gzip", "ours", page, {"Accept-Encoding": "gzip"}),
            ("ours, 304", "ours", page, {"If-None-Match": etag}),
            ("constant", "constant", "/list", plain),
            ("bare flask", "bare flask", page, plain),
            ("fastapi", "fastapi", page, plain),
            ("datasette", "datasette", asks.datasette(asks.ask(0)), plain),
            ("front", "front", page, plain),
            ("nginx", "nginx", "/list", plain),
        )
        cases = [Case(name, ports[who], path, headers) for name, who, path, headers in lists if who in ports]
        self.measure("list again", cases, self.plan.connections)
        items = {"ours": item, "constant": "/item", "fastapi": item}
        self.measure(
            "item again", [Case(who, ports[who], path) for who, path in items.items() if who in ports], self.plan.connections
        )

    def never_asked(self, ports: Mapping[str, int]) -> None:
        processes.get(ports["ours"], asks.page(asks.ask(0)))  # a process makes its templates with its first page
        lists = (
            ("ours", "ours", fresh(asks.rest)),
            ("page", "ours", fresh(asks.page, first=CHECKED // 2)),  # no count of theirs is known already
            ("bare flask", "bare flask", fresh(asks.rest)),
            ("fastapi", "fastapi", fresh(asks.rest)),
            ("datasette", "datasette", fresh(asks.datasette)),
            ("datasette rows", "datasette", fresh(asks.datasette_rows)),
        )
        cases = [Case(name, ports[who], asked) for name, who, asked in lists if who in ports]
        self.measure("list first time", cases, self.plan.connections)

    def dump(self, ports: Mapping[str, int]) -> None:
        paths = {"ours": f"/v1/releases/{VERSION}/{DUMP}", "nginx": "/dump"}
        self.measure("dump", [Case(who, ports[who], path) for who, path in paths.items() if who in ports], self.plan.workers)

    def cold_starts(self, programs: dict[str, Program]) -> None:
        for name in programs:
            self.results.starts[name].clear()
        for _ in range(self.plan.starts):
            for name, program in programs.items():
                with processes.running(program, self.folder) as running:
                    self.results.starts[name].append(running.seconds)

    def sizes(self, data: dict[int, Data]) -> None:
        """The same pages from datasets of every size, all served at once and asked in turn."""
        with ExitStack() as stack:

            def start(program: Program) -> processes.Running:
                return stack.enter_context(processes.running(program, self.folder))

            started = {
                events: start(servers.ours(data[events].data_dir, self.size)) for events in self.plan.sizes if events in data
            }
            for events, server in started.items():
                servers.must_agree({f"{events} events": (server.port, asks.rest, servers.our_ids)}, CHECKED, 5)
            ports = {events: server.port for events, server in started.items()}
            page = asks.rest(asks.ask(0))
            kinds: tuple[tuple[str, Callable[[], str | Fresh]], ...] = (
                ("again", lambda: page),
                ("first time", lambda: fresh(asks.rest)),
                ("first time, by title", lambda: fresh(asks.rest, "title")),
            )
            for kind, asked in kinds:
                cases = [Case(str(events), port, asked()) for events, port in ports.items()]
                self.measure(f"sizes, {kind}", cases, self.plan.workers)
            with self.part("walking to the end of the lists, and measuring pages on the way"):
                self.depths(ports)
            with self.part("asking in every shape"):
                self.shapes(ports, start(servers.same_gunicorn("bare_flask", self.bodies, self.size, page)).port)
            for events, server in started.items():
                self.results.memory[str(events)] = processes.memory(server.pid)

    def records(self) -> dict[str, records.Times]:
        """The records of the shipped dataset, from a server of its own."""
        data_dir = self.folder / "shipped"
        processes.run([sys.executable, "-m", "api", "load", "--data-dir", str(data_dir)], servers.ROOT)
        (release,) = (data_dir / "releases").glob("*.sqlite")
        with processes.running(servers.ours(data_dir, self.size), self.folder) as server:
            return records.measured(server.port, release)

    def depths(self, ports: dict[int, int]) -> None:
        pages = {events: deep.cursors(port, events, self.plan.pages) for events, port in ports.items()}
        self.deep.extend(pages[max(pages)])
        found = self.results.deep
        for number in range(self.plan.rounds):
            for events, port in ports.items():
                found.setdefault(events, []).extend(deep.timed(port, pages[events][number :: self.plan.rounds]))

    def shapes(self, ports: dict[int, int], bare: int) -> None:
        """First answers of every shape, beside bare Flask; what all of a shape share is read by the burst that warms up."""
        cases = [Case(shapes.BARE_FLASK, bare, fresh(asks.rest))]
        cases += [
            Case(f"{shape}, {events}", port, shapes.fresh(shape)) for shape in shapes.SHAPES for events, port in ports.items()
        ]
        self.measure("shapes", cases, self.plan.workers, self.plan.seconds / 3)

    def profile(self, data: dict[int, Data]) -> None:
        """A profile for each goal that was missed."""
        wanted = dict.fromkeys(goal.profile for goal in goals.judge(self.results) if goal.profile and goal.reached is False)
        main, largest = data[self.plan.events], data[max(self.plan.sizes)]
        count = 200 if self.plan.seconds >= 1 else 20
        page, item = asks.rest(asks.ask(0)), f"/v1/events/{self.an_id(main)}"

        def unasked(first: int, sort: str = "-date") -> Iterator[str]:
            return fresh(asks.rest, sort, CHECKED * first).take(CHECKED)

        dump = f"/v1/releases/{VERSION}/{DUMP}"
        calls: dict[str, tuple[Data, Iterator[str], int]] = {
            "list again": (main, repeat(page), count * 10),
            "item again": (main, repeat(item), count * 10),
            "list first time": (main, unasked(2), count),
            "largest, list again": (largest, repeat(page), count * 10),
            "largest, list first time": (largest, unasked(3), count),
            "largest, by title": (largest, unasked(4, "title"), count),
            "largest, deep": (largest, cycle(self.deep), count),
            "dump": (main, repeat(dump), count),
        }
        for name in wanted:
            with self.part(f"profiling {name}"):
                if name in calls:
                    source, paths, times = calls[name]
                    settings = Settings(data_dir=source.data_dir, releases_dir=self.folder / "releases")
                    self.results.profiles.append(profiles.requests(name, settings, paths, times))
                else:
                    some = data[min(data, key=lambda events: abs(events - self.plan.profiled))]
                    made = profiles.load(f"{name} ({some.events:,} events)", some.dataset, self.folder / "profiled")
                    self.results.profiles.append(made)

    @staticmethod
    def an_id(data: Data) -> str:
        with sqlite3.connect(data.database) as connection:
            return str(connection.execute("SELECT id FROM events LIMIT 1").fetchone()[0])


def bench(plan: Plan, generator: Generator, folder: Path) -> Results:
    """Everything, in files below `folder`."""
    results = Results(plan, generator.name)
    run = Bench(plan, generator, folder, results)
    data = results.data
    for events in sorted({plan.events, *plan.sizes}):
        with run.part(f"generating and loading {events:,} events"):
            data[events] = loaded(events, folder)
    with run.part("measuring everybody side by side"):
        run.side_by_side(data[plan.events])
    with run.part("asking for single records"):
        results.records = run.records()
    with run.part("measuring every size of dataset"):
        run.sizes(data)
    with run.part("asking the queries of search on both databases"):
        results.search, results.searches = search.section(scale.SIZES if max(scale.SIZES) <= max(plan.sizes) else plan.sizes)
    with run.part("counting the tokens of tools"):
        results.tools = tokens.section()
    with run.part("profiling"):
        run.profile(data)
    return results


@click.command()
@click.option("--events", default=100_000, show_default=True, help="Events in the dataset that all servers serve side by side.")
@click.option("--sizes", default="1000,10000,100000,1000000", show_default=True, help="Sizes of dataset to compare.")
@click.option("--rounds", default=5, show_default=True, help="Rounds, in which everybody has a turn.")
@click.option("--seconds", default=3.0, show_default=True, help="Length of a turn.")
@click.option("--workers", default=2, show_default=True, help="Processes of every server.")
@click.option("--threads", default=4, show_default=True, help="Threads of every process.")
@click.option("--megabytes", default=200, show_default=True, help="Size of the dump file.")
@click.option(
    "--generator", "wanted", type=click.Choice(["wrk", "python"]), help="What loads the servers. [default: wrk if there]"
)
@click.option("--short", is_flag=True, help="A run of about five minutes: ratios to trust, no large sizes.")
@click.option("--tiny", is_flag=True, help="Everything once and briefly, to see that it runs; the figures mean nothing.")
@click.option("--output", type=click.Path(path_type=Path), default=HERE / "RESULTS.md", help="File to write.")
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True), help="Where to work. [default: the system's for such things]"
)
def main(*, sizes: str, wanted: str | None, short: bool, tiny: bool, output: Path, folder: Path | None, **numbers: float) -> None:
    """Measure the server beside its peers and write the results."""
    parsed = tuple(sorted(int(size) for size in sizes.split(",")))
    plan = TINY if tiny else SHORT if short else replace(Plan(), sizes=parsed, **numbers)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(dir=folder) as made:
        results = bench(plan, generator(wanted), Path(made))
    output.write_text(report.write(results), encoding="utf-8")
    say(str(output))
    for name, why in results.failed.items():
        say(f"{name} failed: {why}")
    sys.exit(bool(results.failed))


if __name__ == "__main__":
    main()

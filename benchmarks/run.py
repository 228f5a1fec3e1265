"""Measures everything in one run and writes what came out: `python -m benchmarks.run`, or `make bench`."""

import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import cycle, repeat
from pathlib import Path

import click

from api.config import Settings
from api.dataset import reader
from api.releases.build import build
from api.storage.published import SUMS, digest

from . import asks, deep, goals, processes, profiles, report, servers, shapes, tokens
from .asks import Fresh
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
    events=1000, sizes=(500, 1000), rounds=2, seconds=0.3, workers=1, threads=2, megabytes=4, starts=1, pages=20, asks=4,
    profiled=500,
)  # fmt: skip
SHORT = Plan(events=20_000, sizes=(1000, 20_000), rounds=4, seconds=1.5, megabytes=50, starts=2, pages=100)


def say(text: str) -> None:
    click.echo(text, err=True)


def loaded(events: int, folder: Path) -> Data:
    """A dataset of so many events, made and loaded; what the load cost is measured on the way."""
    say(f"generating and loading {events:,} events")
    dataset, data_dir = folder / f"dataset-{events}", folder / f"data-{events}"
    generate(dataset, events)
    command = [sys.executable, "-m", "api", "load", "--dataset", str(dataset), "--data-dir", str(data_dir)]
    spent = processes.run(command, servers.ROOT)
    (release,) = (data_dir / "releases").glob("*.sqlite")
    database = data_dir / "release.db"  # Datasette's addresses begin with the file's name
    database.symlink_to(release)
    with sqlite3.connect(database) as connection:
        counts = [connection.execute(f"SELECT COUNT(*) FROM {kind}").fetchone()[0] for kind in ("events", "statements")]
    if counts[0] != events:
        raise RuntimeError(f"{counts[0]} of {events} events were loaded")
    return Data(events, dataset, data_dir, database, sum(counts), spent, release.stat().st_size)


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
    def size(self) -> Size:
        return Size(self.plan.workers, self.plan.threads)

    def measure(self, what: str, cases: list[Case], connections: int) -> None:
        say(f"measuring {what}: {', '.join(case.name for case in cases)}")
        turns = Turns(self.generator, self.plan.rounds, self.plan.seconds, connections)
        found, failed = alternate(cases, turns)
        self.results.measured.update({f"{what}: {name}": bursts for name, bursts in found.items()})
        self.results.failed.update({f"{what}: {name}": why for name, why in failed.items()})

    def side_by_side(self, data: Data) -> None:
        """The page, an item and a dump, from everybody who serves them."""
        releases_dir, big = published(data, self.folder, self.plan.megabytes)
        bodies = self.folder / "bodies"
        bodies.mkdir()
        os.link(big, bodies / "dump")
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
            (bodies / "list").write_bytes(body)
            (bodies / "item").write_bytes(processes.get(ports["ours"], item)[1])
            self.results.bodies.update({path.name: path.stat().st_size for path in bodies.iterdir()})
            programs |= self.peers(data, bodies, page)
            if "nginx" in programs:
                programs["front"] = servers.front(self.folder, ports["ours"], self.size, page)
            for name, program in programs.items():
                if name != "ours":
                    start(name, program)
            self.agree(ports)
            self.asked_before(ports, page, item, headers["etag"])
            self.never_asked(ports)
            for name in ("ours", "fastapi", "datasette"):
                if name in pids:
                    self.results.memory[name] = processes.memory(pids[name])
            self.dump(ports)
        self.cold_starts({name: programs[name] for name in ("ours", "fastapi", "datasette") if name in programs})

    def peers(self, data: Data, bodies: Path, page: str) -> dict[str, Program]:
        """Everybody else that can be started here."""
        plain = unpacked(data, self.folder)
        found = {
            "constant": servers.same_gunicorn("constant", bodies, self.size, "/list"),
            "bare flask": servers.same_gunicorn("bare_flask", bodies, self.size, page),
            "fastapi": servers.uvicorn("fastapi_peer:app", plain, self.size, page),
            "datasette": servers.uvicorn("datasette_peer:create", plain, self.size, asks.datasette(asks.ask(0))),
        }
        environ = servers.nginx(self.folder, bodies, self.size, "/list")
        if shutil.which("nginx", path=environ.environ["PATH"]):
            found["nginx"] = environ
        else:
            self.results.missing.append("nginx")
        return found

    def agree(self, ports: dict[str, int]) -> None:
        same: dict[str, tuple[int, asks.Spelling, servers.Reader]] = {
            "ours": (ports["ours"], asks.rest, servers.our_ids),
            "fastapi": (ports["fastapi"], asks.rest, servers.our_ids),
            "datasette": (ports["datasette"], asks.datasette, servers.datasette_ids),
            "datasette rows": (ports["datasette"], asks.datasette_rows, servers.datasette_ids),
        }
        servers.must_agree(same, CHECKED, 10)

    def asked_before(self, ports: dict[str, int], page: str, item: str, etag: str) -> None:
        cases = [
            Case("ours", ports["ours"], page),
            Case("ours, gzip", ports["ours"], page, {"Accept-Encoding": "gzip"}),
            Case("ours, 304", ports["ours"], page, {"If-None-Match": etag}),
            Case("constant", ports["constant"], "/list"),
            Case("bare flask", ports["bare flask"], page),
            Case("fastapi", ports["fastapi"], page),
            Case("datasette", ports["datasette"], asks.datasette(asks.ask(0))),
        ]
        if "nginx" in ports:
            cases += [Case("front", ports["front"], page), Case("nginx", ports["nginx"], "/list")]
        self.measure("list again", cases, self.plan.connections)
        cases = [
            Case("ours", ports["ours"], item),
            Case("constant", ports["constant"], "/item"),
            Case("fastapi", ports["fastapi"], item),
        ]
        self.measure("item again", cases, self.plan.connections)

    def never_asked(self, ports: dict[str, int]) -> None:
        processes.get(ports["ours"], asks.page(asks.ask(0)))  # a process makes its templates with its first page
        cases = [
            Case("ours", ports["ours"], Fresh(asks.rest)),
            Case("page", ports["ours"], Fresh(asks.page, first=CHECKED // 2)),  # no count of theirs is known already
            Case("bare flask", ports["bare flask"], Fresh(asks.rest)),
            Case("fastapi", ports["fastapi"], Fresh(asks.rest)),
            Case("datasette", ports["datasette"], Fresh(asks.datasette)),
            Case("datasette rows", ports["datasette"], Fresh(asks.datasette_rows)),
        ]
        self.measure("list first time", cases, self.plan.connections)

    def dump(self, ports: dict[str, int]) -> None:
        cases = [Case("ours", ports["ours"], f"/v1/releases/{VERSION}/{DUMP}")]
        if "nginx" in ports:
            cases.append(Case("nginx", ports["nginx"], "/dump"))
        self.measure("dump", cases, self.plan.workers)

    def cold_starts(self, programs: dict[str, Program]) -> None:
        say("starting servers again and again")
        for name in programs:
            self.results.starts[name].clear()
        for _ in range(self.plan.starts):
            for name, program in programs.items():
                with processes.running(program, self.folder) as running:
                    self.results.starts[name].append(running.seconds)

    def sizes(self, data: dict[int, Data]) -> None:
        """The same pages from datasets of every size, all served at once and asked in turn."""
        with ExitStack() as stack:
            started = {
                events: stack.enter_context(processes.running(servers.ours(data[events].data_dir, self.size), self.folder))
                for events in self.plan.sizes
            }
            for events, server in started.items():
                servers.must_agree({f"{events} events": (server.port, asks.rest, servers.our_ids)}, CHECKED, 5)
            page = asks.rest(asks.ask(0))
            kinds: tuple[tuple[str, Callable[[], str | Fresh]], ...] = (
                ("again", lambda: page),
                ("first time", lambda: Fresh(asks.rest)),
                ("first time, by title", lambda: Fresh(asks.rest, "title")),
            )
            for kind, asked in kinds:
                cases = [Case(str(events), server.port, asked()) for events, server in started.items()]
                self.measure(f"sizes, {kind}", cases, self.plan.workers)
            ports = {events: server.port for events, server in started.items()}
            self.depths(ports)
            self.shapes(ports)
            for events, server in started.items():
                self.results.memory[str(events)] = processes.memory(server.pid)

    def depths(self, ports: dict[int, int]) -> None:
        say("walking to the end of the lists, and measuring pages on the way")
        pages = {events: deep.cursors(port, events, self.plan.pages) for events, port in ports.items()}
        self.deep.extend(pages[max(pages)])
        found = self.results.deep
        for number in range(self.plan.rounds):
            for events, port in ports.items():
                found.setdefault(events, []).extend(deep.timed(port, pages[events][number :: self.plan.rounds]))

    def shapes(self, ports: dict[int, int]) -> None:
        """First answers of every shape, a few of each in turn; what all of a shape share was read before."""
        say("asking in every shape")
        share = max(self.plan.asks // self.plan.rounds, 1)
        for number in range(-1, self.plan.rounds):
            for shape in shapes.SHAPES:
                for events, port in ports.items():
                    warm_up = number < 0
                    times = deep.timed(port, list(shapes.paths(shape, CHECKED if warm_up else number * share, share)))
                    if not warm_up:
                        self.results.shapes.setdefault((events, shape), []).extend(times)

    def profile(self, data: dict[int, Data]) -> None:
        """A profile for each goal that was missed."""
        wanted = dict.fromkeys(goal.profile for goal in goals.judge(self.results) if goal.reached is False)
        main, largest = data[self.plan.events], data[max(self.plan.sizes)]
        count = 200 if self.plan.seconds >= 1 else 20
        page, item = asks.rest(asks.ask(0)), f"/v1/events/{self.an_id(main)}"

        def fresh(first: int, sort: str = "-date") -> Iterator[str]:
            return Fresh(asks.rest, sort, CHECKED * first).take(CHECKED)

        dump = f"/v1/releases/{VERSION}/{DUMP}"
        calls: dict[str, tuple[Data, Iterator[str], int]] = {
            "list again": (main, repeat(page), count * 10),
            "item again": (main, repeat(item), count * 10),
            "list first time": (main, fresh(2), count),
            "largest, list again": (largest, repeat(page), count * 10),
            "largest, list first time": (largest, fresh(3), count),
            "largest, by title": (largest, fresh(4, "title"), count),
            "largest, deep": (largest, cycle(self.deep), count),
            "dump": (main, repeat(dump), count),
        }
        for name in wanted:
            say(f"profiling {name}")
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
    data = {events: loaded(events, folder) for events in sorted({plan.events, *plan.sizes})}
    results.data.update(data)
    run.side_by_side(data[plan.events])
    run.sizes(data)
    run.profile(data)
    say("asking the queries of search on both databases")
    results.search = search.section(scale.SIZES if max(scale.SIZES) <= max(plan.sizes) else plan.sizes)
    results.tools = tokens.section()
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

"""RESULTS.md: what a run found, as tables for people."""

import os
import platform
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .formats import MANY
from .goals import Goal, judge
from .loads import Burst, percentile
from .profiles import Profile
from .records import times_as_long
from .results import Results
from .rounds import Figure, figure, ratio
from .shapes import BARE_FLASK, SHAPES, name

PACKAGES = (
    "flask", "werkzeug", "gunicorn", "peewee", "datasette", "fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools",
)  # fmt: skip
NAMES = {
    "ours": "this project",
    "ours, gzip": "this project, compressed (gzip)",
    "ours, 304": "this project, nothing changed (304)",
    "page": "this project, as a page for people (HTML)",
    "constant": "gunicorn, constant body, no framework",
    "bare flask": "gunicorn, constant body, bare Flask",
    "fastapi": "FastAPI + sqlite3 + pydantic",
    "datasette": "Datasette, table page",
    "datasette rows": "Datasette, own query (rows alone)",
    "front": "this project, in the cache of the nginx that is deployed",
    "nginx": "nginx, a file",
}
FAIR = """\
- Everybody runs on this machine at the same time and is asked in turn, in short rounds, another one first each round; what
  loads them runs on the same cores and takes its share from everybody. A ratio is taken within a round; the table has its
  median and, in brackets, its least and its most.
- Everybody has the same number of processes. The constant body and bare Flask run in gunicorn's own `gthread` worker with the
  project's other settings, and write no access log; the project runs as shipped. FastAPI and Datasette run in uvicorn with
  uvloop and httptools.
- The page is the same: 20 events with an actor, between two days, newest first. Before anything is measured, the servers
  must give the same records in the same order. The constant bodies have the size of the project's own answer.
- Pages *asked for before* are one address again and again. Pages *never asked for* are different each time, for everybody:
  another actor (one of the five most frequent), first and last day, so that no cache of answers can help.
- FastAPI's answer has no cursor, no `meta.query` and no ETag, and Datasette sends documents as text inside JSON, so both do
  a little less than the project does. Datasette's own query leaves out the total, too; goals are judged by its table page.
- Both peers read the SQLite file that the project's load has made, documents rendered and indexes built.
- p99 by size is taken with one connection a worker, so that it is the time of an answer, not of a queue; at depth with one
  connection from Python, as are records: those of the shipped dataset, each asked for once as JSON and once as a page, in turn;
  what a tenth of the records stays below and above is in brackets. Shapes of query have one connection a worker, too, as has
  bare Flask beside them; each ask is another one; groups of two are of type and status. Whole answers in a format are read by
  Python, one after the other. Pages at depth lie evenly all over the list, in two orders, and each is asked for once.
- A load is measured with its progress bar on a terminal; the memory is the most that its processes held together, shared
  pages counted once. Events a second counts events only, though statements, sources and the rest were loaded with them.
"""


VALUES: tuple[Callable[[Burst], float], ...] = (lambda b: b.rate, lambda b: b.p50, lambda b: b.p99)


def write(results: Results) -> str:
    """The whole document."""
    parts = [
        "# Results\n\nWritten by `make bench`; how it was measured is at the end.\n",
        machine(results),
        goals(results),
        servers(results, "list again", f"A list asked for before ({results.bodies.get('list', 0):,} bytes)"),
        servers(results, "item again", f"An item asked for before ({results.bodies.get('item', 0):,} bytes)"),
        servers(results, "list first time", "A list never asked for"),
        records(results),
        sizes(results),
        shapes(results),
        formats(results),
        loading(results),
        starts(results),
        dump(results),
        *failures(results),
        spent(results),
        results.search,
        results.tools,
        f"## How it was measured\n\n{FAIR}",
    ]
    return "\n".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(found: Figure | None, unit: str = "") -> str:
    if found is None:
        return "not measured"
    if found.least == found.most:
        return f"{number(found.middle)}{unit}"
    return f"{number(found.middle)}{unit} ({number(found.least)} to {number(found.most)})"


def mebibytes(count: int | None) -> str:
    return "not measured" if count is None else f"{count / (1 << 20):,.0f} MiB"


def machine(results: Results) -> str:
    plan = results.plan
    rows = [
        ("day", f"{datetime.now(UTC):%Y-%m-%d}"),
        ("machine", f"{processor()}, {os.cpu_count()} cores, {mebibytes(total_memory())} of memory, {platform.system()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}"),
        ("packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
        ("nginx", program("nginx", "-v")),
        ("load", f"{results.generator}{'' if results.generator != 'wrk' else ' ' + program('wrk', '-v')}"),
        ("every server", f"processes: {plan.workers}; threads of each, where it has threads: {plan.threads}"),
        ("rounds", f"{plan.rounds} of {plan.seconds:g} s, {plan.connections} connections"),
        ("data side by side", f"{plan.events:,} generated events"),
    ]
    return table(("what", "which"), rows)


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def total_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def program(name: str, option: str) -> str:
    """The version that a program tells of itself, in its first line."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        return "missing"
    said = subprocess.run([path, option], capture_output=True, text=True, check=False)
    words = (said.stdout + said.stderr).split()
    return next((word.rpartition("/")[2] for word in words if any(letter.isdigit() for letter in word)), "unknown")


def goals(results: Results) -> str:
    verdict = {True: "reached", False: "**not reached**: [why](../decisions/{})", None: "not measured"}
    rows = [
        (goal.what, f"{'at most' if goal.most else 'at least'} {goal.bound:g}{unit(goal)}", spread(goal.figure, unit(goal)),
         verdict[goal.reached].format(goal.page))
        for goal in judge(results)
    ]  # fmt: skip
    return f"## Goals\n\n{table(('what', 'goal', 'measured', ''), rows)}"


def unit(goal: Goal) -> str:
    return goal.unit if goal.unit.startswith("/") else f" {goal.unit}"


def servers(results: Results, what: str, title: str) -> str:
    """One table of requests a second, everybody in it."""
    rows = []
    for key in results.measured:
        group, _, who = key.partition(": ")
        if group == what:
            rows.append((NAMES[who], *rates(results, key)))
    if what == "list again" and "nginx" in results.missing:
        rows.append((NAMES["nginx"], "not measured", "", ""))
    return f"## {title}\n\n{table(('who', 'requests a second', 'p50, ms', 'p99, ms'), rows)}"


def rates(results: Results, key: str) -> tuple[str, str, str]:
    rate, p50, p99 = (spread(figure(results.measured, key, value)) for value in VALUES)
    return rate, p50, p99


def records(results: Results) -> str:
    """First answers of single records, by kind."""
    head = ("kind", "records", "as JSON, p50, ms", "as a page, p50, ms", "page against JSON, record by record")
    rows = [
        (kind, f"{len(json)}", number(median(json)), number(median(page)), spread(times_as_long((json, page)), " x"))
        for kind, (json, page) in results.records.items()
    ]
    return f"## A record never asked for\n\n{table(head, rows)}"


def sizes(results: Results) -> str:
    head = ("events", "page", "requests a second", "p50, ms", "p99, ms")
    rows = []
    for events in results.plan.sizes:
        for key in results.measured:
            group, _, who = key.partition(": ")
            if group.startswith("sizes, ") and who == str(events):
                rows.append((f"{events:,}", group.removeprefix("sizes, "), *rates(results, key)))
        if deep := results.deep.get(events):
            rows.append((f"{events:,}", "at any depth", "", number(percentile(deep, 0.5)), number(percentile(deep, 0.99))))
    return f"## A page, by the number of events\n\n{table(head, rows)}"


def shapes(results: Results) -> str:
    """First answers by size and shape, and beside bare Flask."""
    head = ("shape", *(f"{events:,} events" for events in results.plan.sizes))
    rows = [(shape, *(cell(results, name(shape, events)) for events in results.plan.sizes)) for shape in SHAPES]
    rows.append((f"{NAMES[BARE_FLASK]}", *(cell(results, name(BARE_FLASK)) for _ in results.plan.sizes)))
    how = "p50 / p99 in ms, and requests a second against bare Flask in the same round."
    return f"## A first answer, by the shape of the query\n\n{how}\n\n{table(head, rows)}"


def cell(results: Results, key: str) -> str:
    if not results.measured.get(key):
        return "not measured"
    p50, p99 = (number(figure(results.measured, key, value).middle) for value in VALUES[1:])
    return f"{p50} / {p99}, {spread(ratio(results.measured, key, name(BARE_FLASK)), ' x')}"


def formats(results: Results) -> str:
    """Whole answers: the least time of each, and how often that of NDJSON goes into it."""
    found = results.formats
    pairs = {word: zip(found["ndjson"], times, strict=True) for word, times in found.items()}
    rows = [
        (word, number(median(found[word]) / 1000), spread(Figure.of([one / other for one, other in pairs[word]]), " x"))
        for word in found
    ]
    head = ("format", "seconds", "rate, against NDJSON")
    return f"## {MANY:,} events in every format\n\n{table(head, rows)}"


def loading(results: Results) -> str:
    head = (
        "events",
        "records",
        "seconds",
        "events a second",
        "most memory",
        "release on disk",
        "a record",
        "memory, a worker serving it",
    )
    rows = []
    for data in results.data.values():
        held = results.memory.get(str(data.events))
        worker = mebibytes(held and held // results.plan.workers)
        rows.append(
            (f"{data.events:,}", f"{data.records:,}", number(data.spent.seconds), number(data.rate), mebibytes(data.spent.peak),
             mebibytes(data.bytes), f"{data.bytes / data.records / 1000:.1f} kB", worker)
        )  # fmt: skip
    return f"## Loading\n\n{table(head, rows)}"


def starts(results: Results) -> str:
    """Cold start and memory of those who serve data."""
    head = ("who", "from the start to the first answer, s", "memory, all processes", "memory, a worker")
    rows = []
    for who in ("ours", "fastapi", "datasette"):
        if seconds := results.starts.get(who):
            held = results.memory.get(who)
            worker = mebibytes(held and held // results.plan.workers)
            rows.append((NAMES[who], spread(Figure.of(seconds)), mebibytes(held), worker))
    return f"## Starting, and memory after the load\n\n{table(head, rows)}"


def dump(results: Results) -> str:
    rows = []
    for who in ("ours", "nginx"):
        found = None
        if f"dump: {who}" in results.measured:
            found = figure(results.measured, f"dump: {who}", lambda burst: burst.flow / (1 << 20))
        rows.append((NAMES[who], spread(found)))
    return f"## A file of {results.plan.megabytes} MiB\n\n{table(('who', 'MiB a second'), rows)}"


def failures(results: Results) -> Iterator[str]:
    if results.failed:
        rows = ((name, why.splitlines()[0]) for name, why in results.failed.items())
        yield f"## What could not be measured\n\n{table(('what', 'why'), rows)}"


def spent(results: Results) -> str:
    """For goals that were missed: what the time went to."""
    if not results.profiles:
        return "## Where the time goes\n\nNo goal that has a profile was missed.\n"
    return "## Where the time goes\n\n" + "\n".join(profiled(results, profile) for profile in results.profiles)


def profiled(results: Results, profile: Profile) -> str:
    rows = [(f"`{line.function}`", f"{line.share:.0%}", number(line.calls)) for line in profile.lines]
    told = f"### {profile.what}\n\n"
    if profile.milliseconds is not None:
        told += f"The application alone, without a server around it: {number(profile.milliseconds)} ms a request"
        if key := next((key for key in results.measured if key == f"{profile.what}: ours"), None):
            whole = 1e3 * results.plan.workers / figure(results.measured, key).middle
            told += f"; over sockets a worker takes {number(whole)} ms, the rest being gunicorn, the kernel and what loads it"
        told += ".\n\n"
    return f"{told}{table(('function, by its own time', 'share', 'calls a request'), rows)}"

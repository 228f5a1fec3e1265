"""Datasets that nobody should write: records with anything in them, broken files, hostile lines; told as findings or accepted."""

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from commands import finished
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from api.config import Settings
from api.dataset.findings import DatasetError
from api.releases import load
from api.storage import open_store

from .trial import ROOT, Figures, within

SMALL = ROOT / "tests" / "fixtures" / "small"
SECONDS, MEBIBYTES = 5.0, 200  # what one case may take, and what all of them together may add to the process
SECRET = "name: Outside\ndefinition: It lies outside of the dataset.\n"
Change = Callable[[Path], Any]

# Values that have misled readers of YAML, of dates, of ids, and of languages.
TRAPS = st.sampled_from(
    [
        None, "", " ", "~", "null", "NO", "0", "-1", "1e999", "9" * 400, "0x1F", "1_000", "12:30:45", "=", "<<", "*", "&a", "!!int", "%s",
        "2021-02-30", "2021-13", "0000", "-0001", "99999-01-01", "2021-06-16/2021-06-01", "/2021", "../..", "2021-06-1X", "uuuu", "y-17e7",
        "../../etc/passwd", "a/b", "Geneva", "geneva\n", "geneva ", "con", "a" * 5000, "-", "--", "é", "\u202e", "\ufeff", "\ud7ff", "😀" * 50,
        "javascript:alert(1)", "http://[", "http://a b/", "https://" + "a" * 3000, "=cmd()", "]]>", "<script>", "\r\n\r\nX: y", "{}", "[]",
        [], {}, [[]], [{}], {"": ""}, {"id": "geneva"}, ["geneva", "geneva"], [None], True, 0, 1.5, -7,
    ]
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
VALUES = st.recursive(
    TRAPS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
# Bytes that stand in for a whole file, or are put somewhere into one.
WHOLE: dict[str, bytes] = {
    "empty": b"",
    "zeros": b"\0" * 1000,
    "not UTF-8": b"name: \xff\xfe\n",
    "UTF-16": "name: x\n".encode("utf-16"),
    "mark of byte order": b"\xef\xbb\xbfname: Security\ndefinition: Words.\n",
    "carriage returns": b"name: Security\r\ndefinition: Words.\r\n",
    "old Macintosh": b"name: Security\rdefinition: Words.\r",
    "tabs": b"name:\tSecurity\n\tdefinition: x\n",
    "anchors": b"a: &a [x]\nb: *a\n",
    "a bomb": b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60)),
    "merge keys": b"<<: {name: x}\nname: y\n",
    "a tag": b"!!python/object/apply:os.system ['true']\n",
    "directives": b"%YAML 9.9\n%TAG ! tag:x,2000:\n---\nname: x\n",
    "two documents": b"name: x\n---\nname: y\n",
    "deep lists": b"name: " + b"[" * 50_000,
    "deep mappings": b"{a: " * 20_000,
    "deep indents": b"".join(b" " * n + b"a:\n" for n in range(400)),
    "a huge scalar": b"name: " + b"x" * (1 << 19) + b"\n",
    "a huge file": b"name: x\n" * 200_000,
    "many keys": b"".join(b"k%d: x\n" % n for n in range(50_000)),
    "a key twice": b"name: x\nname: y\n",
    "a long key": b"? " + b"k" * 5000 + b"\n: x\n",
    "a scalar": b"just words\n",
    "a list": b"- a\n- b\n",
    "a block": b"name: |2+\n   x\n \n\n",
    "an escape": b'name: "\\uD800 \\x00 \\U0010FFFF"\n',
    "separators": "name: a\u2028b\u0085c\n".encode(),
    "a comment": b"# nothing\n",
    "an end": b"name: x\n...\nrubbish: [\n",
}
LINES: dict[str, bytes] = {
    "not JSON": b"{",
    "a number": b"7\n",
    "no id": b'{"name": "x"}\n',
    "an id that is no text": b'{"id": {"a": 1}}\n{"id": null}\n{"id": ["x"]}\n',
    "an id with slashes": b'{"id": "../x", "name": "x", "definition": "y"}\n',
    "an id twice": b'{"id": "x", "name": "x", "definition": "y"}\n' * 2,
    "keys twice": b'{"id": "x", "id": "y", "name": "x", "name": "y", "definition": "z"}\n',
    "lone surrogates": b'{"id": "x", "name": "\\ud800", "definition": "\\udfff"}\n',
    "NUL": b'{"id": "x", "name": "a\\u0000b", "definition": "y"}\n',
    "infinity": b'{"id": "x", "name": NaN, "definition": -Infinity}\n',
    "huge numbers": b'{"id": "x", "name": 1' + b"0" * 5000 + b', "definition": 1e99999}\n',
    "deep": b'{"id": "x", "name": ' + b"[" * 100_000 + b"\n",
    "deep and whole": b'{"id": "x", "name": ' + b"[" * 5000 + b"]" * 5000 + b"}\n",
    "not UTF-8": b'{"id": "x", "name": "\xff", "definition": "y"}\n',
    "cut off": b'{"id": "x", "name": "x", "definition": "y"}\n{"id": "z", "na',
    "one long line": b'{"id": "x", "name": "' + b"x" * (2 << 20) + b'", "definition": "y"}\n',
    "no line break": b" " * (3 << 20),
    "blank lines": b"\n" * 5000 + b'{"id": "x", "name": "x", "definition": "y"}\n',
    "mark of byte order": b'\xef\xbb\xbf{"id": "x", "name": "x", "definition": "y"}\n',
    "booleans": b'{"id": "x", "name": true, "definition": null}\n',
}


def place(folder: Path, name: str) -> Path:
    """Where a file of a dataset is. Raises OSError if a change before made something else of the folder."""
    path = folder / name
    if path.parent.resolve() != folder.resolve() / Path(name).parent:
        raise OSError(f"{name} lies elsewhere now")
    return path


def write(folder: Path, name: str, data: bytes) -> None:
    """Puts bytes into a plain file. Raises OSError if a change before made something else of it."""
    path = place(folder, name)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(f"{name} is something else now")
    path.write_bytes(data)


def records() -> list[str]:
    """The files of the small dataset that hold a record."""
    return sorted(str(path.relative_to(SMALL)) for path in SMALL.glob("*/*.yaml"))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A value with another one at a path."""
    if not path:
        return new
    key, *rest = path
    inner = put(value[key], tuple(rest), new)
    return {**value, key: inner} if isinstance(value, dict) else [*value[:key], inner, *value[key + 1 :]]


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, Change]:
    """A record with something else somewhere in it."""
    name = draw(st.sampled_from([*records(), "dataset.yaml"]))
    record = yaml.load((SMALL / name).read_text(encoding="utf-8"), yaml.BaseLoader)  # it makes nothing but text
    path = draw(st.sampled_from(places(record)[1:]))
    new = draw(VALUES)
    if draw(st.booleans()) and isinstance(path[-1], str):
        path, new = path[:-1], {draw(TEXT | st.sampled_from(["id", "links", "accounts", "part_of", "broader"])): new}
    text = yaml.safe_dump(put(record, path, new), allow_unicode=draw(st.booleans()), sort_keys=False)
    return f"{name}: {path} = {new!r}", lambda folder: write(folder, name, text.encode())


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Change]:
    """A file whose bytes were cut, doubled, or overwritten."""
    name = draw(st.sampled_from([*records(), "dataset.yaml"]))
    data = (SMALL / name).read_bytes()
    at = draw(st.integers(0, len(data)))
    more = draw(
        st.binary(max_size=8)
        | st.sampled_from([b"\0", b"\t", b"\r", b"\xef\xbb\xbf", b"&a ", b"*a", b"- ", b"? ", b": ", b"{", b"]"])
    )
    found = draw(
        st.sampled_from([data[:at], data[:at] + more + data[at:], data[:at] + more + data[at + len(more) :], data + data])
    )
    return f"{name}: {len(found)} bytes, {more!r} at {at}", lambda folder: write(folder, name, found)


@st.composite
def replaced(draw: st.DrawFn) -> tuple[str, Change]:
    """A whole file of a hostile kind."""
    name = draw(st.sampled_from(["topics/security.yaml", "events/2021-06-follow-up.yaml", "dataset.yaml", "moved.yaml"]))
    what = draw(st.sampled_from(sorted(WHOLE)))
    return f"{name}: {what}", lambda folder: write(folder, name, WHOLE[what])


@st.composite
def lined(draw: st.DrawFn) -> tuple[str, Change]:
    """Hostile JSON Lines."""
    name = draw(st.sampled_from(["topics.jsonl", "events.jsonl"]))
    what = draw(st.sampled_from(sorted(LINES)))
    more = draw(st.lists(st.dictionaries(TEXT | st.just("id"), VALUES, max_size=3), max_size=3))
    data = LINES[what] + b"".join(json.dumps(line).encode() + b"\n" for line in more)
    return f"{name}: {what}, {more!r}", lambda folder: write(folder, name, data)


def linked(folder: Path, name: str, target: str) -> None:
    path = place(folder, name)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


# What is no file of bytes.
ODD: dict[str, Change] = {
    "a link out of the folder": lambda folder: linked(folder, "topics/security.yaml", "../../outside/secret.yaml"),
    "a link to nowhere": lambda folder: linked(folder, "topics/new.yaml", "nowhere.yaml"),
    "a link to itself": lambda folder: linked(folder, "topics/new.yaml", "new.yaml"),
    "a folder that is a link": lambda folder: linked(folder, "topics", "../outside"),
    "the dataset's own file is a link": lambda folder: linked(folder, "dataset.yaml", "../outside/secret.yaml"),
    "lines that are a link": lambda folder: linked(folder, "topics.jsonl", "../outside/secret.yaml"),
    "lines without an end": lambda folder: linked(folder, "topics.jsonl", "/dev/zero"),
    "a folder for a file": lambda folder: place(folder, "topics/new.yaml").mkdir(),
    "a file for a folder": lambda folder: (shutil.rmtree(folder / "places"), write(folder, "places", b"x")),
    "a folder for lines": lambda folder: (folder / "topics.jsonl").mkdir(),
    "a folder for the dataset's own file": lambda folder: ((folder / "dataset.yaml").unlink(), (folder / "dataset.yaml").mkdir()),
    "a name that is no id": lambda folder: write(folder, "topics/A b.yaml", b"name: x\n"),
    "a name of odd bytes": lambda folder: write(folder, "topics/caf\udce9.yaml", b"name: x\n"),
    "a name with a line break": lambda folder: write(folder, "topics/a\nb.yaml", b"name: x\n"),
    "a long name": lambda folder: write(folder, f"topics/{'a' * 200}.yaml", b"name: x\n"),
    "a circle of topics": lambda folder: [
        write(folder, f"topics/{a}.yaml", f"name: {a}\ndefinition: d\nbroader: {b}\n".encode()) for a, b in ("ab", "bc", "ca")
    ],
    "its own parent": lambda folder: write(folder, "topics/a.yaml", b"name: a\ndefinition: d\nbroader: a\n"),
    "moved in a circle": lambda folder: write(folder, "moved.yaml", b"topics:\n  a: {to: b}\n  b: {to: a}\n"),
    "moved to itself": lambda folder: write(folder, "moved.yaml", b"topics:\n  security: {to: security}\n"),
    "moved nowhere": lambda folder: write(folder, "moved.yaml", b"topics:\n  a: {to: zz}\n"),
    "moved by a list": lambda folder: write(folder, "moved.yaml", b"topics:\n  a: [b]\n  b:\nevents: x\n"),
    "no records": lambda folder: [shutil.rmtree(path) for path in folder.iterdir() if path.is_dir()],
    "nothing": lambda folder: [shutil.rmtree(path) if path.is_dir() else path.unlink() for path in folder.iterdir()],
    "a pipe": lambda folder: os.mkfifo(place(folder, "topics/new.yaml")),
    "a pipe for lines": lambda folder: os.mkfifo(place(folder, "topics.jsonl")),
}


SERIES = find_spec("api.dataset.jsonl_index")  # machine-made series have a reader of their own
ODDITIES = st.sampled_from(sorted(what for what in ODD if SERIES or "lines" not in what)).map(lambda what: (what, ODD[what]))
CASES = st.lists(st.one_of(edited(), damaged(), replaced(), ODDITIES, *([lined()] if SERIES else [])), min_size=1, max_size=3)


def too_long(number: int, frame: Any) -> None:
    raise AssertionError("it does not end")


def judged(folder: Path, served_by: Settings, served: str) -> tuple[bool, float]:
    """Whether a dataset is accepted, and in how many seconds that was known. What is not leaves the served release."""
    began = time.monotonic()
    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, 24 * SECONDS)
    try:
        load.load(replace(served_by, dataset=folder))
        accepted = True
    except DatasetError as error:
        accepted = False
        assert error.findings
        for finding in error.findings:
            assert finding.file, "a finding names its file"
            assert finding.message, "a finding says what is wrong"
            assert finding.line >= 0
            str(finding).encode("utf-8", "surrogateescape")
        assert open_store(served_by).current().id == served, "a refused dataset leaves the served release"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return accepted, time.monotonic() - began


def files(times: int, home: Path) -> Figures:
    """Loads `times` hostile datasets beside a served release."""
    told = {"cases": 0, "accepted": 0, "refused": 0, "slowest": 0.0, "commands": 0}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    served_by = Settings(dataset=SMALL, data_dir=home / "data")
    (home / "outside").mkdir()
    secret = home / "outside" / "secret.yaml"
    secret.write_text(SECRET, encoding="utf-8")

    @seed(20210616)
    @settings(max_examples=times, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(CASES)
    def tries(changes: list[tuple[str, Change]]) -> None:
        for what, _ in changes:
            note(what)
        served = load.load(served_by)[0].id
        folder = home / "dataset"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SMALL, folder)
        for _, change in changes:
            try:
                change(folder)
            except OSError:
                return  # two changes of the same place can be at odds
        accepted, seconds = judged(folder, served_by, served)
        within(SECONDS, seconds, "a dataset took long")
        told["cases"] += 1
        told["accepted" if accepted else "refused"] += 1
        told["slowest"] = max(told["slowest"], round(seconds, 2))
        if told["cases"] % 25 == 0:
            told["commands"] += 1
            as_command(folder, accepted)

    tries()
    assert secret.read_text(encoding="utf-8") == SECRET
    assert list(secret.parent.iterdir()) == [secret], "what lies outside is let alone"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) >> 10
    assert grown < MEBIBYTES, f"{grown} MiB more"
    return {**told, "grown": grown}


def as_command(folder: Path, accepted: bool) -> None:
    """What `diplomatic-events check` says of a dataset: findings and 1, or none and 0; never a trace."""
    done = finished("check", "--dataset", folder)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == (0 if accepted else 1), done.stderr

"""Machine-made series: JSON Lines keep every promise that record files keep, in bounded memory, whatever stands in them."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import released, run

from api.config import Settings
from api.dataset import jsonl, process_pool, reader, rules, yaml_files
from api.dataset.dataset import Dataset
from api.dataset.findings import MOST_FINDINGS
from api.dataset.snapshot import Snapshot
from api.dataset.tempdir import MARK
from api.releases import load, publish
from api.resources import BY_KIND, RESOURCES
from api.schema import reading
from api.storage.sqlite_store import SqliteStore

TOPIC = {"id": "arms", "name": "Arms", "definition": "Weapons and their control."}


def told(folder: Path) -> list[str]:
    return [str(finding) for finding in rules.findings(reader.read(folder))]


def as_lines(folder: Path, kind: str) -> Path:
    """Moves a kind's records out of their files into JSON Lines, in another order than theirs."""
    out = folder / f"{kind}.jsonl"
    with out.open("w", encoding="utf-8") as lines:
        for path in sorted((folder / kind).iterdir(), reverse=True):
            record = yaml_files.parse_yaml(path.read_text(encoding="utf-8")).value
            lines.write(json.dumps({**record, "id": path.stem}) + "\n")
    shutil.rmtree(folder / kind)
    return out


def release_of(folder: Path, data_dir: Path) -> bytes:
    release, _ = load.load(Settings(dataset=folder, data_dir=data_dir))
    return (data_dir / "releases" / f"{release.id}.sqlite").read_bytes()


def series(folder: Path, count: int) -> None:
    """Adds a series of events to a copy of the small dataset."""
    with (folder / "events.jsonl").open("w") as out:
        for number in range(count):
            day = f"{1950 + number % 60}-{1 + number % 12:02}-{1 + number % 28:02}"
            event: dict[str, Any] = {"id": f"{day}-e{number}", "title": f"Event {number}", "type": "denial", "status": "occurred"}
            event |= {"date": day, "summary": "Words upon words. " * 10, "citations": [{"source": "treaty-text"}]}
            event["participants"] = [{"actor": "russia", "role": "source"}, {"actor": "joe-biden", "role": "target"}]
            out.write(json.dumps(event) + "\n")


@pytest.mark.parametrize("kinds", [("topics",), ("events", "actors"), tuple(BY_KIND)])
def test_the_same_records_give_the_same_bytes_from_lines_as_from_files(
    small: Path, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    expected = release_of(small, tmp_path / "files")
    for kind in kinds:
        as_lines(small, kind)
    assert told(small) == []
    assert release_of(small, tmp_path / "lines") == expected


def test_files_and_lines_of_a_kind_stand_in_one_order(small: Path, tmp_path: Path) -> None:
    expected = release_of(small, tmp_path / "files")
    for kind, id in (("events", "2021-06-follow-up"), ("actors", "russia"), ("actors", "joe-biden"), ("topics", "security")):
        path = small / kind / f"{id}.yaml"
        with (small / f"{kind}.jsonl").open("a") as lines:
            lines.write(json.dumps({"id": id, **yaml_files.parse_yaml(path.read_text()).value}) + "\n")
        path.unlink()
    assert release_of(small, tmp_path / "mixed") == expected


def test_a_packed_series_is_the_same(small: Path, tmp_path: Path) -> None:
    expected = release_of(small, tmp_path / "files")
    path = as_lines(small, "events")
    path.with_name("events.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert release_of(small, tmp_path / "lines") == expected


def test_many_processes_give_the_same_bytes_as_one(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series(small, 1200)
    expected = release_of(small, tmp_path / "one")
    monkeypatch.setattr("api.dataset.dataset.SINGLE_PROCESS", 0)
    monkeypatch.setattr("api.dataset.jsonl.SPAN", 7000)
    monkeypatch.setattr("api.dataset.process_pool.os.cpu_count", lambda: 3)
    assert release_of(small, tmp_path / "many") == expected


HOSTILE = {
    "not JSON": (b"{oops", "topics.jsonl:2: is not JSON: a key in double quotes is missing (character 2)"),
    "not UTF-8": (b'{"id": "caf\xe9"}', "topics.jsonl:2: is not UTF-8"),
    "not an object": (b'["id"]', "topics.jsonl:2: is not a mapping of keys"),
    "a number": (b"5", "topics.jsonl:2: is not a mapping of keys"),
    "nothing of its own": (b"null", "topics.jsonl:2: is not a mapping of keys"),
    "deep": (b'{"id": "a", "name": ' + b"[" * 20 + b"]" * 20 + b"}", "topics.jsonl:2: nests deeper than 12 levels"),
    "very deep": (b'{"id": "a", "name": ' + b"[" * 50000 + b"]" * 50000 + b"}", "topics.jsonl:2: nests deeper than 12 levels"),
    "deep and twice": (b'{"a": 1, "a": ' * 400 + b"1" + b"}" * 400, "topics.jsonl:2: nests deeper than 12 levels"),
    "too large": (b'{"id": "a", "name": "' + b"x" * yaml_files.MOST_BYTES + b'"}', "topics.jsonl:2: is larger than 1,048,576 bytes"),
    "far too large": (b"x" * 5 * yaml_files.MOST_BYTES, "topics.jsonl:2: is larger than 1,048,576 bytes"),
    "a key twice": (b'{"id": "a", "name": "x", "name": "y", "definition": "z"}', "topics.jsonl:2: name: duplicate key"),
    "no id": (b'{"name": "x", "definition": "y"}', "topics.jsonl:2: id: is missing"),
    "a wrong id": (b'{"id": "Not An Id", "name": "x", "definition": "y"}', "topics.jsonl:2: id: 'Not An Id' is not an id (a-z, 0-9 and single hyphens)"),
    "a long wrong id": (b'{"id": "' + b"A" * 90000 + b'"}', "topics.jsonl:2: id: 'AAAAAAAAAAAA"),
    "a null id": (b'{"id": null, "name": "x", "definition": "y"}', "topics.jsonl:2: id: None is not an id (a-z, 0-9 and single hyphens)"),
    "an id that stood above": (json.dumps(TOPIC).encode(), "topics.jsonl:2: id: duplicate id 'arms'"),
    "an id that has a file": (b'{"id": "security", "name": "x", "definition": "y"}', "topics.jsonl:2: id: duplicate id 'security'"),
    "half a surrogate": (b'{"id": "a", "name": "\\ud800", "definition": "y"}', "topics.jsonl:2: contains an unpaired surrogate"),
    "half a surrogate as a key": (b'{"id": "a", "\\udfff": "x"}', "topics.jsonl:2: contains an unpaired surrogate"),
    "NUL": (b'{"id": "a", "name": "\x00", "definition": "y"}', "topics.jsonl:2: is not JSON: a control character in a text"),
    "an unfinished merge": (b"<<<<<<< HEAD", "topics.jsonl:2: holds the marks of an unfinished merge"),
    "an escaped NUL": (b'{"id": "a", "name": "\\u0000", "definition": "y"}', "topics.jsonl:2: name: holds a control character"),
    "a BOM": (b'\xef\xbb\xbf{"id": "a"}', "topics.jsonl:2: begins with a byte order mark"),
    "an unknown key": (b'{"id": "a", "nmae": "x", "definition": "y"}', "topics.jsonl:2: name: is missing"),
    "a huge number": (b'{"id": "a", "name": ' + b"9" * 5000 + b', "definition": "y", "broader": 1}', "topics.jsonl:2: broader: '1' is not"),
    "a reference to nothing": (b'{"id": "a", "name": "x", "definition": "y", "broader": "securty"}', "topics.jsonl:2: broader: 'securty' is not among the topics; did you mean 'security'?"),
    "itself": (b'{"id": "a", "name": "x", "definition": "y", "broader": "a"}', "topics.jsonl:2: broader: is circular: a > a"),
}  # fmt: skip


@pytest.mark.parametrize("hostile", list(HOSTILE))
def test_a_bad_line_is_told_with_its_number_and_the_next_ones_are_read(small: Path, hostile: str) -> None:
    line, expected = HOSTILE[hostile]
    lines = [json.dumps(TOPIC).encode(), line, b'{"id": "b", "name": "x"}', b"", b'{"id": "c", "name": "x"}']
    (small / "topics.jsonl").write_bytes(b"\n".join(lines))
    found = told(small)
    assert any(text.startswith(expected) for text in found), found
    assert [text for text in found if not text.startswith("topics.jsonl:2")] == [
        "topics.jsonl:3: definition: is missing",
        "topics.jsonl:5: definition: is missing",
    ]
    assert max(map(len, found)) < 2000, "no finding repeats a hostile line"


def test_a_hostile_line_is_told_the_same_in_a_piece_of_its_own(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small / "topics.jsonl").write_bytes(
        b"\n".join([b"x" * 300, json.dumps(TOPIC).encode(), b"y" * 90, b"\xff", b"{}"]) + b"\n\n[]"
    )
    expected = told(small)
    assert [text.split(":")[1] for text in expected] == ["1", "3", "4", "5", "7"]
    for span in (1, 7, 64, 301):
        monkeypatch.setattr("api.dataset.jsonl.SPAN", span)
        assert told(small) == expected


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (lambda data: data[:-20], "events.jsonl.gz:400: is truncated"),
        (lambda data: data[:2000] + b"\xff" * 40 + data[2040:], "is not valid gzip"),
        (lambda data: b"plain text", "events.jsonl.gz:1: is not valid gzip"),
        (lambda data: gzip.compress(b" " * (jsonl.SPAN * jsonl.MOST_TIMES)), "unpacks to more than 200 times its size"),
    ],
)
def test_a_damaged_packed_file_is_told(small: Path, damage: Callable[[bytes], bytes], finding: str) -> None:
    series(small, 400)
    data = gzip.compress((small / "events.jsonl").read_bytes(), mtime=0)
    (small / "events.jsonl").unlink()
    (small / "events.jsonl.gz").write_bytes(damage(data))
    found = told(small)
    assert any(finding in text for text in found), found
    assert all(text.startswith("events.jsonl.gz") for text in found), found


def test_a_series_stands_once_and_in_a_plain_file(small: Path, tmp_path: Path) -> None:
    (small / "topics.jsonl").write_text(json.dumps(TOPIC))
    (small / "topics.jsonl.gz").write_bytes(gzip.compress(json.dumps(TOPIC).encode()))
    (small / "places.jsonl").mkdir()
    (tmp_path / "secret").write_text("{}")
    (small / "actors.jsonl").symlink_to(tmp_path / "secret")
    assert told(small) == [
        "actors.jsonl: is a symbolic link; the dataset holds regular files only",
        "places.jsonl: is not a regular file",
        "topics.jsonl.gz: duplicates topics.jsonl: keep one of them",
    ]


def test_all_bad_lines_are_told_up_to_a_number_and_the_rest_is_counted(small: Path, tmp_path: Path) -> None:
    settings = Settings(dataset=small, data_dir=tmp_path / "data")
    release, _ = load.load(settings)
    with (small / "topics.jsonl").open("w") as out:
        out.writelines(
            json.dumps({"id": f"t{n}", "name": "x", "broader": "nowhere", "definition": "y"}) + "\n" for n in range(5000)
        )
    result = run("load", "--dataset", small, "--data-dir", settings.data_dir)
    assert result.exit_code == 1
    shown = [line for line in result.output.splitlines() if line.startswith(f"{small}/topics.jsonl")]
    assert [int(line.split(":")[1]) for line in shown] == [*range(1, MOST_FINDINGS + 1), MOST_FINDINGS + 1]
    assert shown[-1] == f"{small}/topics.jsonl:{MOST_FINDINGS + 1}: ... and {5000 - MOST_FINDINGS:,} more from this line on"
    assert SqliteStore(settings.data_dir).current().id == release.id


def test_lines_with_many_faults_each_are_counted_to_the_last(small: Path) -> None:
    with (small / "actors.jsonl").open("w") as out:
        for n in range(300):
            part_of = {"part_of": [f"nobody-{m}" for m in range(40)]}
            out.write(
                json.dumps({"id": f"a{n}", "name": "x", "kind": "company", "citations": [{"source": "treaty-text"}], **part_of})
                + "\n"
            )
    found = told(small)
    assert len(found) == MOST_FINDINGS + 1
    assert found[-1] == "actors.jsonl:26: ... and 11,000 more from this line on"


def test_a_circle_of_any_length_is_told_in_time(small: Path) -> None:
    with (small / "topics.jsonl").open("w") as out:
        for n in range(3000):
            broader = {"broader": f"t{(n + 1) % 3000}"}
            out.write(json.dumps({"id": f"t{n}", "name": "x", "definition": "y", **broader}) + "\n")
    found = told(small)
    assert len(found) == MOST_FINDINGS + 1
    assert "is circular: t0 > t1 > t2 >" in found[0]


def test_a_rule_holds_between_lines_and_files(small: Path) -> None:
    as_lines(small, "sources")
    as_lines(small, "statements")
    path = small / "sources.jsonl"
    path.write_text(path.read_text().replace('"paragraphs": "4"', '"paragraphs": "5"'))
    assert told(small) == ["sources.jsonl:2: paragraphs: paragraph 5 is neither cited by a record nor listed in not_coded"]


@pytest.mark.parametrize("kind", list(BY_KIND))
def test_a_walk_reads_what_marshmallow_does(kind: str, records: Dataset) -> None:
    schema = BY_KIND[kind].schema
    for entry in records.files.entries[kind].values():
        assert reading.read(schema, entry.text.value)[0] == schema.load(entry.text.value)


def peak(folder: Path, data_dir: Path) -> int:
    """The most memory that any process of a load had, in KiB."""
    code = (
        "import resource, sys; from api.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as done: assert not done.code\n"
        "kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
        "print(max(resource.getrusage(kind).ru_maxrss for kind in kinds))"
    )
    command = [sys.executable, "-c", code, "load", "--dataset", str(folder), "--data-dir", str(data_dir)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


@pytest.mark.parametrize("records", [250, pytest.param(2000, marks=pytest.mark.trials)])
def test_ten_times_the_records_take_no_more_memory(small: Path, tmp_path: Path, records: int) -> None:
    series(small, records)
    few = peak(small, tmp_path / "few")
    series(small, 10 * records)
    assert peak(small, tmp_path / "many") < 1.5 * few


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_load_that_is_stopped_leaves_the_served_release_and_no_scratch(small: Path, tmp_path: Path, number: int) -> None:
    settings = Settings(dataset=small, data_dir=tmp_path / "data")
    command = [sys.executable, "-m", "api", "load", "--dataset", str(small), "--data-dir", str(settings.data_dir)]
    listens = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what a shell starts in the background ignores it
    for count in (6_000, 12_000, 24_000, 48_000):  # a load that is done before it can be stopped is followed by a longer one
        served = load.load(settings)[0].id
        series(small, count)
        process = subprocess.Popen(command, preexec_fn=listens)  # noqa: PLW1509  # no thread runs here
        wait_for(lambda process=process: list(settings.data_dir.glob("releases/building.tmp")) or process.poll() is not None)
        process.send_signal(number)
        if process.wait():
            break
    assert process.returncode, "every load was done before it was stopped"
    assert SqliteStore(settings.data_dir).current().id == served
    wait_for(lambda: not workers_of(settings.data_dir), "its processes are gone")
    (small / "events.jsonl").write_text("")
    wait_for(lambda: run("load", "--dataset", small, "--data-dir", settings.data_dir).exit_code == 0, "its lock is free")
    assert not list(settings.data_dir.rglob(f"{MARK}*"))


def wait_for(condition: Callable[[], Any], what: str = "it happens") -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def workers_of(data_dir: Path) -> list[str]:
    """The processes that run on a data directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(data_dir).encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_a_process_that_dies_ends_the_work_cleanly() -> None:
    with pytest.raises(ChildProcessError):
        list(process_pool.ordered(lambda chunk: os.kill(os.getpid(), signal.SIGKILL), range(9), 2))
    with pytest.raises(ZeroDivisionError):
        list(process_pool.ordered(lambda chunk: 1 // chunk, range(-4, 4), 2))


def test_results_come_in_order_and_no_faster_than_they_are_read() -> None:
    taken: list[int] = []
    results = process_pool.ordered(lambda chunk: chunk * 2, (taken.append(n) or n for n in range(1000)), 2)  # type: ignore[func-returns-value]
    assert [next(results) for _ in range(3)] == [0, 2, 4]
    assert len(taken) < 20
    assert list(results) == [n * 2 for n in range(3, 1000)]


def test_inputs_know_every_file_and_nothing_else(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    def digest(folder: Path) -> str:
        with closing(Snapshot(folder)) as files:
            return files.digest

    before = digest(small)
    copy = Path(shutil.copytree(small, tmp_path / "copy", copy_function=shutil.copy))
    (copy / ".hidden").write_text("x")
    assert digest(copy) == before
    seen = {before}
    for change in ("topics.jsonl", "topics/new.yaml", "releases/1.0.0.tsv"):
        edit(change, "", "x")
        seen.add(digest(small))
    edit("topics/security.yaml", "Security", "Safety")
    seen.add(digest(small))
    (small / "topics" / "new.yaml").rename(small / "topics" / "newer.yaml")
    seen.add(digest(small))
    assert len(seen) == 6


def test_what_changed_is_said_of_lines_as_of_files(small: Path, tmp_path: Path) -> None:
    publish.publish(small, tmp_path / "releases")
    yaml = small / "dataset.yaml"
    yaml.write_text(yaml.read_text().replace("version: 0.1.0", "version: 0.2.0"))
    path = small / "topics" / "security.yaml"
    path.write_text(path.read_text().replace("about security", "about security and more"))
    (small / "topics" / "arms.yaml").write_text("name: Arms\ndefinition: Weapons.\n")
    expected, draft = release_of(small, tmp_path / "files"), run("changes", "--dataset", small).output
    assert "changed `topics/security` (definition)" in draft
    for resource in RESOURCES:
        as_lines(small, resource.kind)
    assert run("changes", "--dataset", small).output == draft
    assert release_of(small, tmp_path / "lines") == expected


def test_every_command_works_on_series(small: Path, tmp_path: Path) -> None:
    coverage = run("coverage", "--dataset", small).output
    page = tmp_path / "page.md"
    page.write_text("<!-- begin counts -->\n<!-- end counts -->\n<!-- begin types -->\n<!-- end types -->\n")
    assert run("codebook", page, "--dataset", small).exit_code == 0
    first, _ = publish.publish(small, tmp_path / "files")
    (small / "releases" / "0.1.0.tsv").unlink()
    for resource in RESOURCES:
        as_lines(small, resource.kind)
    assert "no errors: 2 events, 2 statements" in run("check", "--dataset", small).output
    assert run("fmt", "--check", "--dataset", small).exit_code == 0
    assert run("codebook", page, "--check", "--dataset", small).exit_code == 0
    assert run("coverage", "--dataset", small).output == coverage
    assert released("--dataset", small, "--output", tmp_path / "lines").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "lines").iterdir()) == ["0.1.0"]
    assert (tmp_path / "lines" / "0.1.0" / publish.SUMS).read_text() == (first / publish.SUMS).read_text()


def test_a_faulty_series_leaves_no_scratch_behind(small: Path, tmp_path: Path) -> None:
    (small / "topics.jsonl").write_text("{oops\n")
    assert run("load", "--dataset", small, "--data-dir", tmp_path / "data").exit_code == 1
    assert not list((tmp_path / "data").rglob(f"{MARK}*"))

"""Errors of the file system, in every command: faults of the dataset end with 1, others with 2; both name path and action."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import released, run

from api.releases import publish

# Commands that read the dataset, each with what else it needs; {home} is an empty folder.
READERS = {
    "check": "check",
    "load": "load --data-dir {home}/data",
    "serve": "serve --data-dir {home}/data --port 0",
    "release": "release --output {home}/releases",
    "fmt": "fmt --check",
    "changes": "changes",
    "coverage": "coverage",
    "codebook": "codebook {home}/page.md",
}
FILE = "topics/security.yaml"


@pytest.fixture(autouse=True)
def never_serving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that starts although it should not ends at once."""
    monkeypatch.setattr("api.server.run", lambda settings: None)


def told(command: str, dataset: Path, home: Path) -> tuple[int, str]:
    """Exit code and output of a command on a dataset, without the line that says on which."""
    (home / "page.md").write_text("<!-- begin counts -->\n<!-- end counts -->\n")
    result = run(*command.format(home=home).split(), "--dataset", dataset)
    return result.exit_code, result.output.removeprefix(f"dataset {dataset}\n")


def failing(real: Callable[..., Any], code: int, named: bool, name: str) -> Callable[..., Any]:
    """A function of `os` that fails for a path that ends in `name`, as the operating system would."""

    def function(path: Any, *arguments: Any, **options: Any) -> Any:
        if str(path).endswith(name):
            raise OSError(code, os.strerror(code), *([str(path)] if named else []))
        return real(path, *arguments, **options)

    return function


def in_place_of(path: Path, what: str) -> None:
    """Puts something else where a file or folder is."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    if what == "folder":
        path.mkdir()
    elif what == "file":
        path.write_text("x")
    elif what == "link":
        path.symlink_to(path.with_name("nowhere"))
    elif what == "pipe":
        os.mkfifo(path)


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("code", [errno.ENOENT, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("name", [FILE, "dataset.yaml", "topics.jsonl"])
def test_a_file_that_cannot_be_read_is_a_finding(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, code: int, name: str
) -> None:
    """Such as a record that is gone between listing and reading."""
    (small / "topics.jsonl").write_text("")
    monkeypatch.setattr("api.dataset.snapshot.os.open", failing(os.open, code, True, name))
    exit_code, output = told(READERS[command], small, tmp_path)
    assert exit_code == 1, output
    assert f"{name}: cannot be read: {os.strerror(code)}\n" in output


@pytest.mark.parametrize("command", READERS)
def test_a_folder_that_cannot_be_listed_is_a_finding(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("api.dataset.snapshot.os.scandir", failing(os.scandir, errno.EACCES, True, "topics"))
    exit_code, output = told(READERS[command], small, tmp_path)
    assert exit_code == 1, output
    assert "topics: cannot be listed: Permission denied\n" in output


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize(
    ("name", "what", "finding"),
    [
        (FILE, "folder", "is a folder: records lie in topics/ itself"),
        (FILE, "link", "is a symbolic link; the dataset holds regular files only"),
        (FILE, "pipe", "is not a regular file"),
        ("dataset.yaml", "folder", "is not a regular file"),
        ("dataset.yaml", "link", "is a symbolic link"),
        ("moved.yaml", "pipe", "is not a regular file"),
        ("topics.jsonl", "folder", "is not a regular file"),
        ("topics.jsonl.gz", "link", "is a symbolic link"),
        ("topics", "file", "is not a folder"),
        ("topics", "link", "is a symbolic link"),
        ("releases", "file", "is not a folder"),
    ],
)
def test_something_else_in_place_of_a_file_or_folder_is_a_finding(
    small: Path, tmp_path: Path, command: str, name: str, what: str, finding: str
) -> None:
    in_place_of(small / name, what)
    exit_code, output = told(READERS[command], small, tmp_path)
    assert exit_code == 1, output
    assert f"{name}: {finding}" in output


@pytest.mark.parametrize("command", ["check", "load", "release", "changes"])
def test_a_manifest_that_cannot_be_read_is_a_finding(small: Path, tmp_path: Path, command: str) -> None:
    (small / "releases" / "0.0.1.tsv").mkdir(parents=True)
    exit_code, output = told(READERS[command], small, tmp_path)
    assert (exit_code, output.splitlines()[0]) == (1, f"{small}/releases/0.0.1.tsv: cannot be read: Is a directory")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize(("what", "finding"), [(None, "no such folder"), ("file", "is not a folder")])
def test_a_dataset_that_is_no_folder_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, what: str | None, finding: str
) -> None:
    folder = tmp_path / "dataset"
    if what:
        in_place_of(folder, what)
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATASET", str(folder))
    (tmp_path / "page.md").write_text("")
    result = run(*READERS[command].format(home=tmp_path).split())
    assert result.exit_code == 1, result.output
    assert f"{folder}: {finding}\n" in result.output


def test_a_readme_that_cannot_be_read_is_a_finding(small: Path, tmp_path: Path) -> None:
    (small / "README.md").write_bytes(b"caf\xe9")
    assert told(READERS["release"], small, tmp_path)[1].startswith(f"{small}/README.md: is not UTF-8\n")
    in_place_of(small / "README.md", "folder")
    assert told(READERS["release"], small, tmp_path) == (1, f"{small}/README.md: cannot be read: Is a directory\n1 error\n")
    assert not list((tmp_path / "releases").iterdir())


def test_fmt_and_new_tell_what_cannot_be_written(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("fmt", "--dataset", small).exit_code == 0
    path, before = small / FILE, "name:   Security\ndefinition: x\n"
    path.write_text(before)
    with monkeypatch.context() as patch:
        patch.setattr("api.dataset.os_errors.os.replace", failing(os.replace, errno.ENOSPC, False, ".tmp"))
        found = told("fmt", small, small.parent)
    assert found == (1, f"{small}/{FILE}: cannot be written: No space left on device\n1 error\n")
    assert path.read_text() == before
    assert sorted(child.name for child in path.parent.iterdir()) == ["security.yaml", "strategic-stability.yaml"]
    in_place_of(small / "places", "file")
    found = told("new places rome", small, small.parent)
    assert found == (1, f"{small}/places: cannot be created: File exists\n1 error\n")


def test_fmt_tells_of_a_record_that_is_gone_after_it_was_read(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("fmt", "--dataset", small).exit_code == 0
    monkeypatch.setattr(Path, "read_text", failing(Path.read_text, errno.ENOENT, True, FILE))
    found = told("fmt", small, small.parent)
    assert found == (1, f"{small}/{FILE}: cannot be read: No such file or directory\n1 error\n")


@pytest.mark.parametrize("command", ["load", "serve"])
@pytest.mark.parametrize(
    ("place", "what", "reason"),
    [
        ("data", "file", "data/releases: Not a directory"),
        ("data/releases", "file", "data/releases: File exists"),
        ("data/load.lock", "folder", "data/load.lock: Is a directory"),
        ("data/current", "folder", "data/current: Is a directory"),
        ("data/releases/building.tmp", "folder", "data/releases/building.tmp: Is a directory"),
    ],
)
def test_a_data_folder_that_cannot_be_written_is_named(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, place: str, what: str, reason: str
) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    in_place_of(tmp_path / place, what)
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATA_DIR", str(tmp_path / "data"))
    result = run(command, "--dataset", small)
    assert result.exit_code == 2, result.output
    assert f"Error: cannot write {tmp_path}/{reason}\n" in result.output


@pytest.mark.parametrize("function", ["os.fsync", "os.replace"])
def test_a_full_disk_is_told_with_the_folder(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"api.storage.sqlite_store.{function}", full)
    exit_code, output = told(READERS["load"], small, tmp_path)
    assert exit_code == 2
    assert f"Error: cannot write {tmp_path}/data: No space left on device\n" in output


@pytest.mark.parametrize(
    ("place", "what", "message"),
    [
        ("out", "file", "cannot write {home}/out: File exists"),
        ("out", "link", "cannot write {home}/out: File exists"),
        ("out/0.1.0", "folder", "cannot read {home}/out/0.1.0/SHA256SUMS: No such file or directory"),
        ("out/0.1.0", "file", "cannot read {home}/out/0.1.0/SHA256SUMS: Not a directory"),
        ("dataset/releases/0.1.0.tmp", "folder", "cannot write {home}/dataset/releases/0.1.0.tmp: Is a directory"),
    ],
)
def test_what_cannot_be_published_names_the_file(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, what: str, message: str
) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    in_place_of(tmp_path / place, what)
    monkeypatch.setenv("DIPLOMATIC_EVENTS_RELEASES_DIR", str(tmp_path / "out"))
    result = released("--dataset", small)
    assert result.exit_code == 2, result.output
    assert f"Error: {message.format(home=tmp_path)}\n" in result.output


@pytest.mark.parametrize(
    ("command", "place", "what", "message"),
    [
        ("openapi --output {home}/sub/o.yaml", "sub", "file", "cannot read {home}/sub/o.yaml: Not a directory"),
        ("openapi --output {home}/far/o.yaml", "far", "link", "cannot write {home}/far: File exists"),
        ("schema --output {home}/sub", "sub/events.json", "folder", "cannot read {home}/sub/events.json: Is a directory"),
        ("schema --output {home}/sub/sub", "sub", "file", "cannot read {home}/sub/sub/dataset.json: Not a directory"),
        ("cite topics --releases-dir {home}/sub --data-dir {home}/data --release 1.0.0", "data", "link", "No release is loaded"),
    ],
)
def test_other_files_are_named(tmp_path: Path, command: str, place: str, what: str, message: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    in_place_of(tmp_path / place, what)
    result = run(*command.format(home=tmp_path).split())
    assert result.exit_code == 2, result.output
    assert f"Error: {message.format(home=tmp_path)}" in result.output


def test_a_document_or_citation_that_cannot_be_read_is_named(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(b"caf\xe9")
    assert f"Error: cannot read {page}: is not UTF-8\n" in run("codebook", page, "--dataset", small).output
    monkeypatch.setattr(Path, "read_text", failing(Path.read_text, errno.ENOENT, True, "page.md"))
    for command in (("codebook", page, "--dataset", small), ("cite", "--verify", page)):
        result = run(*command)
        assert result.exit_code == 2
        assert f"Error: cannot read {page}: No such file or directory\n" in result.output


@pytest.mark.parametrize("bytes_kept", [0, 50, 5000])
def test_a_damaged_published_release_is_named(small: Path, tmp_path: Path, bytes_kept: int) -> None:
    database = publish.publish(small, tmp_path / "releases")[0] / "diplomatic-events.sqlite"
    database.chmod(0o644)
    os.truncate(database, bytes_kept)
    places = ("--releases-dir", tmp_path / "releases", "--data-dir", tmp_path / "data")
    result = run("cite", "topics", "--release", "0.1.0", *places)
    assert result.exit_code == 2
    assert f"Error: cannot read the releases in {tmp_path}/releases: " in result.output

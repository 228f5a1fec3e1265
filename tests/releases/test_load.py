"""A load makes one immutable release out of the files, whole or not at all."""

import hashlib
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from commands import Command
from conftest import SMALL

from api.config import Settings
from api.dataset import reader, yaml_files
from api.dataset.dataset import Dataset
from api.dataset.findings import DatasetError
from api.problems import Problem
from api.releases import build, load
from api.resources import BY_KIND, RESOURCES, TABLED
from api.storage.sqlite import open_file
from api.storage.sqlite_store import SqliteStore


def of(folder: Path, data_dir: Path) -> Settings:
    return Settings(dataset=folder, data_dir=data_dir)


def sha256(data_dir: Path) -> str:
    (path,) = (data_dir / "releases").glob("*.sqlite")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_files_give_the_same_release_to_the_byte(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "again", copy_function=shutil.copy)
    for path in (tmp_path / "again").rglob("*.yaml"):
        os.utime(path, (0, 0))
    first, _ = load.load(of(small, tmp_path / "one"))
    second, _ = load.load(of(tmp_path / "again", tmp_path / "two"))
    assert first.id == second.id
    assert sha256(tmp_path / "one") == sha256(tmp_path / "two")


def test_layout_and_comments_do_not_change_the_digest_and_facts_do(edit: Callable[..., Path], small: Path) -> None:
    before = reader.read(small).digest
    edit("topics/security.yaml", "name: Security\n", "# a remark\nname:   'Security'\n")
    assert reader.read(small).digest == before
    edit("topics/security.yaml", "'Security'", "'Safety'")
    assert reader.read(small).digest != before


def test_loading_again_what_is_served_does_nothing(tmp_path: Path) -> None:
    settings = of(SMALL, tmp_path)
    assert load.load(settings)[1] is True
    assert load.load(settings)[1] is False


def test_a_faulty_dataset_that_was_never_published_is_read_once(
    edit: Callable[..., Path], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("topics/strategic-stability.yaml", "broader: security", "broader: nothing")
    again = property(lambda self: pytest.fail("every record was read once more"))
    monkeypatch.setattr(Dataset, "manifest", again)
    with pytest.raises(DatasetError):
        load.load(of(small, tmp_path))


def test_records_read_from_json_lines_are_the_same_release(small: Path, tmp_path: Path) -> None:
    digest = reader.read(small).digest
    lines = []
    for path in sorted((small / "topics").iterdir()):
        keys = dict(line.split(": ", 1) for line in path.read_text().splitlines())
        lines.append({"id": path.stem, **keys})
    shutil.rmtree(small / "topics")
    (small / "topics.jsonl").write_text("".join(yaml_files.canonical(line).decode() + "\n" for line in lines))
    assert reader.read(small).digest == digest


def test_a_faulty_dataset_leaves_the_served_release(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    settings = of(small, tmp_path / "data")
    release, _ = load.load(settings)
    edit("topics/security.yaml", "name: Security\n", "")
    with pytest.raises(DatasetError) as refused:
        load.load(settings)
    assert [finding.file for finding in refused.value.findings] == ["topics/security.yaml"]
    assert SqliteStore(settings.data_dir).current().id == release.id


def test_a_record_that_others_need_at_second_hand_is_told_where_it_is_missing(
    edit: Callable[..., Path], small: Path, tmp_path: Path
) -> None:
    """Events are about a topic within the one that is gone: their rows need it, though they do not name it."""
    edit("topics/security.yaml")
    with pytest.raises(DatasetError) as refused:
        load.load(of(small, tmp_path / "data"))
    told = [str(finding).partition("; did you mean")[0] for finding in refused.value.findings]
    assert told == ["topics/strategic-stability.yaml:3: broader: 'security' is not among the topics"]


def test_a_killed_load_leaves_the_served_release_and_no_litter(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    release, _ = load.load(of(small, data_dir))
    for delay in (0.01, 0.03, 0.05, 0.08, 0.12, 0.2):
        edit("topics/security.yaml", "about security", "about security and more")
        process = Command("load", "--dataset", small, "--data-dir", data_dir)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        served = SqliteStore(data_dir).current()
        assert served.about["counts"]["topics"] == 2
        assert [r.kind for r in RESOURCES if served.scalar(r.model.select(r.model.seq).limit(1)) is None] == []
    after, _ = load.load(of(small, data_dir))
    assert after.id != release.id
    # How long a load took stands there where the last of them was done before it could be killed.
    assert {path.name for path in data_dir.iterdir()} - {"load.json"} == {"current", "load.lock", "releases"}
    assert not list((data_dir / "releases").glob("*.tmp"))


def test_two_loads_at_once_are_one_after_the_other_or_refused(small: Path, tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "data").building(), pytest.raises(BlockingIOError):
        load.load(of(small, tmp_path / "data"))
    assert load.load(of(small, tmp_path / "data"))[1] is True


def test_no_more_releases_are_kept_than_asked(edit: Callable[..., Path], small: Path, tmp_path: Path) -> None:
    for version in ("0.1.1", "0.1.2", "0.1.3"):
        text = (small / "dataset.yaml").read_text()
        edit("dataset.yaml", text[text.index("version: ") :].splitlines()[0], f"version: {version}")
        load.load(Settings(dataset=small, data_dir=tmp_path / "data", keep_releases=2))
    kept = sorted(path.name.split("-")[0] for path in (tmp_path / "data" / "releases").glob("*.sqlite"))
    assert kept == ["0.1.2+draft", "0.1.3+draft"]


def test_foreign_keys_hold_in_the_release_itself(tmp_path: Path) -> None:
    load.load(of(SMALL, tmp_path))
    (path,) = (tmp_path / "releases").glob("*.sqlite")
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("INSERT INTO events_actor VALUES ('nobody', 1)")
        with pytest.raises(sqlite3.IntegrityError):
            database.commit()
        database.rollback()
    database.close()


def test_a_served_release_packs_its_documents_and_reads_them_as_they_were(tmp_path: Path) -> None:
    release, _ = load.load(of(SMALL, tmp_path / "data"))
    with closing(reader.read(SMALL)) as dataset:
        build.build(dataset, tmp_path / "plain.sqlite")
    with closing(open_file(tmp_path / "plain.sqlite")) as plain:
        for resource in TABLED:
            select = resource.model.select(resource.model.id, resource.model.document)
            assert release.rows(select) == plain.rows(select)
    assert set(release.execute("SELECT typeof(packed) FROM events")) == {("blob",)}


def test_earliest_and_latest_days_are_stored(tmp_path: Path) -> None:
    release, _ = load.load(of(SMALL, tmp_path))
    model = BY_KIND["events"].model
    rows = release.rows(model.select(model.id, model.earliest, model.latest))  # type: ignore[attr-defined]
    assert {(id, str(first), str(last)) for id, first, last in rows} == {
        ("2021-06-16-geneva-summit", "2021-06-16", "2021-06-16"),
        ("2021-06-follow-up", "2021-06-01", "2021-06-30"),
    }


@pytest.mark.parametrize(
    "damage", ["pointer missing", "pointer garbled", "release missing", "release truncated", "release garbled"]
)
def test_a_damaged_store_is_a_503_and_mends_itself(damage: str, tmp_path: Path) -> None:
    settings = of(SMALL, tmp_path)
    release, _ = load.load(settings)
    path = tmp_path / "releases" / f"{release.id}.sqlite"
    if damage == "pointer missing":
        (tmp_path / "current").unlink()
    elif damage == "pointer garbled":
        (tmp_path / "current").write_text("../../etc/passwd")
    elif damage == "release missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:700] if damage == "release truncated" else b"garbage" * 1000)
    with pytest.raises(Problem) as refused:
        SqliteStore(tmp_path).current()
    assert refused.value.status == 503
    assert "Retry-After" in refused.value.headers
    assert load.load(settings)[1] is True
    assert SqliteStore(tmp_path).current().id == release.id

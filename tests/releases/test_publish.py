"""Published releases: reproducible, checked, resumable, citable, and open to the tools that researchers already use."""

import gzip
import hashlib
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import feedparser
import frictionless
import pandas
import pyarrow.parquet
import pytest
import requests
import yaml
from conftest import ROOT, SMALL, keep_manifest, manifest_text, running, walk
from flask.testing import FlaskClient
from nginx import proxied
from programs import need
from support import addresses_in, answer_schema, conforms, released, run, unchanged, undeclared

from api.config import Settings
from api.dataset import manifests, reader, rules
from api.dataset.findings import DatasetError
from api.releases import load, publish
from api.releases.files import ReleaseContent, files_of
from api.resources import BY_KIND, RESOURCES
from api.schema.fields import Ref
from api.storage.published import sums
from api.web.app import create_app


@dataclass
class Published:
    """The small dataset published twice: 1.0.0, and 2.0.0 with a record added, changed, renamed and withdrawn."""

    settings: Settings
    client: FlaskClient


def bump(folder: Path, version: str, day: str = "2021-08-01") -> None:
    path = folder / "dataset.yaml"
    about = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**about, "version": version, "released": day}, sort_keys=False))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("published")
    folder = Path(shutil.copytree(SMALL, root / "dataset"))
    settings = Settings(dataset=folder, data_dir=root / "data", releases_dir=root / "releases")
    bump(folder, "1.0.0", "2021-07-01")
    publish.publish(folder, settings.releases_dir)
    (folder / "topics" / "arctic.yaml").write_text("name: Arctic\ndefinition: The far north.\n")
    changed = folder / "topics" / "security.yaml"
    changed.write_text(changed.read_text().replace("Everything", "All"))
    renamed = folder / "events" / "2021-06-follow-up.yaml"
    renamed.rename(folder / "events" / "2021-06-follow-up-talks.yaml")
    (folder / "event-types" / "denial.yaml").unlink()
    moves = {
        "events": {"2021-06-follow-up": {"to": "2021-06-follow-up-talks"}},
        "event-types": {"denial": {"withdrawn": "Never used."}},
    }
    (folder / "moved.yaml").write_text(yaml.safe_dump(moves))
    bump(folder, "2.0.0")
    publish.publish(folder, settings.releases_dir)
    load.load(settings)
    return Published(settings, create_app(settings).test_client())


@pytest.fixture(scope="module")
def folder(bundled_release: Path) -> Path:
    return bundled_release


@pytest.mark.parametrize("name", ["small", pytest.param("bundled", marks=pytest.mark.trials)])
def test_the_same_dataset_gives_the_same_bytes_in_every_file(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> None:
    here, elsewhere = (
        Path(shutil.copytree(request.getfixturevalue(name), tmp_path / place / "dataset")) for place in ("here", "elsewhere")
    )
    one, _ = publish.publish(here, tmp_path / "here")
    command = [sys.executable, "-m", "api", "release", "--dataset", elsewhere, "--output", elsewhere.parent]
    environ = {**os.environ, "PYTHONHASHSEED": "1"}  # a set has another order there
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    other = elsewhere.parent / one.name
    for file in (*files_of({"name": "diplomatic-events"}), publish.SUMS):
        assert (one / file).read_bytes() == (other / file).read_bytes(), file


def test_the_sums_are_right_and_name_every_file(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", publish.SUMS], cwd=folder, check=True, capture_output=True)
    assert set(sums(folder)) | {publish.SUMS} == {path.name for path in folder.iterdir()}


def test_every_file_holds_the_same_records_as_the_interface(folder: Path, documents: dict[str, list[dict[str, Any]]]) -> None:
    whole = json.loads(gzip.decompress((folder / "dataset.json.gz").read_bytes()))
    archive = zipfile.ZipFile(folder / "csv.zip")
    for kind, expected in documents.items():
        lines = gzip.decompress((folder / f"{kind}.ndjson.gz").read_bytes()).decode().splitlines()
        by_id = {d["id"]: d for d in expected}
        assert {d["id"]: d for d in map(json.loads, lines)} == by_id
        assert {d["id"]: d for d in whole[kind]} == by_id
        ids = [d["id"] for d in map(json.loads, lines)]
        assert list(pandas.read_csv(archive.open(f"{kind}.csv"), dtype=str)["id"]) == ids
        assert pyarrow.parquet.read_table(folder / f"{kind}.parquet")["id"].to_pylist() == ids
    archive.close()


def original(schema: Any, document: dict[str, Any]) -> dict[str, Any]:
    """A public document as its file would say it: references as ids, dates as text, nothing derived, as successors are."""

    def shape(field: Any, value: Any) -> Any:
        if isinstance(value, list):
            return [shape(field.inner, item) for item in value if not (isinstance(item, dict) and item.get("succeeds"))]
        if hasattr(field, "schema") and not isinstance(field, Ref):
            return original(field.schema, value)
        return value.get("id", value.get("edtf")) if isinstance(value, dict) else value

    if len(places := document.get("places", ())) == 1:
        document = {**document, "place": places[0], "places": []}
    shown = ((f.data_key or key, f, document.get(f.data_key or key)) for key, f in schema.load_fields.items())
    return {
        key: found
        for key, field, value in shown
        if value not in (None, [], field.load_default) and (found := shape(field, value)) not in ({}, [])
    }


def test_a_dump_loaded_again_has_the_same_digest(folder: Path, bundled: Path, tmp_path: Path) -> None:
    for name in ("dataset.yaml", "moved.yaml"):
        shutil.copy(bundled / name, tmp_path)
    for resource in RESOURCES:
        lines = gzip.decompress((folder / f"{resource.kind}.ndjson.gz").read_bytes()).decode().splitlines()
        with (tmp_path / f"{resource.kind}.jsonl").open("w") as out:
            for document in map(json.loads, lines):
                out.write(json.dumps({"id": document["id"], **original(resource.schema, document)}) + "\n")
    read = reader.read(tmp_path)
    assert rules.findings(read) == []
    assert read.digest == json.loads((folder / "quality.json").read_text())["digest"]


def test_the_csv_is_a_valid_data_package_with_keys(folder: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(folder / "csv.zip").extractall(tmp_path)
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])[:5]
    described = json.loads((tmp_path / "datapackage.json").read_text())
    keys = {r["name"]: {k["reference"]["resource"] for k in r["schema"]["foreignKeys"]} for r in described["resources"]}
    assert (keys["events"], keys["linked_places"]) == ({"event-types"}, {"places"})
    for resource in described["resources"]:
        data = (tmp_path / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert resource["bytes"] == len(data)
        assert data.count(b"\n") >= resource["rowCount"] + 1, "a header and a row a record, as R's read.csv takes it"


def test_parquet_is_typed_and_opens_in_duckdb(folder: Path, documents: dict[str, list[dict[str, Any]]]) -> None:
    with duckdb.connect() as database:
        query = f"SELECT count(*), min(e.date.earliest), typeof(any_value(e.date.earliest)) FROM '{folder}/events.parquet' e"
        (count, first, type_) = database.execute(query).fetchall()[0]
        assert count == len(documents["events"])
        assert type_ == "DATE"
        assert str(first) == min(filter(None, (d["date"]["earliest"] for d in documents["events"])))
        schema = pyarrow.parquet.read_schema(folder / "places.parquet")
        assert str(schema.field("latitude").type) == "double"


def test_a_large_kind_is_split_by_year(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["api.releases.files.parquet"], "LARGE", 1)  # a function of the package has this name, too
    text = (small / "events" / "2021-06-follow-up.yaml").read_text(encoding="utf-8")
    (small / "events" / "2022-06-follow-up.yaml").write_text(text.replace("date: 2021-06", "date: 2022-06"), encoding="utf-8")
    target, _ = publish.publish(small, tmp_path / "releases")
    parts = sorted(target.glob("events-*.parquet"))
    assert {path.stem for path in parts} == {"events-2021", "events-2022"}
    assert not (target / "events.parquet").exists()
    assert set(sums(target)) == {path.name for path in target.iterdir()} - {publish.SUMS}
    whole = [(path.stem,) for path in sorted((small / "events").iterdir())]
    assert duckdb.sql(f"SELECT id FROM read_parquet('{target}/events-*.parquet') ORDER BY id").fetchall() == whole
    for path in parts:
        days = duckdb.sql(f"""SELECT DISTINCT coalesce(strftime(e.date.earliest, '%Y'), 'undated') FROM '{path}' e""").fetchall()
        assert days == [(path.stem.removeprefix("events-"),)]


def test_sqlite_opens_in_datasette_with_readable_views(folder: Path) -> None:
    path = "/diplomatic-events/events_readable.json?_shape=array&id=2021-06-16-geneva-summit"
    command = [sys.executable, "-m", "datasette", str(folder / "diplomatic-events.sqlite"), "--get", path]
    (row,) = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert row["title"] == "Biden-Putin summit in Geneva"
    path = "/diplomatic-events/participants_readable.json?_shape=array&record_id=2021-06-16-geneva-summit"
    command[-1] = path
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert "Vladimir Putin" in [row["actor_name"] for row in rows]
    with sqlite3.connect(f"file:{folder}/diplomatic-events.sqlite?mode=ro", uri=True) as database:
        for resource in RESOURCES:
            table = resource.model._meta.table_name
            rows = database.execute(f"SELECT count(*) FROM {table}_readable").fetchone()
            assert rows == database.execute(f"SELECT count(*) FROM {table}").fetchone()
    database.close()


def test_the_codebook_is_one_page_that_needs_nothing_else(folder: Path) -> None:
    page = (folder / "codebook.html").read_text()
    assert "<h2>Rules of coding</h2>" in page
    assert "<table>" in page
    assert "src=" not in page


def test_metadata_and_citations_are_of_their_formats(folder: Path, bundled: Path) -> None:
    catalogue = json.loads((folder / "dataset.jsonld").read_text())
    assert {d["contentUrl"] for d in catalogue["distribution"]} == set(files_of({"name": "diplomatic-events"}))
    (item,) = json.loads((folder / "citation.json").read_text())
    assert item["type"] == "dataset"
    version = yaml.safe_load((bundled / "dataset.yaml").read_text())["version"]
    assert (folder / "citation.bib").read_text().startswith(f"@misc{{diplomatic-events-{version},")
    quality = json.loads((folder / "quality.json").read_text())
    assert all(counted["cited"] <= counted["total"] for counted in quality["paragraphs"].values())
    assert quality["disputed_records"] > 0


@pytest.mark.parametrize(
    ("change", "least"),
    [("changed", "1.0.1"), ("added", "1.1.0"), ("renamed", "2.0.0"), ("withdrawn", "2.0.0")],
)
def test_a_bump_that_is_too_small_is_refused(small: Path, tmp_path: Path, change: str, least: str) -> None:
    bump(small, "1.0.0")
    publish.publish(small, tmp_path / "releases")
    topic = small / "topics" / "security.yaml"
    topic.write_text(topic.read_text().replace("Everything", "All"))
    if change == "added":
        (small / "topics" / "arctic.yaml").write_text("name: Arctic\ndefinition: The far north.\n")
    if change in ("renamed", "withdrawn"):
        (small / "event-types" / "denial.yaml").rename(small / "event-types" / "refusal.yaml")
        if change == "withdrawn":
            (small / "event-types" / "refusal.yaml").unlink()
        move = {"to": "refusal"} if change == "renamed" else {"withdrawn": "Never used."}
        (small / "moved.yaml").write_text(yaml.safe_dump({"event-types": {"denial": move}}))
    with pytest.raises(DatasetError) as refused:
        publish.publish(small, tmp_path / "releases")
    assert "published with different content" in str(refused.value.findings[0])
    draft = publish.draft(reader.read(small))
    assert draft.startswith(f"## {least}\n"), "before the version is raised"
    assert draft.endswith(f"\nLeast version: {least}\n")
    assert "- changed `topics/security` (definition)\n" in draft
    assert draft.count("\n- ") == {"changed": 1, "added": 2, "renamed": 3, "withdrawn": 2}[change], "and nothing else"
    major, minor, patch = manifests.version_key(least)
    smaller = {0: "1.0.0", 1: "1.0.9", 2: "1.9.9"}[2 if major == 2 else 1 if minor else 0]
    if patch == 0:
        bump(small, smaller)
        with pytest.raises(DatasetError) as refused:
            publish.publish(small, tmp_path / "releases")
        assert f"at least {least} is required" in str(refused.value.findings[0])
    bump(small, least)
    assert f"Least version: {least}" in publish.draft(reader.read(small))
    assert publish.publish(small, tmp_path / "releases")[1] is True


def test_the_draft_is_of_what_differs_from_the_last_published_version(small: Path, tmp_path: Path) -> None:
    bump(small, "1.0.0")
    publish.publish(small, tmp_path / "releases")
    (small / "topics" / "arctic.yaml").write_text("name: Arctic\ndefinition: The far north.\n")
    bump(small, "1.1.0")
    publish.publish(small, tmp_path / "releases")
    draft = "## 1.1.0\n\n- created `topics/arctic`\n\nLeast version: 1.1.0\n"
    assert publish.draft(reader.read(small)) == draft, "nothing was edited: the draft of this version"
    (small / "topics" / "desert.yaml").write_text("name: Desert\ndefinition: The dry south.\n")
    draft = "## 1.2.0\n\n- created `topics/desert`\n\nLeast version: 1.2.0\n"
    assert publish.draft(reader.read(small)) == draft
    bump(small, "2.0.0")
    assert publish.draft(reader.read(small)) == draft.replace("## 1.2.0", "## 2.0.0")


def test_an_id_that_is_gone_without_a_word_is_refused(small: Path, tmp_path: Path) -> None:
    bump(small, "1.0.0")
    publish.publish(small, tmp_path / "releases")
    (small / "event-types" / "denial.yaml").unlink()
    bump(small, "2.0.0")
    with pytest.raises(DatasetError) as refused:
        publish.publish(small, tmp_path / "releases")
    assert (
        str(refused.value.findings[0]) == "moved.yaml: event-types.denial: was published and then removed: add it to moved.yaml"
    )


def test_what_is_published_never_changes(small: Path, tmp_path: Path) -> None:
    assert released("--dataset", small, "--output", tmp_path).exit_code == 0
    assert "the same to the byte" in released("--dataset", small, "--output", tmp_path).output
    (tmp_path / "0.1.0" / publish.SUMS).chmod(0o644)
    (tmp_path / "0.1.0" / publish.SUMS).write_text("")
    result = released("--dataset", small, "--output", tmp_path)
    assert result.exit_code == 1
    assert f"{tmp_path}: already contains version 0.1.0 with different content; raise the version\n" in result.output
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] in ".01") == ["0.1.0"]


def test_changes_say_what_happened_to_every_record(published: Published) -> None:
    body = published.client.get("/v1/changes?since=1.0.0").get_json()
    found = {(c["kind"], c["id"]): (c["change"], c["keys"], c["to"], c["reason"]) for c in body["data"]}
    assert found == {
        ("topics", "arctic"): ("created", [], None, None),
        ("topics", "security"): ("changed", ["definition"], None, None),
        ("events", "2021-06-follow-up"): ("renamed", [], "events/2021-06-follow-up-talks", None),
        ("events", "2021-06-follow-up-talks"): ("created", [], None, None),
        ("event-types", "denial"): ("withdrawn", [], None, "Never used."),
    }
    assert body["meta"]["total"] == 5
    titles = {c["id"]: c["title"] for c in body["data"]}
    assert titles["arctic"] == published.client.get("/v1/topics/arctic").get_json()["data"]["name"]
    assert titles["2021-06-follow-up"] is titles["denial"] is None
    page = published.client.get("/changes?since=1.0.0").text
    assert f">{titles['arctic']}</a>" in page
    by_day = published.client.get("/v1/changes?since=2021-08").get_json()["data"]
    assert by_day == body["data"]
    written = json.loads((published.settings.releases_dir / "2.0.0" / "changes.json").read_text())
    assert [c["id"] for c in written if c["version"] == "2.0.0"] == [c["id"] for c in body["data"]]
    assert len(walk(published.client, "/v1/changes?limit=7")) == len(written)
    feed = feedparser.parse(published.client.get("/v1/changes?since=1.0.0&format=atom").text)
    assert not feed.bozo
    assert len(feed.entries) == 5
    assert f"created: {titles['arctic']} (topics)" in [entry.title for entry in feed.entries]


def test_updated_since_and_updated_in_agree_with_the_changes(published: Published) -> None:
    topics = {d["id"]: d["updated_in"] for d in walk(published.client, "/v1/topics")}
    assert topics == {"arctic": "2.0.0", "security": "2.0.0", "strategic-stability": "1.0.0"}
    assert {d["id"] for d in walk(published.client, "/v1/topics?updated_since=1.0.1")} == {"arctic", "security"}


def test_renamed_and_withdrawn_ids_keep_answering_and_older_releases_still_have_them(published: Published) -> None:
    client = published.client
    assert client.get("/v1/events/2021-06-follow-up").status_code == 308
    assert client.get("/v1/event-types/denial").status_code == 410
    assert client.get("/v1/event-types/denial?release=1.0.0").status_code == 200


def test_a_query_can_be_pinned_to_a_release_and_says_so(published: Published) -> None:
    client = published.client
    for path in ("topics", "search?q=security", "aggregates/topics?by=broader", "network", "suggest?q=sec"):
        separator = "&" if "?" in path else "?"
        for version in ("1.0.0", "2.0.0"):
            body = client.get(f"/v1/{path}{separator}release={version}").get_json()
            assert body["meta"]["release"]["version"] == version, path
    old = client.get("/v1/topics/security?release=1.0.0").get_json()["data"]["definition"]
    assert old.startswith("Everything")
    first = client.get("/v1/topics?limit=1&release=1.0.0").get_json()
    assert client.get(first["links"]["next"]).get_json()["meta"]["release"]["version"] == "1.0.0"
    refused = client.get("/v1/topics?release=3.0.0")
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["allowed"] == ["2.0.0", "1.0.0"]
    both = client.get("/v1/events?type=denial&limit=a&release=1.0.0").get_json()["errors"]
    assert [error["parameter"] for error in both] == ["limit"], "1.0.0 knows the type that 2.0.0 has withdrawn"


@pytest.mark.parametrize("path", ["/events", "/events/2021-06-16-geneva-summit"])
def test_a_page_leads_to_its_own_release_below_its_own_path_whichever_was_asked_for_before(
    published: Published, path: str
) -> None:
    """The entries of records are kept for the pages that have them in common. Without its files a release is read as served."""
    served = create_app(replace(published.settings, releases_dir=None)).test_client()
    ids = {"": "2021-06-follow-up-talks", "?release=1.0.0": "2021-06-follow-up", "?release=2.0.0": "2021-06-follow-up-talks"}
    for base, pin in itertools.product(("", "/data", ""), ids):
        for client in (published.client, *([] if "1.0.0" in pin else [served])):
            page = client.get(f"{path}{pin}", environ_overrides={"SCRIPT_NAME": base}).text
            assert re.findall('<h[23]><a href="([^"]*follow-up[^"]*)"', page) == [f"{base}/events/{ids[pin]}{pin}"]


def test_releases_are_listed_with_files_sums_and_lines_that_open_them(published: Published) -> None:
    client = published.client
    assert [r["version"] for r in client.get("/v1/releases").get_json()["data"]] == ["2.0.0", "1.0.0"]
    latest = client.get("/v1/releases/latest")
    assert (latest.status_code, latest.headers["Location"]) == (307, "/v1/releases/2.0.0")
    body = client.get("/v1/releases/1.0.0").get_json()["data"]
    assert body["counts"]["topics"] == 2
    for file in body["files"]:
        with client.get(file["href"]) as answer:
            assert hashlib.sha256(answer.data).hexdigest() == file["sha256"]
            assert len(answer.data) == file["bytes"]
            assert answer.mimetype == file["media_type"]
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Content-Disposition"].startswith("attachment")
    for path in (
        "/v1/releases/9.9.9",
        "/v1/releases/1.0.0/nothing",
        "/v1/releases/1.0.0/..%2f..%2fdata%2fcurrent",
    ):
        assert client.get(path).status_code == 404, path


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "short of its last line": lambda path: path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1])),
    "turned to zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["SHA256SUMS", "quality.json", "csv.zip", "topics.ndjson.gz"])
def test_a_damaged_file_is_unavailable_and_never_answered_as_what_was_published(
    published: Published, tmp_path: Path, name: str, damage: str
) -> None:
    folder = Path(shutil.copytree(published.settings.releases_dir, tmp_path / "releases")) / "1.0.0"
    client = create_app(replace(published.settings, releases_dir=folder.parent)).test_client()
    addresses = ("/v1/releases/1.0.0", f"/v1/releases/1.0.0/{name}")

    def statuses() -> list[int]:
        found = []
        for address in addresses:
            with client.get(address) as answer:
                found.append(answer.status_code)
        return found

    assert statuses() == [200, 200]
    (folder / name).chmod(0o644)
    DAMAGES[damage](folder / name)
    for address in addresses * 2:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert answer.get_json()["detail"] == f"{name} of release 1.0.0 is damaged."
        assert answer.headers["Retry-After"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Repr-Digest" not in answer.headers
    assert client.get("/v1/releases/2.0.0").status_code == 200, "others are whole"
    shutil.copy(published.settings.releases_dir / "1.0.0" / name, folder / name)
    assert statuses() == [200, 200], "mended"


def test_the_lines_that_open_files_are_true(published: Published) -> None:
    arguments = ("--data-dir", str(published.settings.data_dir), "--dataset", str(published.settings.dataset))
    with running(*arguments, cwd=ROOT, DIPLOMATIC_EVENTS_RELEASES_DIR=str(published.settings.releases_dir)) as (url, _):
        files = {f["name"]: f for f in requests.get(f"{url}/v1/releases/2.0.0", timeout=10).json()["data"]["files"]}
        for name in ("topics.ndjson.gz", "topics.parquet"):
            frame = eval(files[name]["open"]["pandas"], {"pandas": pandas})
            assert sorted(frame["id"]) == ["arctic", "security", "strategic-stability"]
            local = published.settings.releases_dir / "2.0.0" / name
            rows = duckdb.sql(files[name]["open"]["duckdb"].replace(files[name]["href"], str(local))).fetchall()
            assert len(rows) == files[name]["records"] == 3
            data = requests.get(files[name]["href"], timeout=10).content
            assert hashlib.sha256(data).hexdigest() == files[name]["sha256"]


def test_below_a_prefix_the_addresses_of_releases_begin_with_it(published: Published) -> None:
    client = create_app(published.settings).test_client()
    for path in ("/v1/releases", "/v1/releases/2.0.0", "/v1/releases/latest", "/v1/releases/latest/SHA256SUMS",
                 "/v1/releases/3.0.0", "/v1/releases/2.0.0/nothing", "/v1/events/2021-06-follow-up", "/v1/event-types/denial",
                 "/v1/resolve?id=2021-06-follow-up", "/v1/changes", "/v1/changes?format=atom"):  # fmt: skip
        answer = client.get(path, base_url="http://localhost/data")
        found = addresses_in(answer)
        assert found or answer.status_code == 404
        assert all(urlsplit(address).path.startswith("/data/") for address in found), found
        if answer.location:
            with client.get(answer.location.removeprefix("/data"), base_url="http://localhost/data") as there:
                assert there.status_code in (200, 410)
    opening = client.get("/v1/releases/2.0.0", base_url="http://localhost/data").get_json()["data"]["files"][0]["open"]
    assert all("http://localhost/data/v1/releases/2.0.0/" in line for line in opening.values())


def test_every_answer_about_releases_has_a_validator(published: Published) -> None:
    for path in ("/v1/releases", "/v1/releases/2.0.0", "/v1/releases/2.0.0/SHA256SUMS"):
        for coding in ("identity", "gzip"):
            with published.client.get(path, headers={"Accept-Encoding": coding}) as first:
                known = {"Accept-Encoding": coding, "If-None-Match": first.headers["ETag"]}
            with published.client.get(path, headers=known) as again:
                unchanged(again, first)


@pytest.fixture(scope="module")
def downloads(folder: Path, embedded: Settings) -> Iterator[str]:
    """A real server with the bundled dataset published where the default looks for it: below the working folder."""
    with running("--no-load", "--data-dir", str(embedded.data_dir), cwd=folder.parent.parent) as (url, _):
        yield f"{url}/v1/releases/{folder.name}"


@pytest.mark.needs("curl")
def test_a_download_that_broke_is_resumed_and_its_sum_is_right(downloads: str, folder: Path, tmp_path: Path) -> None:
    name = "diplomatic-events.sqlite"
    subprocess.run(["curl", "-sS", "-r", "0-99999", "-o", name, f"{downloads}/{name}"], cwd=tmp_path, check=True)
    assert (tmp_path / name).stat().st_size == 100_000
    subprocess.run(["curl", "-sS", "-C", "-", "-o", name, f"{downloads}/{name}"], cwd=tmp_path, check=True)
    subprocess.run(["curl", "-sS", "-O", f"{downloads}/SHA256SUMS"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--check", "--ignore-missing", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_ranges_and_validators_are_as_the_standards_have_them(downloads: str, folder: Path) -> None:
    whole = (folder / "events.ndjson.gz").read_bytes()
    ranges_are_standard(f"{downloads}/events.ndjson.gz", whole)
    beyond = requests.get(f"{downloads}/events.ndjson.gz", headers={"Range": f"bytes={len(whole)}-"}, timeout=10)
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole)}"


@pytest.mark.needs("nginx")
def test_ranges_pass_the_nginx_that_is_deployed(downloads: str, folder: Path, tmp_path: Path) -> None:
    """The first file from the server, then from the cache."""
    api, _, path = downloads.removeprefix("http://").partition("/")
    with proxied(api, tmp_path) as front:
        for _ in range(2):
            ranges_are_standard(f"{front}/{path}/events.ndjson.gz", (folder / "events.ndjson.gz").read_bytes())


def is_unsatisfiable(answer: requests.Response) -> bool:
    return (answer.status_code, answer.headers["Content-Type"]) == (416, "application/problem+json")


def ranges_are_standard(url: str, whole: bytes) -> None:
    full = requests.get(url, headers={"Accept-Encoding": "gzip, br"}, timeout=10)
    assert "Content-Encoding" not in full.headers
    assert full.content == whole
    etag = full.headers["ETag"]
    assert not etag.startswith("W/")
    assert full.headers["Repr-Digest"].startswith("sha-256=:")
    part = requests.get(url, headers={"Range": "bytes=10-19", "If-Range": etag}, timeout=10)
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, whole[10:20], f"bytes 10-19/{len(whole)}")
    stale = requests.get(url, headers={"Range": "bytes=10-19", "If-Range": '"other"'}, timeout=10)
    assert (stale.status_code, stale.content) == (200, whole)
    weak = requests.get(url, headers={"Range": "bytes=10-19", "If-Range": f"W/{etag}"}, timeout=10)
    assert (weak.status_code, weak.content) == (200, whole), "If-Range compares strongly"
    beyond = requests.get(url, headers={"Range": f"bytes={len(whole)}-"}, timeout=10)
    assert is_unsatisfiable(beyond)
    for odd in ("items=0-1", "bytes=0-1,3-4"):
        assert requests.get(url, headers={"Range": odd}, timeout=10).content == whole
    none = requests.get(url, headers={"Range": "bytes=a-b"}, timeout=10)
    assert none.content == whole or is_unsatisfiable(none)  # either may be (RFC 9110, 14.2)
    assert requests.get(url, headers={"If-None-Match": etag}, timeout=10).status_code == 304
    assert requests.head(url, timeout=10).headers["Content-Length"] == str(len(whole))


def test_twenty_clients_download_at_once(downloads: str, folder: Path) -> None:
    expected = hashlib.sha256((folder / "diplomatic-events.sqlite").read_bytes()).hexdigest()
    found: list[str] = []

    def download() -> None:
        with requests.get(f"{downloads}/diplomatic-events.sqlite", stream=True, timeout=60) as answer:
            total = hashlib.sha256()
            for piece in answer.iter_content(1 << 16):
                total.update(piece)
            found.append(total.hexdigest())

    threads = [threading.Thread(target=download) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 20


def test_a_citation_can_be_verified_and_a_false_one_is_told(published: Published, tmp_path: Path) -> None:
    client = published.client
    cited = client.get("/v1/cite/events?type=summit&release=1.0.0").get_json()["data"]
    assert cited["count"] == 2
    assert cited["query"] == "events?date_match=possible&type=summit"
    assert cited["sha256"] in cited["text"]
    assert (
        client.get("/v1/events?type=summit&cite=true&release=1.0.0").get_json()["meta"]["citation"]["sha256"] == cited["sha256"]
    )
    listed = client.get(cited["url"].removeprefix("http://localhost")).get_json()
    assert listed["meta"]["total"] == cited["count"]
    asked = {"query": cited["query"], "sha256": cited["sha256"], "count": 2, "release": "1.0.0"}
    assert client.get("/v1/cite/verify", query_string=asked).get_json()["data"]["valid"] is True
    later = client.get("/v1/cite/verify", query_string={**asked, "release": "2.0.0"}).get_json()["data"]
    assert later["valid"] is False
    assert set(later["differs"]) == {"sha256"}, "an event was renamed in 2.0.0"
    path = tmp_path / "citation.json"
    path.write_text(json.dumps(cited))
    places: tuple[Any, ...] = ("--data-dir", published.settings.data_dir, "--releases-dir", published.settings.releases_dir)
    assert run("cite", "--verify", path, *places).exit_code == 0
    path.write_text(json.dumps({**cited, "count": 3}))
    result = run("cite", "--verify", path, *places)
    assert result.exit_code == 1
    assert '"count"' in result.output
    assert json.loads(run("cite", "events?type=summit", "--release", "1.0.0", *places).output)["sha256"] == cited["sha256"]
    path.write_text("{}")
    assert run("cite", "--verify", path, *places).exit_code == 2


def test_what_is_published_and_cited_is_answered_as_the_contract_has_it(published: Published) -> None:
    cited = published.client.get("/v1/cite/events?release=1.0.0").get_json()["data"]
    asked = f"/v1/cite/verify?query=events&sha256={cited['sha256']}&release="
    for path, address in (
        ("/v1/releases", "/v1/releases"),
        ("/v1/releases/{version}", "/v1/releases/1.0.0"),
        ("/v1/changes", "/v1/changes"),
        ("/v1/cite", "/v1/cite?query=topics"),
        ("/v1/cite/verify", f"{asked}1.0.0"),
        ("/v1/cite/verify", f"{asked}2.0.0&count=7"),
    ):
        answer = published.client.get(address).get_json()
        assert answer["data"], address
        conforms(answer, answer_schema(path))
        assert undeclared(answer["data"], answer_schema(path)) == set(), address
    files = published.client.get("/v1/releases/1.0.0").get_json()["data"]["files"]
    assert undeclared(files, {"$ref": "#/components/schemas/PublishedFile"}) == set()


def test_a_query_of_any_kind_is_cited_by_its_text(published: Published) -> None:
    by_text = published.client.get("/v1/cite", query_string={"query": "events?type=summit", "release": "1.0.0"}).get_json()[
        "data"
    ]
    assert by_text == published.client.get("/v1/cite/events?type=summit&release=1.0.0").get_json()["data"]
    assert (
        published.client.get("/v1/cite", query_string={"query": "evnts?type=summit"}).get_json()["errors"][0]["suggestion"]
        == "events"
    )


def test_a_file_that_lost_a_record_is_not_published(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReleaseContent, "texts", lambda self, resource: iter(()))
    with pytest.raises(RuntimeError, match="holds 0 records of"):
        publish.publish(small, tmp_path)
    assert list(tmp_path.glob("0*")) == []


def test_without_anything_published_the_list_is_empty(client: FlaskClient) -> None:
    assert client.get("/v1/releases").get_json()["data"] == []
    assert client.get("/v1/releases/latest").status_code == 404


def test_quality_is_served_as_it_is_published(folder: Path, client: FlaskClient) -> None:
    written = json.loads((folder / "quality.json").read_text())
    served = client.get("/v1/quality").get_json()["data"]
    assert {key: written[key] for key in served} == served


def test_manifests_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = reader.read(SMALL)
    path = tmp_path / f"{made.about['version']}.tsv"
    path.write_text(manifest_text(made))
    assert manifests.head(path) == (made.about["version"], made.about["released"], made.digest)
    assert dict(manifests.lines(path)) == made.manifest
    assert set(BY_KIND) == {name.partition("/")[0] for name in made.manifest}


def overruled(folder: Path) -> Path:
    """A dataset that breaks a rule, published before that was made."""
    source = folder / "sources" / "treaty-text.yaml"
    source.write_text(source.read_text() + "no_url: It has one.\n")
    return keep_manifest(folder)


def test_what_was_published_is_not_asked_for_rules_that_were_made_since(small: Path, tmp_path: Path) -> None:
    settings = Settings(dataset=overruled(small), data_dir=tmp_path / "data")
    release, _ = load.load(settings)
    assert release.about["version"] == "0.1.0", "it is no draft"
    made, _ = publish.publish(small, tmp_path / "releases")
    assert json.loads((made / "quality.json").read_text())["rules"] == [], "nobody says which rules it keeps"
    (small / "topics" / "security.yaml").write_text("name: Security\ndefinition: Another.\n")
    for publishing in (False, True):
        with pytest.raises(DatasetError, match="1 error"):
            publish.publish(small, tmp_path / "others") if publishing else load.load(settings)


@pytest.mark.trials
def test_published_versions_are_made_again_of_what_the_history_has(small: Path, tmp_path: Path) -> None:
    need("git")

    def history(*arguments: str) -> None:
        author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *author, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def made() -> tuple[str, list[str]]:
        command = [sys.executable, str(ROOT / ".ci" / "published.py"), sys.executable, "-m", "api"]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        told = subprocess.run(command, cwd=tmp_path, env=environ, check=True, capture_output=True, text=True)
        return told.stderr, sorted(path.name for path in tmp_path.glob("releases/*"))

    overruled(small)
    for version in ("0.1.0", "0.2.0"):
        if version != "0.1.0":
            bump(small, version)
        history("init", "--quiet")
        history("add", "dataset")
        history("commit", "--quiet", "--message", version)
    assert made()[1] == ["0.1.0"], "0.2.0 was not published"
    sums_then = (tmp_path / "releases" / "0.1.0" / "SHA256SUMS").read_bytes()
    assert made()[0] == "", "what is there is not made again"
    shutil.rmtree(tmp_path / "releases")
    made()
    assert (tmp_path / "releases" / "0.1.0" / "SHA256SUMS").read_bytes() == sums_then
    shutil.rmtree(tmp_path / "releases")
    shutil.rmtree(tmp_path / ".git")
    assert made() == ("0.1.0 is not made: the history that has it is not here (git fetch --unshallow)\n", [])

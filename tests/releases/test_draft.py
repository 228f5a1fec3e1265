"""A dataset that differs from what was published as its version is a draft: it says so everywhere, and nobody can cite it."""

import gzip
import json
import re
import shutil
import zipfile
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import SMALL
from flask.testing import FlaskClient
from postgresql import Cluster
from support import run

from api.config import Settings
from api.dataset import reader
from api.releases import load, publish
from api.releases.build import build
from api.resources import RESOURCES
from api.web.app import create_app

Body = dict[str, Any]


def about(folder: Path, **changes: str) -> None:
    path = folder / "dataset.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes, sort_keys=False))


def reword(folder: Path, word: str) -> None:
    path = folder / "topics" / "security.yaml"
    path.write_text(re.sub(r"(?<=definition: )\w+", word, path.read_text()))


class Project:
    """A dataset, where it is loaded, and where its releases are."""

    def __init__(self, root: Path, database_url: str = "") -> None:
        self.folder = Path(shutil.copytree(SMALL, root / "dataset"))
        self.settings = Settings(
            dataset=self.folder, data_dir=root / "data", releases_dir=root / "releases", database_url=database_url
        )

    def publish(self) -> None:
        """Publishes what the interface needs of a release: its database and its manifest."""
        with closing(reader.read(self.folder)) as dataset:
            version = dataset.about["version"]
            for folder in (self.folder / "releases", self.settings.releases_dir / version):
                folder.mkdir(parents=True, exist_ok=True)
            build(dataset, self.settings.releases_dir / version / "any.sqlite", None, self.folder / "releases" / f"{version}.tsv")

    def publish_all(self) -> Path:
        return publish.publish(self.folder, self.settings.releases_dir)[0]

    def client(self) -> FlaskClient:
        """A client of what the dataset is now."""
        load.load(self.settings)
        return create_app(self.settings).test_client()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def release(client: FlaskClient) -> Body:
    found: Body = client.get("/v1/topics").get_json()["meta"]["release"]
    return found


def check_draft(project: Project) -> None:
    """A version that was never published is a draft; published, it is none; edited, it is one again."""
    assert release(project.client())["version"] == "0.1.0+draft"
    project.publish()
    assert release(project.client())["version"] == "0.1.0"
    reword(project.folder, "Nothing")
    client = project.client()
    assert release(client)["version"] == "0.1.0+draft"
    topics = {d["id"]: d["updated_in"] for d in client.get("/v1/topics").get_json()["data"]}
    assert topics == {"security": "0.1.0+draft", "strategic-stability": "0.1.0"}
    assert [d["id"] for d in client.get("/v1/topics?updated_since=0.1.0").get_json()["data"]] == list(topics)
    changes = client.get("/v1/changes?since=0.1.0").get_json()["data"]
    assert [(c["version"], c["id"], c["keys"]) for c in changes] == [("0.1.0+draft", "security", ["definition"])]
    first = client.get("/v1/topics?limit=1").get_json()
    assert client.get(first["links"]["next"]).get_json()["meta"]["release"]["version"] == "0.1.0+draft"
    assert client.get("/v1/topics?release=0.1.0").get_json()["meta"]["release"]["version"] == "0.1.0"
    reword(project.folder, "Everything")
    assert release(project.client())["version"] == "0.1.0", "what differed is undone"


def test_what_differs_from_the_published_version_is_a_draft_of_it(project: Project) -> None:
    check_draft(project)


@pytest.mark.trials
def test_drafts_are_the_same_in_postgresql(tmp_path: Path) -> None:
    cluster = Cluster().start()  # one of its own: others would be served what is loaded here
    try:
        check_draft(Project(tmp_path, cluster.url()))
    finally:
        cluster.remove()


@pytest.mark.parametrize("change", ["description", "moved"])
def test_any_change_of_the_files_makes_a_draft(project: Project, change: str) -> None:
    project.publish()
    if change == "description":
        about(project.folder, description="Other words.")
    else:
        (project.folder / "moved.yaml").write_text("events:\n  2021-06-old: {withdrawn: Never used.}\n")
    assert release(project.client())["version"] == "0.1.0+draft"
    assert client_changes(project) == set(), "no record differs"


def client_changes(project: Project) -> set[str]:
    return {c["id"] for c in project.client().get("/v1/changes?since=0.1.0").get_json()["data"]}


def test_a_draft_says_so_wherever_a_version_is_shown(project: Project) -> None:
    client = project.client()
    draft = "0.1.0+draft"
    assert client.get("/v1").get_json()["data"]["version"] == draft
    assert client.get("/v1").get_json()["data"]["citation"] is None
    assert client.get("/v1/quality").get_json()["data"]["version"] == draft
    assert client.get("/v1/releases").get_json()["meta"]["release"]["version"] == draft
    assert release(client)["url"] is None
    assert client.get("/readyz").get_json()["release"]["version"] == draft
    assert {c["version"] for c in client.get("/v1/changes").get_json()["data"]} == {draft}
    for name in ("csv", "ndjson", "jsonld"):
        assert f"topics-{draft}.{name}" in client.get(f"/v1/topics?format={name}").headers["Content-Disposition"]
    page = client.get("/").text
    assert draft in page
    assert "cannot be cited" in page
    assert client.get("/v1/topics?release=0.1.0").status_code == 400, "no such version is published"
    assert client.get("/v1/releases/0.1.0").status_code == 404


def test_a_draft_refuses_to_be_cited_and_says_what_to_do(project: Project) -> None:
    client = project.client()
    for path in ("cite/topics", "cite?query=topics", "topics?cite=true"):
        refused = client.get(f"/v1/{path}")
        body = refused.get_json()
        assert (refused.status_code, refused.mimetype, body["type"]) == (409, "application/problem+json", "/problems/draft")
        assert body["detail"].startswith("0.1.0+draft is not published and may still change, so it cannot be cited.")
        assert "Publish it (diplomatic-events release)." in body["detail"]
        assert (body["version"], body["published"]) == ("0.1.0+draft", [])
    project.publish()
    reword(project.folder, "Nothing")
    client = project.client()
    refused = client.get("/v1/cite/topics")
    assert refused.status_code == 409
    assert "or cite a published release: release=0.1.0" in refused.get_json()["detail"]
    assert client.get("/v1/cite/topics?release=0.1.0").get_json()["data"]["release"]["version"] == "0.1.0"
    assert client.get("/v1/topics?cite=true&release=0.1.0").status_code == 200


def test_a_draft_says_where_a_published_version_is_if_not_here(project: Project) -> None:
    project.publish()
    shutil.rmtree(project.settings.releases_dir)
    reword(project.folder, "Nothing")
    refused = project.client().get("/v1/cite/topics").get_json()["detail"]
    assert refused.endswith("Publish it (diplomatic-events release). Published, but not on this server, is 0.1.0.")
    with (project.folder / "dataset.yaml").open("a") as file:
        file.write("url: https://data.example.org/\n")
    refused = project.client().get("/v1/cite/topics").get_json()["detail"]
    assert refused.endswith("or cite one that https://data.example.org/v1/releases offers.")


def test_where_nothing_is_published_the_page_says_how_to(project: Project) -> None:
    client = project.client()
    assert "diplomatic-events release" in client.get("/releases").text
    assert "diplomatic-events release" in client.get("/v1/releases/latest").get_json()["detail"]
    assert 'href="/releases">Versions that can' in client.get("/").text
    project.publish()
    assert "diplomatic-events release" not in project.client().get("/releases").text


def test_downloads_come_from_an_object_store_where_one_is_set(project: Project) -> None:
    project.publish()
    sums = "".join(f"{'0' * 64}  {name}\n" for name in ("any.sqlite", "topics.parquet"))
    (project.settings.releases_dir / "0.1.0" / "SHA256SUMS").write_text(sums)
    settings = replace(project.settings, releases_url="https://bucket.example/releases")
    client = create_app(settings).test_client()
    answer = client.get("/v1/releases/0.1.0/topics.parquet")
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://bucket.example/releases/0.1.0/topics.parquet")
    assert client.get("/v1/releases/0.1.0/nothing").status_code == 404, "what is not published is not looked for there"
    with pytest.raises(ValueError, match="DIPLOMATIC_EVENTS_RELEASES_URL"):
        Settings.read({"DIPLOMATIC_EVENTS_RELEASES_URL": "bucket"})


def test_the_commands_refuse_a_draft_too(project: Project) -> None:
    places = ("--data-dir", project.settings.data_dir, "--releases-dir", project.settings.releases_dir)
    project.client()
    result = run("cite", "topics", *places)
    assert result.exit_code == 2
    assert "0.1.0+draft is not published" in result.output
    project.publish()
    reword(project.folder, "Nothing")
    result = run("release", "--dataset", project.folder, "--output", project.settings.releases_dir)
    assert result.exit_code == 1
    assert "0.1.0 was published with different content: raise the version" in result.output
    project.client()
    assert "release=0.1.0" in run("cite", "topics", *places).output
    assert json.loads(run("cite", "topics", "--release", "0.1.0", *places).output)["count"] == 2


def test_a_published_version_is_made_again_to_the_byte_after_later_ones(project: Project) -> None:
    first = project.publish_all()
    sums = (first / "SHA256SUMS").read_text()
    reword(project.folder, "Nothing")
    about(project.folder, version="0.2.0")
    project.publish()
    reword(project.folder, "Everything")
    about(project.folder, version="0.1.0")
    again, new = publish.publish(project.folder, project.settings.releases_dir)
    assert (new, (again / "SHA256SUMS").read_text()) == (False, sums)
    assert release(project.client())["version"] == "0.1.0"


ADDRESS = "https://data.example.org/events"


@pytest.mark.parametrize("named", [False, True])
def test_a_release_has_an_address_everywhere(project: Project, named: bool) -> None:
    """The address is at the server that the dataset names, otherwise at the one that was asked; files know only the first."""
    if named:
        about(project.folder, url=f"{ADDRESS}/")
    folder = project.publish_all()
    client = project.client()
    url = f"{ADDRESS if named else 'http://localhost'}/v1/releases/0.1.0"
    assert release(client)["url"] == url
    assert client.get("/v1").get_json()["data"]["citation"].endswith(f" {url}")
    assert client.get("/v1/releases/0.1.0").get_json()["data"]["url"] == url
    cited = client.get("/v1/cite/topics").get_json()["data"]
    assert cited["url"] == f"{url.removesuffix('releases/0.1.0')}topics?release=0.1.0"
    assert url in cited["text"]
    assert (f"url = {{{cited['url']}}}" in cited["bibtex"], cited["csl"]["URL"]) == (True, cited["url"])
    package = json.loads(zipped(folder / "csv.zip", "datapackage.json"))
    assert package.get("homepage") == (url if named else None)
    (item,) = json.loads((folder / "citation.json").read_text())
    assert item.get("URL") == (url if named else None)
    for name in ("README.md", "citation.bib", "dataset.jsonld"):
        assert (url in (folder / name).read_text()) is named, name
    assert (url in gzip.decompress((folder / "dataset.json.gz").read_bytes()).decode()) is False, "the address follows"


def zipped(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def test_the_address_of_the_served_release_answers_even_where_its_files_are_not(project: Project) -> None:
    project.publish()
    shutil.rmtree(project.settings.releases_dir)
    client = project.client()
    found = client.get(release(client)["url"]).get_json()
    assert (found["data"]["version"], found["data"]["files"]) == ("0.1.0", [])
    assert found["data"]["digest"] == release(client)["digest"]
    assert client.get("/v1/releases/0.1.0/events.parquet").status_code == 404


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The small dataset published as 1.0.0 and, with a topic reworded, as 1.0.1."""
    project = Project(tmp_path_factory.mktemp("twice"))
    about(project.folder, version="1.0.0")
    project.publish()
    reword(project.folder, "Nothing")
    about(project.folder, version="1.0.1")
    project.publish()
    return project.client()


FILTERS = ("", "q=a", "q=b", "updated_since=1.0.1", "q=a&updated_since=1.0.0")


def test_every_query_of_every_kind_and_release_has_a_key_of_its_own(twice: FlaskClient) -> None:
    keys = {"diplomatic-events-1.0.0", "diplomatic-events-1.0.1"}  # those of the releases
    for resource, filters, version in product(RESOURCES, FILTERS, ("1.0.0", "1.0.1")):
        cited = twice.get(f"/v1/cite/{resource.kind}?{filters}{'&' if filters else ''}release={version}").get_json()["data"]
        key = re.match(r"@misc\{([A-Za-z0-9.+-]+),\n", cited["bibtex"])
        assert key
        assert cited["csl"]["id"] == key[1]
        assert key[1] not in keys, cited["query"]
        keys.add(key[1])
        assert twice.get(cited["url"].removeprefix("http://localhost")).get_json()["meta"]["total"] == cited["count"]
    turned = twice.get("/v1/cite/events?updated_since=1.0.0&q=a&release=1.0.0").get_json()["data"]
    assert turned["csl"]["id"] in keys, "the same query has the same key"

"""What a release says of itself is the same in the words of each vocabulary, and each is read by a library of its own."""

import gzip
import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import rdflib
import yaml
from conftest import SMALL, keep_manifest
from frictionless import Package
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SDO

from api.dataset.dataset import Dataset
from api.releases import publish
from api.releases.codebook import SECTION
from api.releases.descriptions import PRINTED
from api.releases.files import files_of
from api.releases.files.descriptor import FILE, INCLUDED, SECTIONS, section

KNOWN = {
    "keywords": ["treaties", "talks"],
    "creators": [
        {"name": "A. Coder", "orcid": "0000-0002-1825-0097"},
        {"name": "The testers", "ror": "03f0f6041", "url": "https://example.org/testers", "email": "testers@example.org"},
    ],
}
NAMED = {"url": "https://data.example.org/diplomacy", "doi": "10.5072/diplomacy.1"}
SPDX, PROV = rdflib.Namespace("http://spdx.org/rdf/terms#"), rdflib.Namespace("http://www.w3.org/ns/prov#")
README = "# Codebook\n\n## How it is coded\n\nBy two.\n\n### And then\n\nBy one.\n"
OWN_TEXT = (
    "## Sampling\n\nAll that was found.\n\n<!-- begin counts -->\n<!-- end counts -->\n\n<!-- codebook: How it is coded -->\n\n"
    "<!-- begin unmatched -->\n<!-- end unmatched -->\n"
)
Facts = dict[str, Any]
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # of rdflib, in its own reader of JSON-LD

FILES = files_of({"name": "diplomatic-events"})


@pytest.fixture(scope="module", params=["without an address", "with an address and a DOI"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second release of a small dataset, published."""
    root = tmp_path_factory.mktemp("described")
    source = Path(shutil.copytree(SMALL, root / "dataset"))
    about = source / "dataset.yaml"
    if "DOI" in request.param:
        (source / "README.md").write_text(README, encoding="utf-8")
        (source / "descriptor.md").write_text(OWN_TEXT, encoding="utf-8")
    known = yaml.safe_load(about.read_text(encoding="utf-8")) | KNOWN | (NAMED if "DOI" in request.param else {})
    about.write_text(yaml.safe_dump(known), encoding="utf-8")
    keep_manifest(source)
    about.write_text(yaml.safe_dump(known | {"version": "0.2.0"}), encoding="utf-8")
    topic = source / "topics" / "security.yaml"
    topic.write_text(topic.read_text().replace("Everything", "All"))
    return publish.publish(source, root / "releases")[0]


def parsed(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def graph(folder: Path, name: str) -> rdflib.Graph:
    """The triples of a file, as if it had been read from a server at the address."""
    return rdflib.Graph().parse(folder / name, format="json-ld", publicID=f"{NAMED['url']}/v1/releases/0.2.0/{name}")


def last(address: object) -> str:
    """The name of a file by its address."""
    return str(address).rpartition("/")[2]


def one(value: Any) -> Any:
    """The first of the media types of a file: Croissant's reader needs a second one."""
    return value[0] if isinstance(value, list) else value


def schema_org(folder: Path) -> Facts:
    found = parsed(folder, "dataset.jsonld")
    return {
        "title": found["name"],
        "text": found["description"],
        "version": found["version"],
        "released": found["datePublished"],
        "licence": found["license"],
        "creators": [creator["name"] for creator in found["creator"]],
        "keywords": found["keywords"],
        "digest": found["identifier"][0],
        "files": {
            last(d["contentUrl"]): (int(d["contentSize"]), d["sha256"], d["encodingFormat"]) for d in found["distribution"]
        },
    }


def dcat(folder: Path) -> Facts:
    triples = graph(folder, "dcat.jsonld")
    dataset = triples.value(None, RDF.type, DCAT.Dataset)
    files = {}
    for one in triples.objects(dataset, DCAT.distribution):
        checksum = triples.value(triples.value(one, SPDX.checksum), SPDX.checksumValue)
        size, media_type = triples.value(one, DCAT.byteSize), triples.value(one, DCAT.mediaType)
        where = last(triples.value(one, DCAT.downloadURL))
        files[where] = (int(str(size)), str(checksum).lower(), str(media_type).partition("media-types/")[2])
    text = {
        word: str(triples.value(dataset, term))
        for word, term in {
            "title": DCTERMS.title,
            "text": DCTERMS.description,
            "version": rdflib.URIRef(f"{DCAT}version"),
            "released": DCTERMS.issued,
            "licence": DCTERMS.license,
            "digest": DCTERMS.identifier,
        }.items()
    }
    return {
        **text,
        "creators": sorted(str(triples.value(one, FOAF.name)) for one in triples.objects(dataset, DCTERMS.creator)),
        "keywords": sorted(str(word) for word in triples.objects(dataset, DCAT.keyword)),
        "files": files,
    }


def croissant(folder: Path) -> Facts:
    found = parsed(folder, "croissant.json")
    return {
        "title": found["name"],
        "text": found["description"],
        "version": found["version"],
        "released": found["datePublished"],
        "licence": found["license"],
        "creators": [creator["name"] for creator in found["creator"]],
        "keywords": found["keywords"],
        "digest": found["identifier"],
        "files": {
            d["@id"]: (int(d["contentSize"].removesuffix(" B")), d["sha256"], one(d["encodingFormat"]))
            for d in found["distribution"]
        },
    }


def ro_crate(folder: Path) -> Facts:
    nodes = {node["@id"]: node for node in parsed(folder, "ro-crate-metadata.json")["@graph"]}
    root = nodes["./"]
    files = (nodes[part["@id"]] for part in root["hasPart"])
    return {
        "title": root["name"],
        "text": root["description"],
        "version": root["version"],
        "released": root["datePublished"],
        "licence": root["license"]["@id"],
        "creators": [nodes[author["@id"]]["name"] for author in root["author"]],
        "keywords": root["keywords"].split(", "),
        "files": {file["name"]: (int(file["contentSize"]), file["sha256"], file["encodingFormat"]) for file in files},
    }


def datacite(folder: Path) -> Facts:
    found = parsed(folder, "datacite.json")
    return {
        "title": found["titles"][0]["title"],
        "text": found["descriptions"][0]["description"],
        "version": found["version"],
        "released": found["dates"][0]["date"],
        "licence": found["rightsList"][0]["rightsUri"],
        "creators": [creator["name"] for creator in found["creators"]],
        "keywords": [subject["subject"] for subject in found["subjects"]],
        "digest": found["alternateIdentifiers"][0]["alternateIdentifier"],
    }


def cff(folder: Path) -> Facts:
    found = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    return {
        "title": found["title"],
        "text": found["abstract"],
        "version": found["version"],
        "released": found["date-released"],
        "creators": [author["name"] for author in found["authors"]],
        "keywords": found["keywords"],
        "digest": found["identifiers"][0]["value"],
    }


def data_package(folder: Path) -> Facts:
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        found = Package(json.loads(archive.read("datapackage.json"))).to_descriptor()
    return {
        "title": found["title"],
        "text": found["description"],
        "version": found["version"],
        "released": found["created"][:10],
        "licence": found["licenses"][0]["path"],
        "creators": [creator["title"] for creator in found["contributors"]],
        "keywords": found["keywords"],
        "digest": found["id"],
    }


def csl(folder: Path) -> Facts:
    (found,) = parsed(folder, "citation.json")
    return {
        "title": found["title"],
        "version": found["version"],
        "released": "-".join(f"{part:02}" for part in found["issued"]["date-parts"][0]),
        "creators": [author["literal"] for author in found["author"]],
        "digest": found["note"],
    }


@pytest.mark.parametrize("other", [dcat, croissant, ro_crate, datacite, cff, data_package, csl])
def test_every_vocabulary_says_the_same(folder: Path, other: Any) -> None:
    known, said = schema_org(folder), other(folder)
    known["keywords"], said["keywords"] = (sorted(facts.get("keywords", KNOWN["keywords"])) for facts in (known, said))
    known["creators"], said["creators"] = (sorted(facts["creators"]) for facts in (known, said))
    assert said == {key: known[key] for key in said}
    assert {"title", "version", "released", "creators"} <= said.keys()


def test_who_made_it_is_found_and_written_to(folder: Path) -> None:
    """Each vocabulary has as much of a group as it has words for."""
    ror, email = "https://ror.org/03f0f6041", "testers@example.org"
    (group,) = (each for each in parsed(folder, "dataset.jsonld")["creator"] if each["@type"] == "Organization")
    assert (group["@id"], group["url"], group["email"]) == (ror, "https://example.org/testers", email)
    nodes = {node["@id"]: node for node in parsed(folder, "ro-crate-metadata.json")["@graph"]}
    assert nodes[nodes[ror]["contactPoint"]["@id"]]["email"] == email
    assert parsed(folder, "datacite.json")["creators"][1]["nameIdentifiers"][0]["nameIdentifier"] == ror
    person, named = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))["authors"]
    assert (person["orcid"], named["website"], named["email"]) == (
        "https://orcid.org/0000-0002-1825-0097",
        "https://example.org/testers",
        email,
    )
    triples, vcard = graph(folder, "dcat.jsonld"), rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
    (contact,) = triples.objects(None, DCAT.contactPoint)
    assert str(triples.value(contact, vcard.hasEmail)) == f"mailto:{email}"


def test_what_is_said_of_the_files_is_true_of_them(folder: Path) -> None:
    files = schema_org(folder)["files"]
    assert set(files) == set(FILES)
    for name, (size, sha256, media_type) in files.items():
        data = (folder / name).read_bytes()
        assert (size, sha256) == (len(data), hashlib.sha256(data).hexdigest()), name
        assert media_type == FILES[name].media_type
    assert set(PRINTED) | set(FILES) | {"SHA256SUMS"} == {path.name for path in folder.iterdir()}


def test_a_release_leads_to_where_it_is_cited_and_to_the_one_before(folder: Path) -> None:
    """Both are known to a dataset that has an address; one that has none leads to nothing, rather than to another server."""
    named = NAMED["url"] in (folder / "CITATION.cff").read_text() or "doi" in (folder / "CITATION.cff").read_text()
    doi, release, before = (
        f"https://doi.org/{NAMED['doi']}",
        f"{NAMED['url']}/v1/releases/0.2.0",
        f"{NAMED['url']}/v1/releases/0.1.0",
    )
    found = parsed(folder, "dataset.jsonld")
    assert found["@id"] == (release if named else "./")
    assert (doi in found["identifier"], doi in found["citation"]) == (named, named)
    assert found.get("prov:wasRevisionOf") == ({"@id": before} if named else None)
    cited = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert (cited.get("doi"), cited.get("url")) == ((NAMED["doi"], doi) if named else (None, None))
    (item,) = parsed(folder, "citation.json")
    assert item.get("URL") == (doi if named else None)
    assert (f"url = {{{doi}}}" in (folder / "citation.bib").read_text()) is named
    root = next(node for node in parsed(folder, "ro-crate-metadata.json")["@graph"] if node["@id"] == "./")
    assert root.get("cite-as") == (doi if named else None)


@pytest.mark.parametrize("name", ["dataset.jsonld", "dcat.jsonld"])
def test_provenance_and_files_are_triples(folder: Path, name: str) -> None:
    """A file that does not know its address has those of the server that it is read from."""
    triples = graph(folder, name)
    (dataset,) = [*triples.subjects(RDF.type, DCAT.Dataset), *triples.subjects(RDF.type, SDO.Dataset)]
    assert str(dataset).rstrip("/") == f"{NAMED['url']}/v1/releases/0.2.0"
    urls = {str(o) for term in (DCAT.downloadURL, SDO.contentUrl) for o in triples.objects(None, term)}
    assert {last(url) for url in urls} == set(FILES)
    if name == "dcat.jsonld":
        assert all(url.startswith(f"{dataset}".rstrip("/") + "/") for url in urls)
    else:
        assert len(set(triples.objects(dataset, PROV.wasAttributedTo))) == len(KNOWN["creators"])


def test_the_data_descriptor_answers_what_referees_ask_with_the_figures_of_the_release(folder: Path) -> None:
    page = (folder / "descriptor.html").read_text(encoding="utf-8")
    assert "version 0.2.0: data descriptor</title>" in page
    events = len(gzip.decompress((folder / "events.ndjson.gz").read_bytes()).splitlines())
    assert f"<td><code>events</code></td>\n<td>{events}</td>" in page
    assert "No official lists were compared with this dataset." in page
    if "Sampling" in page:  # the dataset has a text of its own
        assert "<p>All that was found.</p>" in page
        assert "<p>By two.</p>" in page
        assert "By one." not in page
        return
    asked = ["Summary", "Coverage", "Coding", "Technical validation", "Known errors and doubt", "Usage notes", "Code"]
    assert re.findall("<h2>(.*?)</h2>", page) == asked
    assert "<td>Records of which accounts conflict</td>" in page
    assert "Every id that a record refers to exists." in page
    assert "<td>2010s</td>" in page or "<td>2020s</td>" in page
    assert "No double coding comes with this dataset." in page


def test_no_section_of_the_bundled_descriptor_is_empty(records: Dataset) -> None:
    """What it takes from the codebook is there, and what is to be generated has a generator."""
    text = (records.folder / FILE).read_text(encoding="utf-8")
    codebook = (records.folder / "README.md").read_text(encoding="utf-8")
    assert all(section(codebook, heading) for heading in INCLUDED.findall(text))
    assert {name for _, name, _ in SECTION.findall(text)} <= set(SECTIONS)

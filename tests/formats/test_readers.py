"""Two readers of the ecosystem, independent of each other, read each format; one of them is strict."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import feedparser
import geojson
import icalendar
import marko
import networkx
import pandas
import pyld.jsonld
import pytest
import rdflib
import vobject
import yaml
from conftest import ROOT
from flask.testing import FlaskClient
from geojson_pydantic import FeatureCollection
from lxml import etree
from markdown_it import MarkdownIt
from support import unchanged

from api.resources import BY_KIND, RESOURCES
from api.resources.doubt import heading, remarks

Documents = dict[str, list[dict[str, Any]]]
READERS = ROOT / "tests" / "fixtures" / "readers"
GRAPHML = etree.XMLSchema(etree.parse(READERS / "graphml.xsd"))
ATOM = etree.RelaxNG(etree.parse(READERS / "atom.rng"))
KINDS_OF = {
    "ics": ["events", "agreements", "timeline"],
    "atom": ["events", "statements", "changes", "timeline"],
    "geojson": ["events", "places"],
}


def get(client: FlaskClient, kind: str, word: str, query: str = "") -> str:
    answer = client.get(f"/v1/{kind}?format={word}&{query}".rstrip("&"))
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("kind", KINDS_OF["ics"])
def test_icalendar(client: FlaskClient, kind: str) -> None:
    text = get(client, kind, "ics")
    strict = vobject.readOne(text)
    strict.validate(raiseException=True)
    lenient = icalendar.Calendar.from_ical(text)
    assert [entry.uid.value for entry in strict.vevent_list] == [str(entry["uid"]) for entry in lenient.walk("VEVENT")]
    assert [entry.dtstart.value for entry in strict.vevent_list] == [entry["dtstart"].dt for entry in lenient.walk("VEVENT")]
    for entry in strict.vevent_list:
        assert type(entry.dtstart.value) is date
        assert entry.dtstamp.value.utcoffset() == timedelta(0), "a time in UTC (RFC 5545, 3.8.7.2)"
    assert not lenient.errors
    assert all(not entry.errors for entry in lenient.walk("VEVENT"))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "Diplomatic events: the United States and Russia: events"),
        (
            "type=visit,summit&date_from=2021",
            "Diplomatic events: the United States and Russia: events (from 1 January 2021 · type Summit or Visit)",
        ),
    ],
)
def test_a_calendar_has_a_name_and_says_when_to_come_again(client: FlaskClient, query: str, name: str) -> None:
    calendar = icalendar.Calendar.from_ical(get(client, "events", "ics", query))
    assert str(calendar["name"]) == str(calendar["x-wr-calname"]) == name
    assert calendar["refresh-interval"].dt == timedelta(days=1)
    assert calendar["refresh-interval"].params["VALUE"] == "DURATION"
    assert str(calendar["x-published-ttl"]) == "P1D"
    assert "method" not in calendar


@pytest.mark.parametrize("kind", KINDS_OF["atom"])
@pytest.mark.parametrize("query", ["limit=3", "limit=500"])
def test_atom(client: FlaskClient, kind: str, query: str) -> None:
    text = get(client, kind, "atom", query)
    root = etree.fromstring(text.encode())
    ATOM.assertValid(root)
    feed = feedparser.parse(text)
    assert not feed.bozo
    assert Counter(link.rel for link in feed.feed.links) <= Counter(["self", "next"]), "one of a kind"
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == len(ids) > 0
    assert max(entry.updated for entry in feed.entries) == feed.feed.updated


def test_a_feed_of_changes_begins_with_the_newest_and_leads_to_the_oldest(client: FlaskClient) -> None:
    listed, url = [], "/v1/changes?limit=500"
    while url:
        body = client.get(url).get_json()
        listed, url = listed + body["data"], body["links"]["next"]
    found, url = [], "/v1/changes?format=atom&limit=400"
    while url:
        feed = feedparser.parse(client.get(url).text)
        found += [entry.id.removeprefix("tag:diplomatic-events,2026:changes/") for entry in feed.entries]
        url = next((link.href for link in feed.feed.links if link.rel == "next"), "")
    assert found == [f"{c['version']}/{c['kind']}/{c['id']}" for c in reversed(listed)]
    assert feed.feed.updated >= feed.entries[-1].updated


def test_a_cursor_of_one_order_does_not_go_on_in_the_other(client: FlaskClient) -> None:
    following = client.get("/v1/changes?limit=1").get_json()["links"]["next"]
    refused = client.get(f"{following}&format=atom")
    assert refused.status_code == 400
    assert "is not a cursor of this query" in refused.text
    feed = feedparser.parse(client.get("/v1/changes?limit=1&format=atom").text)
    (following,) = (link.href for link in feed.feed.links if link.rel == "next")
    assert client.get(following.replace("&format=atom", "").replace("format=atom&", "")).status_code == 400


def test_each_query_is_a_feed_of_its_own_and_the_same_query_is_the_same(client: FlaskClient) -> None:
    def feed(path: str) -> tuple[str, str]:
        parsed = feedparser.parse(client.get(path).text).feed
        return parsed.id, parsed.title

    base, title = "tag:diplomatic-events,2026:", "Diplomatic events: the United States and Russia: "
    assert feed("/v1/events?format=atom") == (f"{base}events", f"{title}events")
    visits = f"{base}events?type=summit%2Cvisit", f"{title}events (type Summit or Visit)"
    assert feed("/v1/events?format=atom&type=visit,summit&limit=1") == visits
    assert feed("/v1/events?type=summit,visit&format=atom&sort=title") == visits
    assert feed("/v1/statements?format=atom&q=%22new%20start%22") == (
        f"{base}statements?q=%22new+start%22", f'{title}statements (words "new start")',
    )  # fmt: skip
    assert feed("/v1/timeline?format=atom&kind=events&on=2021-06-16") == (
        f"{base}timeline?kind=events&on=2021-06-16%2F2021-06-16", f"{title}timeline (kind events · on 16 June 2021)",
    )  # fmt: skip
    assert feed("/v1/changes?format=atom&kind=events&since=1.0.0") == (
        f"{base}changes?kind=events&since=1.0.0", f"{title}changes (kind events · since 1.0.0)",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["events", "statements"])
def test_an_entry_is_as_old_as_the_last_change_of_its_record(client: FlaskClient, kind: str, documents: Documents) -> None:
    days: dict[str, str] = {}
    url = "/v1/changes?limit=500"
    while url:
        body = client.get(url).get_json()
        days |= {change["version"]: change["released"] for change in body["data"]}
        url = body["links"]["next"]
    entries, url = {}, f"/v1/{kind}?format=atom&limit=500"
    while url:
        feed = feedparser.parse(client.get(url).text)
        entries |= {entry.id.rpartition("/")[2]: entry for entry in feed.entries}
        url = next((link.href for link in feed.feed.links if link.rel == "next"), "")
    assert len(set(days.values())) > 1
    for document in documents[kind]:
        assert entries[document["id"]].updated == f"{days[document['updated_in']]}T00:00:00Z"


@pytest.mark.parametrize("query", ["", "type=summit", "ids=2021-06-16-geneva-summit"])
def test_graphml(client: FlaskClient, query: str) -> None:
    text = get(client, "events", "graphml", query)
    GRAPHML.assertValid(etree.fromstring(text.encode()))
    graph = networkx.parse_graphml(text, force_multigraph=True)
    assert graph.number_of_edges()
    for id, node in graph.nodes(data=True):
        assert " " not in id
        assert node["label"] == node["name"]
    for _, _, key, edge in graph.edges(keys=True, data=True):
        assert " " not in key
        assert edge["label"] == edge["type"]
        assert edge["weight"] == edge["count"]
        assert isinstance(edge["weight"], float)


@pytest.mark.parametrize("kind", KINDS_OF["geojson"])
def test_geojson(client: FlaskClient, kind: str, documents: Documents) -> None:
    text = get(client, kind, "geojson")
    strict = FeatureCollection.model_validate_json(text, strict=True)
    lenient = geojson.loads(text)
    assert lenient.is_valid
    by_id = {document["id"]: document for document in documents[kind]}
    for one, other in zip(strict.features, lenient.features, strict=True):
        assert one.properties is not None
        assert one.id == one.properties["id"] == other["properties"]["id"]
        if kind == "events":
            dates = by_id[one.id]["date"]
            assert (one.properties["date"], one.properties["date_text"]) == (dates["edtf"], dates["text"])
            assert (one.properties["earliest"], one.properties["latest"]) == (dates["earliest"], dates["latest"])


def test_ndjson_and_csv(client: FlaskClient, kind: str, documents: Documents, tmp_path: Any) -> None:
    expected = [document["id"] for document in documents[kind]]
    lines, table = get(client, kind, "ndjson"), get(client, kind, "csv")
    assert list(pandas.read_json(io.StringIO(lines), lines=True, dtype=False)["id"]) == expected
    (tmp_path / "x.ndjson").write_text(lines, encoding="utf-8")
    (tmp_path / "x.csv").write_bytes(table.encode())
    ids = f"SELECT id FROM read_json('{tmp_path}/x.ndjson', columns = {{id: 'VARCHAR'}}, format = 'newline_delimited')"
    assert [id for (id,) in duckdb.sql(ids).fetchall()] == expected
    rows = duckdb.sql(f"SELECT id FROM read_csv('{tmp_path}/x.csv', all_varchar = true, header = true, strict_mode = true)")
    assert Counter(id for (id,) in rows.fetchall()) == Counter(expected)
    assert list(pandas.read_csv(io.StringIO(table), dtype=str)["id"]) == expected
    json.loads(lines.splitlines()[0])


VOCABULARY = yaml.safe_load((READERS / "schema_org.yaml").read_text(encoding="utf-8"))
SCHEMA, BASE = "https://schema.org/", "http://localhost/v1/"
LITERALS = {  # what a literal of JSON can be
    str: {"Text", "URL", "Date", "DateTime"},
    bool: {"Boolean"},
    int: {"Number", "Text"},
    float: {"Number", "Text"},
}


def ancestors(name: str) -> set[str]:
    return {name}.union(*map(ancestors, VOCABULARY["classes"][name]))


def offline(*arguments: Any) -> None:
    pytest.fail(f"the context is fetched: {arguments}")


@pytest.fixture(scope="module")
def nodes(client: FlaskClient) -> dict[str, list[dict[str, Any]]]:
    """The JSON-LD nodes of every kind, expanded."""
    options = {"documentLoader": offline}
    return {r.kind: pyld.jsonld.expand(json.loads(get(client, r.kind, "jsonld")), options) for r in RESOURCES}


def types_of(nodes: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {node["@id"]: node["@type"] for found in nodes.values() for node in found}


def misplaced(node: dict[str, Any], types: dict[str, list[str]]) -> Iterator[str]:
    """What schema.org's own vocabulary does not allow in a node."""
    own = set().union(*(ancestors(type.removeprefix(SCHEMA)) for type in node["@type"]))
    for address, values in node.items():
        if address.startswith("@") or not address.startswith(SCHEMA):
            continue
        name = address.removeprefix(SCHEMA)
        rule = VOCABULARY["properties"][name]
        if not own & set(rule["domains"]):
            yield f"{name} of {sorted(own)}"
        for value in values:
            yield from (f"{name}: {fault}" for fault in wrong(value, set(rule["ranges"]), types))
            if "@type" in value and "@value" not in value:
                yield from misplaced(value, types)


def wrong(value: dict[str, Any], ranges: set[str], types: dict[str, list[str]]) -> Iterator[str]:
    """Whether a value of a property is none of what its range allows."""
    if "@value" in value:
        literal = value["@value"]
        if not LITERALS[type(literal)] & ranges:
            yield f"{literal!r} is none of {ranges}"
        if ranges <= {"Date", "DateTime"}:
            date.fromisoformat(literal)
        return
    kinds = value.get("@type") or types.get(value["@id"])
    if "URL" in ranges:
        return
    if kinds is None:
        if not value["@id"].startswith(SCHEMA):
            yield f"{value['@id']} is no record"
    elif "Thing" not in ranges and not set().union(*(ancestors(kind.removeprefix(SCHEMA)) for kind in kinds)) & ranges:
        yield f"{value['@id']} is {kinds}, none of {ranges}"


def test_jsonld_is_what_schema_org_allows(nodes: dict[str, list[dict[str, Any]]], kind: str) -> None:
    types = types_of(nodes)
    faults = Counter(fault for node in nodes[kind] for fault in misplaced(node, types))
    assert not faults


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("limit", [50, pytest.param(None, marks=pytest.mark.trials)], ids=["some", "all"])
def test_jsonld_is_the_same_graph_for_rdflib(
    client: FlaskClient, nodes: dict[str, list[dict[str, Any]]], kind: str, limit: int | None
) -> None:
    some, answer = nodes[kind][:limit], json.loads(get(client, kind, "jsonld"))
    graph = rdflib.Graph().parse(data=json.dumps(answer | {"@graph": answer["@graph"][:limit]}), format="json-ld")
    own = rdflib.Graph().parse(data=pyld.jsonld.to_rdf(some, {"format": "application/n-quads"}), format="nquads")
    assert len(graph) == len(own) > len(some)
    subjects = {str(subject) for subject in graph.subjects(rdflib.RDF.type)}
    assert {node["@id"] for node in some} <= subjects
    edtf = rdflib.URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
    dates = [date for _, _, date in graph.triples((None, rdflib.DCTERMS.temporal, None))]
    assert len(dates) == (len(some) if kind in ("events", "statements") else 0)
    assert all(isinstance(date, rdflib.Literal) and date.datatype == edtf for date in dates)


def test_jsonld_says_in_prov_what_a_record_was_derived_from(
    documents: dict[str, list[dict[str, Any]]], nodes: dict[str, list[dict[str, Any]]], kind: str
) -> None:
    """Each source that a record cites anywhere, with the place that it cites there, as the document has it."""
    prov = "http://www.w3.org/ns/prov#"
    for document, node in zip(documents[kind], nodes[kind], strict=True):
        cited: list[dict[str, Any]] = []
        json.loads(json.dumps(document), object_hook=lambda o, cited=cited: cited.append(o) if "locator" in o else o)
        sources = {f"http://localhost/v1/sources/{citation['source']['id']}" for citation in cited}
        assert {source["@id"] for source in node.get(f"{prov}wasDerivedFrom", [])} == sources, document["id"]
        places = {
            (place[f"{prov}entity"][0]["@id"].rpartition("/")[2], value["@value"])
            for place in node.get(f"{prov}qualifiedDerivation", [])
            for key, values in place.items()
            if key.endswith("locator")
            for value in values
        }
        assert places == {(citation["source"]["id"], citation["locator"]) for citation in cited if citation["locator"]}


def test_an_item_is_a_node_of_its_own(client: FlaskClient, nodes: dict[str, list[dict[str, Any]]], kind: str) -> None:
    id = nodes[kind][0]["@id"].rpartition("/")[2]
    for answer in (
        client.get(f"/v1/{kind}/{id}", headers={"Accept": "application/ld+json"}),
        client.get(
            f"/v1/{kind}/{id}",
            headers={"Accept": 'application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted", */*;q=0.1'},
        ),
        client.get(f"/v1/{kind}/{id}?format=jsonld"),
    ):
        assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
        (node,) = pyld.jsonld.expand(answer.get_json(force=True), {"documentLoader": offline})
        assert node == nodes[kind][0]
        assert "Accept" in answer.headers["Vary"]
        again = client.get(f"/v1/{kind}/{id}", headers={"Accept": "application/ld+json", "If-None-Match": answer.headers["ETag"]})
        unchanged(again, answer)
    assert client.get(f"/v1/{kind}/{id}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    refused = client.get(f"/v1/{kind}/{id}?format=jsonld&fields=id")
    assert refused.status_code == 400
    assert "does not go with jsonld" in refused.text
    assert client.get(f"/v1/{kind}/nobody?format=jsonld").status_code == 404
    assert client.get(f"/v1/{kind}/{id}?format=csv").status_code == 400


def shown(element: Any) -> str:
    """The text of an element of Markdown, as its strict reader has it."""
    if isinstance(element.children, str):
        return element.children
    return "".join(map(shown, element.children))


def texts(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a document that has to stand in its Markdown: all but dates, which are told in words, and addresses."""
    if isinstance(value, dict) and "edtf" in value:
        yield value["text"]
    elif key == "offices":  # the organization of an office stands in the roles of its holder
        yield from (office["title"] for office in value)
    elif isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else ((key, each) for each in value):
            if name not in ("links", "updated_in", "disputed", "one_sided"):
                yield from texts(inner, name)
    elif isinstance(value, str):
        yield value.replace("_", " ")
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None:
        yield str(value)


def test_markdown(client: FlaskClient, kind: str, documents: Documents) -> None:
    """A record is a section: what is doubtful in its heading and in sentences, then everything that the record says."""
    text = get(client, kind, "md", "limit=15")
    blocks = [block for block in marko.parse(text).children if type(block).__name__ != "BlankLine"]
    sections: list[list[Any]] = []
    for block in blocks[2:]:
        if type(block).__name__ == "Heading":
            sections.append([])
        sections[-1].append(block)
    for section, document in zip(sections, documents[kind], strict=False):
        name = heading(BY_KIND[kind].name(document), document)
        assert shown(section[0]) == " ".join(name.split())
        assert section[0].level == 2
        if told := remarks(document):
            assert shown(section[1]) == told
        assert all(type(block).__name__ in ("Heading", "Paragraph", "List") for block in section)
        whole = " ".join(map(shown, section)).replace("_", " ")
        assert [said for said in texts(document) if " ".join(said.split()) not in whole] == []
    assert len(sections) == min(15, len(documents[kind]))
    lenient = MarkdownIt().parse(text)
    titles = [after for before, after in pairwise(lenient) if before.type == "heading_open"]
    said = ["".join(child.content for child in title.children or ()) for title in titles]
    assert said == [shown(block) for block in blocks if type(block).__name__ == "Heading"]
    assert "html_block" not in {token.type for token in lenient}


def test_an_item_is_a_text_of_its_own(client: FlaskClient, kind: str, documents: Documents) -> None:
    id = documents[kind][0]["id"]
    asked, wanted = (
        client.get(f"/v1/{kind}/{id}", headers={"Accept": "text/markdown"}),
        client.get(f"/v1/{kind}/{id}?format=md"),
    )
    assert asked.text == wanted.text
    assert asked.mimetype == "text/markdown"
    assert marko.parse(asked.text).children[0].level == 1
    assert f"/v1/{kind}/{id}>" in asked.text

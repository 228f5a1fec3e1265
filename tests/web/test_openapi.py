"""The contract is valid, complete, derived, and its examples are true to it."""

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from conftest import DATASET, ROOT
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from support import answer_of, answer_schema, conforms, declared, sample, undeclared, vocabulary

from api.resources import RESOURCES
from api.schema.json_schema import json_schema
from api.schema.walk import paths
from api.web import openapi


def test_the_contract_is_valid_openapi_3_1() -> None:
    validate(openapi.contract())
    assert openapi.contract()["openapi"] == "3.1.0"


def test_the_committed_contract_is_the_derived_one() -> None:
    assert (ROOT / "openapi.yaml").read_text(encoding="utf-8") == openapi.as_yaml()


def test_both_forms_say_the_same_and_are_served(client: FlaskClient) -> None:
    served = client.get("/openapi.json").get_json()
    assert served == yaml.safe_load(client.get("/openapi.yaml").text)
    if all(client.get(f"/v1/{one.kind}/{one.example[0]}").status_code == 200 for one in RESOURCES):  # else examples are others
        told = {**served, "info": openapi.contract()["info"]}
        assert told == openapi.contract(), "what the data says of itself is in `info` alone"
    about = client.get("/v1").get_json()["data"]
    assert served["info"]["title"] == about["title"]
    assert served["info"]["description"].startswith(about["description"])
    assert served["info"]["license"]["url"] == about["licence_url"]


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [(path, item["get"]) for path, item in openapi.contract()["paths"].items()]


def test_every_operation_is_named_tagged_and_described() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in openapi.contract()["tags"]}
    for path, operation in operations():
        assert operation["summary"].endswith("."), path
        assert set(operation["tags"]) <= tags


def test_every_parameter_is_typed_and_described() -> None:
    schemas = openapi.contract()["components"]["schemas"]
    for path, _ in operations():
        for parameter in declared(path):
            named = parameter["schema"].get("$ref") or parameter["schema"].get("allOf", [{}])[0].get("$ref", "")
            assert schemas.get(named.rsplit("/", 1)[1] if named else "", parameter["schema"])["type"], (path, parameter["name"])
            name, suffixed = parameter["name"], parameter["name"].endswith(("_all", "_not"))
            assert "description" in parameter or suffixed, (path, name)
            assert parameter.get("description", "by the suffix.").endswith((".", "`.")), (path, name)
    for suffix in ("_all", "_not"):
        assert f"`<name>{suffix}`" in openapi.contract()["info"]["description"]


def test_every_property_of_every_document_is_described() -> None:
    """Where it is used, or in the component that it is."""
    schemas = openapi.contract()["components"]["schemas"]
    for name in (f"{resource.model.__name__}Record" for resource in RESOURCES):
        for key, shape in schemas[name]["properties"].items():
            assert "description" in {**schemas.get(shape.get("$ref", "").rsplit("/", 1)[-1], {}), **shape}, (name, key)


def test_every_response_with_a_body_has_an_example_that_is_true_to_it(
    client: FlaskClient, documents: dict[str, list[dict[str, Any]]]
) -> None:
    """Of a record, which says of each key what it is, any document of the dataset is one."""
    records = {f"{resource.model.__name__}Record": documents[resource.kind][0] for resource in RESOURCES}
    records["TimelineEntry"] = client.get("/v1/timeline?limit=1").get_json()["data"][0]
    shared = openapi.contract()["components"]["responses"]
    for path, operation in operations():
        for status, response in operation["responses"].items():
            for media in shared.get(response.get("$ref", "").rsplit("/", 1)[-1], response).get("content", {}).values():
                shown = media["example"] if "example" in media else sample(media["schema"], records)
                assert shown, (path, status)
                conforms(shown, media["schema"])


# What ECMAScript and browsers have for every program, and a component could be taken for.
GLOBALS = {
    "Array", "Boolean", "Comment", "Date", "Document", "Element", "Error", "Event", "File", "History", "Image", "Location", "Map",
    "Node", "Notification", "Number", "Object", "Option", "Plugin", "Promise", "Proxy", "Range", "Record", "Report", "Request",
    "Response", "Selection", "Set", "String", "Symbol", "Text", "URL",
}  # fmt: skip


def test_the_contract_is_short_enough_to_be_read() -> None:
    """150 kB for the eight kinds that there are."""
    assert len(openapi.as_yaml().encode()) < 150_000 / 8 * len(RESOURCES)


def test_every_answer_of_json_has_a_name_that_a_program_can_use() -> None:
    components = openapi.contract()["components"]
    assert GLOBALS & set(components["schemas"]) == set()
    assert set(components["schemas"]) & set(components["parameters"]) == set(), "generators put them side by side"
    for path, operation in operations():
        schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if path.startswith("/v1") and path not in ("/v1/releases/{version}/{name}",):
            assert "properties" not in schema, path
    for kind in RESOURCES:
        name = kind.model.__name__
        assert {f"{name}Record", f"{name}List", f"{name}Item"} <= set(components["schemas"])


def test_no_schema_has_a_key_that_is_called_as_itself() -> None:
    """A generated class would have a variable for both."""
    for name, schema in openapi.contract()["components"]["schemas"].items():
        assert name.lower() not in {key.replace("_", "") for key in schema.get("properties", {})}, name


def test_what_adds_keys_to_another_schema_does_so_in_a_part_of_its_own() -> None:
    """openapi-python-client takes `allOf` of one schema for that schema, and forgets the keys beside it."""
    for name, schema in openapi.contract()["components"]["schemas"].items():
        assert not ("allOf" in schema and (len(schema["allOf"]) < 2 or "properties" in schema)), name


def test_an_operation_answers_with_json_or_with_something_else() -> None:
    """A generator has one type for the answers of an operation."""
    for path, operation in operations():
        types = set(operation["responses"].get("200", {}).get("content", {}))
        if "application/json" in types and path != "/v1/releases/{version}/{name}":
            assert types == {"application/json"}, path


def test_what_is_said_twice_is_said_once_and_referred_to() -> None:
    """No vocabulary of a record, and no parameter of two paths, is written out where it is used."""
    contract = openapi.contract()
    for name, schema in contract["components"]["schemas"].items():
        for key, shape in schema.get("properties", {}).items():
            assert len(shape.get("enum", ())) < 2, (name, key)
            assert len(shape.get("items", {}).get("enum", ())) < 2, (name, key)
    inline = [str(p) for item in contract["paths"].values() for p in item["get"].get("parameters", ()) if "$ref" not in p]
    assert len(set(inline)) == len(inline)


def test_records_that_come_along_have_the_types_of_their_kinds(client: FlaskClient) -> None:
    schema = openapi.contract()["components"]["schemas"]["Included"]
    assert set(schema["properties"]) == {resource.kind for resource in RESOURCES}
    for resource in RESOURCES:
        (include,) = [p for p in declared(f"/v1/{resource.kind}") if p["name"] == "include"] or [None]
        if include:
            kinds = ",".join(vocabulary(include["schema"]))
            answer = client.get(f"/v1/{resource.kind}?limit=20&include={kinds}").get_json()
            conforms(answer["included"], schema)
            assert ",".join(answer["included"]) == kinds


SERVICES = {
    "/v1": "",
    "/v1/quality": "",
    "/v1/network": "?type=summit",
    "/v1/changes": "?limit=500",
    **{f"/v1/cite/{resource.kind}": "" for resource in RESOURCES},
    **{f"/v1/aggregates/{resource.kind}": "?by=" for resource in RESOURCES},
    "/v1/cite": "?query=events?type=summit",
    "/v1/cite/verify": f"?query=events&count=1&sha256={'0' * 64}",
    "/v1/search": "?q=geneva",
    "/v1/suggest": "?q=put",
    "/v1/timeline": "?limit=5",
    "/v1/threads/{id}": "",
    "/healthz": "",
    "/readyz": "",
}


@pytest.mark.parametrize("path", SERVICES)
def test_a_service_answers_as_the_contract_has_it(client: FlaskClient, path: str) -> None:
    """Nothing is left open: every key that an answer has is in the schema of its data."""
    schema = answer_schema(path)
    (statement,) = client.get("/v1/statements?limit=1").get_json()["data"]
    words = [word for p in declared(path) if p["name"] == "by" for word in vocabulary(p["schema"])[:2]]
    answer = client.get(path.replace("{id}", statement["id"]) + SERVICES[path] + ",".join(words)).get_json()
    assert answer
    conforms(answer, schema)
    assert undeclared(answer.get("data", answer), schema) == set(words), "what aggregates are grouped by"


def test_an_export_has_the_types_that_the_contract_lists(client: FlaskClient) -> None:
    (named,) = [p["schema"] for p in declared("/v1/export") if p["name"] == "format"]
    found = {client.get(f"/v1/export?query=events&format={word}", follow_redirects=True).mimetype for word in vocabulary(named)}
    assert found == set(answer_of("/v1/export")["content"])


def test_a_record_with_fields_is_sparse_and_one_without_is_whole(client: FlaskClient) -> None:
    schema = {"$ref": "#/components/schemas/EventList"}
    sparse = client.get("/v1/events?fields=title,date.edtf&limit=3").get_json()
    conforms(sparse, schema)
    conforms(sparse["data"][0], {"$ref": "#/components/schemas/SparseRecord"})
    with pytest.raises(AssertionError):
        conforms(sparse["data"][0], {"$ref": "#/components/schemas/EventRecord"})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.kind)
def test_the_contract_allows_every_path_that_fields_takes(client: FlaskClient, resource: Any) -> None:
    pattern = openapi.contract()["components"]["schemas"]["Path"]["pattern"]
    every = list(paths(resource.schema))
    assert [path for path in every if not re.fullmatch(pattern, path)] == []
    for path in every[::7]:
        answer = client.get(f"/v1/{resource.kind}?limit=1&fields={path}")
        assert answer.status_code == 200, path
        conforms(answer.get_json(), {"$ref": f"#/components/schemas/{resource.model.__name__}List"})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.kind)
def test_editors_schemas_accept_every_file_of_the_dataset(resource: Any) -> None:
    schema = json_schema(resource.schema)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in (DATASET / resource.kind).glob("*.yaml"):
        assert [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))] == [], path
    assert list(validator.iter_errors({"colour": "red"}))


def test_no_derived_schema_has_drifted() -> None:
    """The tables of the documents, which follow the records as well, are held to them by `make lint`."""
    subprocess.run([sys.executable, "-m", "api", "schema", "--output", "dataset/schemas", "--check"], cwd=ROOT, check=True)

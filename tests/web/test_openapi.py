"""The contract is valid, complete, derived, and its examples are true to it."""

import subprocess
import sys
from typing import Any

import pytest
import yaml
from conftest import DATASET, ROOT
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from support import conforms, declared, sample

from api.resources import RESOURCES
from api.schema.json_schema import json_schema
from api.web import openapi


def test_the_contract_is_valid_openapi_3_1() -> None:
    validate(openapi.contract())
    assert openapi.contract()["openapi"] == "3.1.0"


def test_the_committed_contract_is_the_derived_one() -> None:
    assert (ROOT / "openapi.yaml").read_text(encoding="utf-8") == openapi.as_yaml()


def test_both_forms_say_the_same_and_are_served(client: FlaskClient) -> None:
    assert client.get("/openapi.json").get_json() == yaml.safe_load(client.get("/openapi.yaml").text) == openapi.contract()


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [(path, item["get"]) for path, item in openapi.contract()["paths"].items()]


def test_every_operation_is_named_tagged_and_described() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in openapi.contract()["tags"]}
    for path, operation in operations():
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) <= tags


def test_every_parameter_is_typed_and_described() -> None:
    schemas = openapi.contract()["components"]["schemas"]
    for path, _ in operations():
        for parameter in declared(path):
            named = parameter["schema"].get("$ref") or parameter["schema"].get("allOf", [{}])[0].get("$ref", "")
            assert schemas.get(named.rsplit("/", 1)[1] if named else "", parameter["schema"])["type"], (path, parameter["name"])
            assert parameter["description"].endswith((".", "`.")), (path, parameter["name"])


def test_every_property_of_every_document_is_described() -> None:
    for name, schema in openapi.contract()["components"]["schemas"].items():
        if name in {f"{resource.model.__name__}Record" for resource in RESOURCES}:
            assert [key for key, shape in schema["properties"].items() if "description" not in shape] == [], name


def test_every_response_with_a_body_has_an_example_that_is_true_to_it() -> None:
    shared = openapi.contract()["components"]["responses"]
    for path, operation in operations():
        for status, response in operation["responses"].items():
            for media in shared.get(response.get("$ref", "").rsplit("/", 1)[-1], response).get("content", {}).values():
                shown = media["example"] if "example" in media else sample(media["schema"])
                assert shown, (path, status)
                conforms(shown, media["schema"])


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

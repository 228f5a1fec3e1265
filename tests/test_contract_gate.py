"""A change that breaks the clients of a published contract is found, and one that does not is none."""

import copy
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from conftest import ROOT

from api.web import openapi

Contract = dict[str, Any]
TOY = """
openapi: 3.1.0
info: {title: toy, version: 1.2.0}
paths:
  /v1/events:
    parameters: [{name: type, in: query, schema: {type: string, enum: [summit, treaty]}}]
    get:
      operationId: list_events
      parameters:
      - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 500, default: 50}}
      - {$ref: '#/components/parameters/Fields'}
      - {name: ids, in: query, schema: {type: array, items: {type: string, pattern: '^[a-z]+$'}, maxItems: 100}}
      responses:
        '200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/EventList'}}}}
        default: {$ref: '#/components/responses/Refused'}
components:
  parameters:
    Fields: {name: fields, in: query, schema: {type: string, pattern: '^[a-z]+$'}}
  responses:
    Refused: {description: x, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  schemas:
    AnyList: {type: object, properties: {next: {type: [string, 'null'], format: uri}}, required: [next]}
    EventList:
      type: object
      allOf:
      - {$ref: '#/components/schemas/AnyList'}
      - properties:
          data: {type: array, items: {anyOf: [{$ref: '#/components/schemas/EventRecord'}, {$ref: '#/components/schemas/Sparse'}]}}
        required: [data]
    EventRecord:
      type: object
      properties:
        id: {type: string}
        status: {$ref: '#/components/schemas/EventStatus', description: Whether it occurred.}
        replies: {type: array, items: {$ref: '#/components/schemas/EventRecord'}}
        links: {type: object, additionalProperties: {type: string}}
        place: {anyOf: [{$ref: '#/components/schemas/Reference'}, {type: 'null'}]}
      required: [id, status, place]
      additionalProperties: false
    EventStatus: {type: string, enum: [occurred, alleged]}
    Sparse: {type: object, properties: {id: {type: string}}, required: [id]}
    Reference: {type: object, properties: {id: {type: string}}, required: [id]}
    Problem: {type: object, properties: {detail: {type: string}}, required: [detail]}
"""


@pytest.fixture(scope="module")
def contract_gate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contract_gate", ROOT / ".ci" / "contract.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def at(contract: Contract, path: str) -> Any:
    """The part of a contract at a path of keys and positions."""
    part: Any = contract
    for key in path.split(" "):
        part = part[int(key) if isinstance(part, list) else key]
    return part


GET, LIMIT = "paths /v1/events get", "paths /v1/events get parameters 0"
RECORD = "components schemas EventRecord"


def put(path: str, value: Any) -> Callable[[Contract], None]:
    """The edit that puts a value at a path; a position after the last of a list appends it."""
    holder, _, key = path.rpartition(" ")

    def edit(contract: Contract) -> None:
        part = at(contract, holder)
        if isinstance(part, list) and int(key) == len(part):
            part.append(value)
        else:
            part[int(key) if isinstance(part, list) else key] = value

    return edit


def drop(path: str) -> Callable[[Contract], None]:
    holder, _, key = path.rpartition(" ")

    def edit(contract: Contract) -> None:
        part = at(contract, holder)
        del part[int(key) if isinstance(part, list) else key]

    return edit


NEEDED = {"name": "key", "in": "query", "schema": {"type": "string"}}
OTHERS = "components schemas EventList allOf 1 properties data items anyOf"
BREAKING = [
    (drop("paths /v1/events"), "is gone"),
    (put(f"{GET} operationId", "events"), "is called events"),
    (drop("paths /v1/events parameters 0"), "type is gone"),
    (drop(LIMIT), "limit is gone"),
    (put(f"{LIMIT} required", True), "limit is required"),
    (
        put(f"{GET} parameters 3", {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}}),
        "key is required",
    ),
    (put(f"{LIMIT} in", "header"), "limit stands in the header"),
    (put(f"{LIMIT} schema maximum", 100), "maximum is 100"),
    (put(f"{LIMIT} schema minimum", 2), "minimum is 2"),
    (put(f"{LIMIT} schema default", 20), "default has changed"),
    (put(f"{LIMIT} schema type", "string"), "takes no integer"),
    (put("paths /v1/events parameters 0 schema enum", ["summit"]), "does not take treaty"),
    (put(f"{GET} parameters 2 schema maxItems", 10), "maxItems is 10"),
    (put(f"{GET} parameters 2 schema items pattern", "^[a-m]+$"), "pattern has changed"),
    (put("components parameters Fields schema pattern", "^[a-z.]+$"), "pattern has changed"),
    (drop(f"{GET} responses default"), "there is no default"),
    (put(f"{GET} responses 200 content", {"text/csv": {"schema": {}}}), "200 is no longer application/json"),
    (drop(f"{RECORD} properties links"), "links is gone"),
    (drop("components schemas AnyList properties next"), "next is gone"),
    (put("components schemas AnyList required", []), "next may be absent"),
    (put("components schemas EventList allOf 1 required", []), "data may be absent"),
    (put(f"{RECORD} required", ["id", "place"]), "status may be absent"),
    (put(f"{RECORD} properties id type", ["string", "null"]), "id may be null"),
    (put(f"{RECORD} properties id type", "integer"), "id may be integer"),
    (put(f"{RECORD} properties id", {}), "id may be anything"),
    (put(f"{RECORD} properties id format", "uri"), "format has changed"),
    (put("components schemas EventStatus enum", ["occurred", "alleged", "planned"]), "status may be planned"),
    (
        put(f"{RECORD} properties status", {"type": "string", "enum": ["occurred", "alleged"]}),
        "called nothing, no longer EventStatus",
    ),
    (put(f"{RECORD} properties links additionalProperties", {"type": "integer"}), "may be integer"),
    (put(f"{RECORD} properties links additionalProperties", True), "may be anything"),
    (put(f"{RECORD} properties place anyOf 2", {"type": "string"}), "place may be string"),
    (put(f"{RECORD} properties replies items", {"$ref": "#/components/schemas/Sparse"}), "called Sparse, no longer EventRecord"),
    (
        put(f"{OTHERS} 2", {"$ref": "#/components/schemas/Problem"}),
        "may be Problem",
    ),
    (put("components schemas Reference required", []), "place.id may be absent"),
    (drop("components schemas Problem properties detail"), "default.detail is gone"),
]
HARMLESS = [
    put("paths /v2", {"get": {"operationId": "next", "responses": {}}}),
    put(f"{GET} parameters 3", NEEDED),
    put(f"{GET} description", "Other words."),
    put(f"{LIMIT} schema maximum", 1000),
    drop(f"{LIMIT} schema minimum"),
    put("paths /v1/events parameters 0 schema enum", ["summit", "treaty", "visit"]),
    drop("paths /v1/events parameters 0 schema enum"),
    drop("components parameters Fields schema pattern"),
    put(f"{RECORD} properties note", {"type": "string"}),
    put(f"{RECORD} required", ["id", "status", "place", "links"]),
    put("components schemas EventStatus enum", ["occurred"]),
    put("components schemas AnyList properties next type", "string"),
    drop(f"{RECORD} properties place anyOf 1"),
    put(f"{GET} responses 304", {"description": "x"}),
    put(f"{GET} responses 200 content text/csv", {"schema": {}}),
]


@pytest.mark.parametrize(("edit", "told"), BREAKING, ids=[told for _, told in BREAKING])
def test_a_breaking_change_is_told(contract_gate: ModuleType, edit: Callable[[Contract], None], told: str) -> None:
    old = yaml.safe_load(TOY)
    new = copy.deepcopy(old)
    edit(new)
    faults = contract_gate.breaking(old, new)
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize("edit", HARMLESS, ids=range(len(HARMLESS)))
def test_what_breaks_no_client_is_allowed(contract_gate: ModuleType, edit: Callable[[Contract], None]) -> None:
    old = yaml.safe_load(TOY)
    new = copy.deepcopy(old)
    edit(new)
    assert new != old
    assert contract_gate.breaking(old, new) == []


def test_the_contract_does_not_break_itself_nor_one_that_is_published(contract_gate: ModuleType) -> None:
    assert contract_gate.breaking(openapi.contract(), openapi.contract()) == []
    assert contract_gate.gate(ROOT / "openapi.yaml", ROOT / ".ci" / "contracts") == []


def test_only_a_new_major_version_may_break(contract_gate: ModuleType, tmp_path: Path) -> None:
    old = yaml.safe_load(TOY)
    (tmp_path / ".ci" / "contracts").mkdir(parents=True)
    (tmp_path / ".ci" / "contracts" / "1.2.0.yaml").write_text(TOY)
    drop(LIMIT)(old)
    for version, allowed in (("1.2.0", False), ("1.3.0", False), ("2.0.0", True)):
        old["info"]["version"] = version
        (tmp_path / "openapi.yaml").write_text(yaml.dump(old))
        found = contract_gate.gate(tmp_path / "openapi.yaml", tmp_path / ".ci" / "contracts")
        assert found == ([] if allowed else ["1.2.0: GET /v1/events: limit is gone"])


def test_a_published_contract_is_kept_as_it_was(
    contract_gate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["contract.py", "publish"])
    Path("openapi.yaml").write_text(TOY)
    assert contract_gate.main() == 0
    assert Path(".ci/contracts/1.2.0.yaml").read_text() == TOY
    assert contract_gate.main() == 0
    Path("openapi.yaml").write_text(TOY.replace("maximum: 500", "maximum: 100"))
    assert contract_gate.main() == 1
    assert "is published and differs" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["contract.py"])
    assert contract_gate.main() == 1
    assert "1 changes break" in capsys.readouterr().out
    assert Path(".ci/contracts/1.2.0.yaml").read_text() == TOY


def test_every_part_of_the_contract_is_compared(contract_gate: ModuleType) -> None:
    """Whatever is taken away from the components of the real contract, some client misses: ten at a time, then one."""
    whole = openapi.contract()
    schemas = whole["components"]["schemas"]
    gone = [(name, next(iter(schema["properties"]))) for name, schema in schemas.items() if schema.get("properties")]

    def missed(some: list[tuple[str, str]]) -> list[tuple[str, str]]:
        left = {name: {**schemas[name], "properties": dict(schemas[name]["properties"])} for name, _ in some}
        for name, key in some:
            del left[name]["properties"][key]
        new = {**whole, "components": {**whole["components"], "schemas": {**schemas, **left}}}
        faults = contract_gate.breaking(whole, new)
        return [(name, key) for name, key in some if not any(f"{key} is gone" in fault for fault in faults)]

    alone = [one for first in range(0, len(gone), 10) for one in missed(gone[first : first + 10])]
    assert [one for one in alone if missed([one])] == []

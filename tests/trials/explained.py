"""Hooks of Schemathesis: the few answers that OpenAPI has no words for, each with the reason why it is right."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis
import yaml
from jsonschema import Draft202012Validator
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import RejectedPositiveData

CONTRACT = Path(__file__).resolve().parent.parent.parent / "openapi.yaml"
# What a query that fits the contract may be refused for, and why the contract cannot say so.
REFUSED = {
    r"is not among the [a-z-]+|no record has": "ids and values are those of the release that is served",
    r"is not published": "versions are those that were published",
    r"is not a cursor of this query": "a cursor is opaque; only the server can make one",
    r"is not an ISO 3166-1 alpha-3 code": "the codes of countries are a standard's, and change with it",
    r"is not an EDTF date": "EDTF is a grammar; no pattern of bearable length says all of it",
    r"ends before it begins|has an empty end": "the same",
    r"is not a day of the calendar": "no pattern knows leap years",
    r"lies before date_from|cannot go with|is in both \w+ and \w+|is given twice": "OpenAPI has no words for two parameters",
    r"is empty": "NUL counts as white space, and a text of nothing else as none",
    r"goes with|does not go with": "OpenAPI has no words for two parameters",
}
MOST_VALUES = 100  # of a list; a value that is repeated counts once, which `maxItems` cannot say
LONGEST_LINE = 8190  # bytes of a request line, as the contract says
NESTED = ("/v1/cite", "/v1/cite/verify", "/v1/export")  # `query` is a query of its own, with a contract of its own


@schemathesis.hook
def filter_failure(context: Any, failure: Failure, case: Any, response: Any) -> bool:
    """Whether a failure stands: what is explained here does not."""
    if isinstance(failure, AcceptedNegativeData) and repeats(case.query or {}):
        return False
    if isinstance(failure, RejectedPositiveData) and response.status_code == 414:
        return len(response.request.path_url) < LONGEST_LINE - 100  # no schema bounds what all parameters have together
    if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
        return not explained(case.operation.path, json.loads(response.content))
    return True


def repeats(query: dict[str, Any]) -> bool:
    """Whether a list of a query has more values than a list may have only since some of them are repeated."""
    lists = [value for value in query.values() if isinstance(value, list) and len(value) > MOST_VALUES]
    return bool(lists) and all(len(set(map(str, value))) <= MOST_VALUES for value in lists)


def explained(path: str, problem: dict[str, Any]) -> bool:
    """Whether every fault that a 400 tells is one that the contract cannot foresee."""
    if path in NESTED:
        return True
    others = [error for error in problem["errors"] if error["parameter"] != "fields" or not error.get("allowed")]
    return all(
        any(re.search(words, error["detail"]) for words in REFUSED) for error in others
    )  # paths of `fields`: decisions/015


@schemathesis.check
def records_are_whole(context: Any, response: Any, case: Any) -> None:
    """A record has all its keys, or with `fields` those alone: the schema of an answer allows both."""
    found = re.fullmatch(r"/v1/([a-z-]+)(/\{id\})?", case.operation.path)
    is_json = "application/json" in response.headers.get("content-type", [""])[0] and response.content  # not a table, nor HEAD
    if response.status_code == 200 and is_json and found and found[1] in records():
        answer = json.loads(response.content)["data"]
        validator = records()[found[1]]["fields" in (case.query or {})]
        for document in answer if isinstance(answer, list) else [answer]:
            validator.validate(document)


@schemathesis.check
def refusals_are_foreseen(context: Any, response: Any, case: Any) -> None:
    """A status that refuses a request is one that the contract lists under `default`."""
    told = contract()["components"]["responses"]["Refused"]["description"]
    assert response.status_code < 400 or response.status_code in (405, 416) or f"- {response.status_code}:" in told


@cache
def contract() -> dict[str, Any]:
    """The contract as it is committed."""
    found: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return found


@cache
def records() -> dict[str, tuple[Draft202012Validator, Draft202012Validator]]:
    """For each kind, a validator of its documents, and one with every key optional but the id."""
    components = contract()["components"]
    loose = without(components, "required")
    kinds = {}
    for kind, schema in components["schemas"]["Included"]["properties"].items():
        record = schema["items"]
        sparse = {"allOf": [record], "required": ["id"], "components": loose}
        kinds[kind] = (
            Draft202012Validator({**record, "components": components}),
            Draft202012Validator(sparse),
        )
    return kinds


def without(value: Any, key: str) -> Any:
    """A schema without a keyword, however deep it stands."""
    if isinstance(value, dict):
        return {name: without(inner, key) for name, inner in value.items() if name != key or not isinstance(inner, list)}
    return [without(inner, key) for inner in value] if isinstance(value, list) else value

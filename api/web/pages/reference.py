"""The contract as pages for people: every operation with its parameters and answers, and every key of every kind of record."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from ...resources import BY_KIND
from ...schema.shape import Node, shape
from .. import openapi

Part = dict[str, Any]
METHOD = "get"


class Parameter(NamedTuple):
    """A parameter: its name, what it is, the words that it may have, and an example; a star stands for required."""

    name: str
    what: str
    words: list[str]
    example: str


class Operation(NamedTuple):
    """An operation: its path, what it answers, its own parameters, whether it has the filters, and its answers."""

    path: str
    id: str
    summary: str
    parameters: list[Parameter]
    filtered: bool
    answers: list[tuple[str, str]]


class Group(NamedTuple):
    """The operations of a kind of record, the filters that several of them have, and the keys of its records."""

    name: str
    description: str
    operations: list[Operation]
    filters: list[Parameter]
    keys: tuple[Node, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The operations in the order of the contract."""
    return tuple(map(group, openapi.contract()["tags"]))


def group(tag: Part) -> Group:
    paths = openapi.contract()["paths"]
    own = {path: item for path, item in paths.items() if tag["name"] in item[METHOD]["tags"]}
    filters: list[Part] = next((item["parameters"] for item in own.values() if "parameters" in item), [])
    keys = shape(BY_KIND[tag["name"]].schema) if tag["name"] in BY_KIND else ()
    operations = [operation(path, item) for path, item in own.items()]
    return Group(tag["name"], tag["description"], operations, list(map(parameter, filters)), keys)


def operation(path: str, item: Part) -> Operation:
    told = item[METHOD]
    answers = [(status, resolved(answer)["description"]) for status, answer in told["responses"].items()]
    own = list(map(parameter, told.get("parameters", ())))
    return Operation(path, told["operationId"], told["summary"], own, "parameters" in item, answers)


def parameter(part: Part) -> Parameter:
    told = resolved(part)
    star = "*" if told.get("required") else ""
    return Parameter(
        f"{told['name']}{star}", told.get("description", ""), list(words(told["schema"])), str(told.get("example", ""))
    )


def words(schema: Part) -> Iterator[str]:
    """The words of a closed vocabulary."""
    told = resolved(schema)
    yield from map(str, told.get("enum", ()))
    for inner in (*([told["items"]] if "items" in told else ()), *told.get("anyOf", ())):
        yield from words(inner)


def resolved(part: Part) -> Part:
    """What a part of the contract is, which may be a reference."""
    found = part
    while "$ref" in found:
        target: Any = openapi.contract()
        for name in found["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        found = target
    return found

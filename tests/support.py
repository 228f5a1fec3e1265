"""What several tests use: commands, findings, raw answers, and the contract as a judge."""

import html
import json
import os
import re
import shutil
import socket
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner, Result
from commands import QUICK_READERS
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.cli import main
from api.dataset import reader, rules
from api.releases import readers
from api.storage.release import Release
from api.web import openapi


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def released(*arguments: str | Path) -> Result:
    """The command `release` with QUICK_READERS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readers, "READERS", {name: readers.READERS[name] for name in QUICK_READERS})
        return run("release", *arguments)


def script(name: str) -> str:
    """The path of a program that a development dependency installs, in whatever environment the tests run."""
    path = shutil.which(name, path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
    assert path, f"{name} is not installed"
    return path


def findings_of(folder: Path) -> list[str]:
    return [str(finding) for finding in rules.findings(reader.read(folder))]


def unchanged(again: Any, first: Any) -> None:
    """A 304 that changes nothing: a browser puts its headers in the place of those that it keeps (RFC 9111, section 3.2)."""
    assert (again.status_code, getattr(again, "content", b"") or getattr(again, "data", b"")) == (304, b"")
    told = {name: value for name, value in again.headers.items() if name not in ("Date", "X-Request-ID", "RateLimit")}
    assert told.items() <= dict(first.headers).items()


def guarded(answer: requests.Response) -> None:
    """Every promise on headers, whoever answered."""
    assert answer.headers["Date"].count("GMT") == 1
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    if answer.status_code != 304:
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "gunicorn" not in answer.headers.get("Server", "")
    assert not any(character.isdigit() for character in answer.headers.get("Server", ""))
    assert answer.headers["X-Request-ID"]


def raw_answer(server: str, sent: bytes) -> requests.Response:
    """What a server answers to some bytes, read to the end."""
    parts = urlsplit(server)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as client:
        client.sendall(sent)
        if b"Connection: close" not in sent:  # which nginx would take for a client that has gone
            client.shutdown(socket.SHUT_WR)
        whole = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = whole.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    answer = requests.Response()
    answer.status_code, answer._content = int(first.split()[1]), body
    answer.headers.update(tuple(field.split(": ", 1)) for field in fields)  # type: ignore[call-overload]
    return answer


def declared(path: str) -> list[dict[str, Any]]:
    """The parameters that the contract declares for a path, those of all paths of a kind included."""
    contract = openapi.contract()
    item = contract["paths"][path]
    listed = [*item.get("parameters", ()), *item["get"].get("parameters", ())]
    shared = contract["components"]["parameters"]
    return [shared[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter for parameter in listed]


def vocabulary(schema: dict[str, Any]) -> list[str]:
    """The words that a schema of the contract allows, itself or in its items."""
    schemas = openapi.contract()["components"]["schemas"]
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    inner = schema.get("items") or next(iter(schema.get("allOf", ())), None)
    return vocabulary(inner) if inner else list(schema["enum"])


def sample(schema: dict[str, Any], records: dict[str, Any]) -> Any:
    """An answer put together from the examples of its parts; of records from `records`, by the names of their schemas."""
    named = schema.get("$ref", "").rsplit("/", 1)[-1]
    if named:
        return records[named] if named in records else sample(openapi.contract()["components"]["schemas"][named], records)
    if "example" in schema:
        return schema["example"]
    if "items" in schema:
        return [sample(schema["items"], records)]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], records)
    kinds = schema.get("type", "object")
    if (kind := kinds if isinstance(kinds, str) else kinds[0]) != "object":
        plain = {"string": "...", "integer": 1, "number": 0.5, "boolean": True}
        return {"date": "2026-02-05", "uri": "https://example.org/"}.get(schema.get("format", ""), plain[kind])
    inherited: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        inherited |= sample(part, records)
    return inherited | {key: sample(schema["properties"][key], records) for key in schema.get("required", ())}


REGISTRY: Registry[Any] = Registry().with_resource("urn:contract", Resource(openapi.contract(), DRAFT202012))


def conforms(value: Any, schema: dict[str, Any]) -> None:
    text = str(schema).replace("'#/components", "'urn:contract#/components")
    resolved = eval(text)  # a plain dict of our own
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(resolved, registry=REGISTRY).iter_errors(value)
    ]
    assert errors == []


def answer_of(path: str) -> Any:
    """The response 200 of a path in the contract."""
    response = openapi.contract()["paths"][path]["get"]["responses"]["200"]
    return openapi.contract()["components"]["responses"].get(response.get("$ref", "").rsplit("/", 1)[-1], response)


def answer_schema(path: str) -> dict[str, Any]:
    """The schema of the one media type that a path answers with."""
    (schema,) = (media["schema"] for media in answer_of(path)["content"].values())
    return dict(schema)


def undeclared(data: Any, schema: dict[str, Any]) -> set[str]:
    """The keys of what is shown that the schema of the answer, or of each of its records, does not name."""
    schemas = openapi.contract()["components"]["schemas"]
    while "$ref" in schema or "allOf" in schema or "items" in schema or "anyOf" in schema:
        inner = (
            schema["allOf"][1]["properties"]["data"] if "allOf" in schema else schema.get("items") or schema.get("anyOf", [{}])[0]
        )
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else inner
    return {key for record in (data if isinstance(data, list) else [data]) for key in record} - set(schema["properties"])


@contextmanager
def statements(release: Release) -> Iterator[list[tuple[str, Any]]]:
    """What a release is asked meanwhile: statements with their values."""
    seen: list[tuple[str, Any]] = []
    fetch = type(release)._fetch

    def noted(self: Release, sql: str, values: Any) -> Any:
        seen.append((sql, values))
        return fetch(self, sql, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(release), "_fetch", noted)
        yield seen


def explained(release: Release, sql: str, values: Any) -> list[str]:
    """The steps of a statement's plan, those that read a table."""
    if release.database.param == "?":
        return [row[3] for row in release.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
    with release.pool.connection(release.schema) as connection:  # type: ignore[attr-defined]
        # A few rows are read fastest from end to end; whether an index could lead is the question.
        connection.execute("SET enable_seqscan = off")
        rows = connection.execute(f"EXPLAIN {sql}", values).fetchall()
        connection.execute("RESET enable_seqscan")
    return [row[0].strip() for row in rows]


def addresses_in(answer: Any) -> list[str]:
    """Every address of the API in an answer of a test client: headers, JSON values, attributes of HTML, XML and calendars."""
    found = [answer.headers["Location"]] if "Location" in answer.headers else []
    found += re.findall(r"<([^>]*)>; rel", answer.headers.get("Link", ""))
    if answer.mimetype in ("application/x-ndjson", "application/problem+json", *JSON_TYPES):
        lines = answer.text.splitlines() if answer.mimetype == "application/x-ndjson" else [answer.text]
        found += [text for line in lines for text in strings(json.loads(line)) if re.fullmatch(r"/\S*|http://localhost\S*", text)]
    elif answer.mimetype == "text/html":
        found += map(html.unescape, re.findall(r'(?:href|src|action)="([^"]*)"', answer.text))
    else:
        found += re.findall(r"http://localhost[^\s\"<>]*", answer.text.replace("\r\n ", ""))
    return [address for address in found if address.startswith(("/", "http://localhost"))]


JSON_TYPES = ("application/json", "application/ld+json", "application/geo+json")


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)

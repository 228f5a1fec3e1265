"""The contract: openapi.yaml, derived from the resources and nothing else."""

import json
from functools import cache
from typing import Any

import marshmallow as ma
import yaml
from apispec import APISpec
from webargs.fields import DelimitedList

from . import __version__, fields
from .formats import FORMATS
from .problems import PROBLEMS
from .query import arguments, item_arguments
from .resource import Resource
from .resources import RESOURCES
from .shapes import DATE, EXAMPLES, HOLDER, OFFICE, REFERENCE, Plugin, component, example, schema_name

TITLE = "diplomatic-events"
DESCRIPTION = """\
Diplomacy between the United States and Russia: events, statements, agreements, the actors and places in them, and the
sources that report them. Read-only, no key. Every fact carries its citation.

Lists take typed filters; a comma means any of several values. Unknown or wrong parameters are refused with 400, all of
them at once. Pages are walked through `links.next`. Dates are EDTF, shown with the earliest and latest day they can mean.
"""
PROBLEM = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Every fault of the query.",
            "items": {
                "type": "object",
                "properties": {
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                    "allowed": {"type": ["array", "null"], "items": {"type": "string"}},
                    "suggestion": {"type": ["string", "null"]},
                },
                "required": ["parameter", "detail"],
            },
        },
        "suggestion": {"type": ["string", "null"]},
    },
    "required": ["type", "title", "status", "detail"],
}
NAMES = {resource.kind: resource.model.__name__ for resource in RESOURCES}


@cache
def contract() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    spec = APISpec(
        TITLE,
        __version__,
        "3.1.0",
        plugins=[Plugin(schema_name_resolver=schema_name)],
        info={
            "description": DESCRIPTION,
            "license": {"name": "MIT (code), CC BY 4.0 (data)", "url": "https://creativecommons.org/licenses/by/4.0/"},
        },
        servers=[{"url": "/", "description": "This server."}],
        tags=[{"name": r.kind, "description": r.description} for r in RESOURCES]
        + [{"name": "service", "description": "The index, the contract, and the state of the server."}],
    )
    for name, schema in (("Reference", REFERENCE), ("Office", OFFICE), ("Date", DATE), ("Holder", HOLDER), ("Problem", PROBLEM)):
        spec.components.schema(name, schema)
    _common(spec)
    for resource in RESOURCES:
        spec.components.schema(NAMES[resource.kind], schema=resource.schema)
        spec.path(f"/v1/{resource.kind}", operations={"get": _list(resource)})
        spec.path(f"/v1/{resource.kind}/{{id}}", operations={"get": _item(resource)})
    for path, operation in SERVICE.items():
        spec.path(path, operations={"get": operation})
    document = spec.to_dict()
    document = {"openapi": document.pop("openapi"), **document}
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


def _common(spec: APISpec) -> None:
    release = {
        "type": "object",
        "description": "The release that answered.",
        "properties": {"version": {"type": "string"}, "digest": {"type": "string"}},
        "required": ["version", "digest"],
    }
    spec.components.schema("Release", release)
    spec.components.schema(
        "ListMeta",
        {
            "type": "object",
            "properties": {
                "total": {"type": "integer", "description": "How many records the filters find, on all pages."},
                "release": component("Release"),
                "query": {"type": "object", "description": "How the request was understood, defaults included."},
            },
            "required": ["total", "release", "query"],
        },
    )
    spec.components.schema(
        "ListLinks",
        {
            "type": "object",
            "properties": {
                "self": {"type": "string", "format": "uri"},
                "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
            },
            "required": ["self", "next"],
        },
    )
    for status, (name, description, kind, detail) in ERRORS.items():
        body: dict[str, Any] = {
            "type": f"/problems/{kind}" if kind else "about:blank",
            "title": kind.replace("-", " ").capitalize() if kind else description,
            "status": status,
            "detail": detail,
            "instance": "/v1/events?typ=summit",
        }
        if status == 400:
            body["errors"] = [{"parameter": "typ", "detail": "is unknown", "allowed": ["type", "status"], "suggestion": "type"}]
        media = {"application/problem+json": {"schema": component("Problem"), "example": body}}
        spec.components.response(name, {"description": PROBLEMS.get(kind or "", f"{description}."), "content": media})


# status -> component, reason phrase, kind of problem, example of a detail
ERRORS: dict[int, tuple[str, str, str | None, str]] = {
    400: ("InvalidParameters", "Bad Request", "invalid-parameters", "Not understood: typ."),
    404: ("UnknownRecord", "Not Found", "unknown-record", "There is no 'geneva-summit' among the events."),
    406: ("NotAcceptable", "Not Acceptable", None, "None of the acceptable media types can be had."),
    410: ("Gone", "Gone", "cursor-expired", "Release 1.0.0-0123456789ab is no longer kept."),
    503: ("NotReady", "Service Unavailable", "not-ready", "No release is loaded yet."),
}


def _errors(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{ERRORS[status][0]}"} for status in statuses}


def _parameter(name: str, field: Any) -> dict[str, Any]:
    schema: dict[str, Any]
    if isinstance(field, DelimitedList):
        words = fields.choices(field.inner)
        items = {"type": "string", "enum": list(words)} if words else {"type": "string", "minLength": 1}
        schema = {"type": "array", "items": items, "minItems": 1}
    elif isinstance(field, ma.fields.Integer):
        schema = {"type": "integer", "minimum": 1, "maximum": 500, "default": field.load_default}
    else:
        words = fields.choices(field)
        schema = {"type": "string", **({"enum": list(words)} if words else {"minLength": 1})}
        if isinstance(field.load_default, str):
            schema["default"] = field.load_default
    parameter = {"name": name, "in": "query", "description": field.metadata["description"], "schema": schema}
    if isinstance(field, DelimitedList):
        parameter |= {"style": "form", "explode": False}
    return parameter


HEADERS = {
    "ETag": {"description": "Validator of this answer.", "schema": {"type": "string"}},
    "Link": {"description": "RFC 8288 links: next, describedby, license.", "schema": {"type": "string"}},
}


def _ok(description: str, schema: dict[str, Any], sample: Any) -> dict[str, Any]:
    content = {FORMATS["json"]: {"schema": schema, "example": sample}}
    return {"description": description, "headers": HEADERS, "content": content}


def _envelope(data: Any, meta: Any, links: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"data": data, "meta": meta, "links": links}, "required": ["data", "meta", "links"]}


RELEASE = {"version": "1.0.0", "digest": "0" * 64}
NOT_MODIFIED = {"description": "The client's copy is current (`If-None-Match`)."}


def _list(resource: Resource) -> dict[str, Any]:
    sample = {
        "data": [example(resource.schema)],
        "meta": {"total": 1, "release": RELEASE, "query": {"limit": 50, "sort": [resource.order]}},
        "links": {"self": f"https://example.org/v1/{resource.kind}", "next": None},
    }
    items = {"type": "array", "items": component(NAMES[resource.kind])}
    return {
        "operationId": f"list_{resource.kind.replace('-', '_')}",
        "tags": [resource.kind],
        "summary": f"List {resource.kind.replace('-', ' ')}",
        "description": resource.description,
        "parameters": [_parameter(name, field) for name, field in arguments(resource).load_fields.items()],
        "responses": {
            "200": _ok("A page of records.", _envelope(items, component("ListMeta"), component("ListLinks")), sample),
            "304": NOT_MODIFIED,
            **_errors(400, 406, 410, 503),
        },
    }


def _item(resource: Resource) -> dict[str, Any]:
    address = f"https://example.org/v1/{resource.kind}"
    sample = {
        "data": example(resource.schema),
        "meta": {"release": RELEASE},
        "links": {"self": f"{address}/{EXAMPLES[resource.kind][0]}", "collection": address},
    }
    meta = {"type": "object", "properties": {"release": component("Release")}, "required": ["release"]}
    links = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
    identity = {"type": "string", "pattern": f"^{fields.SLUG.pattern}$"}
    return {
        "operationId": f"get_{resource.singular}",
        "tags": [resource.kind],
        "summary": f"Get one {resource.singular.replace('_', ' ')}",
        "description": resource.description,
        "parameters": [
            {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "The record's id.",
                "schema": identity,
                "example": EXAMPLES[resource.kind][0],
            },
            *(_parameter(name, field) for name, field in item_arguments(resource).load_fields.items()),
        ],
        "responses": {
            "200": _ok("The record.", _envelope(component(NAMES[resource.kind]), meta, links), sample),
            "304": NOT_MODIFIED,
            "308": {"description": "The record was renamed; `Location` leads to it."},
            **_errors(400, 404, 406, 410, 503),
        },
    }


def _plain(summary: str, id: str, type: str, sample: Any, *errors: int) -> dict[str, Any]:
    kind = "object" if isinstance(sample, dict) else "string"
    return {
        "operationId": id,
        "tags": ["service"],
        "summary": summary,
        "description": f"{summary}.",
        "responses": {
            "200": {"description": f"{summary}.", "content": {type: {"schema": {"type": kind}, "example": sample}}},
            **_errors(*errors),
        },
    }


SERVICE = {
    "/v1": _plain(
        "The index: what the dataset is, its version and licence, how to cite it, and where everything is",
        "index",
        "application/json",
        {
            "data": {"title": "...", "version": "1.0.0"},
            "meta": {"release": RELEASE},
            "links": {"events": "https://example.org/v1/events"},
        },
        503,
    ),
    "/openapi.json": _plain("This contract as JSON", "openapi_json", "application/json", {"openapi": "3.1.0"}),
    "/openapi.yaml": _plain("This contract as YAML", "openapi_yaml", "application/yaml", "openapi: 3.1.0"),
    "/healthz": _plain("Whether the process answers", "healthz", "application/json", {"status": "ok"}),
    "/readyz": _plain(
        "Whether a release is loaded and answers", "readyz", "application/json", {"status": "ok", "release": RELEASE}, 503
    ),
}


@cache
def as_json() -> str:
    return json.dumps(contract(), ensure_ascii=False, indent=2) + "\n"


class _Dumper(yaml.SafeDumper):
    """Nothing is written once and pointed at."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def as_yaml() -> str:
    return yaml.dump(contract(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)

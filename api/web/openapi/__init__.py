"""The contract: openapi.yaml, derived from the resources and nothing else."""

import json
from functools import cache
from typing import Any

import yaml
from apispec import APISpec

from ... import __version__
from ...resources import RESOURCES
from ...resources.timeline import TIMELINE
from ...schema.json_schema import DATE, Plugin, schema_name
from . import components
from .operations import NAMES, PATHS, item_operation, list_operation
from .services import services

TITLE = "diplomatic-events"
DESCRIPTION = """\
Diplomacy between the United States and Russia: events, statements, agreements, the actors and places in them, and the
sources that report them. Read-only, no key. Every fact carries its citation.

Lists take typed filters. Several values of one parameter are separated by commas or given by repeating it, and mean any of
them. Unknown or invalid parameters are a 400 that names all of them. `links.next` is the next page. Dates are EDTF, with the
earliest and latest day they can mean.

A request line of more than 8,190 bytes is a 414; a header field of more than 8,190 bytes, more than 100 header fields, or
more than 65,536 bytes of them are a 431; header fields that take longer than 10 seconds to arrive are a 408. A server may
limit the requests of a client: it answers 429 with `Retry-After`. All of these are problem documents. Every response has an
`X-Request-ID`: that of the request if it has at most 128 plain characters, otherwise a new one.
"""


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
        security=[],  # no key, no account
        servers=[{"url": "/", "description": "This server."}],
        tags=[{"name": r.kind, "description": r.description} for r in RESOURCES]
        + [{"name": "service", "description": "The index, the contract, and the state of the server."}],
    )
    components.register(spec)
    spec.components.schema("Date", DATE)
    for words, name in PATHS.items():
        spec.components.schema(name, {"type": "string", "description": "A path to a key of a document.", "enum": list(words)})
    for resource in RESOURCES:
        spec.components.schema(NAMES[resource.kind], schema=resource.schema)
        spec.path(f"/v1/{resource.kind}", operations={"get": list_operation(resource)})
        spec.path(f"/v1/{resource.kind}/{{id}}", operations={"get": item_operation(resource)})
    spec.components.schema(TIMELINE.model.__name__, schema=TIMELINE.schema)
    for path, operation in services().items():
        spec.path(path, operations={"get": operation})
    document = spec.to_dict()
    for item in document["paths"].values():
        item["get"]["responses"] |= components.errors(*components.ANYWHERE)
    document = {"openapi": document.pop("openapi"), **document}
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


@cache
def as_json() -> str:
    return json.dumps(contract(), ensure_ascii=False, indent=2) + "\n"


class _WithoutAliases(yaml.SafeDumper):
    """Writes repeated parts in full: no YAML anchors and aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def as_yaml() -> str:
    return yaml.dump(contract(), Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True, width=120)

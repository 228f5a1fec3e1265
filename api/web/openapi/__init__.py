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
from .. import deprecations
from . import components
from .naming import Shared, give_names
from .operations import NAMES, envelopes, included, item_operation, list_operation
from .services import services

TITLE = "diplomatic-events"
DESCRIPTION = """\
Events, statements, agreements, the actors and places in them, and the sources that report them. Read-only, no key. Every
fact carries its citation.

Lists take typed filters. Several values of one parameter are separated by commas or given by repeating it, and mean any of
them; those of `<name>_all` mean all of them, and `<name>_not` excludes records that have any of them. Unknown or invalid
parameters are a 400 that names all of them. `links.next` is the next page. Dates are EDTF, with the earliest and latest day
they can mean.

An answer from a release has an `ETag`, and a `Link` (RFC 8288) with next, describedby and license. What will be withdrawn
says so in `Deprecation` and `Sunset`. Other formats than JSON are described at `/v1/export`.

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
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        security=[],  # no key, no account
        servers=[{"url": "/", "description": "This server."}],
        tags=[{"name": r.kind, "description": r.description} for r in RESOURCES]
        + [{"name": "service", "description": "The index, the contract, and the state of the server."}],
    )
    components.register(spec)
    spec.components.schema("PublicDate", DATE)
    spec.components.schema("Included", included())
    for resource in RESOURCES:
        spec.components.schema(NAMES[resource.kind], schema=resource.schema)
        for name, schema in envelopes(resource).items():
            spec.components.schema(name, schema)
        spec.path(f"/v1/{resource.kind}", operations={"get": list_operation(resource)})
        spec.path(f"/v1/{resource.kind}/{{id}}", operations={"get": item_operation(resource)})
    spec.components.schema(TIMELINE.model.__name__, schema=TIMELINE.schema)
    for path, operation in services().items():
        spec.path(path, operations={"get": operation})
    document = spec.to_dict()
    deprecations.mark(document)
    give_names(document)
    document = {"openapi": document.pop("openapi"), **document}
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


@cache
def as_json() -> str:
    return json.dumps(contract(), ensure_ascii=False, separators=(",", ":")) + "\n"


WIDTH, SHORT = 1500, 1200  # characters: what is written on one line is not broken


class _Lines(yaml.SafeDumper):
    """Writes what is short on one line, the filters of a kind once, as an anchor, and all else in full."""

    names: dict[yaml.Node, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {}

    def ignore_aliases(self, data: Any) -> bool:
        return not isinstance(data, Shared)

    def generate_anchor(self, node: yaml.Node) -> str:
        return self.names[node]

    def represent_shared(self, data: Shared) -> yaml.Node:
        node = self.represent_list(data)
        for reference in node.value if not node.flow_style else ():
            reference.flow_style = False
        self.names[node] = data.name
        return node

    def represent_text(self, data: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", data, "|" if data.endswith(".\n") else None)

    def represent_mapping(self, tag: Any, mapping: Any, flow_style: Any = None) -> Any:
        return super().represent_mapping(tag, mapping, len(json.dumps(mapping)) <= SHORT)

    def represent_sequence(self, tag: Any, sequence: Any, flow_style: Any = None) -> Any:
        return super().represent_sequence(tag, sequence, len(json.dumps(sequence)) <= SHORT)


_Lines.add_representer(Shared, _Lines.represent_shared)
_Lines.add_representer(str, _Lines.represent_text)


@cache
def as_yaml() -> str:
    text: str = yaml.dump(contract(), Dumper=_Lines, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text

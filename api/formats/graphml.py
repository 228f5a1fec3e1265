"""Events as a network of their actors, in node-link JSON and GraphML."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from ..schema.fields import Record
from .result import Listing, xml

TOGETHER = ("participant", "host", "guest", "mediator", "signatory")
DIRECTED = (("source", "target"), ("source", "subject"))


def network(documents: Iterable[Record]) -> Record:
    """Node-link data for networkx: a node for each actor, an edge for each pair of actors and type of event.

    An edge goes from a `source` to each `target` and `subject`. Participants without a direction are connected pairwise,
    from the smaller id to the larger. An edge has the ids of its events, their count, and their earliest and latest day.
    """
    nodes: dict[str, Record] = {}
    edges: dict[tuple[str, str, str], Record] = {}
    for document in documents:
        actors = {p["actor"]["id"]: p["actor"]["name"] for p in document["participants"]}
        for id, name in actors.items():
            nodes.setdefault(id, {"id": id, "name": name, "events": 0})["events"] += 1
        for source, target in sorted(set(pairs(document["participants"]))):
            edge = edges.setdefault(
                (source, target, document["type"]["id"]),
                {"source": source, "target": target, "key": document["type"]["id"], "type": document["type"]["id"],
                 "count": 0, "earliest": None, "latest": None, "events": []},
            )  # fmt: skip
            edge["count"] += 1
            edge["events"].append(document["id"])
            edge["earliest"] = min(filter(None, (edge["earliest"], document["date"]["earliest"])), default=None)
            edge["latest"] = max(filter(None, (edge["latest"], document["date"]["latest"])), default=None)
    return {
        "directed": True,
        "multigraph": True,
        "graph": {},
        "nodes": [nodes[id] for id in sorted(nodes)],
        "edges": [edges[key] for key in sorted(edges)],
    }


def pairs(participants: list[Record]) -> Iterator[tuple[str, str]]:
    """The (source, target) pairs of one event."""

    def having(*roles: str) -> list[str]:
        return sorted({p["actor"]["id"] for p in participants if p["role"] in roles})

    yield from combinations(having(*TOGETHER), 2)
    for acting, concerned in DIRECTED:
        yield from ((a, b) for a in having(acting) for b in having(concerned) if a != b)


def graphml(listing: Listing) -> Iterator[str]:
    """The network of the events of a list."""
    return as_graphml(network(listing.documents()))


KEYS = {
    ("node", "name"): "string",
    ("node", "events"): "int",
    ("edge", "type"): "string",
    ("edge", "count"): "int",
    ("edge", "earliest"): "string",
    ("edge", "latest"): "string",
    ("edge", "events"): "string",
}


def as_graphml(graph: Record) -> Iterator[str]:
    """Node-link data as GraphML; the event ids of an edge are separated by spaces."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for (owner, name), type in KEYS.items():
        yield f'<key id="{owner}-{name}" for="{owner}" attr.name="{name}" attr.type="{type}"/>\n'
    yield '<graph edgedefault="directed">\n'
    for node in graph["nodes"]:
        yield f'<node id="{xml(node["id"])}">{"".join(_data("node", node))}</node>\n'
    for edge in graph["edges"]:
        shown = {**edge, "events": " ".join(edge["events"])}
        ends = f'source="{xml(edge["source"])}" target="{xml(edge["target"])}"'
        identity = xml(f"{edge['source']} {edge['target']} {edge['type']}")
        yield f'<edge id="{identity}" {ends}>{"".join(_data("edge", shown))}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _data(owner: str, values: dict[str, Any]) -> Iterator[str]:
    for key_owner, name in KEYS:
        if key_owner == owner and values[name] is not None:
            yield f'<data key="{owner}-{name}">{xml(values[name])}</data>'

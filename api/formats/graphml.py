"""Events as a network of their actors, in node-link JSON and GraphML."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from ..resources.doubt import exact
from ..resources.events import STATUSES, with_records
from ..schema.fields import Record
from .result import Listing, xml

TOGETHER = ("participant", "host", "guest", "mediator", "signatory")
# What nodes and edges count beside all their events: those of each status, those that are disputed or one-sided, and those
# whose date is not exact.
COUNTS = (*STATUSES, "disputed", "one_sided", "inexact_date")
DIRECTED = (("source", "target"), ("source", "subject"))


def network(documents: Iterable[Record]) -> Record:
    """Node-link data for networkx: a node for each actor, an edge for each pair of actors and type of event.

    An edge goes from a `source` to each `target` and `subject`. Participants without a direction are connected pairwise,
    from the smaller id to the larger. An edge has the ids of its events and their dates (EDTF) in the same order, their count,
    their earliest and latest possible day, their status (`mixed` if they differ), and a count for each of COUNTS.
    """
    nodes: dict[str, Record] = {}
    edges: dict[tuple[str, str, str], Record] = {}
    for document in documents:
        marks = marks_of(document)
        participants = with_records(document)
        actors = {p["actor"]["id"]: p["actor"]["name"] for p in participants}
        for id, name in actors.items():
            node = nodes.setdefault(id, {"id": id, "name": name, "events": 0, **dict.fromkeys(COUNTS, 0)})
            node["events"] += 1
            count(node, marks)
        for source, target in sorted(set(pairs(participants))):
            key = (source, target, document["type"]["id"])
            edge = edges[key] = edges.get(key) or new_edge(*key)
            add(edge, document, marks)
    return {
        "directed": True,
        "multigraph": True,
        "graph": {},
        "nodes": [nodes[id] for id in sorted(nodes)],
        "edges": [edges[key] for key in sorted(edges)],
    }


def new_edge(source: str, target: str, type: str) -> Record:
    """An edge without events."""
    head = {"source": source, "target": target, "key": type, "type": type, "count": 0, "earliest": None, "latest": None}
    return {**head, "status": None, **dict.fromkeys(COUNTS, 0), "events": [], "dates": []}


def add(edge: Record, event: Record, marks: list[str]) -> None:
    """Adds an event to an edge. The earliest day is null if it is open for one of the events, and so is the latest."""
    date, status, first = event["date"], event["status"], not edge["events"]
    edge["count"] += 1
    edge["events"].append(event["id"])
    edge["dates"].append(date["edtf"])
    edge["status"] = status if first or edge["status"] == status else "mixed"
    for key, outer in (("earliest", min), ("latest", max)):
        edge[key] = date[key] if first else edge[key] and date[key] and outer(edge[key], date[key])
    count(edge, marks)


def marks_of(event: Record) -> list[str]:
    """Those of COUNTS that count an event."""
    doubts = [key for key in ("disputed", "one_sided") if event[key]]
    return [event["status"], *doubts, *([] if exact(event["date"]) else ["inexact_date"])]


def count(counted: Record, marks: list[str]) -> None:
    """Adds an event to the COUNTS of a node or an edge."""
    for mark in marks:
        counted[mark] += 1


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


KEYS: dict[tuple[str, str], str] = {
    ("node", "label"): "string",
    ("node", "name"): "string",
    ("node", "events"): "int",
    **{("node", name): "int" for name in COUNTS},
    ("edge", "label"): "string",
    ("edge", "weight"): "double",
    ("edge", "type"): "string",
    ("edge", "count"): "int",
    ("edge", "earliest"): "string",
    ("edge", "latest"): "string",
    ("edge", "status"): "string",
    **{("edge", name): "int" for name in COUNTS},
    ("edge", "events"): "string",
    ("edge", "dates"): "string",
}


def as_graphml(graph: Record) -> Iterator[str]:
    """Node-link data as GraphML, with `label` and `weight`, which Gephi looks for.

    The ids of nodes and edges are NMTOKENs. The event ids of an edge are separated by spaces, and so are their dates.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for (owner, name), type in KEYS.items():
        yield f'<key id="{owner}-{name}" for="{owner}" attr.name="{name}" attr.type="{type}"/>\n'
    yield '<graph edgedefault="directed">\n'
    for node in graph["nodes"]:
        yield f'<node id="{xml(node["id"])}">{"".join(_data("node", {**node, "label": node["name"]}))}</node>\n'
    for edge in graph["edges"]:
        shown = {**edge, "label": edge["type"], "weight": edge["count"]}
        shown |= {"events": " ".join(edge["events"]), "dates": " ".join(edge["dates"])}
        ends = f'source="{xml(edge["source"])}" target="{xml(edge["target"])}"'
        identity = xml(f"{edge['source']}:{edge['target']}:{edge['type']}")
        yield f'<edge id="{identity}" {ends}>{"".join(_data("edge", shown))}</edge>\n'
    yield "</graph>\n</graphml>\n"


NAMES = {owner: [name for key_owner, name in KEYS if key_owner == owner] for owner in ("node", "edge")}


def _data(owner: str, values: dict[str, Any]) -> Iterator[str]:
    for name in NAMES[owner]:
        if (value := values[name]) is not None:
            yield f'<data key="{owner}-{name}">{value if isinstance(value, int) else xml(value)}</data>'

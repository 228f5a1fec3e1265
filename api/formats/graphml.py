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
NOTHING = dict.fromkeys(COUNTS, 0)
OUTER = (("earliest", min), ("latest", max))
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
            node = nodes.setdefault(id, {"id": id, "name": name, "events": 0, **NOTHING})
            for mark in ("events", *marks):
                node[mark] += 1
        for source, target in sorted(set(pairs(participants))):
            key = (source, target, document["type"]["id"])
            if not (edge := edges.get(key)):
                edge = edges[key] = new_edge(key, document)
            add(edge, document, marks)
    return {
        "directed": True,
        "multigraph": True,
        "graph": {},
        "nodes": [nodes[id] for id in sorted(nodes)],
        "edges": [edges[key] for key in sorted(edges)],
    }


def new_edge(key: tuple[str, str, str], first: Record) -> Record:
    """An edge without events, of the days and the status of its first one."""
    (source, target, type), date = key, first["date"]
    head = {"source": source, "target": target, "key": type, "type": type, "count": 0}
    days = {"earliest": date["earliest"], "latest": date["latest"]}
    return {**head, **days, "status": first["status"], **NOTHING, "events": [], "dates": []}


def add(edge: Record, event: Record, marks: list[str]) -> None:
    """Adds an event to an edge. The earliest day is null if it is open for one of the events, and so is the latest."""
    date = event["date"]
    edge["count"] += 1
    edge["events"].append(event["id"])
    edge["dates"].append(date["edtf"])
    if edge["status"] != event["status"]:
        edge["status"] = "mixed"
    for key, outer in OUTER:
        if edge[key] != date[key]:
            edge[key] = edge[key] and date[key] and outer(edge[key], date[key])
    for mark in marks:
        edge[mark] += 1


def marks_of(event: Record) -> list[str]:
    """Those of COUNTS that count an event."""
    doubts = [key for key in ("disputed", "one_sided") if event[key]]
    return [event["status"], *doubts, *([] if exact(event["date"]) else ["inexact_date"])]


def pairs(participants: list[Record]) -> list[tuple[str, str]]:
    """The (source, target) pairs of one event, in the same order whenever they are made."""
    having: dict[str, set[str]] = {}
    for participant in participants:
        role = participant["role"]
        having.setdefault(TOGETHER[0] if role in TOGETHER else role, set()).add(participant["actor"]["id"])
    found = [*combinations(sorted(having.get(TOGETHER[0], ())), 2)]
    for acting, concerned in DIRECTED:
        if acting in having and concerned in having:
            found += [(a, b) for a in sorted(having[acting]) for b in sorted(having[concerned]) if a != b]
    return found


def graphml(listing: Listing) -> Iterator[str]:
    """The network of the events of a list."""
    return as_graphml(network(listing.documents()))


COUNTED = dict.fromkeys(COUNTS, "int")
# What nodes and edges have in GraphML, each with its type.
KEYS: dict[str, dict[str, str]] = {
    "node": {"label": "string", "name": "string", "events": "int", **COUNTED},
    "edge": {
        **{"label": "string", "weight": "double", "type": "string", "count": "int"},
        **dict.fromkeys(("earliest", "latest", "status"), "string"),
        **COUNTED,
        **dict.fromkeys(("events", "dates"), "string"),
    },
}


def as_graphml(graph: Record) -> Iterator[str]:
    """Node-link data as GraphML, with `label` and `weight`, which Gephi looks for.

    The ids of nodes and edges are NMTOKENs. The event ids of an edge are separated by spaces, and so are their dates.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for owner, keys in KEYS.items():
        for name, type in keys.items():
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


def _data(owner: str, values: dict[str, Any]) -> Iterator[str]:
    for name in KEYS[owner]:
        if (value := values[name]) is not None:
            yield f'<data key="{owner}-{name}">{value if isinstance(value, int) else xml(value)}</data>'

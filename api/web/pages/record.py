"""The page of one record: everything its document says, what refers to it, and how it came to be so."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Response, redirect, request

from ...formats import Listing, dumps, formats_of
from ...formats.jsonld import item as jsonld_item
from ...query.citation import bibtex, citation, csl
from ...query.parameters import item_arguments
from ...resources.doubt import SIDE_REMARKS, STATUS_REMARKS, terms
from ...resources.resource import Resource
from ...schema.fields import Record, is_id
from ...schema.shape import Node, shape
from ...storage.release import Release
from ...storage.tables import Changed
from .. import addresses
from ..request_parameters import read_parameters
from ..responses import HTML, gone_or_unknown, not_modified
from ..signposts import of_record
from .brief import brief, doubts
from .labels import layout
from .pictured import picture
from .related import related
from .render import in_script, page, pin

ELSEWHERE = ("id", "updated_in")  # keys that the foot of a page shows


@dataclass
class Note:
    """A cited source: its number on the page, and the places in it that the record cites."""

    number: int
    source: Record
    places: list[str] = field(default_factory=list)


def record_page(resource: Resource, id: str) -> Any:
    if "format" in request.args:
        return redirect(addresses.for_programs(), 307)
    parameters = read_parameters(resource.kind, item_arguments(resource))
    release, model = parameters.release, resource.model
    if unchanged := not_modified(release, HTML):
        return unchanged
    text = release.scalar(model.select(model.document).where(model.id == id)) if is_id(id) else None
    if text is None:
        return gone_or_unknown(release, resource, id, lambda kind, id: f"{addresses.page_of(kind, id)}{pin()}")
    return render(resource, release, text, parameters.values.get("fields"))


def render(resource: Resource, release: Release, text: str, fields: list[str] | None) -> Response:
    document = json.loads(text)
    keys = {path.partition(".")[0] for path in fields or document}
    shown = {key: value for key, value in document.items() if key in keys}
    notes = numbered(resource, shown)
    return page(
        "record",
        release,
        resource=resource,
        document=document,
        entry=brief(resource, document),
        doubts=doubts(document),
        remarks=[{**STATUS_REMARKS, **SIDE_REMARKS}[word] for word in terms(document)],
        lead=[(node, shown[node.name]) for node in leading(resource) if shown.get(node.name)],
        facts=[(node, shown[node.name]) for node in facts(resource) if present(shown.get(node.name))],
        sections=[(node, shown[node.name]) for node in sections(resource) if present(shown.get(node.name))],
        notes=notes,
        numbers={note.source["id"]: note.number for note in notes},
        related=related(release, document["links"]),
        history=history(release, resource.kind, document["id"]),
        jsonld=embedded(resource, release, text),
        cite=cited(release, resource, document),
        cite_as=of_record(release, resource.kind, document["id"]),
        shapes=shapes(resource, document["id"]),
        picture=drawn(resource, document),
        file=f"{resource.kind}/{document['id']}.yaml",
    )


def present(value: Any) -> bool:
    """Whether there is something to show; false and 0 are something."""
    return value not in (None, [], {}, "")


def is_date(node: Node) -> bool:
    return any(part.name == "edtf" for part in node.parts)


def is_reference(node: Node) -> bool:
    """Whether a key holds references and nothing else."""
    return len(node.parts) in (2, 3) and bool(node.parts[0].refers)


def is_simple(node: Node) -> bool:
    """Whether a key's values fit in a line."""
    return not node.parts or is_date(node) or is_reference(node)


@cache
def leading(resource: Resource) -> tuple[Node, ...]:
    """The texts under the title."""
    names = layout(resource).lead
    return tuple(n for n in shape(resource.schema) if n.name in names and not n.parts and n.name != resource.heading)


@cache
def facts(resource: Resource) -> tuple[Node, ...]:
    """What the table beside the text shows: every key with values of a line, but for those that have a section."""
    elsewhere = {
        resource.heading,
        resource.dated,
        *ELSEWHERE,
        *layout(resource).sections,
        *(node.name for node in leading(resource)),
    }
    return tuple(node for node in shape(resource.schema) if is_simple(node) and node.name not in elsewhere)


@cache
def sections(resource: Resource) -> tuple[Node, ...]:
    """What has a section of its own, in the order of the layout, then of the schema; the sources come last by themselves."""
    wanted = layout(resource).sections
    nodes = [node for node in shape(resource.schema) if node.name in wanted or not is_simple(node)]
    order = {name: place for place, name in enumerate(wanted)}
    return tuple(sorted((n for n in nodes if n.name != "citations"), key=lambda n: order.get(n.name, len(order))))


def numbered(resource: Resource, document: Record) -> list[Note]:
    """The sources that a document cites, in the order in which it does, each with the places that are cited."""
    notes: dict[str, Note] = {}
    for cited in citations(shape(resource.schema), document):
        source = cited["source"]
        note = notes.setdefault(source["id"], Note(len(notes) + 1, source))
        if (where := place(cited)) and where not in note.places:
            note.places.append(where)
    return list(notes.values())


def citations(nodes: tuple[Node, ...], value: Record) -> Iterator[Record]:
    """Every citation in a document, wherever it stands; those of the record first."""
    for node in sorted(nodes, key=lambda node: node.name != "citations"):
        inner = value.get(node.name)
        for item in inner if isinstance(inner, list) else [inner]:
            if isinstance(item, dict) and node.name == "citations":
                yield item
            elif isinstance(item, dict):
                yield from citations(node.parts, item)


def place(cited: Record) -> str:
    """Where in a source: `paragraphs 6 and 10 to 13`, or the locator."""
    numbers = spans(cited.get("paragraphs") or [])
    text = f"{'paragraph' if len(cited['paragraphs']) == 1 else 'paragraphs'} {', '.join(numbers)}" if numbers else ""
    return ", ".join(part for part in (text, cited.get("locator")) if part)


def spans(numbers: list[int]) -> list[str]:
    """Whole numbers as runs: 1, 2, 3, 7 as `1-3`, `7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def history(release: Release, kind: str, id: str) -> list[Record]:
    """The releases in which a record changed, and in which of its keys."""
    columns = (Changed.version, Changed.released, Changed.change, Changed.keys)
    rows = release.rows(Changed.select(*columns).where((Changed.kind == kind) & (Changed.id == id)).order_by(Changed.seq.desc()))
    return [
        {"version": version, "released": released, "change": change, "keys": keys.split(",") if keys else []}
        for version, released, change, keys in rows
    ]


def embedded(resource: Resource, release: Release, text: str) -> str:
    """The record as JSON-LD in a script element."""
    address = addresses.for_programs()
    listing = Listing(resource, release, iter([text]), addresses.root().rstrip("/"), address, None, None)
    return in_script(jsonld_item(listing))


def cited(release: Release, resource: Resource, document: Record) -> Record | None:
    """How to cite the record in this release: a line, BibTeX, CSL-JSON; None where the release is a draft."""
    about, path = release.about, f"{resource.kind}/{document['id']}"
    url = of_record(release, resource.kind, document["id"])
    if url is None:
        return None
    line = f"{citation(about, addresses.root())} Record: {path}. {url}"
    key = f"{document['id']}-{about['version']}"
    note = f"Record: {path}"
    return {"text": line, "bibtex": bibtex(about, note, url, key=key), "csl": dumps(csl(about, note, url, key=key))}


def drawn(resource: Resource, document: Record) -> str | None:
    """The address of the picture of a record that has a life of its own: acts with dates, which are more than a mark."""
    release = {"release": request.args["release"]} if "release" in request.args else {}
    return picture(resource.kind, {"ids": document["id"], **release}) if document.get("actions") else None


def shapes(resource: Resource, id: str) -> list[tuple[str, str]]:
    """Every other shape of the record: the name of the format, and the address."""
    kept = f"&{pin()[1:]}" if pin() else ""
    own = {"json": f"/v1/{resource.kind}/{id}{pin()}", "jsonld": f"/v1/{resource.kind}/{id}?format=jsonld{kept}"}
    every = {word: f"/v1/{resource.kind}?ids={id}&format={word}{kept}" for word in formats_of(resource.kind)}
    return [(word, addresses.mounted(path)) for word, path in {**every, **own}.items()]

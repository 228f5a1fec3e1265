"""The page of one record: everything its document says, what refers to it, and how it came to be so."""

import json
from functools import cache
from typing import Any

from flask import Response, redirect, request
from markupsafe import Markup

from ...formats import Listing, dumps, formats_of
from ...formats.jsonld import whole
from ...query.citation import bibtex, citation, csl
from ...query.parameters import item_arguments
from ...resources.brief import brief
from ...resources.doubt import SIDE_REMARKS, STATUS_REMARKS, exact, terms
from ...resources.resource import Resource
from ...schema.fields import Record, is_id
from ...schema.shape import Node, shape
from ...storage.release import Release
from .. import addresses
from ..request_parameters import read_parameters
from ..responses import HTML, gone_or_unknown, not_modified
from ..signposts import of_record
from .article import history, lead, referring, sources
from .labels import layout
from .mentions import mentioned
from .nodes import is_date, is_simple
from .notes import numbered
from .pictured import picture
from .related import related
from .render import in_script, page, pin
from .values import Sheet, Writer, for_spreadsheets, full_date, row, section, writer, written

ELSEWHERE = ("id", "updated_in", "disputed", "one_sided")  # keys that the foot of a page shows, or its head
Writers = tuple[tuple[str, Writer], ...]


def record_page(resource: Resource, id: str) -> Any:
    if "format" in request.args:
        return redirect(addresses.for_programs(), 307)
    parameters = read_parameters(resource.kind, item_arguments(resource))
    release = parameters.release
    if unchanged := not_modified(release, HTML):
        return unchanged
    found = release.execute(f"SELECT document FROM {resource.model._meta.table_name} WHERE id = ?", id) if is_id(id) else ()  # noqa: S608
    if not found:
        return gone_or_unknown(release, resource, id, lambda kind, id: f"{addresses.page_of(kind, id)}{pin()}")
    return render(resource, release, found[0][0], parameters.values.get("fields"))


def render(resource: Resource, release: Release, text: str, fields: list[str] | None) -> Response:
    document = json.loads(text)
    keys = {path.partition(".")[0] for path in fields or document}
    shown = {key: value for key, value in document.items() if key in keys}
    notes = numbered(resource, shown)
    sheet = Sheet(request.root_path, pin(), {note.source["id"]: note.number for note in notes}, mentioned(release, text))
    lists = related(release, sheet, document["links"])
    answered = any("?replies_to=" in one.href for one in lists)
    texts = [(node.name, shown[node.name]) for node in leading(resource) if shown.get(node.name)]
    parts = {
        "lead": lead(sheet, texts, shown.get("citations", ())),
        "facts": written(facts(resource), sheet, shown),
        "sections": written(sections(resource), sheet, shown),
        "referring": referring(sheet, lists),
        "sources": sources(sheet, release, notes),
        "history": history(release, resource.kind, document["id"]),
        "jsonld": embedded(resource, release, document),
    }
    return page(
        "record",
        release,
        sheet=sheet,
        here=resource.kind,
        resource=resource,
        document=document,
        entry=brief(resource, document),
        remarks=[{**STATUS_REMARKS, **SIDE_REMARKS}[word] for word in terms(document)],
        **{name: Markup(html) for name, html in parts.items()},  # noqa: S704
        cite=cited(release, resource, document),
        leads_to={"cite-as": of_record(release, resource.kind, document["id"])},
        shapes=for_spreadsheets(shapes(resource, document["id"])),
        picture=drawn(resource, document, answered),
        file=f"{resource.kind}/{document['id']}.yaml",
    )


@cache
def leading(resource: Resource) -> tuple[Node, ...]:
    """The texts under the title."""
    names = layout(resource).lead
    return tuple(n for n in shape(resource.schema) if n.name in names and not n.parts and n.name != resource.heading)


@cache
def facts(resource: Resource) -> Writers:
    """What the table beside the text shows: every key with values of a line, but for those that have a section."""
    elsewhere = {
        resource.heading,
        resource.dated,
        *ELSEWHERE,
        *layout(resource).sections,
        *(node.name for node in leading(resource)),
    }
    simple = (node for node in shape(resource.schema) if is_simple(node) and node.name not in elsewhere)
    return tuple((node.name, row(node, full_date if is_date(node) else writer(node))) for node in simple)


@cache
def sections(resource: Resource) -> Writers:
    """What has a section of its own, in the order of the layout, then of the schema; the sources come last by themselves."""
    wanted = layout(resource).sections
    nodes = [node for node in shape(resource.schema) if node.name in wanted or not is_simple(node)]
    order = {name: place for place, name in enumerate(wanted)}
    ordered = sorted((n for n in nodes if n.name != "citations"), key=lambda n: order.get(n.name, len(order)))
    return tuple((node.name, section(node)) for node in ordered)


def embedded(resource: Resource, release: Release, document: Record) -> str:
    """The record as JSON-LD in a script element."""
    listing = Listing(resource, release, iter(()), addresses.root().rstrip("/"), "", None, None)
    return in_script(whole(listing, document))


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


def drawn(resource: Resource, document: Record, answered: bool) -> str | None:
    """The address of the picture of an event at a date that is not exact, of acts with dates, of a statement among answers."""
    bounded = resource.kind == "events" and not exact(document["date"])
    release = {"release": request.args["release"]} if "release" in request.args else {}
    return (
        picture(resource.kind, {"ids": document["id"], **release})
        if bounded or answered or document.get("actions") or document.get("replies_to")
        else None
    )


def shapes(resource: Resource, id: str) -> list[tuple[str, str]]:
    """Every other shape of the record: the name of the format, and the address."""
    pinned, base = pin(), f"{request.root_path}/v1/{resource.kind}"
    kept = pinned.replace("?", "&")
    own = {"json": f"{base}/{id}{pinned}", "jsonld": f"{base}/{id}?format=jsonld{kept}"}
    return [*({word: f"{base}?ids={id}&format={word}{kept}" for word in formats_of(resource.kind)} | own).items()]

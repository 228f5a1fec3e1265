"""The routes of the resources: a list and an item for each kind."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from .. import formats
from ..formats.jsonld import item as jsonld_item
from ..formats.markdown import item as markdown_item
from ..formats.sparse import narrowed
from ..query.aggregation import facets
from ..query.citation import cite
from ..query.pagination import Page, by_coding, by_match, every, page, stored
from ..query.parameters import ITEM_FORMATS, arguments, item_arguments
from ..query.parsing import InvalidParameters, Values, canonical_text, joined
from ..query.query import Parameters, Query
from ..query.succession import other_party
from ..query.wording import in_words
from ..resources import BY_KIND, RESOURCES
from ..resources.doubt import NO_PROOF
from ..resources.filters import names
from ..resources.resource import Resource
from ..resources.timeline import TIMELINE
from ..schema.errors import Fault
from ..schema.fields import Record, is_id
from ..schema.walk import referred
from ..storage.release import Release
from . import addresses
from .addresses import here, next_page
from .finding import nearest_spelling
from .request_parameters import choose_format, read_parameters, read_query, store
from .responses import about, answer, gone_or_unknown, not_modified
from .signposts import of_record

WRITE_ITEM = {"jsonld": jsonld_item, "md": markdown_item}  # a record in the formats other than JSON
FEW = 5  # with fewer results than this the response says what the dataset covers
NO_VACANCY = "An office without a holder here was not necessarily vacant: the dataset may not have who held it."


def routes() -> Blueprint:
    blueprint = Blueprint("resources", __name__, url_prefix="/v1")
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.kind}", resource.kind, partial(list_view, resource))
        blueprint.add_url_rule(f"/{resource.kind}/<id>", f"{resource.kind}-item", partial(item_view, resource))
    return blueprint


def list_view(resource: Resource) -> Response:
    query = read_query(resource, arguments(resource))
    name = choose_format(query, formats.formats_of(resource.kind))
    if unchanged := not_modified(query.release, formats.FORMATS[name].media_type):
        return unchanged
    return as_json(query) if name == "json" else as_format(query, resource, name, partial(page, query), partial(every, query))


def as_json(query: Query) -> Response:
    """A page of stored documents, with the facets, citation and referred records that the query asks for."""
    values, release, results = query.values, query.release, page(query, stored)
    following = next_page(results.next)
    meta = {"total": results.total, **about(release), "query": query.understood}
    meta |= by_match(query) | by_coding(query)
    if "cite" in values:
        meta["citation"] = cite(query, addresses.root(), store().versions())
    if "facets" in values:
        meta |= facets(query, {name: joined(values) for name, values in request.args.lists()}, request.base_url)
    if results.total < FEW:
        meta["coverage"] = coverage(query)
    if not results.total and "q" in values:
        meta["spelling"] = nearest_spelling(release, values["q"], query.resource.kind)
    included = include(query.resource, results.documents, values["include"], release) if "include" in values else None
    documents: Iterable[bytes] = results.documents
    if "fields" in values or request.root_path:
        texts = narrowed(map(bytes.decode, documents), values.get("fields"))
        documents = map(str.encode, addresses.in_documents(texts))
    body = formats.enveloped(documents, meta, {"self": here(), "next": following}, included)
    return answer(body, release, links={"next": following})


def as_format(
    query: Parameters,
    resource: Resource,
    name: str,
    paged: Callable[[], Page],
    every: Callable[[], Iterator[str]],
    *,
    listed: type[formats.Listing] = formats.Listing,
) -> Response:
    """The results in another format: a page of them if the format has pages, otherwise all of them, streamed."""
    format = formats.FORMATS[name]
    if errors := misplaced(name, format):
        raise InvalidParameters(errors)
    assert format.write  # noqa: S101  # JSON alone has none
    results = paged() if format.paged else None
    texts = addresses.in_documents(results.documents if results else every())
    following = next_page(results.next if results else None)
    listing = listed(
        *(resource, query.release, texts, addresses.root().rstrip("/"), here(), following, query.values.get("fields")),
        expand=query.values.get("expand"),
        spreadsheet="spreadsheet" in query.values,
        asked=canonical_text(filters := asked(resource, query.normalized, *(["kind"] if resource is TIMELINE else []))),
        said=partial(in_words, query.release, resource, filters),
    )
    file = f"{resource.kind}-{query.release.about['version']}.{name}"
    headers = {"Content-Disposition": f'inline; filename="{file}"'}
    return answer(format.write(listing), query.release, format.media_type, links={"next": following}, headers=headers)


def asked(resource: Resource, normalized: Values, *others: str) -> Record:
    """The filters that the request gives, and `others`: in one form for all that mean the same."""
    filters = {*others, *(name for filter in resource.filters for name in names(filter))}
    return {name: value for name, value in normalized.items() if name in filters & request.args.keys()}


def misplaced(name: str, format: formats.Format) -> list[Fault]:
    """Parameters of the request that the format cannot honour."""
    errors = [
        Fault((parameter,), f"goes with JSON only, not with {name}")
        for parameter in ("facets", "include", "cite")
        if parameter in request.args
    ]
    if not format.narrows and "fields" in request.args:
        errors.append(Fault(("fields",), f"does not go with {name}, whose keys are its own"))
    if not format.paged:
        paging = [parameter for parameter in ("cursor", "limit") if parameter in request.args]
        why = f"goes with formats that have pages, such as json; {name} holds all that the filters find: leave it out"
        errors += [Fault((parameter,), why) for parameter in paging]
    return errors


def coverage(query: Query) -> dict[str, Any]:
    """What the dataset covers, so that a reader can interpret few results or none."""
    release = query.release.about
    told = {"dates": release["coverage"], "countries": release["countries"], "records": release["counts"][query.resource.kind]}
    notes = [NO_PROOF, *([NO_VACANCY] if "role_on" in query.values else []), *other_party(query)]
    return {**told, "note": " ".join(notes)}


def include(resource: Resource, texts: Iterable[str | bytes], kinds: list[str], release: Release) -> str:
    """The records of some kinds that documents refer to, once each, in order of their ids: one select a kind."""
    wanted: dict[str, set[str]] = {kind: set() for kind in kinds}
    for text in texts:
        for kind, id in referred(resource.schema, json.loads(text)):
            if kind in wanted:
                wanted[kind].add(id)
    members = []
    for kind, ids in wanted.items():
        model = BY_KIND[kind].model
        rows = release.rows(model.select(model.document).where(model.id.in_(sorted(ids))).order_by(model.id))
        members.append(f"{formats.dumps(kind)}:[{','.join(addresses.in_documents(document for (document,) in rows))}]")
    return f"{{{','.join(members)}}}"


def item_view(resource: Resource, id: str) -> Any:
    parameters = read_parameters(resource.kind, item_arguments(resource))
    values, release, model = parameters.values, parameters.release, resource.model
    name = choose_format(parameters, ITEM_FORMATS)
    format = formats.FORMATS[name]
    if name != "json" and (errors := misplaced(name, format)):
        raise InvalidParameters(errors)
    if unchanged := not_modified(release, format.media_type):
        return unchanged
    document = release.scalar(model.select(model.document).where(model.id == id)) if is_id(id) else None
    if document is None:
        return gone_or_unknown(release, resource, id)
    collection = addresses.absolute(f"resources.{resource.kind}")
    links = {"collection": collection, "cite-as": of_record(release, resource.kind, id)}
    if name in WRITE_ITEM:
        listing = formats.Listing(resource, release, iter([document]), addresses.root().rstrip("/"), here(), None, None)
        return answer(WRITE_ITEM[name](listing), release, format.media_type, links=links)
    included = include(resource, [document], values["include"], release) if "include" in values else None
    (shown,) = addresses.in_documents(narrowed([document], values.get("fields")))
    body = formats.envelope(shown, about(release), {"self": here(), "collection": collection}, included)
    return answer(body, release, links=links)

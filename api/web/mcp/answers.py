"""What the tools answer: find, get, timeline and cite, from the same queries as the routes of the API."""

import json
from functools import cache
from html import unescape
from urllib.parse import quote, urlencode

import marshmallow as ma

from ... import formats
from ...formats.markdown import section
from ...problems import nearest
from ...query.aggregation import aggregate
from ...query.citation import cite as cite_query
from ...query.citation import cited_query
from ...query.pagination import by_match, page, total
from ...query.parameters import aggregate_arguments, arguments, pin
from ...query.parsing import InvalidParameters
from ...query.query import Parameters, Query
from ...query.timeline import Timeline
from ...resources import BY_KIND
from ...resources.doubt import date_words, heading
from ...resources.filters import names
from ...resources.resource import Resource
from ...resources.timeline import TIMELINE
from ...schema.errors import Fault
from ...schema.fields import Record, Schema, is_id
from ...schema.walk import referred
from ...storage.release import Release
from .. import addresses
from ..finding import nearest_spelling
from ..request_parameters import served, store
from ..responses import current_id
from ..search import POSITION, search_arguments, searched
from . import shown
from .names import Strings, with_ids

FEW, MOST, MOST_GROUPS = 10, 50, 150  # records and groups of an answer
LONGEST, MOST_SOURCES = 20_000, 20  # characters of a record, and documents that it cites
FILTERS_OF = "filters."  # before the name of a filter, which may be that of a parameter, too
PAGING = ("limit", "cursor", "release")
STYLES = ("text", "bibtex", "csl")


@cache
def pinned() -> ma.Schema:
    """The parameter that every tool takes."""
    return Schema.from_dict(pin(), name="mcp-query")()


def release_of(strings: Strings) -> Release:
    """The release that a call reads."""
    given = {name: values for name, values in strings.items() if name == "release"}
    return Parameters("mcp", pinned(), given, store(), served=served()).release


def limited(strings: Strings) -> Strings:
    """Parameters with a limit that an assistant can read. Raises InvalidParameters for a larger one."""
    limit = strings.get("limit", [str(FEW)])
    if limit[-1].isdecimal() and int(limit[-1][:9]) > MOST:
        raise InvalidParameters([Fault(("limit",), f"is more than {MOST}")])
    return {**strings, "limit": limit}


def find(strings: Strings) -> Record:
    """Records by words, best first; by filters, in the order of their kind."""
    text, kind = strings.get("text"), strings.get("kind", [""])
    own = strings.keys() - {"text", "kind", *PAGING}
    if not own and text:
        return _searched(strings)
    if not own and not text and "kind" not in strings:
        raise InvalidParameters([Fault(("text",), "is missing: give words, or a kind and filters")])
    if kind[-1] not in BY_KIND or len(kind) > 1:
        why = "one of these is needed with filters" if "kind" not in strings else "is no kind"
        raise InvalidParameters([Fault(("kind",), why, tuple(BY_KIND), nearest(kind[-1], BY_KIND))])
    rest = {name.removeprefix(FILTERS_OF): values for name, values in strings.items() if name not in ("kind", "text")}
    rest |= {"q": text} if text else {}
    return counted(BY_KIND[kind[-1]], rest) if "count_by" in rest else listed(BY_KIND[kind[-1]], rest)


def _searched(strings: Strings) -> Record:
    """What a search finds, with what it is to the words asked for."""
    asked = limited({"q": strings["text"], **{name: values for name, values in strings.items() if name != "text"}})
    parameters = Parameters("search", search_arguments(), asked, store(), served=served(), columns=POSITION)
    results = searched(parameters)
    found = shown.documents(parameters.release, [(hit["kind"], hit["id"]) for hit in results.hits])
    excerpts = {(hit["kind"], hit["id"]): plain(hit["highlight"]) for hit in results.hits if hit["field"] in ("text", "related")}
    records = [
        shown.brief(kind, document) | ({"match": excerpts[kind, document["id"]]} if (kind, document["id"]) in excerpts else {})
        for kind, document in found
    ]
    match = {
        "spelling": f"No record has these words; these have {results.meta['spelling']!r}.",
        "most": "These have most of the words, not all of them; the best come first.",
    }
    return shown.envelope(
        parameters.release,
        note=match.get(results.meta["match"]),
        **extent(results.meta["total"], len(records), results.next, parameters.release),
        results=records,
        api=query_address("search", asked),
    )


def plain(highlight: str) -> str:
    """An excerpt without its marks."""
    return unescape(highlight.replace("<mark>", "").replace("</mark>", ""))


def allowed(resource: Resource, strings: Strings) -> None:
    """Raises InvalidParameters for what is no filter of a kind; the filters are listed without `_all` and `_not`."""
    known = {name: filter.name for filter in resource.filters for name in names(filter)}
    plainly = tuple(dict.fromkeys(name for name in known if not name.endswith(("_all", "_not"))))
    faults = [
        Fault((name,), f"is no filter of {resource.kind}", plainly, nearest(name, known))
        for name in strings
        if name not in known and name not in ("sort", *PAGING)
    ]
    if faults:
        raise InvalidParameters(faults)


def listed(resource: Resource, strings: Strings) -> Record:
    """The records of a kind that filters find, each with whether it is certain to match."""
    allowed(resource, strings)
    release = release_of(strings)
    asked, read = with_ids(release, resource, limited(strings))
    query = Query(resource, arguments(resource), asked, store(), served=release)
    results = page(query)
    found = [json.loads(text) for text in results.documents]
    doubtful = possible(query, [document["id"] for document in found])
    records = [
        shown.brief(resource.kind, document) | ({"match": doubtful[document["id"]]} if document["id"] in doubtful else {})
        for document in found
    ]
    spelling = nearest_spelling(query.release, query.values["q"], resource.kind) if not found and "q" in query.values else None
    return shown.envelope(
        query.release,
        read_as=read,
        note=f"Nothing has these words. Perhaps {spelling!r}?" if spelling else any_of(resource, asked),
        **extent(results.total, len(records), results.next, query.release),
        results=records,
        api=query_address(resource.kind, asked),
    )


def any_of(resource: Resource, strings: Strings) -> str | None:
    """That several values of a filter mean any of them, where all of them could be meant."""
    several = {name for name, values in strings.items() if len(values) > 1 or "," in values[0]}
    words = [
        f"{filter.name}: any of these; {filter.name}_all finds what has all of them"
        for filter in resource.filters
        if filter.name in several and f"{filter.name}_all" in names(filter)
    ]
    return "; ".join(words) or None


def counted(resource: Resource, strings: Strings) -> Record:
    """How many records that filters find there are for each value of other filters."""
    by = strings["count_by"]
    strings = {name: values for name, values in strings.items() if name not in ("count_by", "limit", "cursor", "sort")}
    allowed(resource, strings)
    release = release_of(strings)
    asked, read = with_ids(release, resource, strings)
    asked["by"] = by
    query = Query(resource, aggregate_arguments(resource), asked, store(), served=release)
    groups = aggregate(query)
    cut = (
        f"{MOST_GROUPS} of {len(groups)} groups are shown; all are at the address in `api`" if len(groups) > MOST_GROUPS else None
    )
    return shown.envelope(
        query.release,
        read_as=read,
        total=total(query),
        note="A record with several values, or a date that may lie in several years, counts for each; null is no value.",
        groups=groups[:MOST_GROUPS],
        cut=cut,
        results=[],
        api=query_address(f"aggregates/{resource.kind}", asked),
    )


def possible(query: Query, ids: list[str]) -> dict[str, str]:
    """Of records that a query finds, those that match possibly, not for certain, each with that in words."""
    told: dict[str, str] = {}
    for name, counts in by_match(query).items() if query.values.get("date_match") != "certain" else ():
        if counts["certain"] == counts["possible"] or query.values.get(name) == "certain":
            continue
        sure = {
            json.loads(text)["id"] for text in page(query.variant(**{name: "certain"}, ids=ids, limit=len(ids) or 1)).documents
        }
        word = "date" if name == "date_match" else "office"
        told |= {id: f"possible, not certain: its {word} may lie outside of what was asked for" for id in ids if id not in sure}
    return told


def extent(found: int, count: int, cursor: str | None, release: Release) -> Record:
    """How many there are, how many are shown, how to go on; of nothing, what the data cover."""
    about = release.about
    nothing = f"{about['coverage']}; a record that is not here is no proof that nothing happened" if not found else None
    cut = f"{count} of {found} are shown; ask again with this cursor for the next" if cursor else None
    return {"total": found, "coverage": nothing, "cut": cut, "cursor": cursor}


def query_address(path: str, strings: Strings) -> str:
    """The address of the same answer at the API."""
    pairs = [(name, ",".join(values)) for name, values in strings.items() if name != "cursor"]
    return f"{addresses.root()}v1/{path}?{urlencode(pairs, quote_via=quote, safe=',:')}"


def get(strings: Strings) -> Record:
    """Everything that a record says, as Markdown."""
    release = release_of(strings)
    kind, document = record(release, strings["id"][-1])
    resource = BY_KIND[kind]
    listing = formats.Listing(resource, release, iter(()), addresses.root().rstrip("/"), "", None, None)
    text = section(listing, document, 1)
    cut = f"{LONGEST} of {len(text)} characters are shown; the whole is at {shown.address(kind, document['id'])}?format=md"
    asked = strings["id"][-1].rpartition("/")[2]
    return shown.envelope(
        release,
        id=f"{kind}/{document['id']}",
        note=f"{asked} was renamed." if asked != document["id"] else None,
        title=heading(resource.name(document), document),
        doubt=shown.doubt(document),
        cut=cut if len(text) > LONGEST else None,
        text=text[:LONGEST],
        sources=bibliography(release, resource, document),
        url=shown.address(kind, document["id"]),
    )


def bibliography(release: Release, resource: Resource, document: Record) -> list[str]:
    """The documents that a record cites, each with its publisher, date and address; the first few of many."""
    ids = list(dict.fromkeys(id for kind, id in referred(resource.schema, document) if kind == "sources"))
    told = []
    for _, source in shown.documents(release, [("sources", id) for id in ids[:MOST_SOURCES]]):
        date = source["published"] and date_words(source["published"])
        where = source["url"] or source["no_url"]
        told.append(f"{'. '.join(filter(None, (source['title'], source['publisher'], date, where)))} (sources/{source['id']})")
    return [*told, *([f"and {len(ids) - MOST_SOURCES} more"] if len(ids) > MOST_SOURCES else [])]


def record(release: Release, named: str) -> tuple[str, Record]:
    """The record that `kind/id`, an address, or an id alone names. Raises a Problem if there is none, or if there are several."""
    path = named.split("?", maxsplit=1)[0].rstrip("/").rpartition("/v1/")[2]
    kind, _, id = path.rpartition("/")
    if kind and kind not in BY_KIND:
        raise InvalidParameters([Fault(("id",), f"{kind!r} is no kind", tuple(BY_KIND), nearest(kind, BY_KIND))])
    kinds = [kind] if kind else [*BY_KIND]
    found = shown.documents(release, [(each, id) for each in kinds]) if is_id(id) else []
    if len(found) > 1:
        several = tuple(f"{each}/{id}" for each, _ in found)
        raise InvalidParameters([Fault(("id",), f"{id!r} is the id of several records", several)])
    if found:
        return found[0]
    if not kind:
        close = nearest(id, [called for each in kinds for called in _ids(release, each)])
        raise InvalidParameters([Fault(("id",), f"no record has the id {id!r}: `find` looks for words", (), close)])
    return shown.documents(release, [(kind, current_id(release, BY_KIND[kind], id))])[0]


def _ids(release: Release, kind: str) -> list[str]:
    model = BY_KIND[kind].model
    return [id for (id,) in release.rows(model.select(model.id).limit(5000))]


def timeline(strings: Strings) -> Record:
    """What happened, was said and was done, in order; each entry with the sources of its record, or of its action."""
    release = release_of(strings)
    asked, read = with_ids(release, TIMELINE, limited({"sort": ["date"], **strings}))
    if "text" in asked:
        asked["q"] = asked.pop("text")
    query = Timeline(asked, store(), served=release)
    results, kinds = query.page(), query.totals()
    entries = [json.loads(text) for text in results.documents]
    owners = [(entry["kind"], entry["links"]["self"].rpartition("/")[2]) for entry in entries]
    records = {(kind, document["id"]): document for kind, document in shown.documents(query.release, owners)}
    counts = query.by_match().get("date_match", {})
    doubtful = counts.get("possible", 0) - counts.get("certain", 0)
    note = (
        f"{doubtful} of {results.total} lie in the range possibly, not for certain: see their dates."
        if doubtful
        else any_of(TIMELINE, asked)
    )
    return shown.envelope(
        query.release,
        read_as=read,
        note=note,
        **extent(results.total, len(entries), results.next, query.release),
        kinds=kinds,
        results=[entry_of(entry, owner, records[owner]) for entry, owner in zip(entries, owners, strict=True)],
        api=query_address("timeline", asked),
    )


def entry_of(entry: Record, owner: tuple[str, str], document: Record) -> Record:
    """An entry of the timeline in a few lines."""
    cited = document["citations"]
    if owner[0] == "agreements":
        _, action, *number = entry["id"].split(":")
        acts = [each for each in document["actions"] if each["kind"] == action]
        cited = acts[int(number[0]) - 1 if number else 0]["citations"]
    told = {
        "id": f"{owner[0]}/{owner[1]}",
        "what": entry["what"],
        "title": shown.shortened(heading(entry["title"], entry)),
        "date": date_words(entry["date"]),
        "edtf": entry["date"]["edtf"],
        "status": entry["status"],
        "doubt": shown.doubt(entry),
        "who": shown.names(entry["actors"]),
        "sources": shown.sources(cited),
        "url": shown.address(*owner),
    }
    return {name: value for name, value in told.items() if value}


def cite(strings: Strings) -> Record:
    """How to cite a record or the results of a query."""
    of, style = strings["of"][-1], strings.get("style", ["text"])[-1]
    if style not in STYLES:
        raise InvalidParameters([Fault(("style",), f"{style!r} is not allowed", STYLES, nearest(style, STYLES))])
    release = release_of(strings)
    query = of.rpartition("/v1/")[2]
    if "?" not in query and query not in BY_KIND:
        kind, document = record(release, of)
        query = f"{kind}?ids={document['id']}"
    version = strings.get("release", [None])[-1]
    cited = cite_query(cited_query(query, store(), release, version), addresses.root(), store().versions())
    told = {name: cited[name] for name in ("query", "count", "sha256", "url")}
    return shown.envelope(release, citation=cited[style], **told)

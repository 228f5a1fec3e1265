"""Lists of records: what find answers, by words or by filters, and counted; and what every list says of itself."""

import json
from contextlib import suppress
from functools import cache
from html import unescape
from urllib.parse import quote, urlencode

import marshmallow as ma

from ...problems import nearest
from ...query.aggregation import DIFFER, aggregate, as_record, covered, gone_through
from ...query.pagination import by_match, page, total
from ...query.parameters import aggregate_arguments, arguments, pin
from ...query.parsing import InvalidParameters
from ...query.query import Parameters, Query
from ...resources import BY_KIND
from ...resources.doubt import NO_PROOF
from ...resources.filters import names
from ...resources.resource import Resource
from ...schema.errors import Fault
from ...schema.fields import Record, Schema
from ...schema.public_date import render
from ...storage.release import Release
from .. import addresses
from ..finding import nearest_spelling
from ..hits import words
from ..request_parameters import served, store
from ..search import POSITION, SEARCH, searched
from . import shown
from .names import Strings, with_ids

FEW, MOST, MOST_GROUPS, FEW_TYPES = 10, 50, 150, 6  # records, groups and types of an answer
FILTERS_OF = "filters."  # before the name of a filter, which may be that of a parameter, too
PAGING = ("limit", "cursor", "release")


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
    parameters = Parameters("search", SEARCH, asked, store(), served=served(), columns=POSITION)
    results = searched(parameters)
    found = shown.documents(parameters.release, [(hit["kind"], hit["id"]) for hit in results.hits])
    excerpts = {(hit["kind"], hit["id"]): plain(hit["highlight"]) for hit in results.hits if hit["field"] in ("text", "related")}
    records = [
        shown.brief(kind, document) | ({"excerpt": excerpts[kind, document["id"]]} if (kind, document["id"]) in excerpts else {})
        for kind, document in found
    ]
    if results.meta["match"] == "most":
        for record, (kind, document) in zip(records, found, strict=True):
            record["words"] = words(parameters.release, results.groups, kind, document)
    match = {
        "spelling": f"No record has these words; these have {results.meta['spelling']!r}.",
        "most": "Not all of these have all of the words: `words` are those that each has, at least half; the best come first.",
    }
    return shown.envelope(
        parameters.release,
        note=match.get(results.meta["match"]) if found else None,
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
        shown.brief(resource.kind, document) | ({"certainty": doubtful[document["id"]]} if document["id"] in doubtful else {})
        for document in found
    ]
    spelling = nearest_spelling(query.release, query.values["q"], resource.kind) if not found and "q" in query.values else None
    return shown.envelope(
        query.release,
        read_as=read,
        note=f"Nothing has these words. Perhaps {spelling!r}?" if spelling else any_of(resource, asked),
        **extent(results.total, len(records), results.next, query.release),
        found_without=None if results.total else loosened(resource, asked, query.release),
        results=records,
        api=query_address(resource.kind, asked),
    )


def loosened(resource: Resource, strings: Strings, release: Release) -> dict[str, int]:
    """Of a query that finds nothing: how many records its other filters find without each of them."""
    filters = {name: values for name, values in strings.items() if name not in ("sort", *PAGING)}
    found = {}
    for left_out in filters if len(filters) > 1 else ():
        others = {name: values for name, values in filters.items() if name != left_out}
        with suppress(InvalidParameters):  # what only goes with the one that is left out
            found[left_out] = total(Query(resource, arguments(resource), others, store(), served=release))
    return {name: count for name, count in found.items() if count}


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
    if faults := [
        Fault((name,), "goes with records, not with count_by") for name in ("limit", "cursor", "sort") if name in strings
    ]:
        raise InvalidParameters(faults)
    strings = {name: values for name, values in strings.items() if name != "count_by"}
    allowed(resource, strings)
    release = release_of(strings)
    asked, read = with_ids(release, resource, strings)
    asked["by"] = by
    query = Query(resource, aggregate_arguments(resource), asked, store(), served=release)
    groups = aggregate(query)
    cut = f"{MOST_GROUPS} of {len(groups)} groups are shown; all are at the address in `api`"
    return shown.envelope(
        query.release,
        read_as=read,
        total=total(query),
        note="A record with several values, or a date that may lie in several years, counts for each; null is no value.",
        gone_through=trend(query),
        groups=[as_record(query.values["by"], *group) for group in groups[:MOST_GROUPS]],
        cut=cut if len(groups) > MOST_GROUPS else None,
        results=[],
        api=query_address(f"aggregates/{resource.kind}", asked),
    )


def trend(query: Query) -> Record | str | None:
    """Of counts by time: what was gone through for the types of event that were counted, without which they are no trend."""
    types = covered(query).get("covered", {})
    told = {
        type["id"]: f"{when}: {type['coverage'] or 'not told'}" for type, when in gone_through(query.release, types, FEW_TYPES)
    }
    return told or (f"{DIFFER}; see `covered` and `coverage` of each event-types/<id>" if types else None)


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
    nothing = f"{render(about['coverage'])['text']}. {NO_PROOF}" if not found else None
    cut = f"{count} of {found} are shown; ask again with this cursor for the next" if cursor else None
    return {"total": found, "coverage": nothing, "cut": cut, "cursor": cursor}


def query_address(path: str, strings: Strings) -> str:
    """The address of the same answer at the API."""
    pairs = [(name, ",".join(values)) for name, values in strings.items() if name != "cursor"]
    return f"{addresses.root()}v1/{path}?{urlencode(pairs, quote_via=quote, safe=',:')}"

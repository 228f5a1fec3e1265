"""What get, timeline and cite answer, from the same queries as the routes of the API."""

import json

from ...formats import Listing
from ...formats.markdown import section
from ...problems import nearest
from ...query.citation import cite as cite_query
from ...query.citation import cited_query
from ...query.parsing import InvalidParameters
from ...query.timeline import Timeline
from ...resources import BY_KIND, RESOURCES
from ...resources.doubt import date_words, heading
from ...resources.resource import Resource
from ...resources.timeline import TIMELINE
from ...schema.errors import Fault
from ...schema.fields import Record, is_id
from ...schema.walk import referred
from ...storage.release import Release
from .. import addresses
from ..request_parameters import store
from ..responses import current_id
from . import shown
from .lists import any_of, extent, limited, query_address, release_of
from .names import Strings, near, with_ids

LONGEST, MOST_SOURCES = 20_000, 20  # characters of a record, and documents that it cites
STYLES = ("text", "bibtex", "csl")


def get(strings: Strings) -> Record:
    """Everything that a record says, as Markdown."""
    release = release_of(strings)
    kind, document = record(release, strings["id"][-1])
    resource, text = BY_KIND[kind], as_markdown(release, kind, document)
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


def as_markdown(release: Release, kind: str, document: Record) -> str:
    """A record as a section of Markdown."""
    listing = Listing(BY_KIND[kind], release, iter(()), addresses.root().rstrip("/"), "", None, None)
    return section(listing, document, 1)


def bibliography(release: Release, resource: Resource, document: Record) -> list[str]:
    """The documents that a record cites, each with its publisher, date and address; the first few of many."""
    ids = list(dict.fromkeys(id for kind, id in referred(resource.schema, document) if kind == "sources"))
    told = []
    for _, source in shown.documents(release, [("sources", id) for id in ids[:MOST_SOURCES]]):
        date = source["published"] and date_words(source["published"])
        where = source["url"] or source["no_url"]
        told.append(f"{'. '.join(filter(None, (source['title'], source['publisher'], date, where)))} (sources/{source['id']})")
    return [*told, *shown.more_than(MOST_SOURCES, ids)]


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
    if kind:
        return shown.documents(release, [(kind, current_id(release, BY_KIND[kind], id))])[0]
    if not is_id(id):
        raise InvalidParameters([Fault(("id",), f"no record has the id {id!r}: {near(release, id)}")])
    ids = (release.rows(resource.model.select(resource.model.id).limit(5000)) for resource in RESOURCES)
    close = nearest(id, [known for rows in ids for (known,) in rows])
    raise InvalidParameters([Fault(("id",), f"no record has the id {id!r}: `find` looks for words", (), close)])


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
    counts = query.by_match().get("date_match", {}) if query.values["date_match"] != "certain" else {}
    doubtful = counts.get("possible", 0) - counts.get("certain", 0)
    told = f"{doubtful} of {results.total} lie in the range possibly, not for certain: see their dates"
    note = f"{told}, or ask with date_match certain." if doubtful else any_of(TIMELINE, asked)
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

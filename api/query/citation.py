"""Citations of a query's results in a release, and their verification."""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from ..problems import Problem, nearest
from ..resources import BY_KIND
from ..schema.errors import Fault
from ..schema.fields import Record
from ..schema.versions import is_draft, version_key
from ..storage.release import Release
from ..storage.store import Store
from ..storage.tables import Changed
from .parameters import cite_arguments
from .parsing import InvalidParameters
from .query import Query
from .record_order import numbers, read

CHUNK = 5000


def release_url(about: Record, base: str | None = None) -> str | None:
    """The address of a release: at the server that its dataset names, otherwise at `base`. None for a draft, or without both."""
    home = about.get("url") or base
    return f"{home.rstrip('/')}/v1/releases/{about['version']}" if home and not is_draft(about["version"]) else None


def cited_as(about: Record, base: str | None = None) -> str | None:
    """What a citation of a release leads to: its DOI if it has one, otherwise its address."""
    if about.get("doi") and not is_draft(about["version"]):
        return f"https://doi.org/{about['doi']}"
    return release_url(about, base)


def citation(about: Record, base: str | None = None) -> str | None:
    """How to cite a release, as one line of text; None for a draft."""
    if is_draft(about["version"]):
        return None
    names, url = ", ".join(creator["name"] for creator in about["creators"]), cited_as(about, base)
    return (
        f"{names} ({about['released'][:4]}). {about['title']}, version {about['version']} "
        f"[data set]. sha256:{about['digest']}. {about['licence']}.{f' {url}' if url else ''}"
    )


def require_published(release: Release, versions: Sequence[str]) -> None:
    """Raises a 409 Problem if a release is a draft; `versions` are those that can be cited instead."""
    version = release.about["version"]
    if not is_draft(version):
        return
    home, before = release.about["url"], Changed.select(Changed.version).distinct()
    known = sorted((known for (known,) in release.rows(before) if not is_draft(known)), key=version_key)
    if versions:
        instead = f", or cite a published release: release={versions[0]}."
    elif home:
        instead = f", or cite one that {home.rstrip('/')}/v1/releases offers."
    else:
        instead = f". Published, but not on this server, is {known[-1]}." if known else "."
    why = f"{version} is not published and may still change, so it cannot be cited."
    raise Problem(
        409, f"{why} Publish it (diplomatic-events release){instead}", "draft", version=version, published=list(versions)
    )


def cited_query(text: str, store: Store, served: Release | None = None, version: str | None = None) -> Query:
    """The query that a citation names, `events?type=summit`; `version` is the release to read whatever the text says.

    Raises InvalidParameters if it is none.
    """
    kind, _, rest = text.partition("?")
    if kind not in BY_KIND:
        raise InvalidParameters([Fault(("query",), f"{kind!r} is not a kind of record", tuple(BY_KIND), nearest(kind, BY_KIND))])
    strings = {**parse_qs(rest, keep_blank_values=True), **({"release": [version]} if version else {})}
    return Query(BY_KIND[kind], cite_arguments(BY_KIND[kind]), strings, store, served=served)


def fingerprint(query: Query) -> tuple[int, str]:
    """How many records a query finds, and the SHA-256 over their ids and digests, one line each, in order of the ids."""
    model, total, last = query.resource.model, hashlib.sha256(), 0
    while found := numbers(query, [(model.id, False), (model.seq, False)], last, CHUNK):
        for id, digest in read(query, found, "id", "digest"):
            total.update(f"{id} {digest}\n".encode())
        last = found[-1]
    return query.records.bit_count(), total.hexdigest()


def cite(query: Query, base: str, versions: Sequence[str]) -> Record:
    """The citation of a query: text, BibTeX, CSL-JSON, and the count and SHA-256 to verify it by.

    `base` is the address of the API, with a slash at the end. Raises a 409 Problem for a draft; `versions` are those that
    can be cited instead.
    """
    require_published(query.release, versions)
    count, sha256 = fingerprint(query)
    about, text = query.release.about, query.filters
    separator = "" if text.endswith("?") else "&"
    home = f"{about['url'].rstrip('/')}/" if about.get("url") else base
    url = f"{home}v1/{text}{separator}release={about['version']}"
    own = hashlib.sha256(f"{about['digest']} {text}".encode()).hexdigest()
    key = f"{release_key(about)}-{own[:16]}"
    line = f"{citation(about, base)} Query: {text} ({count} records, sha256:{sha256})."
    return {
        "release": {"version": about["version"], "digest": about["digest"]},
        "query": text,
        "count": count,
        "sha256": sha256,
        "url": url,
        "text": line,
        "bibtex": bibtex(about, line, url, key=key),
        "csl": csl(about, f"Query: {text}", url, key=key),
    }


def release_key(about: Record) -> str:
    """The BibTeX key and CSL id of a release; those of a query begin with it."""
    return f"{about['name']}-{about['version']}"


def csl(about: Record, note: str | None = None, url: str | None = None, *, key: str | None = None) -> Record:
    """A CSL-JSON item for a release, or for a query of it, which has a `key` and a `url` of its own."""
    url = url or cited_as(about)
    item: dict[str, Any] = {
        "id": key or release_key(about),
        "type": "dataset",
        "title": about["title"],
        "author": [{"literal": creator["name"]} for creator in about["creators"]],
        "issued": {"date-parts": [[int(part) for part in about["released"].split("-")]]},
        "version": about["version"],
    }
    return item | ({"note": note} if note else {}) | ({"URL": url} if url else {})


def bibtex(about: Record, note: str, url: str | None = None, *, key: str | None = None) -> str:
    """A BibTeX entry for a release, or for a query of it, which has a `key` and a `url` of its own."""
    url = url or cited_as(about)

    def braced(text: str) -> str:
        special = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$"}
        return "".join(special.get(character, character) for character in text)

    fields = {
        "title": f"{{{braced(about['title'])}}}",
        "author": " and ".join(f"{{{braced(creator['name'])}}}" for creator in about["creators"]),
        "year": about["released"][:4],
        "version": about["version"],
        "note": braced(note),
        **({"url": url} if url else {}),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key or release_key(about)},\n{lines}\n}}\n"


def verify(query: Query, count: int | None, sha256: str) -> Record:
    """Whether a release still gives what was cited, and what differs if it does not."""
    records, total = fingerprint(query)
    differs: Record = {}
    if total != sha256:
        differs["sha256"] = {"cited": sha256, "found": total}
    if count is not None and records != count:
        differs["count"] = {"cited": count, "found": records}
    return {"valid": not differs, "query": query.filters, "differs": differs or None}

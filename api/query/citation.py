"""Citing: what a query found in a release, so exactly that anybody can check it later."""

import hashlib
from typing import Any

from ..schema.fields import Record
from ..storage.release import Release
from .query import Query

CHUNK = 5000


def citation(about: Record) -> str:
    """How to cite a release, as one line of text."""
    names = ", ".join(creator["name"] for creator in about["creators"])
    return (
        f"{names} ({about['released'][:4]}). {about['title']}, version {about['version']} "
        f"[data set]. sha256:{about['digest']}. {about['licence']}."
    )


def fingerprint(query: Query, release: Release) -> tuple[int, str]:
    """How many records a query finds, and the SHA-256 over their ids and digests, a line each, in the order of the ids."""
    model = query.resource.model
    total, count, last = hashlib.sha256(), 0, ""
    while True:
        select = query.filtered(model.id, model.digest).where(model.id > last).order_by(model.id).limit(CHUNK)
        rows = release.rows(select)
        if not rows:
            return count, total.hexdigest()
        for id, digest in rows:
            total.update(f"{id} {digest}\n".encode())
        count, last = count + len(rows), rows[-1][0]


def cite(query: Query, release: Release, base: str) -> Record:
    """Everything that a citation of a query needs: text, BibTeX, CSL-JSON, and what to verify it by."""
    query.check_values(release)
    count, sha256 = fingerprint(query, release)
    about, text = release.about, query.found
    separator = "" if text.endswith("?") else "&"
    url = f"{base}v1/{text}{separator}release={about['version']}"
    found = {
        "release": {"version": about["version"], "digest": about["digest"]},
        "query": text,
        "count": count,
        "sha256": sha256,
        "url": url,
        "text": f"{citation(about)} Query: {text} ({count} records, sha256:{sha256}).",
    }
    return {**found, "bibtex": bibtex(about, str(found["text"]), url), "csl": csl(about, f"Query: {text}", url)}


def csl(about: Record, note: str | None = None, url: str | None = None) -> Record:
    """A CSL-JSON item for a release, or for a query of it."""
    item: dict[str, Any] = {
        "id": f"diplomatic-events-{about['version']}",
        "type": "dataset",
        "title": about["title"],
        "author": [{"literal": creator["name"]} for creator in about["creators"]],
        "issued": {"date-parts": [[int(part) for part in about["released"].split("-")]]},
        "version": about["version"],
    }
    return item | ({"note": note} if note else {}) | ({"URL": url} if url else {})


def bibtex(about: Record, note: str, url: str | None = None) -> str:
    """A BibTeX entry for a release, or for a query of it."""

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
    return f"@misc{{diplomatic-events-{about['version']},\n{lines}\n}}\n"


def verify(query: Query, release: Release, count: int | None, sha256: str) -> Record:
    """Whether a release still gives what was cited, and what differs if it does not."""
    query.check_values(release)
    found, total = fingerprint(query, release)
    differs: Record = {}
    if total != sha256:
        differs["sha256"] = {"cited": sha256, "found": total}
    if count is not None and found != count:
        differs["count"] = {"cited": count, "found": found}
    return {"valid": not differs, "query": query.found, "differs": differs or None}

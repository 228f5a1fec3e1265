"""The gate of a release, and its figures: what must hold before a version is published, and how good the data is."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from . import checks, dates, history
from .dataset import Dataset
from .fields import Record
from .problems import Finding
from .resources import BY_KIND
from .resources.common import conflict

LEVELS = ("none", "patch", "minor", "major")


def level(found: list[history.Change]) -> str:
    """The least bump that changes demand: a gone id breaks references (major), a new one adds (minor), else patch."""
    kinds = {change.change for change in found}
    if kinds & {"renamed", "withdrawn"}:
        return "major"
    return "minor" if "created" in kinds else "patch" if kinds else "none"


def least(version: str, bump: str) -> str:
    """The version after `version` that a bump leads to. Before 1.0.0 a major bump is a minor one, as semver allows."""
    major, minor, patch = history.version_key(version)
    if bump == "major" and major:
        return f"{major + 1}.0.0"
    if bump in ("major", "minor"):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def gate(dataset: Dataset) -> list[Finding]:
    """Why a dataset cannot be published as its version: every fault at once, none if it can."""
    found = checks.findings(dataset)
    manifests = history.read(dataset.folder)
    version = dataset.about["version"]
    same = next((m for m in manifests if m.version == version), None)
    if same:
        if same.digest != dataset.digest:
            found.append(_version(f"{version} was published with other content; raise the version"))
        return found
    if manifests:
        last = manifests[-1]
        since = list(history.between(last, dataset.manifest, dataset.moves))
        for change in since:
            if change.change == "withdrawn" and not change.reason:
                found.append(
                    Finding("moved.yaml", 0, change.record.replace("/", "."), "was published and is gone without a word")
                )
        needed = least(last.version, level(since))
        if history.version_key(version) < history.version_key(needed):
            why = ", ".join(f"{count} {word}" for word, count in sorted(Counter(c.change for c in since).items()))
            found.append(
                _version(f"{version} is too small a step from {last.version} ({why or 'no change'}): {needed} is the least")
            )
    return found


def _version(message: str) -> Finding:
    return Finding("dataset.yaml", 0, "version", message)


def figures(dataset: Dataset) -> Record:
    """How good the data is, in numbers; shares are of 1."""
    counts = {kind: len(entries) for kind, entries in dataset.entries.items()}
    cited = Counter(kind for kind, *_ in dataset.citations())
    days = [dates.bounds(text) for text in dated(dataset)]
    sources = [entry.record for entry in dataset.entries["sources"].values()]
    uses = Counter(citation["source"] for *_, citation in dataset.citations())
    official = sum(uses[id] for id, e in dataset.entries["sources"].items() if e.record["kind"] == "official_text")
    held = [e.record for kind in ("events", "statements", "agreements", "actors") for e in dataset.entries[kind].values()]
    paragraphs = checks.cited_paragraphs(dataset)
    counted = {s: e.record["paragraphs"] for s, e in dataset.entries["sources"].items() if e.record["paragraphs"]}
    return {
        "version": dataset.about["version"],
        "digest": dataset.digest,
        "records": counts,
        "citations_per_record": {kind: _share(cited[kind], counts[kind]) for kind in BY_KIND if cited[kind]},
        "day_precise_dates": _share(sum(first == last for first, last in days), len(days)),
        "official_share_of_citations": _share(official, sum(uses.values())),
        "official_share_of_sources": _share(sum(source["kind"] == "official_text" for source in sources), len(sources)),
        "sources_with_address": _share(sum(bool(source["url"]) for source in sources), len(sources)),
        "accounts": sum(len(record["accounts"]) for record in held),
        "disputed_records": sum(bool(record["accounts"]) and conflict(record) for record in held),
        "paragraphs": {
            id: {"total": total, "cited": sum((id, n) in paragraphs for n in range(1, total + 1))}
            for id, total in sorted(counted.items())
        },
    }


def dated(dataset: Dataset) -> Iterator[str]:
    """When everything that has a date came about: events, statements, and what was done to agreements."""
    for kind in ("events", "statements"):
        yield from (entry.record["date"] for entry in dataset.entries[kind].values())
    for entry in dataset.entries["agreements"].values():
        yield from (action["date"] for action in entry.record["actions"])


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def rules() -> list[dict[str, Any]]:
    """The rules that a published dataset keeps, in words."""
    return [{"rule": rule.__name__, "promise": (rule.__doc__ or "").strip()} for rule in checks.RULES]

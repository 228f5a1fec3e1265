"""The gate of a release, and its figures: what must hold before a version is published, and how good the data is."""

from collections import Counter
from typing import Any

from ..resources import BY_KIND
from ..schema.fields import Record
from ..versions import version_key
from . import manifests, rules
from .dataset import Dataset
from .findings import Finding
from .statistics import Tally

LEVELS = ("none", "patch", "minor", "major")


def level(found: list[manifests.Change]) -> str:
    """The least bump that changes demand: a gone id breaks references (major), a new one adds (minor), else patch."""
    kinds = {change.change for change in found}
    if kinds & {"renamed", "withdrawn"}:
        return "major"
    return "minor" if "created" in kinds else "patch" if kinds else "none"


def least(version: str, bump: str) -> str:
    """The version after `version` that a bump leads to. Before 1.0.0 a major bump is a minor one, as semver allows."""
    major, minor, patch = version_key(version)
    if bump == "major" and major:
        return f"{major + 1}.0.0"
    if bump in ("major", "minor"):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def gate(dataset: Dataset) -> list[Finding]:
    """Why a dataset cannot be published as its version: every fault at once, none if it can."""
    found = rules.findings(dataset)
    published = manifests.read(dataset.folder)
    version = dataset.about["version"]
    same = next((m for m in published if m.version == version), None)
    if same:
        if same.digest != dataset.digest:
            found.append(_version(f"{version} was published with other content; raise the version"))
        return found
    if published:
        last = published[-1]
        since = list(manifests.between(last, dataset.manifest, dataset.moves))
        for change in since:
            if change.change == "withdrawn" and not change.reason:
                found.append(
                    Finding("moved.yaml", 0, change.record.replace("/", "."), "was published and is gone without a word")
                )
        needed = least(last.version, level(since))
        if version_key(version) < version_key(needed):
            why = ", ".join(f"{count} {word}" for word, count in sorted(Counter(c.change for c in since).items()))
            found.append(
                _version(f"{version} is too small a step from {last.version} ({why or 'no change'}): {needed} is the least")
            )
    return found


def _version(message: str) -> Finding:
    return Finding("dataset.yaml", 0, "version", message)


def figures(dataset: Dataset, tally: Tally | None = None) -> Record:
    """How good the data is, in numbers; shares are of 1. `tally` is what was counted on a walk, if there was one already."""
    tally = tally or rules.survey(dataset)[0].tally
    sums, counts = tally.sums, {kind: dataset.count(kind) for kind in BY_KIND}
    return {
        "version": dataset.about["version"],
        "digest": dataset.digest,
        "records": counts,
        "citations_per_record": {kind: _share(tally.citing[kind], counts[kind]) for kind in BY_KIND if tally.citing[kind]},
        "day_precise_dates": _share(sums["days"], sums["dates"]),
        "official_share_of_citations": _share(sums["official"], tally.citing.total()),
        "official_share_of_sources": _share(sums["official_sources"], counts["sources"]),
        "sources_with_address": _share(sums["addressed"], counts["sources"]),
        "accounts": sums["accounts"],
        "disputed_records": sums["disputed"],
        "paragraphs": {
            id: {"total": total, "cited": sum((id, n) in tally.paragraphs for n in range(1, total + 1))}
            for id, total in sorted(tally.counted.items())
        },
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def rules_kept() -> list[dict[str, Any]]:
    """The rules that a published dataset keeps, in words."""
    return [{"rule": rule.__name__, "promise": (rule.__doc__ or "").strip()} for rule in rules.RULES]

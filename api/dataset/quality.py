"""The release gate, and the figures on how good the data is."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..resources import BY_KIND
from ..resources.sources import KINDS
from ..schema.fields import Record
from ..schema.versions import version_key
from . import manifests, rules
from .dataset import Dataset
from .findings import Finding
from .manifests import Change
from .statistics import OFFICIAL, Statistics


def level(changes: Iterable[str]) -> str:
    """The smallest bump that kinds of changes demand: removed ids are `major`, new ones `minor`, others `patch`, else `none`."""
    kinds = set(changes)
    if kinds & {"renamed", "withdrawn"}:
        return "major"
    return "minor" if "created" in kinds else "patch" if kinds else "none"


def least(version: str, bump: str) -> str:
    """The version after `version` by a bump. Before 1.0.0 a major bump counts as minor, as semver allows."""
    major, minor, patch = version_key(version)
    if bump == "major" and major:
        return f"{major + 1}.0.0"
    if bump in ("major", "minor"):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def gate(dataset: Dataset, digest: str, changes: Iterable[Change]) -> list[Finding]:
    """Why a dataset without faults cannot be published as its version; empty if it can.

    `digest` is that of the dataset, `changes` are those since the last published version.
    """
    version = dataset.about["version"]
    published = manifests.manifests(dataset.folder)
    if same := next((path for path in published if path.stem == version), None):
        if manifests.head(same)[2] != digest:
            return [_version(f"{version} was published with different content: raise the version")]
        return []
    if not published:
        return []
    counts, findings = Counter[str](), []
    for change in changes:
        counts[change.change] += 1
        if change.change == "withdrawn" and not change.reason:
            text = "was published and then removed: add it to moved.yaml"
            findings.append(Finding("moved.yaml", 0, change.record.replace("/", "."), text))
    last = published[-1].stem
    needed = least(last, level(counts))
    if version_key(version) < version_key(needed):
        why = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "no change"
        findings.append(_version(f"{version} is too low after {last} ({why}): at least {needed} is required"))
    return findings


def _version(message: str) -> Finding:
    return Finding("dataset.yaml", 0, "version", message)


def figures(dataset: Dataset, version: str, digest: str, statistics: Statistics) -> Record:
    """How good the data is, loaded as `version`, in numbers; shares are between 0 and 1."""
    sums, counts = statistics.sums, {kind: dataset.count(kind) for kind in BY_KIND}
    citing = statistics.citing
    days = sum((of for kind, of in statistics.dates.items() if kind in BY_KIND), Counter[str]())
    return {
        "version": version,
        "digest": digest,
        "records": counts,
        "citations_per_record": {kind: _share(citing[kind], counts[kind]) for kind in BY_KIND if citing[kind]},
        "day_precise_dates": _share(days["day"], days["count"]),
        "dates": {
            group: {
                "count": of["count"],
                "one_day": _share(of["day"], of["count"]),
                "to_the_day": _share(of["known"], of["count"]),
            }
            for group, of in sorted(statistics.dates.items())
        },
        "open_dates": sums["open_dates"],
        "official_share_of_citations": _share(statistics.cited[OFFICIAL], citing.total()),
        "shares_of_citations": {kind: _share(statistics.cited[kind], citing.total()) for kind in KINDS if statistics.cited[kind]},
        "official_share_of_sources": _share(sums["official_sources"], counts["sources"]),
        "sources_with_address": _share(sums["addressed"], counts["sources"]),
        "places_with_coordinates": {kind: _share(of["located"], of["count"]) for kind, of in sorted(statistics.places.items())},
        "accounts": sums["accounts"],
        "disputed_records": sums["disputed"],
        "paragraphs": {
            id: {"total": total, "cited": sum((id, n) in statistics.paragraphs for n in range(1, total + 1))}
            for id, total in sorted(statistics.counted.items())
        },
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def rules_kept() -> list[dict[str, Any]]:
    """The name and the promise of every rule that a published dataset keeps."""
    return [{"rule": rule.__name__, "promise": (rule.__doc__ or "").strip()} for rule in rules.RULES]

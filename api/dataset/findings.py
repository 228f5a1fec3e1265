"""Findings: the errors of a dataset, each with its file, line and key."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..problems import LONGEST

BULK = (".jsonl", ".jsonl.gz")
PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\S*\d\S*|[a-z0-9]+(-[a-z0-9]+)+")
MOST_FINDINGS = 1000  # kept of one JSON Lines file; the others are counted


@dataclass(frozen=True, order=True)
class Finding:
    """One error of the dataset. `line` is 0 if it has none, `key` is a dotted path, `sought` a (kind, id) that does not exist."""

    file: str
    line: int
    key: str
    message: str
    sought: tuple[str, str] | None = field(default=None, compare=False, repr=False)

    @property
    def kind(self) -> str:
        """The message without what is particular to the record: ids, numbers, quoted values, suggestions."""
        return PARTICULAR.sub("…", self.message.partition("; did you mean")[0].partition(" (allowed:")[0])

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key + ': ' if self.key else ''}{self.message}"


class Findings:
    """A collection of findings in bounded memory: of a JSON Lines file with too many, the first by line are kept."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._kept: dict[str, list[Finding]] = defaultdict(list)
        self._left: dict[str, tuple[int, int]] = {}
        self.add(findings)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            kept = self._kept[finding.file]
            kept.append(finding if len(finding.message) + len(finding.key) < LONGEST else _cut(finding))
            if len(kept) > 2 * MOST_FINDINGS and finding.file.endswith(BULK):
                self._shorten(finding.file)

    def merge(self, other: "Findings") -> None:
        """Adds what another collection has kept and counted."""
        for kept in other._kept.values():
            self.add(kept)
        for file, (more, first) in other._left.items():
            mine, line = self._left.get(file, (0, first))
            self._left[file] = mine + more, min(line, first)

    def _shorten(self, file: str) -> None:
        kept = self._kept[file]
        kept.sort()
        more, first = self._left.get(file, (0, kept[MOST_FINDINGS].line))
        self._left[file] = more + len(kept) - MOST_FINDINGS, min(first, kept[MOST_FINDINGS].line)
        del kept[MOST_FINDINGS:]

    def all(self) -> list[Finding]:
        """The findings by file and line; for a file with too many, the last one tells how many more there are."""
        for file, kept in self._kept.items():
            if len(kept) > MOST_FINDINGS and file.endswith(BULK):
                self._shorten(file)
        return sorted([*(f for kept in self._kept.values() for f in kept), *self._rest()])

    def _rest(self) -> Iterator[Finding]:
        for file, (more, line) in self._left.items():
            yield Finding(file, line, "", f"... and {more:,} more from this line on")


def _cut(finding: Finding) -> Finding:
    """Shortens a finding that repeats too much of a line of JSON Lines."""
    if not finding.file.endswith(BULK):
        return finding
    key, message = (
        text if len(text) <= most else f"{text[:most]}…" for text, most in ((finding.key, 100), (finding.message, 1000))
    )
    return replace(finding, key=key, message=message)


class DatasetError(Exception):
    """The dataset has errors; `findings` lists all of them, by file and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        count = len(self.findings)
        super().__init__(f"{count} {'error' if count == 1 else 'errors'} in the dataset")

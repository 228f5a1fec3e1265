"""The rules of the data, one function each; `check` runs them all and reports every finding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from ..problems import nearest
from ..resources import BY_KIND
from ..schema import edtf
from . import lifecycle_rules, manifests
from .dataset import Chunk, Dataset, Item, Progress
from .findings import DatasetError, Finding, Findings
from .record import MOST_OF_ONE, Entry
from .statistics import Cited, Tally
from .tempdir import as_files_say

MOST_PARAGRAPHS = 100_000
CIRCLE = 50  # records that are named of a circle
LONGEST_QUOTE = 60  # words; more would be copying, not quoting
Rule = Callable[[str, Entry, Dataset], Iterator[Finding]]  # of a record: its id, itself, the dataset around it
Whole = Callable[[Dataset, Tally], Iterator[Finding]]  # of the dataset, once all records were walked


def references_exist(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Every id that a record names is a record."""
    for path, kind, other in entry.refs:
        if not dataset.has(kind, other):
            yield replace(entry.finding(path, f"{other!r} is not among the {kind}"), sought=(kind, other))


def ids_begin_with_their_date(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Ids of events and statements begin with as much of their date as is certain."""
    prefix = edtf.certain_prefix(edtf.bounds(entry.record["date"]))
    if not id.startswith(f"{prefix}-" if prefix else id):
        yield entry.finding(("date",), f"the id should begin with {prefix!r}, as the date does")


def citations_are_exact(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A citation of a source whose paragraphs are counted names paragraphs that it has."""
    for path, citation in entry.citations:
        source, numbers = citation["source"], citation["paragraphs"]
        try:
            last = dataset.record("sources", source)["paragraphs"]
        except KeyError:
            continue
        if last and not numbers:
            yield entry.finding(path, f"name the paragraphs of {source} that say so")
        elif last and max(numbers) > last:
            yield entry.finding((*path, "paragraphs"), f"{source} has {last} paragraphs, not {max(numbers)}")
        elif numbers and not last:
            yield entry.finding((*path, "paragraphs"), f"the paragraphs of {source} are not counted: use locator")


def sources_can_be_found(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A source has an address, or says why it has none."""
    if bool(entry.record["url"]) == bool(entry.record["no_url"]):
        yield entry.finding(("url",), "give either url, or no_url with the reason why there is none")


def quotes_are_short(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A quote stays under the length at which it would be a copy."""
    words = len((entry.record["quote"] or "").split())
    if words > LONGEST_QUOTE:
        yield entry.finding(("quote",), f"has {words} words; {LONGEST_QUOTE} are the most")


def spans_run_forward(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Nothing ends before it begins: a role's `to` after its `from`, an action's `until` after its `date`."""
    list_key, first, last = {"actors": ("roles", "start", "end"), "agreements": ("actions", "date", "until")}[entry.resource.kind]
    for index, item in enumerate(entry.record[list_key]):
        if item[first] and item[last] and edtf.bounds(item[last]).latest < edtf.bounds(item[first]).earliest:
            yield entry.finding((list_key, index), f"ends ({item[last]}) before it begins ({item[first]})")


def nothing_refers_to_itself(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """No record is part of itself, replies to itself, or is related to itself."""
    for path, kind, target in entry.refs:
        if target == id and kind == entry.resource.kind:
            yield entry.finding(path, "refers to the record itself")


def countries_are_given_where_needed(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """States have a country."""
    if entry.record["kind"] == "state" and not entry.record["country"]:
        yield entry.finding((), "a state needs its country")


def quad_classes_are_four(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Quad classes are 1 to 4."""
    for path, _, value in entry.leaves:
        if path[-1] == "quad" and value > 4:
            yield entry.finding(path, "a quad class is 1, 2, 3 or 4")


def every_paragraph_is_coded(dataset: Dataset, tally: Tally) -> Iterator[Finding]:
    """Every paragraph of a counted source is cited by a record, or listed under `not_coded`, and never both."""
    for id in sorted({*tally.counted, *tally.listed}):
        entry = dataset.at("sources", id)
        if (entry.record["paragraphs"] or 0) > MOST_PARAGRAPHS:
            yield entry.finding(("paragraphs",), f"more than {MOST_PARAGRAPHS:,} are not counted")
            continue
        idle = {number for item in entry.record["not_coded"] for number in item["paragraphs"]}
        for number in range(1, (entry.record["paragraphs"] or 0) + 1):
            cited = tally.paragraphs.get((id, number), Cited())
            if number not in idle and not cited.count:
                yield entry.finding(("paragraphs",), f"no record cites paragraph {number}, nor does not_coded list it")
            if number in idle and cited.count:
                yield entry.finding(("not_coded",), f"paragraph {number} is cited by {cited.first()[0]}")
        if beyond := sorted(number for number in idle if number > (entry.record["paragraphs"] or 0)):
            yield entry.finding(("not_coded",), f"there is no paragraph {beyond[0]}")


def nothing_contains_itself(dataset: Dataset, tally: Tally) -> Iterator[Finding]:
    """No record lies within itself, be it through others."""
    done: set[tuple[str, str]] = set()
    for start in tally.parents:
        path: dict[tuple[str, str], None] = {}
        at = start
        while at in tally.parents and at not in done and at not in path:
            path[at] = None
            at = at[0], tally.parents[at]
        done.update(path)
        if at in path:
            yield from _circle(dataset, list(path)[list(path).index(at) :])


def _circle(dataset: Dataset, circle: list[tuple[str, str]]) -> Iterator[Finding]:
    """A finding for each record of a circle, which begins and ends with that record."""
    ids = [id for _, id in circle]
    around = ids + ids
    for place, (kind, id) in enumerate(circle):
        shown = around[place : place + min(len(ids), CIRCLE)] + (["..."] if len(ids) > CIRCLE else []) + [id]
        yield dataset.at(kind, id).finding((str(BY_KIND[kind].parent),), f"goes in a circle: {' > '.join(shown)}")


def moved_ids_lead_somewhere(dataset: Dataset, tally: Tally) -> Iterator[Finding]:
    """A moved id is no record any more; it has a new id that is one, or a reason why it is gone."""
    for kind, moves in dataset.moved.items():
        for id, move in moves.items():
            key = f"{kind}.{id}"
            if dataset.has(kind, id):
                yield Finding("moved.yaml", 0, key, "is still a record; ids are never reused")
            if bool(move.get("to")) == bool(move.get("withdrawn")):
                yield Finding("moved.yaml", 0, key, "give either to, or withdrawn with the reason")
            elif move.get("to") and not dataset.has(kind, move["to"]):
                yield Finding("moved.yaml", 0, key, f"{move['to']!r} is not among the {kind}")


def manifests_are_as_published(dataset: Dataset, tally: Tally) -> Iterator[Finding]:
    """What was published is known: the manifest of each release is there as it was written."""
    yield from manifests.faults(dataset.folder)


EVERY = tuple(BY_KIND)
EACH: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (references_exist, EVERY),
    (ids_begin_with_their_date, ("events", "statements")),
    (citations_are_exact, EVERY),
    (sources_can_be_found, ("sources",)),
    (quotes_are_short, ("statements",)),
    (spans_run_forward, ("actors", "agreements")),
    (nothing_refers_to_itself, EVERY),
    (countries_are_given_where_needed, ("actors",)),
    (quad_classes_are_four, ("event-types",)),
    *((rule, (kind,)) for kind, rule in lifecycle_rules.BY_RECORD),
)
WHOLE: tuple[Whole, ...] = (
    every_paragraph_is_coded,
    nothing_contains_itself,
    moved_ids_lead_somewhere,
    manifests_are_as_published,
)
RULES: tuple[Callable[..., Iterator[Finding]], ...] = (*(rule for rule, _ in EACH), *WHOLE)
OF = {kind: tuple(rule for rule, kinds in EACH if kind in kinds) for kind in BY_KIND}


@dataclass
class Survey:
    """What came up on a walk: faults, and sums."""

    findings: Findings = field(default_factory=Findings)
    tally: Tally = field(default_factory=Tally)

    def examine(self, kind: str, item: Item, dataset: Dataset) -> Entry | None:
        """Holds one record against its schema and every rule; returns it if it has no fault."""
        try:
            entry = dataset.entry(kind, item)
        except DatasetError as error:
            self.findings.add(error.findings)
            return None
        found = [finding for rule in OF[kind] for finding in islice(rule(item[0], entry, dataset), MOST_OF_ONE)]
        self.findings.add(found)
        self.tally.take(item[0], entry, dataset)
        return None if found else entry

    def add(self, other: "Survey") -> None:
        self.findings.merge(other.findings)
        self.tally.add(other.tally)

    def end(self, dataset: Dataset) -> list[Finding]:
        """Every fault, once all records were walked: of the files, of each record, of the whole."""
        for rule in WHOLE:
            self.findings.add(rule(dataset, self.tally))
        return [hinted(finding, dataset) for finding in self.findings.all()]


@as_files_say()
def survey(dataset: Dataset, progress: Progress | None = None) -> tuple[Survey, list[Finding]]:
    """Walks a dataset; its sums, and every fault."""
    whole = Survey()
    whole.findings.merge(dataset.findings)
    done, of = 0, sum(dataset.count(kind) for kind in BY_KIND)
    for count, part in dataset.walk(_surveyed):
        whole.add(part)
        done += count
        if progress:
            progress("checking", done, of)
    return whole, whole.end(dataset)


def _surveyed(dataset: Dataset, chunk: Chunk) -> tuple[int, Survey]:
    part = Survey()
    for item in chunk.items:
        part.examine(chunk.kind, item, dataset)
    return len(chunk.items), part


def findings(dataset: Dataset, progress: Progress | None = None) -> list[Finding]:
    """Every fault of a dataset that was read: of its files, and of every rule."""
    return survey(dataset, progress)[1]


def hinted(finding: Finding, dataset: Dataset) -> Finding:
    """A finding about an id that is no record, with the id that may have been meant."""
    close = nearest(finding.sought[1], dataset.near(*finding.sought)) if finding.sought else None
    return replace(finding, message=f"{finding.message}; did you mean {close!r}?") if close else finding

"""The rules that hold between records, one function each; `check` runs them all and reports every finding."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from . import dates, lifecycles
from .dataset import Dataset
from .fields import leaves, refs
from .problems import Finding, nearest
from .resources import BY_KIND, RESOURCES

LONGEST_QUOTE = 60  # words; more would be copying, not quoting
Rule = Callable[[Dataset], Iterator[Finding]]


def references_exist(dataset: Dataset) -> Iterator[Finding]:
    """Every id that a record names is a record."""
    for kind, entries in dataset.entries.items():
        for entry in entries.values():
            for path, target, id in refs(BY_KIND[kind].schema, entry.record):
                if not dataset.has(target, id):
                    close = nearest(id, dataset.entries[target])
                    hint = f"; did you mean {close!r}?" if close else ""
                    yield entry.finding(path, f"{id!r} is not among the {target}{hint}")


def ids_begin_with_their_date(dataset: Dataset) -> Iterator[Finding]:
    """Ids of events and statements begin with as much of their date as is certain."""
    for kind in ("events", "statements"):
        for id, entry in dataset.entries[kind].items():
            prefix = dates.certain_prefix(dates.bounds(entry.record["date"]))
            if not id.startswith(f"{prefix}-" if prefix else id):
                yield entry.finding(("date",), f"the id should begin with {prefix!r}, as the date does")


def citations_are_exact(dataset: Dataset) -> Iterator[Finding]:
    """A citation of a source whose paragraphs are counted names paragraphs that it has."""
    for _, _, entry, path, citation in dataset.citations():
        source, numbers = citation["source"], citation["paragraphs"]
        if source not in dataset.entries["sources"]:
            continue
        last = dataset.record("sources", source)["paragraphs"]
        if last and not numbers:
            yield entry.finding(path, f"name the paragraphs of {source} that say so")
        elif last and max(numbers) > last:
            yield entry.finding((*path, "paragraphs"), f"{source} has {last} paragraphs, not {max(numbers)}")
        elif numbers and not last:
            yield entry.finding((*path, "paragraphs"), f"the paragraphs of {source} are not counted: use locator")


def every_paragraph_is_coded(dataset: Dataset) -> Iterator[Finding]:
    """Every paragraph of a counted source is cited by a record, or listed under `not_coded`, and never both."""
    cited = cited_paragraphs(dataset)
    for id, entry in dataset.entries["sources"].items():
        idle = {number for item in entry.record["not_coded"] for number in item["paragraphs"]}
        for number in range(1, (entry.record["paragraphs"] or 0) + 1):
            if number not in idle and not cited[id, number]:
                yield entry.finding(("paragraphs",), f"no record cites paragraph {number}, nor does not_coded list it")
            if number in idle and cited[id, number]:
                yield entry.finding(("not_coded",), f"paragraph {number} is cited by {cited[id, number][0]}")
        if beyond := sorted(number for number in idle if number > (entry.record["paragraphs"] or 0)):
            yield entry.finding(("not_coded",), f"there is no paragraph {beyond[0]}")


def sources_can_be_found(dataset: Dataset) -> Iterator[Finding]:
    """A source has an address, or says why it has none."""
    for entry in dataset.entries["sources"].values():
        if bool(entry.record["url"]) == bool(entry.record["no_url"]):
            yield entry.finding(("url",), "give either url, or no_url with the reason why there is none")


def quotes_are_short(dataset: Dataset) -> Iterator[Finding]:
    """A quote stays under the length at which it would be a copy."""
    for entry in dataset.entries["statements"].values():
        words = len((entry.record["quote"] or "").split())
        if words > LONGEST_QUOTE:
            yield entry.finding(("quote",), f"has {words} words; {LONGEST_QUOTE} are the most")


def spans_run_forward(dataset: Dataset) -> Iterator[Finding]:
    """Nothing ends before it begins: a role's `to` after its `from`, an action's `until` after its `date`."""
    for kind, list_key, first, last in (("actors", "roles", "start", "end"), ("agreements", "actions", "date", "until")):
        for entry in dataset.entries[kind].values():
            for index, item in enumerate(entry.record[list_key]):
                if item[first] and item[last] and dates.bounds(item[last]).latest < dates.bounds(item[first]).earliest:
                    yield entry.finding((list_key, index), f"ends ({item[last]}) before it begins ({item[first]})")


def nothing_contains_itself(dataset: Dataset) -> Iterator[Finding]:
    """No record is part of itself, replies to itself, or is related to itself, be it through others."""
    for resource in RESOURCES:
        for id, entry in dataset.entries[resource.kind].items():
            for path, kind, target in refs(resource.schema, entry.record):
                if kind == resource.kind and target == id:
                    yield entry.finding(path, "refers to the record itself")
            if resource.parent and (circle := _circle(dataset, resource.kind, resource.parent, id)):
                yield entry.finding((resource.parent,), f"goes in a circle: {' > '.join(circle)}")


def moved_ids_lead_somewhere(dataset: Dataset) -> Iterator[Finding]:
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


def countries_are_given_where_needed(dataset: Dataset) -> Iterator[Finding]:
    """States have a country; quad classes are 1 to 4."""
    for entry in dataset.entries["actors"].values():
        if entry.record["kind"] == "state" and not entry.record["country"]:
            yield entry.finding((), "a state needs its country")
    for entry in dataset.entries["event-types"].values():
        for path, _, value in leaves(BY_KIND["event-types"].schema, entry.record):
            if path[-1] == "quad" and value > 4:
                yield entry.finding(path, "a quad class is 1, 2, 3 or 4")


RULES: tuple[Rule, ...] = (
    references_exist,
    ids_begin_with_their_date,
    citations_are_exact,
    every_paragraph_is_coded,
    sources_can_be_found,
    quotes_are_short,
    spans_run_forward,
    nothing_contains_itself,
    moved_ids_lead_somewhere,
    countries_are_given_where_needed,
    *lifecycles.RULES,
)


def findings(dataset: Dataset) -> list[Finding]:
    """Every fault of a dataset that was read: of its files, and of every rule."""
    return sorted([*dataset.findings, *(finding for rule in RULES for finding in rule(dataset))])


def cited_paragraphs(dataset: Dataset) -> dict[tuple[str, int], list[str]]:
    """(source, paragraph) -> the records that cite it, as `kind/id`, in order."""
    cited: dict[tuple[str, int], list[str]] = defaultdict(list)
    for kind, id, _, _, citation in dataset.citations():
        for paragraph in citation["paragraphs"]:
            if f"{kind}/{id}" not in cited[citation["source"], paragraph]:
                cited[citation["source"], paragraph].append(f"{kind}/{id}")
    return cited


def _circle(dataset: Dataset, kind: str, parent: str, id: str) -> list[str]:
    path = [id]
    while path[-1] in dataset.entries[kind] and (above := dataset.record(kind, path[-1])[parent]):
        path.append(above)
        if above in path[:-1]:
            return path if above == id else []
    return []

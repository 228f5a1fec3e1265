"""The rules of the data, one function each; every record is examined once, and all findings are reported together."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import islice

from ..problems import nearest
from ..resources import BY_KIND
from ..resources.resource import Resource
from ..schema import edtf
from ..schema.fields import Edtf
from ..schema.walk import steps
from . import chronology_rules, manifests, order_rules, quote_rules, shipped
from .chronology_rules import RecordRule
from .dataset import Chunk, Dataset, Progress
from .findings import Finding, Findings
from .record import MOST_OF_ONE, Entry, FaultyRecord
from .records import Item
from .statistics import CitingRecords, Statistics, happens_on_a_date

MOST_PARAGRAPHS = 100_000
CIRCLE = 50  # records of a circle that are named
# The date with which an id begins.
DATE_OF_ID = re.compile(r"([0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?)(?=-)")
NAMING = re.compile(r"(?<![\w/.:=-])[a-z0-9]+(?:-[a-z0-9]+){2,}(?![\w/-])")  # what may be the id of a record, in a text
LONGEST_QUOTE = 60  # words; a longer quote would be copying
SPANS = (("start", "end"), ("date", "until"))  # keys of a mapping that has a beginning and an end
DatasetRule = Callable[[Dataset, Statistics], Iterator[Finding]]  # run once all records were examined


def references_exist(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Every id that a record refers to exists."""
    for path, kind, other in entry.found.refs:
        if not dataset.has(kind, other):
            yield replace(entry.finding(path, f"{other!r} is not among the {kind}"), sought=(kind, other))


def texts_name_records_by_title(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A text that people read has no ids: it says what a record is called, and the keys for it refer to it."""
    for key, text in entry.record.items():
        if type(text) is str and " " in text and text.count("-") > 1:
            for other in NAMING.findall(text):
                if kind := next((kind for kind in BY_KIND if dataset.has(kind, other)), None):
                    yield entry.finding((key,), f"{other!r} is an id of {kind}: readers need its title")


def ids_claim_no_more_than_their_date(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Ids of events, statements and other records that happen on a date begin with that date, or with less, or with none."""
    begins = DATE_OF_ID.match(id)
    if not entry.record["date"] or not begins:
        return
    prefix = edtf.certain_prefix(edtf.bounds(entry.record["date"]))
    if not prefix.startswith(begins[1]):
        advice = f"begin it with {prefix!r}" if prefix else "begin it with no date"
        yield entry.finding(("date",), f"does not say {begins[1]!r}, with which the id begins: {advice}")


def open_dates_say_why(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A date without a first or a last day has the reason in the record's `note`."""
    if entry.record.get("note"):
        return
    for path, value in entry.found.dates:
        if edtf.is_open(value):
            yield entry.finding(path, f"{value!r} is open on one side: bound it, or say in `note` why nothing bounds it")


def citations_are_exact(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A citation of a source with numbered paragraphs gives paragraphs that exist."""
    for path, citation in entry.citations:
        source, numbers = citation["source"], citation["paragraphs"]
        if (cited := dataset.find("sources", source)) is None:
            continue
        last = cited["paragraphs"]
        if last and not numbers:
            yield entry.finding(path, f"add the paragraphs of {source} that are cited")
        elif last and max(numbers) > last:
            yield entry.finding((*path, "paragraphs"), f"{source} has {last} paragraphs, not {max(numbers)}")
        elif numbers and not last:
            yield entry.finding((*path, "paragraphs"), f"{source} has no numbered paragraphs: use locator")


def sources_can_be_found(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A source has an address, or the reason why it has none."""
    if bool(entry.record["url"]) == bool(entry.record["no_url"]):
        yield entry.finding(("url",), "give either url, or no_url with the reason")


def quotes_are_short(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A quote has at most 60 words."""
    words = len((entry.record["quote"] or "").split())
    if words > LONGEST_QUOTE:
        yield entry.finding(("quote",), f"has {words} words; at most {LONGEST_QUOTE} are allowed")


def spans_run_forward(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Nothing ends before it begins: a role's `to` after its `from`, an action's `until` after its `date`."""
    for key, name, first, last in _spans(entry.resource):
        for index, item in enumerate(entry.record[key]):
            if item[first] and item[last] and edtf.bounds(item[last]).latest < edtf.bounds(item[first]).earliest:
                yield entry.finding((name, index), f"ends ({item[last]}) before it begins ({item[first]})")


@cache
def _spans(resource: Resource) -> tuple[tuple[str, str, str, str], ...]:
    """(key, key in the file, first, last) of the lists of a kind whose items have a beginning and an end."""
    lists = ((key, name, steps(below)) for key, name, _, many, below in steps(resource.schema) if many and below)
    dated = ((key, name, {step.key for step in below if isinstance(step.field, Edtf)}) for key, name, below in lists)
    return tuple((key, name, *span) for key, name, keys in dated for span in SPANS if keys.issuperset(span))


def nothing_refers_to_itself(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """No record refers to itself: as its part, as a reply to it, or as related to it."""
    for path, kind, target in entry.found.refs:
        if target == id and kind == entry.resource.kind:
            yield entry.finding(path, "refers to the record itself")


def places_are_given_once(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event has one `place`, or several different `places`."""
    places = entry.record["places"]
    if entry.record["place"] and places:
        yield entry.finding(("place",), "is given beside `places`: keep one of the two")
    if len(set(places)) < len(places):
        yield entry.finding(("places",), "names a place twice")


def participants_have_one_name(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A participant is an actor, or somebody with a name who is no actor of the dataset."""
    for index, participant in enumerate(entry.record["participants"]):
        if bool(participant["actor"]) == bool(participant["name"]):
            yield entry.finding(("participants", index), "give either actor, or the name of somebody who is no actor")


def quad_classes_are_four(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """Quad classes are 1 to 4."""
    type = entry.record
    for path, quad in ((("quad",), type["quad"]), (("plover", "quad"), type["plover"] and type["plover"]["quad"])):
        if quad and quad > 4:
            yield entry.finding(path, "a quad class is 1, 2, 3 or 4")


def types_without_category_say_why(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event type that a scheme has no category for has the reason in its note."""
    if not (entry.record["plover"] and entry.record["cameo"]) and not entry.record["note"]:
        yield entry.finding((), "a type without plover or cameo needs a note that says why")


def machines_allege(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """An event that a machine coded is alleged: nobody has read the report."""
    if entry.record["coding"] == "machine" and entry.record["status"] != "alleged":
        yield entry.finding(("status",), "is `alleged` where `coding` is `machine`: nobody has read the report")


def coordinates_are_two(id: str, entry: Entry, dataset: Dataset) -> Iterator[Finding]:
    """A place has both coordinates or neither."""
    if (entry.record["latitude"] is None) != (entry.record["longitude"] is None):
        yield entry.finding((), "give both latitude and longitude, or neither")


def every_paragraph_is_coded(dataset: Dataset, statistics: Statistics) -> Iterator[Finding]:
    """Every paragraph of a source with numbered paragraphs is either cited by a record or listed in `not_coded`."""
    if None in dataset.files.faulty.values():  # it may have cited any paragraph
        return
    for id in sorted({*statistics.counted, *statistics.listed}):
        entry = dataset.at("sources", id)
        if (entry.record["paragraphs"] or 0) > MOST_PARAGRAPHS:
            yield entry.finding(("paragraphs",), f"more than {MOST_PARAGRAPHS:,} paragraphs are not supported")
            continue
        not_coded = {number for item in entry.record["not_coded"] for number in item["paragraphs"]}
        for number in range(1, (entry.record["paragraphs"] or 0) + 1):
            cited = statistics.paragraphs.get((id, number), CitingRecords())
            if number not in not_coded and not cited.count:
                yield entry.finding(("paragraphs",), f"paragraph {number} is neither cited by a record nor listed in not_coded")
            if number in not_coded and cited.count:
                yield entry.finding(("not_coded",), f"paragraph {number} is cited by {cited.first()[0]}")
        if beyond := sorted(number for number in not_coded if number > (entry.record["paragraphs"] or 0)):
            yield entry.finding(("not_coded",), f"there is no paragraph {beyond[0]}")


def nothing_contains_itself(dataset: Dataset, statistics: Statistics) -> Iterator[Finding]:
    """No record is within itself, directly or through others."""
    done: set[tuple[str, str]] = set()
    for start in statistics.parents:
        path: dict[tuple[str, str], None] = {}
        at = start
        while at in statistics.parents and at not in done and at not in path:
            path[at] = None
            at = at[0], statistics.parents[at]
        done.update(path)
        if at in path:
            yield from _circle(dataset, list(path)[list(path).index(at) :])


def _circle(dataset: Dataset, circle: list[tuple[str, str]]) -> Iterator[Finding]:
    """A finding for each record of a circle; its text begins and ends with that record."""
    ids = [id for _, id in circle]
    around = ids + ids
    for place, (kind, id) in enumerate(circle):
        shown = around[place : place + min(len(ids), CIRCLE)] + (["..."] if len(ids) > CIRCLE else []) + [id]
        yield dataset.at(kind, id).finding((str(BY_KIND[kind].parent),), f"is circular: {' > '.join(shown)}")


def moved_ids_lead_somewhere(dataset: Dataset, statistics: Statistics) -> Iterator[Finding]:
    """A moved id is no longer a record; it has a new id that is one, or the reason for its withdrawal."""
    for kind, moves in dataset.moved.items():
        for id, move in moves.items():
            key = f"{kind}.{id}"
            if dataset.has(kind, id):
                yield Finding("moved.yaml", 0, key, "is still a record; ids are never reused")
            if bool(move.get("to")) == bool(move.get("withdrawn")):
                yield Finding("moved.yaml", 0, key, "give either to, or withdrawn with the reason")
            elif move.get("to") and not dataset.has(kind, move["to"]):
                yield Finding("moved.yaml", 0, key, f"{move['to']!r} is not among the {kind}")


def manifests_are_as_published(dataset: Dataset, statistics: Statistics) -> Iterator[Finding]:
    """The manifest of each published release is unchanged."""
    yield from manifests.damages(dataset.folder)


def _every(resource: Resource) -> bool:
    return True


def _with_keys(*keys: str) -> Callable[[Resource], bool]:
    """Kinds whose files may have these keys."""
    return lambda resource: resource.schema.load_fields.keys() >= set(keys)


def _of(*kinds: str) -> Callable[[Resource], bool]:
    return lambda resource: resource.kind in kinds


# Each rule with the kinds whose records it examines; a new kind gets those that its schema and attributes call for.
RECORD_RULES: tuple[tuple[RecordRule, Callable[[Resource], bool]], ...] = (
    (references_exist, _every),
    (texts_name_records_by_title, _every),
    (ids_claim_no_more_than_their_date, happens_on_a_date),
    (open_dates_say_why, _with_keys("note")),
    (citations_are_exact, _every),
    (sources_can_be_found, _with_keys("url", "no_url")),
    (quotes_are_short, _with_keys("quote")),
    (spans_run_forward, lambda resource: bool(_spans(resource))),
    (nothing_refers_to_itself, _every),
    (places_are_given_once, _with_keys("place", "places")),
    (participants_have_one_name, _of("events")),
    (quad_classes_are_four, _of("event-types")),
    (types_without_category_say_why, _of("event-types")),
    (coordinates_are_two, _of("places")),
    (machines_allege, _of("events")),
    *(
        (rule, _of(kind))
        for kind, rule in (*chronology_rules.LIFECYCLE_RULES, *order_rules.ORDER_RULES, *quote_rules.QUOTE_RULES)
    ),
)
# Rules that have nothing to say of a record without anything at a key; most records are not shown to them.
ABOUT = {
    chronology_rules.what_has_not_occurred_is_no_act: "agreements",
    order_rules.disputes_have_two_sides: "accounts",
    order_rules.replies_come_after_what_they_reply_to: "replies_to",
    **dict.fromkeys(order_rules.OF_RELATED, "related"),
}
DATASET_RULES: tuple[DatasetRule, ...] = (
    every_paragraph_is_coded,
    nothing_contains_itself,
    order_rules.nothing_is_recorded_twice,
    moved_ids_lead_somewhere,
    manifests_are_as_published,
)
RULES: tuple[Callable[..., Iterator[Finding]], ...] = (*(rule for rule, _ in RECORD_RULES), *DATASET_RULES)


@cache
def rules_of(kind: str) -> tuple[RecordRule, ...]:
    """The rules for records of a kind."""
    return tuple(rule for rule, applies in RECORD_RULES if applies(BY_KIND[kind]))


@dataclass
class Survey:
    """The result of examining records: findings and sums. Rules are left out of what was `published` before they were made."""

    published: bool = False
    findings: Findings = field(default_factory=Findings)
    statistics: Statistics = field(default_factory=Statistics)

    def examine(self, kind: str, items: Iterable[Item], dataset: Dataset) -> list[Entry]:
        """Checks records of a kind by its schema and every rule; returns those that are sound by the schema."""
        sound, faulty = [], []
        for item in items:
            try:
                sound.append((item.id, dataset.entry(kind, item)))
            except FaultyRecord as error:
                self.findings.add(error.findings)
                faulty += [(item.id, error.entry)] if error.entry else []
        for rule in () if self.published else rules_of(kind):
            self.findings.add(_told(rule, [*sound, *faulty], dataset))
        for id, entry in sound:
            self.statistics.count(id, entry, dataset)
        for id, entry in faulty:
            self.statistics.cite(f"{kind}/{id}", entry, dataset)
        return [entry for _, entry in sound]

    def add(self, other: "Survey") -> None:
        """Adds the result of other records."""
        self.findings.merge(other.findings)
        self.statistics.add(other.statistics)

    def finish(self, dataset: Dataset) -> list[Finding]:
        """Every finding, once all records were examined: of the files, of each record, of the whole dataset."""
        for rule in () if self.published else DATASET_RULES:
            self.findings.add(rule(dataset, self.statistics))
        return [with_suggestion(finding, dataset) for finding in self.findings.all()]


def _told(rule: RecordRule, entries: Iterable[tuple[str, Entry]], dataset: Dataset) -> Iterator[Finding]:
    """What a rule says of records. Of a faulty one, nothing that depends on what is faulty: its faults are told already."""
    key = ABOUT.get(rule)
    for id, entry in entries:
        try:
            if not key or entry.record[key]:
                yield from islice(rule(id, entry, dataset), MOST_OF_ONE)
        except KeyError:
            if not entry.is_partial:
                raise


def survey(dataset: Dataset, progress: Progress | None = None) -> tuple[Statistics, list[Finding]]:
    """Examines every record of a dataset; returns the sums and every finding."""
    whole = Survey()
    whole.findings.merge(dataset.findings)
    done, of = 0, sum(dataset.count(kind) for kind in BY_KIND)
    for count, chunk in dataset.walk(partial(_survey_chunk, dataset), dataset.chunks()):
        whole.add(chunk)
        done += count
        if progress:
            progress("checking", done, of)
    return whole.statistics, whole.finish(dataset)


def _survey_chunk(dataset: Dataset, chunk: Chunk) -> tuple[int, Survey]:
    part = Survey()
    part.examine(chunk.kind, chunk.items, dataset)
    return len(chunk.items), part


def findings(dataset: Dataset, progress: Progress | None = None) -> list[Finding]:
    """Every finding about a dataset: of its files, and of every rule."""
    return survey(dataset, progress)[1]


def with_suggestion(finding: Finding, dataset: Dataset) -> Finding:
    """A finding about an id that does not exist, with the id that may have been meant."""
    if not finding.sought:
        return finding
    close = nearest(finding.sought[1], dataset.near(*finding.sought))
    advice = shipped.advice(*finding.sought) or (f"; did you mean {close!r}?" if close else "")
    return replace(finding, message=f"{finding.message}{advice}")

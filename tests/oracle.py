"""What each filter means, said a second time over the public documents: the queries are held against it.

Slow and plain on purpose, and written without the code under test.
"""

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

DATASET = Path(os.environ.get("TEST_DATASET", Path(__file__).resolve().parent.parent / "dataset"))

RELATIONS = (
    "prompted_by", "response_to", "retaliates_against", "follows", "carries_out", "reverses", "announces", "proposes", "part_of",
    "signed_at", "same_as_perhaps",
)  # fmt: skip
ENDS = ("expired", "superseded", "terminated")
Document = dict[str, Any]
Documents = dict[str, list[Document]]


def ids(items: list[Document]) -> set[str]:
    return {item["id"] for item in items}


def span(rendered: Document | None) -> tuple[date, date]:
    earliest, latest = (rendered or {}).get("earliest"), (rendered or {}).get("latest")
    return (
        date.fromisoformat(earliest) if earliest else date.min,
        date.fromisoformat(latest) if latest else date.max,
    )


class Oracle:
    today = date.fromisoformat(yaml.safe_load((DATASET / "dataset.yaml").read_text())["released"])

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.by_id = {kind: {d["id"]: d for d in found} for kind, found in documents.items()}

    def upward(self, kind: str, key: str, start: set[str]) -> set[str]:
        """The ids, and everything that they lie within."""
        found, todo = set(), set(start)
        while todo:
            id = todo.pop()
            found.add(id)
            above = self.by_id[kind][id][key]
            if above and above["id"] not in found:
                todo.add(above["id"])
        return found

    def sources(self, value: Any) -> set[str]:
        """Every source cited anywhere in a document."""
        if isinstance(value, list):
            return set().union(*(self.sources(item) for item in value))
        if isinstance(value, dict):
            own = {value["source"]["id"]} if set(value) == {"source", "paragraphs", "locator"} else set()
            return own.union(*(self.sources(item) for item in value.values()))
        return set()

    def values(self, kind: str, filter: str, d: Document) -> set[str]:
        """The values of a document that `filter=` can find it by."""
        one = {d[filter]["id"]} if isinstance(d.get(filter), dict) and "id" in d[filter] else None
        match kind, filter:
            case _, "source":
                return self.sources(d)
            case _, "disputed":
                return {str(d["disputed"]).lower()}
            case _, "one_sided":
                return {str(self.one_sided(d)).lower()}
            case _, "holder":
                return {h["id"] for a in d["accounts"] for h in a["holders"]}
            case _, "unit":
                return {q["unit"] for q in quantities(kind, d)}
            case "events", "ahead_of_source":
                begins = span(d["date"])[0]
                cited = [self.by_id["sources"][c["source"]["id"]]["published"] for c in d["citations"]]
                before = [s for s in cited if s and span(s)[1] < begins]
                return {"some" if before else "none"} | ({"all"} if len(before) == len(cited) else set())
            case "statements", "speaks_for":
                return ids(d["speakers"]).union(*(self.states_behind(s["id"], d["date"]) for s in d["speakers"]))
            case "statements", "speaker_country":
                return {c for s in d["speakers"] if (c := self.by_id["actors"][s["id"]]["country"])}
            case "statements", "via":
                publishers = {self.by_id["sources"][c["source"]["id"]]["publisher"].lower() for c in d["citations"]}
                media = [a for a in self.documents["actors"] if a["kind"] == "media_outlet"]
                outlets = {a["id"] for a in media if publishers & {n.lower() for n in [a["name"], *a["also_known_as"]]}}
                return ids(d["speakers"]) | ids(d["reported_by"]) | outlets
            case "statements", "setting":
                return one_of(d["setting"])
            case "statements", "quote_language":
                return {d["quote_language"]} if d["quote_language"] else set()
            case "events", "actor":
                return {p["actor"]["id"] for p in d["participants"] if p["actor"]}
            case "events", "role":
                return {p["role"] for p in d["participants"]}
            case "events", "place":
                return self.upward("places", "within", ids(d["places"]))
            case ("events", "country"):
                return {c for id in ids(d["places"]) if (c := self.by_id["places"][id]["country"])}
            case "events", "actor_country":
                known = (p["actor"]["id"] for p in d["participants"] if p["actor"])
                return {c for id in known if (c := self.by_id["actors"][id]["country"])}
            case ("events" | "agreements", "topic"):
                return self.upward("topics", "broader", ids(d["topics"]))
            case "events", "agreement":
                return ids(d["agreements"])
            case "events", "related":
                return {r["event"]["id"] for r in d["related"]}
            case "events", relation if relation in RELATIONS:
                return {r["event"]["id"] for r in d["related"] if r["relation"] == relation}
            case _, "year":
                return set().union(*(years(date) for date in dates_of(kind, d)))
            case _, "month":
                return set().union(*(months(date) for date in dates_of(kind, d)))
            case "agreements", "action":
                return {action["kind"] for action in d["actions"]}
            case "agreements", "status":
                return {self.status(d)}
            case "agreements", "ended_by":
                ends = [p["ended_by"] for p in d["in_force"]] or [a["kind"] for a in d["actions"] if a["kind"] in ENDS]
                return set(ends) if self.status(d) == "ended" else set()
            case "events", "plover":
                return {c["event"] for c in [self.by_id["event-types"][d["type"]["id"]]["plover"]] if c}
            case "events", "cameo":
                return {c["code"] for c in [self.by_id["event-types"][d["type"]["id"]]["cameo"]] if c}
            case "statements", "speaker":
                return ids(d["speakers"])
            case "statements", "addressee":
                return ids(d["addressees"])
            case "statements", "actor":
                return ids(d["about"]["actors"])
            case "statements", "place":
                return self.upward("places", "within", one_of(d["place"]))
            case "statements", "topic":
                return self.upward("topics", "broader", ids(d["about"]["topics"]))
            case "statements", "event":
                return ids(d["about"]["events"]) | one_of(d["setting"])
            case "statements", "agreement":
                return ids(d["about"]["agreements"])
            case "statements", "replies_to":
                return {r["statement"]["id"] for r in d["replies_to"]}
            case "statements", "stance":
                return {r["stance"] for r in d["replies_to"]}
            case "statements", "reported_by":
                return ids(d["reported_by"])
            case "agreements", "party":
                return ids(d["parties"])
            case "agreements", "related":
                return {r["agreement"]["id"] for r in d["relations"]}
            case "agreements", "extends" | "supersedes" | "reaffirms" | "implements" | "amends" | "refers_to":
                return {r["agreement"]["id"] for r in d["relations"] if r["relation"] == filter}
            case "agreements", "did":
                return {f"{actor['id']}:{action['kind']}" for action in d["actions"] for actor in action["by"]}
            case "actors", "part_of":
                return ids(d["part_of"])
            case "actors", "organization":
                return {r["organization"]["id"] for r in d["roles"] if r["organization"]}
            case "places", "within":
                return self.upward("places", "within", one) if one else set()
            case "topics", "broader":
                return self.upward("topics", "broader", one) if one else set()
            case "event-types", "plover" | "cameo":
                category = d[filter]
                return {category["event" if filter == "plover" else "code"]} if category else set()
            case _, "date_precision":
                return {date["precision"] for date in dates_of(kind, d)}
            case _ if filter in d:
                return one or ({d[filter]} if d[filter] is not None else set())
            case _:
                raise NotImplementedError(f"tests/oracle.py does not say what the filter {filter!r} of {kind} means")

    def states_behind(self, speaker: str, day: Document) -> set[str]:
        """The states for which somebody speaks on a day: by what it is, or by an office, of a state or of its bodies."""
        actors, found, on = self.by_id["actors"], set(), span(day)
        posts = {speaker}
        for role in actors[speaker]["roles"]:
            unbounded = not (role["from"] or role["to"]) and date.min in span(role["attested"])
            if role["organization"] and not unbounded and any(a <= on[1] and on[0] <= b for a, b in self.terms(role)):
                posts.add(role["organization"]["id"])
        for post in posts:
            if actors[post]["kind"] in ("state", "government_body") and actors[post]["country"]:
                code = actors[post]["country"]
                found |= {a["id"] for a in self.documents["actors"] if a["kind"] == "state" and a["country"] == code}
        return found

    def terms(self, role: Document) -> list[tuple[date, date]]:
        """The days on which a role may have been held; half a year around those on which it is attested."""
        if role["from"] or role["to"]:
            return [(span(role["from"])[0], span(role["to"])[1])]
        if not role["attested"]:
            return []
        first, last = span(role["attested"])
        half = timedelta(days=0 if date.min == first or date.max == last else 183)
        return [(first - half, last + half)]

    def surely_held(self, role: Document, day: date) -> bool:
        """Whether sources show a role for a day."""
        start, end, attested = role["from"], role["to"], role["attested"]
        if any(one and set("~?%") & set(one["edtf"]) for one in (start, end)):
            return False
        if not start and not end:
            return bool(attested) and surely_within(attested, (day, day))
        begun = span(start)[1] <= day if start else day == span(end)[1]
        if end:
            return begun and (day <= span(end)[0] or (bool(start) and span(start)[0] == span(start)[1] == day))
        if attested and not set("~?%") & set(attested["edtf"]) and day <= days(attested["edtf"].split("/")[-1])[0]:
            return begun
        return begun and span(start)[0] == day

    def side(self, id: str) -> str:
        """Whom an actor speaks for."""
        actor = self.by_id["actors"][id]
        speaks_for_a_country = actor["country"] and actor["kind"] not in (
            "media_outlet", "research_body", "company", "movement", "international_organization",
        )  # fmt: skip
        return str(actor["country"]) if speaks_for_a_country else id

    def one_sided(self, d: Document) -> bool:
        """Whether one side alone carries an aspect, the telling of a statement, or an allegation."""
        sides: dict[str, set[str]] = {}
        for a in d["accounts"]:
            whose = [self.side(holder["id"]) for holder in a["holders"]] or [c["source"]["id"] for c in a["citations"]]
            keys = {"reports": [a["about"]], "confirms": [a["about"], "confirmed"]}.get(a["stance"], [])
            for key in keys:
                sides.setdefault(key, set()).update(whose)
        confirmed = sides.pop("confirmed", set())
        told = {self.side(r["id"]) for r in d.get("reported_by", []) if self.by_id["actors"][r["id"]]["kind"] != "media_outlet"}
        if d.get("status") == "alleged" and not sides:
            return True
        return 1 in {len(those) for those in sides.values()} | ({len(told | confirmed)} if told else set())

    def status(self, d: Document) -> str:
        """The state of an agreement on the day of the release."""
        day, acts = self.today, {action["kind"]: span(action["date"])[1] for action in reversed(d["actions"])}
        if self.in_force(d["in_force"], day, certain=True):
            held = [s for p in d["in_force"] for s in p["suspensions"] if span(s["from"])[0] <= day <= span(s["to"])[1]]
            sure = [s for s in held if span(s["from"])[1] <= day <= (span(s["to"])[0] if s["to"] else date.max)]
            return "suspended" if sure else "unknown" if held else "in_force"
        if self.in_force(d["in_force"], day, certain=False):
            return "unknown"
        if d["in_force"]:
            return "ended" if span(d["in_force"][0]["to"])[1] < day else "not_yet_in_force"
        if d["never_in_force"]:
            return "never_in_force"
        if any(acts.get(kind, date.max) <= day for kind in ("expired", "superseded", "terminated")):
            return "ended"
        unsigned = "adopted" in acts and not {"signed", "ratified", "opened_for_signature"} & set(acts)
        if d["kind"] in ("joint_statement", "communique", "understanding", "unilateral_instrument") or unsigned:
            made = [kind for kind in ("adopted", "signed", "announced") if acts.get(kind, date.max) <= day]
            return {"signed": "adopted"}.get(made[0], made[0]) if made else "unknown"
        return "unknown"

    def in_force(self, periods: list[Document], day: date, *, certain: bool) -> bool:
        """Whether one of some periods includes a day, certainly or possibly."""
        if certain:
            return any(span(p["from"])[1] <= day <= (span(p["to"])[0] if p["to"] else date.max) for p in periods)
        return any(span(p["from"])[0] <= day <= span(p["to"])[1] for p in periods)

    def bound(self, d: Document, party: str, day: date, *, certain: bool) -> bool:
        """Whether an agreement bound a party on a day."""
        return any(self.in_force(p["bound"], day, certain=certain) for p in d["parties"] if p["id"] == party)

    def spans(self, kind: str, filter: str, d: Document, word: str | None = None) -> list[tuple[date, date]]:
        """The spans of days that `filter=<day>` looks into, only those with a word where one is given."""
        assert filter == "role_on"
        return [term for role in d["roles"] if word in (None, role["title"]) for term in self.terms(role)]

    def counts(self, kind: str, d: Document, parameters: Document) -> bool:
        """Whether one quantity may lie, or must lie, in the range of a query."""
        least, most = parameters.get("quantity_min"), parameters.get("quantity_max")
        certain = parameters.get("quantity_match") == "certain"

        def counts(n: float, hedge: str | None) -> bool:
            high_enough, low_enough = least is None or n >= least, most is None or n <= most
            if hedge in ("more_than", "at_least"):
                return (high_enough and most is None) if certain else low_enough and not (hedge == "more_than" and n == most)
            if hedge in ("less_than", "at_most", "up_to"):
                return (low_enough and least is None) if certain else high_enough and not (hedge == "less_than" and n == least)
            return high_enough and low_enough and not (certain and hedge == "about")

        return any(counts(q["value"], q["qualifier"]) for q in quantities(kind, d) if q["unit"] in parameters["unit"])

    def lies_within(self, kind: str, d: Document, range: tuple[date, date], match: str) -> bool:
        """Whether a document's date may lie in a range of days (`possible`), or must (`certain`)."""
        begin, end = range
        first, last = self.own_span(kind, d)
        possible = first <= end and begin <= last
        if match == "possible" or kind == "agreements":
            return possible
        rendered = d["published" if kind == "sources" else "date"]
        return surely_within(rendered, range)

    def begins_for_certain(self, kind: str, d: Document) -> bool:
        """Whether the first day that a document's date can mean is one of its days for certain."""
        first = self.own_span(kind, d)[0]
        return self.lies_within(kind, d, (first, first), "certain")

    def own_span(self, kind: str, d: Document) -> tuple[date, date]:
        """The days that `date_from` and `date_to` look into."""
        if kind == "agreements":
            days = [span(action["date"]) for action in d["actions"]]
            return (min(days)[0], max(last for _, last in days)) if days else (date.min, date.max)
        return span(d["published" if kind == "sources" else "date"])


def surely_within(rendered: Document | None, range: tuple[date, date]) -> bool:
    """Whether a date must lie in a range of days."""
    begin, end = range
    first, last = span(rendered)
    if rendered is None or set("~?%") & set(rendered["edtf"]):
        return False
    if "/" not in rendered["edtf"]:
        return begin <= first and last <= end
    # No reading of a first and a last day leaves the range out, neither by ending before it nor by beginning after it.
    one, other = (days(text) for text in rendered["edtf"].split("/"))
    soonest_over, latest_begun = max(other[0], one[0]), min(one[1], other[1])
    return begin <= soonest_over and latest_begun <= end


def days(text: str) -> tuple[date, date]:
    """The first and last day of a year, a month or a day; every day of an open end."""
    if text == "..":
        return date.min, date.max
    parts = [int(part) for part in text.split("-")]
    first = date(*[*parts, 1, 1][:3])
    if len(parts) == 3:
        return first, first
    length = 366 if len(parts) == 1 else 31
    same = [day for n in range(length) if str(day := first + timedelta(n)).startswith(text)]
    return first, same[-1]


def years(rendered: Document) -> set[str]:
    """The years that a date touches; none where an end is open."""
    first, last = span(rendered)
    return (
        set() if date.min in (first, last) or date.max in (first, last) else {f"{y:04}" for y in range(first.year, last.year + 1)}
    )


def months(rendered: Document) -> set[str]:
    """The months that a date touches; none where an end is open."""
    first, last = span(rendered)
    if date.min in (first, last) or date.max in (first, last):
        return set()
    return {str(first + timedelta(n))[:7] for n in range((last - first).days + 1)}


def dates_of(kind: str, d: Document) -> list[Document]:
    """The dates that a document is found by."""
    if kind == "agreements":
        return [action["date"] for action in d["actions"]]
    return [date for date in [d["published" if kind == "sources" else "date"]] if date]


def quantities(kind: str, d: Document) -> list[Document]:
    return [q for term in d["terms"] for q in term["quantities"]] if kind == "agreements" else list(d["quantities"])


def one_of(reference: Document | None) -> set[str]:
    return {reference["id"]} if reference else set()

"""The tools: what each is called and takes, and the call, whose faults are told so that the next call can be right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from ...formats import dumps
from ...problems import Problem, nearest
from ...query.parsing import InvalidParameters
from ...resources import BY_KIND, RESOURCES
from ...resources.filters import Terms
from ...schema.errors import Fault
from ...schema.fields import Record
from . import answers, lists, offices, treaties
from .errors import INVALID_PARAMS, RpcError
from .names import Strings

TEXT, TEXTS = {"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
DAY = "A day, 1985-01-01."
SHARED = {
    "limit": {"type": "integer", "description": f"At most {lists.MOST}; {lists.FEW} by default."},
    "cursor": {**TEXT, "description": "From the last answer, to go on."},
    "release": {**TEXT, "description": "A published version; by default the newest."},
}


@dataclass(frozen=True)
class Tool:
    """A tool: `takes` are its parameters as JSON Schema, the first `required` of which must be given."""

    title: str
    description: str
    takes: Mapping[str, Record]
    call: Callable[[Strings], Record]
    required: tuple[str, ...] = ()

    def strings(self, arguments: Record) -> Strings:
        """The arguments as the parameters of a query. Raises InvalidParameters with every fault."""
        faults, found = [], {}
        given = {name: value for name, value in arguments.items() if value is not None}
        more = given.pop("filters", {}) if "filters" in self.takes else {}
        if not isinstance(more, dict):
            faults.append(Fault(("filters",), "is no object of names and values"))
            more = {}
        for name in given.keys() - self.takes.keys():
            faults.append(Fault((name,), "is unknown", tuple(self.takes), nearest(name, self.takes)))
        faults += [Fault((name,), "is missing") for name in self.required if name not in given]
        for name, value in {**{f"{lists.FILTERS_OF}{name}": value for name, value in more.items()}, **given}.items():
            values = value if isinstance(value, list) else [value]
            if all(isinstance(each, str | int | float) for each in values) and values:
                found[name] = [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
            elif value is not None:
                faults.append(
                    Fault((name.removeprefix(lists.FILTERS_OF),), "is neither text, a number, true or false, nor a list")
                )
        if faults:
            raise InvalidParameters(faults)
        return found


def filter_names() -> str:
    """The filters of each kind; those that all have, once."""
    common = set.intersection(*({filter.name for filter in resource.filters} for resource in RESOURCES))
    named = []
    for resource in RESOURCES:
        filters = [filter for filter in resource.filters if filter.name not in common]
        words = [filter.name if isinstance(filter, Terms) else " ".join(filter.parameters()) for filter in filters]
        named.append(f"{resource.kind}: {' '.join(words)}")
    return "; ".join(named)


KIND = {"type": "string", "enum": [*BY_KIND]}
FILTERS = {"type": "object", "description": "Filters of the kind by name: an id, a name, a word, or a list of them (any of)."}
SPAN = {"date_from": {**TEXT, "description": "1985, 1985-11 or 1985-11-19."}, "date_to": TEXT}
RELEASE = {"release": SHARED["release"]}
FIND = f"""\
Records of any kind by words, best first; or of one kind by filters, or both. <filter>_all wants all values, <filter>_not none. \
Filters: {filter_names()}. Of statements, `speaker` is who said it and `actor` whom it is about."""
GET = "All that one record says, as Markdown: dates, accounts that conflict, actions, offices, terms, every citation."
TIMELINE = """\
Events, statements and the actions of agreements in one dated list: what an actor did, or what was done about a topic or an \
agreement, in a period."""
IN_FORCE = """\
Of the agreements in this data, those in force on a day and who was bound, suspensions included, each as certain or possible. \
Names also agreements of these parties whose entry into force is not known. Statements and understandings are not here."""
PARTY = "Parties, all of which were bound on the day. A state that did not exist then is read as the one before it."
WHO_HELD = "Who held an office on a day or ever, or which offices a person held; each as certain or possible for then."
CITE = "How to cite a record, or all results of a query: with version, checksum and a lasting address."
TOOLS = {
    "find": Tool(
        "Find records",
        FIND,
        {
            "text": {**TEXT, "description": 'Words, or "a phrase".'},
            "kind": KIND,
            "filters": FILTERS,
            "sort": {**TEXT, "description": "A sort key, - for descending."},
            "count_by": {**TEXTS, "description": "Counts for each value of up to three filters (year, type) instead of records."},
            **SHARED,
        },
        lists.find,
    ),
    "get": Tool(
        "Get a record",
        GET,
        {"id": {**TEXT, "description": "`kind/id` as in answers, or the id alone."}, **RELEASE},
        answers.get,
        ("id",),
    ),
    "timeline": Tool(
        "What happened, in order",
        TIMELINE,
        {
            **dict.fromkeys(("actor", "topic", "agreement"), TEXTS),
            **SPAN,
            "date_match": {"enum": ["possible", "certain"], "description": "certain: only what was in the period for sure."},
            "kind": {**TEXTS, "description": "events, statements, agreements (their actions)."},
            "text": TEXT,
            "sort": {"enum": ["date", "-date"], "description": "Oldest first by default."},
            **SHARED,
        },
        answers.timeline,
    ),
    "in_force": Tool(
        "Agreements in force on a day",
        IN_FORCE,
        {
            "day": {**TEXT, "description": DAY},
            "party": {**TEXTS, "description": PARTY},
            "topic": {**TEXTS, "description": "Any of these topics."},
            "text": TEXT,
            **SHARED,
        },
        treaties.in_force,
        ("day",),
    ),
    "who_held": Tool(
        "Who held an office",
        WHO_HELD,
        {
            "office": {**TEXT, "description": "US ambassador in Moscow, Soviet foreign minister, president."},
            "person": TEXT,
            "day": {**TEXT, "description": "A day, month or year: 1985-11-19."},
            **RELEASE,
        },
        offices.who_held,
    ),
    "cite": Tool(
        "Cite",
        CITE,
        {
            "of": {**TEXT, "description": "`kind/id`, or a query: `kind?filter=value`."},
            "style": {"enum": [*answers.STYLES]},
            **RELEASE,
        },
        answers.cite,
        ("of",),
    ),
}


@cache
def manifest() -> list[Record]:
    """The tools as clients list them."""
    return [
        {
            "name": name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": {
                "type": "object",
                "properties": dict(tool.takes),
                **({"required": [*tool.required]} if tool.required else {}),
                "additionalProperties": False,
            },
            "annotations": {"readOnlyHint": True},
        }
        for name, tool in TOOLS.items()
    ]


def call(params: Record) -> Record:
    """The result of a call; what the caller can mend is told as an error of the tool, not of the protocol."""
    name, arguments = params.get("name"), params.get("arguments")
    if not isinstance(name, str) or name not in TOOLS:
        raise RpcError(INVALID_PARAMS, f"There is no tool {name!r}.", {"tools": [*TOOLS]})
    if not isinstance(arguments, dict | None):
        raise RpcError(INVALID_PARAMS, "arguments is no object.")
    try:
        answer = TOOLS[name].call(TOOLS[name].strings(arguments or {}))
    except Problem as problem:
        if problem.status >= 500:
            raise
        return {"content": [{"type": "text", "text": told(problem)}], "isError": True}
    return {"content": [{"type": "text", "text": dumps(answer)}], "structuredContent": answer, "isError": False}


def told(problem: Problem) -> str:
    """A problem in words: what is wrong, what is allowed, what may have been meant."""
    lines = [problem.body["detail"]]
    for error in problem.body.get("errors", ()):
        allowed = f" Allowed: {', '.join(error['allowed'])}." if error["allowed"] else ""
        meant = f" Did you mean {error['suggestion']}?" if error["suggestion"] else ""
        lines.append(f"{error['parameter']}: {error['detail']}.{allowed}{meant}")
    if suggestion := problem.body.get("suggestion"):
        lines.append(f"Did you mean {suggestion}?")
    return "\n".join(lines)
